"""What only Instagram keeps: comments and messages."""

from __future__ import annotations

from dataclasses import dataclass

from socialhub.platforms.connectors._graph.sandbox.pages import user_id
from socialhub.platforms.sandbox.world import Table, World

KEY = "instagram"


@dataclass
class Comment:
    """A comment under a post, or an answer to the comment `parent`."""

    id: str
    media: str
    account: str
    text: str
    created_at: float
    author: str = ""
    """A person; empty for the account itself."""
    parent: str = ""
    is_hidden: bool = False

    def writer(self, world: World) -> dict[str, str]:
        """Who wrote it, as apps see them."""
        account = world.accounts.get(self.account)
        if not self.author and account is not None:
            return {"id": account.id, "username": account.handle[1:]}
        return {"id": scoped_id(self.author), "username": username(world, self.author)}


@dataclass
class Message:
    """A message between a person and an account. `is_ours` marks the account's."""

    id: str
    account: str
    person: str
    text: str
    created_at: float
    is_ours: bool = False


def scoped_id(person: str) -> str:
    """The id that apps get of somebody who writes to an account; another one than that of Facebook Login."""
    return f"9{user_id(person)}"


def username(world: World, person: str) -> str:
    """The name of a person's account, or what it would be."""
    own = [a for a in world.accounts.where(platform=KEY, person=person) if a.kind != "page"]
    return own[0].handle[1:] if own else person


def comments(world: World) -> Table[Comment]:
    """All comments."""
    return world.table(f"{KEY}.comments", Comment)


def comments_of(world: World, media_id: str) -> list[Comment]:
    """The comments under one post, oldest first."""
    return comments(world).where(media=media_id)


def messages(world: World) -> Table[Message]:
    """All messages."""
    return world.table(f"{KEY}.messages", Message)
