"""What only Pages keep: unpublished photos and videos, comments, and habits that the documentation leaves open."""

from __future__ import annotations

from dataclasses import dataclass, field

from socialhub.platforms.connectors._graph.sandbox.pages import user_id
from socialhub.platforms.sandbox.world import Table, World

KEY = "facebook"


@dataclass
class Photo:
    """An uploaded picture. `post` is empty until a post or story shows it."""

    id: str
    page: str
    blob: str
    mime: str
    width: int
    height: int
    created_at: float
    alt: str = ""
    post: str = ""


@dataclass
class Film:
    """A video in the making. `kind` names the edge it began at: videos, video_reels or video_stories.

    `problem` is the code that processing ends with; `finished_at` is when publishing was asked for; `cover` is
    a file.
    """

    id: str
    page: str
    kind: str
    blob: str
    created_at: float
    size: int = 0
    session: str = ""
    is_whole: bool = False
    finished_at: float | None = None
    ready_at: float = 0.0
    problem: str = ""
    post: str = ""
    cover: str = ""

    def phases(self, now: float) -> tuple[str, str, str]:
        """`video_status`, and the states of processing and of publishing."""
        if not self.is_whole:
            return "uploading", "not_started", "not_started"
        if self.finished_at is None:
            return "upload_complete", "not_started", "not_started"
        if now < self.ready_at:
            return "processing", "in_progress", "not_started"
        if self.problem:
            return "error", "error", "not_started"
        return "ready", "complete", "complete"


@dataclass
class Comment:
    """A comment under a post."""

    id: str
    post: str
    page: str
    text: str
    created_at: float
    author: str = ""
    """A person; empty for the Page itself."""
    parent: str = ""
    is_hidden: bool = False
    likes: list[str] = field(default_factory=list)

    @property
    def author_id(self) -> str:
        """Who wrote it, as apps see them."""
        return user_id(self.author) if self.author else self.page

    def author_name(self, world: World) -> str:
        """What visitors see."""
        if not self.author:
            page = world.accounts.get(self.page)
            return page.name if page else ""
        person = world.persons.get(self.author)
        return person.name if person else self.author


@dataclass
class Message:
    """A message between a person and a Page. `is_ours` marks the Page's."""

    id: str
    page: str
    person: str
    text: str
    created_at: float
    is_ours: bool = False


@dataclass
class Habits:
    """What the documentation leaves open, for a test to choose.

    `reattach`: photos that a post shows may be attached to another one (again) or not (refuse).
    """

    id: str = "habits"
    reattach: str = "again"
    processing_seconds: float = 4.0
    chunk: int = 1 << 20


def photos(world: World) -> Table[Photo]:
    """All photos."""
    return world.table(f"{KEY}.photos", Photo)


def films(world: World) -> Table[Film]:
    """All videos."""
    return world.table(f"{KEY}.films", Film)


def comments(world: World) -> Table[Comment]:
    """All comments."""
    return world.table(f"{KEY}.comments", Comment)


def messages(world: World) -> Table[Message]:
    """All messages."""
    return world.table(f"{KEY}.messages", Message)


def habits(world: World) -> Habits:
    """The chosen habits."""
    return world.table(f"{KEY}.habits", Habits).get("habits") or Habits()
