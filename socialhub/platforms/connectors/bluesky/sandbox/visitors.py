"""What others write, and likes."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from socialhub.platforms.sandbox.clock import iso
from socialhub.platforms.sandbox.records import Account, Post
from socialhub.platforms.sandbox.simulator import Simulator
from socialhub.platforms.sandbox.world import Table, World

from .cids import cid_of
from .lexicon import POST


@dataclass
class Like:
    """A like; ``id`` is the address of its record."""

    id: str
    account: str
    cid: str
    record: dict[str, Any] = field(default_factory=dict)


def likes(world: World) -> Table[Like]:
    """All likes."""
    return world.table("bluesky.likes", Like)


def answer(simulator: Simulator, world: World, above: Post, person: str, text: str) -> str:
    """Somebody answers a post."""
    parent = {"uri": above.id, "cid": above.extra["cid"]}
    root = above.extra["record"].get("reply", {}).get("root", parent)
    return write(simulator, world, person, text, reply={"root": root, "parent": parent})


def write(
    simulator: Simulator,
    world: World,
    person: str,
    text: str,
    *,
    reply: dict[str, Any] | None = None,
    named: Account | None = None,
) -> str:
    """A post of somebody's."""
    account = _account_of(simulator, world, person)
    more: dict[str, Any] = {"reply": reply} if reply else {}
    if named:
        feature = {"$type": "app.bsky.richtext.facet#mention", "did": named.id}
        index = {"byteStart": 0, "byteEnd": len(text.encode())}
        more["facets"] = [{"index": index, "features": [feature]}]
    return _post(simulator, world, account, text, world.clock.now(), more).id


def past(simulator: Simulator, world: World, account: Account, text: str, at: float) -> Post:
    """A post of that time."""
    return _post(simulator, world, account, text, at, {})


def _post(
    simulator: Simulator, world: World, account: Account, text: str, at: float, more: dict[str, Any]
) -> Post:
    record = {"$type": POST, "text": text, "createdAt": iso(at, "milliseconds"), **more}
    rkey = _key(world, at)
    return world.posts.add(
        Post(
            id=f"at://{account.id}/{POST}/{rkey}",
            platform=simulator.key,
            account=account.id,
            text=text,
            created_at=at,
            host=account.host,
            url=f"{simulator.profile_url(account)}/post/{rkey}",
            reply_to=more["reply"]["parent"]["uri"] if "reply" in more else "",
            extra={"record": record, "cid": cid_of(json.dumps(record, sort_keys=True).encode(), 0x71)},
        )
    )


def _account_of(simulator: Simulator, world: World, person: str) -> Account:
    known = world.accounts.where(platform=simulator.key, person=person)
    if known:
        return known[0]
    them = world.persons.get(person)
    spec = {"person": person, "handle": f"{person}.bsky.social", "name": them.name if them else person}
    return simulator.create_account(world, spec)


def _key(world: World, at: float) -> str:
    value = (int(at * 1_000_000) << 10) | world.serial() & 1023
    return "".join("234567abcdefghijklmnopqrstuvwxyz"[value >> shift & 31] for shift in range(60, -1, -5))
