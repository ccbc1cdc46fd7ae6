"""What X tells (https://docs.x.com/x-api/webhooks/introduction and …/activity, read 2026-07).

Checks of our address and seals are made with the app's consumer secret, which is not the OAuth 2 client secret.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from socialhub.platforms.events import Call, Event, EventKind, Reply, Unreadable, Webhooks
from socialhub.platforms.signatures import is_base64_of, seal
from socialhub.platforms.values import Secret

from .subscribing import subscribing

KINDS = {
    "post.reply.create": EventKind.COMMENT,
    "post.quote.create": EventKind.MENTION,
    "post.mention.create": EventKind.MENTION,
    "dm.received": EventKind.MESSAGE,
    "post.delete": EventKind.POST_REMOVED,
    "post.create": EventKind.POST_LIVE,
    "oauth.revoke": EventKind.REVOKED,
}
SOURCE = "https://docs.x.com/x-api/webhooks/introduction"


def handshake(call: Call, secrets: Sequence[Secret], tokens: Sequence[str]) -> Reply | None:
    """The token sealed. X does not say which app asks, so this needs exactly one app on the hub."""
    token = call.query.get("crc_token", "")
    if not token or not secrets:
        return None
    sealed = base64.b64encode(seal(secrets[0], token.encode())).decode()
    return Reply(json.dumps({"response_token": f"sha256={sealed}"}), "application/json")


def verify(call: Call, secret: Secret, now: datetime) -> bool:
    """``x-twitter-webhooks-signature: sha256=<base64>``."""
    algorithm, _, value = call.header("x-twitter-webhooks-signature").partition("=")
    return algorithm == "sha256" and is_base64_of(value, seal(secret, call.body))


def parse(body: bytes) -> tuple[Event, ...]:
    """The one event of a call, with an id of its own."""
    try:
        data = json.loads(body)["data"]
        payload, name = data.get("payload") or {}, str(data.get("event_type", ""))
        includes = data.get("includes")
        account = str((data.get("filter") or {}).get("user_id") or payload.get("user_id") or "")
        key = str(data["event_uuid"])
    except (ValueError, TypeError, KeyError, AttributeError):
        raise Unreadable("no event") from None
    if not isinstance(payload, Mapping):
        raise Unreadable("no payload")
    told = {**payload, "includes": includes} if isinstance(includes, Mapping) else dict(payload)
    return (Event(KINDS.get(name, EventKind.OTHER), key, account, str(payload.get("id", "")), None, told),)


webhooks = Webhooks(
    verify=verify,
    parse=parse,
    handshake=handshake,
    secret_field="consumer_secret",
    subscribing=subscribing,
    source=SOURCE,
)
