"""What Facebook tells of a Page
(https://developers.facebook.com/docs/graph-api/webhooks/reference/page, read 2026-07).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from socialhub.platforms.connectors._graph.subscribing import page_subscribing
from socialhub.platforms.connectors._graph.webhooks import handshake, parse_entries, verify
from socialhub.platforms.events import Event, EventKind, Webhooks

SOURCE = "https://developers.facebook.com/docs/graph-api/webhooks/reference/page"
POSTS = frozenset({"post", "status", "photo", "video", "share", "album", "reel"})


def read(field: str, value: Mapping[str, Any]) -> tuple[EventKind, str]:
    """What a change of a Page is about."""
    item, verb = value.get("item"), value.get("verb")
    if field == "feed" and item == "comment":
        return (EventKind.COMMENT if verb != "remove" else EventKind.OTHER), str(value.get("comment_id", ""))
    if field == "feed" and item in POSTS and verb == "remove":
        return EventKind.POST_REMOVED, str(value.get("post_id", ""))
    if field == "mention":
        return EventKind.MENTION, str(value.get("comment_id") or value.get("post_id") or "")
    return EventKind.OTHER, ""


def parse(body: bytes) -> tuple[Event, ...]:
    """The events of one call: up to a thousand, in no order."""
    return parse_entries(body, read)


webhooks = Webhooks(
    verify=verify,
    parse=parse,
    handshake=handshake,
    repeats_token=True,
    subscribing=page_subscribing("page", ("feed", "messages")),
    source=SOURCE,
)
