"""What others write to an account: answers, mentions and quotes
(lexicons app.bsky.notification.listNotifications and app.bsky.feed.like, read 2026-11).

The cursor: ``seen`` what the newest page held and ``since`` its newest moment; while more than a page is new,
``page`` is where the next poll goes on, and ``fresh`` and ``top`` are what will be ``seen`` and ``since`` then.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from socialhub.platforms.api import Api
from socialhub.platforms.errors import PlatformError
from socialhub.platforms.events import mappings
from socialhub.platforms.flow import Flow
from socialhub.platforms.inbox import Act, Haul, Inbox, Item, ItemKind, Person, Watching
from socialhub.platforms.rules import Text
from socialhub.platforms.text import Count
from socialhub.platforms.values import Account

from .asking import ask
from .finding import post_url
from .identity import resolve
from .profile import PROFILE
from .publish import WORDS
from .record import tid

LIKE = "app.bsky.feed.like"
REASONS = ("reply", "mention", "quote")
PAGE = 100
LATE = timedelta(hours=1)
"""How late the network's index may show what it dates earlier; what was seen is known by its address."""
ACTS = frozenset({Act.REPLY, Act.LIKE, Act.UNLIKE})


def fetch(api: Api, account: Account, watching: Watching) -> Haul:
    """The notifications since the last look, one page a poll; the first look takes the newest page alone."""
    cursor = watching.cursor
    seen, page = set(cursor.get("seen") or ()), str(cursor.get("page") or "")
    since = _moment(cursor.get("since"))
    lines, after = _listed(api, account, page)
    new = [line for line in lines if str(line.get("uri")) not in seen and not _is_before(line, since)]
    fresh = list(cursor.get("fresh") or ()) if page else [str(line.get("uri")) for line in lines]
    newest = _moment(lines[0].get("indexedAt")) if lines else None
    top = str(cursor.get("top")) if page else (newest or since or watching.now).isoformat()
    found = tuple(item for line in reversed(new) if (item := _item(line, account, watching)) is not None)
    if cursor and lines and after and after != page and len(new) == len(lines):
        kept = {"seen": sorted(seen), "since": cursor.get("since"), "page": after, "fresh": fresh, "top": top}
        return Haul(found, kept, is_more=True)
    return Haul(found, {"seen": fresh, "since": top})


def _listed(api: Api, account: Account, page: str) -> tuple[list[Mapping[str, Any]], str]:
    params: dict[str, Any] = {"limit": PAGE, "reasons": REASONS}
    if page:
        params["cursor"] = page
    body = ask(api, account, "app.bsky.notification.listNotifications", **params)
    return list(mappings(body.get("notifications"))), str(body.get("cursor") or "")


def _is_before(line: Mapping[str, Any], since: datetime | None) -> bool:
    at = _moment(line.get("indexedAt"))
    return since is not None and at is not None and at < since - LATE


def _item(line: Mapping[str, Any], account: Account, watching: Watching) -> Item | None:
    """A post that somebody wrote; other reasons are there where a server does not know the filter."""
    record, uri, cid = line.get("record"), str(line.get("uri") or ""), str(line.get("cid") or "")
    if line.get("reason") not in REASONS or not isinstance(record, Mapping) or uri.count("/") != 4:
        return None
    reply = record.get("reply")
    root, parent = (_reference(reply, name) for name in ("root", "parent"))
    own = f"at://{account.external_id}/"
    ours = next((one["uri"] for one in (root, parent) if one and one["uri"].startswith(own)), "")
    above = parent["uri"] if parent else ""
    return Item(
        kind=ItemKind.COMMENT if ours else ItemKind.MENTION,
        id=uri,
        at=_moment(line.get("indexedAt")),
        text=str(record.get("text") or ""),
        author=_person(line.get("author")),
        post_id=ours,
        # Below a post of ours it answers no item; below what else we wrote it goes on with that conversation.
        parent_id="" if above == ours or above in watching.posts else above,
        thread_id=uri,
        url=post_url(uri),
        acts=ACTS,
        facts={"cid": cid, "root": root or {"uri": uri, "cid": cid}},
    )


def _reference(reply: Any, name: str) -> dict[str, str] | None:
    one = reply.get(name) if isinstance(reply, Mapping) else None
    if not isinstance(one, Mapping) or not one.get("uri"):
        return None
    return {"uri": str(one["uri"]), "cid": str(one.get("cid") or "")}


def _person(author: Any) -> Person | None:
    if not isinstance(author, Mapping) or not author.get("did"):
        return None
    handle, did = str(author.get("handle") or ""), str(author["did"])
    return Person(
        external_id=did,
        name=str(author.get("displayName") or handle),
        handle=f"@{handle}" if handle else "",
        url=f"{PROFILE}{did}",
        avatar_url=str(author.get("avatar") or ""),
    )


def _moment(text: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(str(text)).astimezone(UTC)
    except ValueError:
        return None


def _like(api: Api, account: Account, item: Item) -> None:
    """Write the like under a key that this item always has, so that a repeat finds it there."""
    subject = {"uri": item.id, "cid": str(item.facts.get("cid") or "")}
    created = (item.at or datetime.now(UTC)).isoformat(timespec="milliseconds")
    record = {"$type": LIKE, "subject": subject, "createdAt": created}
    body = {**_place(account, item), "record": record, "swapRecord": None}
    try:
        api.post(f"{resolve(api, account.external_id).pds}/xrpc/com.atproto.repo.putRecord", json_body=body)
    except PlatformError as error:
        if error.code != "InvalidSwap":  # it is there already
            raise


def _unlike(api: Api, account: Account, item: Item) -> None:
    """Delete that like; one that is gone is an answer like any other."""
    pds = resolve(api, account.external_id).pds
    api.post(f"{pds}/xrpc/com.atproto.repo.deleteRecord", json_body=_place(account, item))


def _place(account: Account, item: Item) -> dict[str, str]:
    """The moment of the item, and what tells it from others of that millisecond, as a TID."""
    mark = int.from_bytes(hashlib.sha256(item.id.encode()).digest()[:8])
    at = int((item.at.timestamp() if item.at else 0) * 1000) * 1000 + mark % 1000
    rkey = tid(at << 10 | (mark // 1000) & 1023)
    return {"repo": account.external_id, "collection": LIKE, "rkey": rkey}


ANSWER = Text(300, count=Count.GRAPHEMES, max_bytes=3000)
inbox = Inbox(
    kinds=frozenset({ItemKind.COMMENT, ItemKind.MENTION}),
    fetch=fetch,
    poll_every=timedelta(minutes=2),
    poll_at_least=timedelta(minutes=30),
    # A reply is a post: the same steps, the same key of our own.
    reply=Flow(WORDS.steps),
    reply_text=dict.fromkeys((ItemKind.COMMENT, ItemKind.MENTION), ANSWER),
    acts={Act.LIKE: _like, Act.UNLIKE: _unlike},
    left_out={ItemKind.MESSAGE: "Messages need a permission that our connection does not ask for."},
)
