"""What only Instagram keeps: comments."""

from __future__ import annotations

from dataclasses import dataclass

from socialhub.platforms.sandbox.world import Table, World

KEY = "instagram"


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
