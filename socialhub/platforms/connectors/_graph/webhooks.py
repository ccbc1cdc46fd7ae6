"""How Meta calls: one handshake, one signature, one envelope
(https://developers.facebook.com/docs/graph-api/webhooks/getting-started, read 2026-07).

The signature is over the bytes as they came: Meta escapes what is not ASCII, so parsing and writing anew breaks it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from socialhub.platforms.events import Call, Event, EventKind, Reply, Unreadable, at_seconds, mappings
from socialhub.platforms.signatures import digest, is_hex_of, is_same_text, seal
from socialhub.platforms.values import Secret

REPEATABLE = frozenset({"edited", "edit", "hide", "unhide"})
"""What may happen to one comment more than once; its time of creation stays the same."""
Read = Callable[[str, Mapping[str, Any]], tuple[EventKind, str]]
"""By field and value: what it is, and the id of what it is about."""


def handshake(call: Call, secrets: Sequence[Secret], tokens: Sequence[str]) -> Reply | None:
    """The challenge as it came, for whoever knows our verify token."""
    given = call.query.get("hub.verify_token", "")
    known = any(is_same_text(given, token) for token in tokens)
    if call.query.get("hub.mode") != "subscribe" or not known:
        return None
    return Reply(call.query.get("hub.challenge", ""))


def verify(call: Call, secret: Secret, now: datetime) -> bool:
    """``X-Hub-Signature-256: sha256=<hex>``. The older one with SHA-1 is not looked at."""
    algorithm, _, value = call.header("x-hub-signature-256").partition("=")
    return algorithm == "sha256" and is_hex_of(value, seal(secret, call.body))


def load(body: bytes) -> Any:
    """The JSON of a body."""
    try:
        return json.loads(body)
    except ValueError:
        raise Unreadable("no JSON") from None


def entries(body: bytes) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Account id and entry of each entry. Samples of Instagram Login wrap the whole in a list."""
    whole = load(body)
    for envelope in mappings(whole if isinstance(whole, list) else [whole]):
        for entry in mappings(envelope.get("entry")):
            yield str(entry.get("id", "")), entry


def changes(entry: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Field and value of each change; some samples have both right in the entry."""
    for change in [*mappings(entry.get("changes")), entry]:
        value = change.get("value")
        if isinstance(value, Mapping):
            yield str(change.get("field", "")), value


def parse_entries(body: bytes, read: Read) -> tuple[Event, ...]:
    """The events of an envelope; our own actions are left out. There is no id of a delivery, so keys are made."""
    found = []
    for account, entry in entries(body):
        at = at_seconds(entry.get("time"))
        for field, value in changes(entry):
            author = value.get("from")
            if isinstance(author, Mapping) and str(author.get("id", "")) == account:
                continue
            kind, subject = read(field, value)
            key = f"{field}:{subject}:{value.get('verb', '')}:{value.get('created_time', '')}"
            if value.get("verb") in REPEATABLE:
                key += f":{entry.get('time', '')}"
            found.append(Event(kind, key if subject else _name(value), account, subject, at, dict(value)))
        for item in mappings(entry.get("messaging")):
            message = item.get("message")
            if isinstance(message, Mapping) and not message.get("is_echo"):
                mid = str(message.get("mid", ""))
                sent = at_seconds(item.get("timestamp")) or at
                # Taking a message back is told under the id of the message.
                key = f"mid:{mid}:deleted" if message.get("is_deleted") else f"mid:{mid}"
                found.append(Event(EventKind.MESSAGE, key, account, mid, sent, dict(item)))
    return tuple(found)


def _name(value: Mapping[str, Any]) -> str:
    return digest(json.dumps(value, sort_keys=True).encode())
