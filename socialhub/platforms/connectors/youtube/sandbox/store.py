"""What visitors leave under videos, and what a test may choose."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from socialhub.platforms.sandbox.records import Account, Media, Post
from socialhub.platforms.sandbox.simulator import Simulator
from socialhub.platforms.sandbox.world import Table, World

KEY = "youtube"
SITE = "www.youtube.com"


@dataclass
class Comment:
    """A comment, or an answer to one (``parent``). ``author`` is the id of an account."""

    id: str
    video: str
    author: str
    text: str
    created_at: float
    parent: str = ""
    status: str = "published"


@dataclass
class Habits:
    """What the documentation leaves open.

    `can_hold`: a comment that is out can be held for review again. `is_silent`: the hub does nothing with wishes.
    """

    id: str = "habits"
    can_hold: bool = True
    is_silent: bool = False
    lease_seconds: float = 432_000


@dataclass
class Listener:
    """An address that the hub tells of a channel."""

    id: str
    callback: str
    channel: str
    secret: str
    expires_at: float


def comments(world: World) -> Table[Comment]:
    """All comments."""
    return world.table(f"{KEY}.comments", Comment)


def listeners(world: World) -> Table[Listener]:
    """Who listens to the hub."""
    return world.table(f"{KEY}.listeners", Listener)


def habits(world: World) -> Habits:
    """The chosen habits."""
    return world.table(f"{KEY}.habits", Habits).get("habits") or Habits()


def say(simulator: Simulator, world: World, video: str, person: str, text: str, parent: str = "") -> str:
    """A visitor comments on a video, or answers a comment."""
    post, above = simulator.live_post(world, video), comments(world).get(parent)
    if post is None or (parent and (above is None or above.video != video)):
        raise LookupError("there is no such video or comment")
    known = world.accounts.where(platform=simulator.key, person=person)
    them = world.persons.get(person)
    spec = {"person": person, "handle": person, "name": them.name if them else person}
    author = known[0] if known else simulator.create_account(world, spec)
    return add(world, video, author.id, text, (above.parent or above.id) if above else "").id


def add(world: World, video: str, author: str, text: str, parent: str) -> Comment:
    """A comment; the id of an answer begins with that of its thread."""
    key = f"Ug{secrets.token_urlsafe(18)}"
    key = f"{parent}.{key}" if parent else key
    return comments(world).add(Comment(key, video, author, text, world.clock.now(), parent))


def upload_elsewhere(world: World, account: Account, text: str, at: float) -> Post:
    """A public video of a minute that nobody here has the file of."""
    video, title = secrets.token_urlsafe(8), text[:100]
    media = Media(
        video, KEY, account.id, "video/mp4", "", 1_000_000, at, at, width=1920, height=1080, seconds=60.0,
        post=video, extra={"file_name": "studio.mp4"},
    )  # fmt: skip
    world.media.add(media)
    extra = {"title": title, "privacyStatus": "public", "notify": True, "is_short": False}
    url = f"https://{SITE}/watch?v={video}"
    return world.posts.add(Post(video, KEY, account.id, "", at, SITE, url, extra=extra))
