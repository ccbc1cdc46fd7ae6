"""What only Threads keeps: containers, and habits that the documentation leaves open."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from socialhub.platforms.sandbox.world import Table, World

KEY = "threads"
CONTAINER_LIFETIME = 86_400


@dataclass
class Container:
    """A post in the making. `problem` is the error message that processing ends with."""

    id: str
    account: str
    kind: str
    created_at: float
    ready_at: float
    text: str = ""
    alt: str = ""
    link: str = ""
    mime: str = ""
    blob: str = ""
    width: int = 0
    height: int = 0
    seconds: float = 0.0
    is_child: bool = False
    problem: str = ""
    reply_to: str = ""
    children: list[str] = field(default_factory=list)
    published_at: float | None = None
    options: dict[str, Any] = field(default_factory=dict)

    def status(self, now: float) -> str:
        """The value of `status` at world time `now`."""
        if self.published_at is not None:
            return "PUBLISHED"
        if now >= self.created_at + CONTAINER_LIFETIME:
            return "EXPIRED"
        if now < self.ready_at:
            return "IN_PROGRESS"
        return "ERROR" if self.problem else "FINISHED"


@dataclass
class Habits:
    """What the documentation leaves open, for a test to choose.

    `republish`: publishing a published container makes a second post (again) or is refused (refuse).
    """

    id: str = "habits"
    republish: str = "again"
    processing_seconds: float = 4.0
    quota: int = 250


def containers(world: World) -> Table[Container]:
    """All containers."""
    return world.table(f"{KEY}.containers", Container)


def habits(world: World) -> Habits:
    """The chosen habits."""
    return world.table(f"{KEY}.habits", Habits).get("habits") or Habits()
