"""What Threads tells, in an envelope of its own
(https://developers.facebook.com/docs/threads/webhooks, read 2026-07).

Which secret seals is not said: every secret of the app is tried.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from socialhub.platforms.connectors._graph.webhooks import handshake, load, verify
from socialhub.platforms.events import Event, EventKind, Unreadable, Webhooks, at_seconds, mappings

KINDS = {
    "replies": EventKind.COMMENT,
    "mentions": EventKind.MENTION,
    "delete": EventKind.POST_REMOVED,
    "publish": EventKind.POST_LIVE,
}
OWNERS = {"replies": ("root_post", "owner_id"), "delete": ("owner", "owner_id")}
"""Where a change names the profile whose post it is about."""
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
        kind, at = KINDS.get(field, EventKind.OTHER), at_seconds(whole.get("time"))
        for account in _accounts(field, value, str(whole.get("target_id", ""))):
            found.append(Event(kind, key, account, subject, at, dict(value)))
    return tuple(found)


def _accounts(field: str, value: Mapping[str, Any], target: str) -> list[str]:
    """Whom it may be about. Whether ``target_id`` is the profile or its post is not said: the owner is named too, and
    an id that no account of ours has changes nothing.
    """
    place, name = OWNERS.get(field, ("", ""))
    owner = value.get(place)
    named = str(owner.get(name) or "") if isinstance(owner, Mapping) else ""
    return list(dict.fromkeys([target, named] if named else [target]))


webhooks = Webhooks(
    verify=verify,
    parse=parse,
    handshake=handshake,
    repeats_token=True,
    manual=(
        "In the app's dashboard, under the Threads use case: add “Get real-time notifications with Threads "
        "Webhooks”, enter the callback address and the verify token, and subscribe to replies and delete (topic "
        "moderate) and to mentions (topic interaction). The app has to be live."
    ),
    source=SOURCE,
)
