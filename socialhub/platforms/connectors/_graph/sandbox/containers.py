"""What Instagram and Threads keep alike: containers, habits, the count of posts, published files."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from socialhub.platforms.sandbox.records import Media
from socialhub.platforms.sandbox.simulator import Call
from socialhub.platforms.sandbox.world import Table, World

from .simulator import GraphSimulator

CONTAINER_LIFETIME = 86_400
DAY = 86_400


@dataclass
class Container:
    """A post in the making. `problem` is what processing ends with; it begins when `is_ready`, and takes until
    `ready_at`. `cover` is a file.
    """

    id: str
    account: str
    kind: str
    created_at: float
    ready_at: float = 0.0
    text: str = ""
    alt: str = ""
    mime: str = ""
    blob: str = ""
    width: int = 0
    height: int = 0
    seconds: float = 0.0
    is_child: bool = False
    is_ready: bool = False
    problem: str = ""
    cover: str = ""
    reply_to: str = ""
    children: list[str] = field(default_factory=list)
    published_at: float | None = None
    options: dict[str, Any] = field(default_factory=dict)

    def status(self, now: float) -> str:
        """The state at world time `now`."""
        if self.published_at is not None:
            return "PUBLISHED"
        if now >= self.created_at + CONTAINER_LIFETIME:
            return "EXPIRED"
        if not self.is_ready or now < self.ready_at:
            return "IN_PROGRESS"
        return "ERROR" if self.problem else "FINISHED"

    def told(self, call: Call) -> str:
        """The state as it is told: with a lag, what was published still reads as finished."""
        lag, published = call.fault("lagging_listing"), self.published_at
        if published is not None and lag and call.now < published + float(lag.details.get("seconds", 60)):
            return "FINISHED"
        return self.status(call.now)


@dataclass
class Habits:
    """What the documentation leaves open, for a test to choose.

    `republish`: publishing a published container makes a second post (again) or is refused (refuse).
    """

    id: str = "habits"
    republish: str = "again"
    processing_seconds: float = 4.0
    quota: int = 0


class ContainerSimulator(GraphSimulator):
    """A platform where posts are made from containers; `quota` posts may go out in 24 hours."""

    quota = 0

    def keep_containers(self, world: World) -> None:
        """Make room for containers and habits."""
        self.containers(world)
        kept = world.table(f"{self.key}.habits", Habits)
        if not world.is_loaded:
            kept.add(Habits(quota=self.quota))

    def containers(self, world: World) -> Table[Container]:
        """All containers."""
        return world.table(f"{self.key}.containers", Container)

    def habits(self, world: World) -> Habits:
        """The chosen habits."""
        return world.table(f"{self.key}.habits", Habits).get("habits") or Habits(quota=self.quota)

    def choose_habits(self, world: World, wish: dict[str, Any]) -> dict[str, Any]:
        """Choose what the documentation leaves open: any field of `Habits`."""
        chosen = Habits(**{**vars(self.habits(world)), **wish})
        return dict(vars(world.table(f"{self.key}.habits", Habits).add(chosen)))


def posts_of_day(call: Call, account: str, since: float = 0, **equal: str) -> int:
    """How many posts count into the quota: those of the last 24 hours (and after `since`), deleted ones too."""
    start = max(call.now - DAY, since)
    return len([p for p in call.world.posts.where(account=account, **equal) if p.created_at > start])


def new_id(world: World) -> str:
    """The id of a post or file."""
    return f"18{world.serial() * 15_485_863 + 10**15}"


def shortcode_of(post_id: str) -> str:
    """The word that stands for a post in its address."""
    return base64.urlsafe_b64encode(int(post_id).to_bytes(8, "big")).rstrip(b"=").decode()


def files_of(call: Call, key: str, post_id: str, items: Iterable[Container]) -> list[Media]:
    """The files of a post, out of the containers that hold one."""
    found = []
    for item in items:
        if not item.blob:
            continue
        size = call.world.blobs.size(item.blob)
        media = Media(
            new_id(call.world),
            key,
            item.account,
            item.mime,
            item.blob,
            size,
            call.now,
            alt=item.alt,
            post=post_id,
        )
        media.width, media.height, media.seconds = item.width, item.height, item.seconds
        found.append(call.world.media.add(media))
    return found
