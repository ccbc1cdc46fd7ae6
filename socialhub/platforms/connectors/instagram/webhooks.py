"""What Instagram tells (https://developers.facebook.com/docs/instagram-platform/webhooks, read 2026-07).

Accounts of Instagram Login are sealed with the Instagram app's secret, those of Facebook Login with the Meta app's.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from socialhub.platforms.connectors._graph.webhooks import handshake, parse_entries, verify
from socialhub.platforms.events import Event, EventKind, Webhooks

from .subscribing import FIELDS, subscribing

KINDS = {"comments": EventKind.COMMENT, "live_comments": EventKind.COMMENT, "mentions": EventKind.MENTION}


def read(field: str, value: Mapping[str, Any]) -> tuple[EventKind, str]:
    """What a change is about. Samples of Instagram Login have messages among the changes."""
    message = value.get("message")
    if field == "messages" and isinstance(message, Mapping):
        kind = EventKind.OTHER if message.get("is_echo") else EventKind.MESSAGE
        return kind, str(message.get("mid") or "")
    kind = KINDS.get(field, EventKind.OTHER)
    return kind, str(value.get("id") or value.get("comment_id") or value.get("media_id") or "")


def parse(body: bytes) -> tuple[Event, ...]:
    """The events of one call, in all three forms that the documentation shows."""
    return parse_entries(body, read)


SOURCE = "https://developers.facebook.com/docs/instagram-platform/webhooks"
webhooks = Webhooks(
    verify=verify,
    parse=parse,
    handshake=handshake,
    repeats_token=True,
    subscribing=subscribing,
    manual=(
        "Accounts of Instagram Login: in the app's dashboard, under “API setup with Instagram login”, enter the "
        f"callback address and the verify token and subscribe to {' and '.join(FIELDS)}. "
        "For Facebook Login that is done by itself."
    ),
    source=SOURCE,
)
