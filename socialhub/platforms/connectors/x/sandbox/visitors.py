"""What others write."""

from __future__ import annotations

from typing import Any

from socialhub.platforms.sandbox.records import Account, Post
from socialhub.platforms.sandbox.simulator import Simulator
from socialhub.platforms.sandbox.world import World

PLAIN: dict[str, Any] = {
    "reply_settings": "everyone",
    "poll": None,
    "media_keys": [],
    "made_with_ai": False,
    "paid_partnership": False,
    "community_id": "",
    "share_with_followers": False,
}


def write(simulator: Simulator, world: World, person: str, text: str, above: Post | None = None) -> str:
    """A post of somebody's; an answer names whom it answers, as X does by itself."""
    account, key = _account_of(simulator, world, person), world.snowflake(22)
    author = world.accounts.get(above.account) if above else None
    words = f"{author.handle} {text}" if author and author.handle not in text else text
    root = above.extra["conversation_id"] if above else key
    world.posts.add(
        Post(
            id=key,
            platform=simulator.key,
            account=account.id,
            text=words,
            created_at=world.clock.now(),
            host=account.host,
            url=f"{simulator.profile_url(account)}/status/{key}",
            reply_to=above.id if above else "",
            extra={**PLAIN, "conversation_id": root},
        )
    )
    return key


def _account_of(simulator: Simulator, world: World, person: str) -> Account:
    known = world.accounts.where(platform=simulator.key, person=person)
    if known:
        return known[0]
    them = world.persons.get(person)
    return simulator.create_account(
        world, {"person": person, "handle": person, "name": them.name if them else person}
    )
