"""What LinkedIn tells of an organisation
(https://learn.microsoft.com/en-us/linkedin/shared/api-guide/webhook-validation, read 2026-07).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from socialhub.platforms.events import (
    Call,
    Event,
    EventKind,
    Reply,
    Unreadable,
    Webhooks,
    at_seconds,
    mappings,
)
from socialhub.platforms.signatures import is_hex_of, seal
from socialhub.platforms.values import Secret

KINDS = {
    "COMMENT": EventKind.COMMENT,
    "COMMENT_EDIT": EventKind.COMMENT,
    "SHARE_MENTION": EventKind.MENTION,
}
SOURCE = "https://learn.microsoft.com/en-us/linkedin/shared/api-guide/webhook-validation"
PREFIX = b"hmacsha256="
"""Part of what is sealed, not of the header; some send it there as well."""


def handshake(call: Call, secrets: Sequence[Secret], tokens: Sequence[str]) -> Reply | None:
    """The code with its seal; asked again every two hours."""
    code = call.query.get("challengeCode", "")
    if not code or not secrets:
        return None
    answer = {"challengeCode": code, "challengeResponse": seal(secrets[0], code.encode()).hex()}
    return Reply(json.dumps(answer), "application/json")


def verify(call: Call, secret: Secret, now: datetime) -> bool:
    """``X-LI-Signature: <hex>``."""
    given = call.header("x-li-signature").removeprefix(PREFIX.decode())
    return is_hex_of(given, seal(secret, PREFIX + call.body))


def parse(body: bytes) -> tuple[Event, ...]:
    """Up to ten notifications."""
    try:
        whole = json.loads(body)
    except ValueError:
        raise Unreadable("no JSON") from None
    if not isinstance(whole, Mapping):
        raise Unreadable("no object")
    return tuple(
        Event(
            KINDS.get(str(item.get("action")), EventKind.OTHER),
            f"{item.get('subscriber', '')}:{item.get('notificationId', '')}",
            str(item.get("organizationalEntity", "")),
            str(item.get("generatedActivity") or item.get("sourcePost") or ""),
            at_seconds(item.get("lastModifiedAt")),
            dict(item),
        )
        for item in mappings(whole.get("notifications"))
    )


webhooks = Webhooks(
    verify=verify,
    parse=parse,
    handshake=handshake,
    manual=(
        "LinkedIn calls apps with an approved use case alone, and the hub does not subscribe pages yet: comments"
        " are asked for instead. Calls that an app of yours is subscribed to are taken in."
    ),
    source=SOURCE,
)
