"""What visitors leave under posts, and posts of another time."""

from __future__ import annotations

from dataclasses import dataclass, field

from socialhub.platforms.sandbox.records import Account, Post
from socialhub.platforms.sandbox.simulator import Simulator
from socialhub.platforms.sandbox.world import Table, World


@dataclass
class Comment:
    """A comment, or an answer to one (``parent``). ``author`` is the id of an account."""

    id: str
    number: str
    post: str
    author: str
    text: str
    created_at: float
    parent: str = ""
    likes: list[str] = field(default_factory=list)


def comments(world: World) -> Table[Comment]:
    """All comments."""
    return world.table("linkedin.comments", Comment)


def add(world: World, post: str, author: str, text: str, parent: str) -> Comment:
    """A comment under its URN."""
    number = world.snowflake(22)
    urn = f"urn:li:comment:({post},{number})"
    return comments(world).add(Comment(urn, number, post, author, text, world.clock.now(), parent))


def say(simulator: Simulator, world: World, post: str, person: str, text: str, parent: str) -> str:
    """A member comments on a post or answers a comment."""
    above = comments(world).get(parent)
    if simulator.live_post(world, post) is None or (parent and above is None):
        raise LookupError("there is no such post or comment")
    known = world.accounts.where(platform=simulator.key, person=person, kind="person")
    them = world.persons.get(person)
    spec = {"person": person, "handle": person, "name": them.name if them else person}
    author = known[0] if known else simulator.create_account(world, spec)
    return add(world, post, author.id, text, (above.parent or above.id) if above else "").id


def past(simulator: Simulator, world: World, account: Account, text: str, at: float) -> Post:
    """A public post of that time. Ids begin with the time, as those of LinkedIn do."""
    urn = f"urn:li:share:{(int(at * 1000) << 22) + world.serial() % (1 << 22)}"
    return world.posts.add(
        Post(
            id=urn, platform=simulator.key, account=account.id, text=text, created_at=at, host=account.host,
            url=f"https://{account.host}/feed/update/{urn}/",
            extra={"commentary": text, "visibility": "PUBLIC", "content": {}, "no_reshare": False},
        )
    )  # fmt: skip
