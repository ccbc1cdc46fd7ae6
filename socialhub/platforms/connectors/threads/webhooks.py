"""What Threads tells, in an envelope of its own
(https://developers.facebook.com/docs/threads/webhooks, read 2026-07).

Which secret seals is not said: every secret of the app is tried.
"""

from __future__ import annotations

from collections.abc import Mapping

from socialhub.platforms.connectors._graph.webhooks import handshake, load, verify
from socialhub.platforms.events import Event, EventKind, Unreadable, Webhooks, at_seconds, mappings

KINDS = {
    "replies": EventKind.COMMENT,
    "mentions": EventKind.MENTION,
    "delete": EventKind.POST_REMOVED,
    "publish": EventKind.POST_LIVE,
}
SOURCE = "https://developers.facebook.com/docs/threads/webhooks"


def parse(body: bytes) -> tuple[Event, ...]:
    """One topic, one target, one value or several."""
    whole = load(body)
    if not isinstance(whole, Mapping):
        raise Unreadable("no object")
    values = whole.get("values")
    found = []
    for item in mappings(values if isinstance(values, list) else [values]):
        value = item.get("value")
        if not isinstance(value, Mapping):
            continue
        field, subject = str(item.get("field", "")), str(value.get("id", ""))
        moment = value.get("deleted_at") or value.get("timestamp") or ""
        key = f"{field}:{subject}:{moment}"
        kind, account = KINDS.get(field, EventKind.OTHER), str(whole.get("target_id", ""))
        found.append(Event(kind, key, account, subject, at_seconds(whole.get("time")), dict(value)))
    return tuple(found)


webhooks = Webhooks(verify=verify, parse=parse, handshake=handshake, repeats_token=True, source=SOURCE)
