"""What only Instagram keeps: containers, comments, and habits that the documentation leaves open."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from socialhub.platforms.sandbox.world import Table, World

KEY = "instagram"
CONTAINER_LIFETIME = 86_400


@dataclass
class Container:
    """A post in the making. `problem` is the code that processing ended with; `media` the published post's
    id, `cover` a file.
    """

    id: str
    account: str
    kind: str
    created_at: float
    caption: str = ""
    alt: str = ""
    mime: str = ""
    blob: str = ""
    size: int = 0
    width: int = 0
    height: int = 0
    seconds: float = 0.0
    is_child: bool = False
    is_ready: bool = False
    ready_at: float = 0.0
    problem: str = ""
    children: list[str] = field(default_factory=list)
    published_at: float | None = None
    media: str = ""
    cover: str = ""
    options: dict[str, Any] = field(default_factory=dict)

    def status(self, now: float) -> str:
        """The value of `status_code` at world time `now`."""
        if self.published_at is not None:
            return "PUBLISHED"
        if now >= self.created_at + CONTAINER_LIFETIME:
            return "EXPIRED"
        if not self.is_ready or now < self.ready_at:
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
    quota: int = 50


@dataclass
class Comment:
    """A comment under a post."""

    id: str
    media: str
    account: str
    text: str
    created_at: float


def comments(world: World) -> Table[Comment]:
    """All comments."""
    return world.table("instagram.comments", Comment)


def comments_of(world: World, media_id: str) -> list[Comment]:
    """The comments under one post, oldest first."""
    return comments(world).where(media=media_id)
