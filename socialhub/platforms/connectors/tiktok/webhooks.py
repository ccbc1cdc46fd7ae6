"""What TikTok tells (https://developers.tiktok.com/doc/webhooks-events, …/webhooks-verification, read 2026-07).

There is no handshake. A seal names its time; whether retries are sealed anew is not said, so an old time alone
refuses nothing: the same body is taken once in any case.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from socialhub.platforms.events import ERASE_NOW, Call, Event, EventKind, Unreadable, Webhooks, at_seconds
from socialhub.platforms.signatures import is_hex_of, seal
from socialhub.platforms.values import Secret

KINDS = {
    "authorization.removed": EventKind.REVOKED,
    "post.publish.complete": EventKind.POST_LIVE,
    "post.publish.publicly_available": EventKind.POST_LIVE,
    "post.publish.failed": EventKind.POST_FAILED,
    # TikTok's own spelling, and what it may become.
    "post.publish.no_longer_publicaly_available": EventKind.POST_REMOVED,
    "post.publish.no_longer_publicly_available": EventKind.POST_REMOVED,
}
SOURCE = "https://developers.tiktok.com/doc/webhooks-events"
ACCOUNT_DELETED = 2
"""The reason of an ``authorization.removed`` after which there is nobody who could come back."""


def verify(call: Call, secret: Secret, now: datetime) -> bool:
    """``TikTok-Signature: t=<seconds>,s=<hex>`` over time, a point and the body."""
    parts = dict(part.partition("=")[::2] for part in call.header("tiktok-signature").split(","))
    stamp = parts.get("t", "")
    if not (stamp.isascii() and stamp.isdigit()):
        return False
    return is_hex_of(parts.get("s", ""), seal(secret, stamp.encode() + b"." + call.body))


def parse(body: bytes) -> tuple[Event, ...]:
    """The one event of a call; its content is JSON inside of JSON."""
    try:
        whole: Any = json.loads(body)
        content: Any = json.loads(whole["content"]) if whole.get("content") else {}
    except (ValueError, TypeError, KeyError, AttributeError):
        raise Unreadable("no event") from None
    if not isinstance(content, Mapping):
        raise Unreadable("no content")
    name, at = str(whole.get("event", "")), whole.get("create_time")
    subject = str(content.get("post_id") or content.get("publish_id") or "")
    key = f"{name}:{content.get('publish_id', '')}:{content.get('post_id', '')}:{at}"
    kind, data = KINDS.get(name, EventKind.OTHER), dict(content)
    if kind is EventKind.REVOKED and content.get("reason") == ACCOUNT_DELETED:
        data[ERASE_NOW] = True
    return (Event(kind, key, str(whole.get("user_openid", "")), subject, at_seconds(at), data),)


webhooks = Webhooks(verify=verify, parse=parse, source=SOURCE)
