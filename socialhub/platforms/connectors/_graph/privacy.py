"""How Meta asks to forget a person: a signed request, to the callbacks for deauthorising and for deleting alike
(https://developers.facebook.com/docs/development/create-an-app/app-dashboard/data-deletion-callback, read 2026-07).
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping

from socialhub.platforms.events import at_seconds
from socialhub.platforms.privacy import Notice, Privacy
from socialhub.platforms.signatures import is_same_bytes, seal
from socialhub.platforms.values import Secret

DELETION = (
    "https://developers.facebook.com/docs/development/create-an-app/app-dashboard/data-deletion-callback"
)


def read_signed_request(form: Mapping[str, str], secret: Secret) -> Notice | None:
    """The notice in ``signed_request``; ``None`` where this secret did not seal it or it is no such thing.

    The seal is over the encoded payload, and nothing is decoded before it fits.
    """
    signature, dot, payload = form.get("signed_request", "").partition(".")
    given = _decode(signature)
    if not dot or not payload or given is None or not payload.isascii():
        return None
    if not is_same_bytes(given, seal(secret, payload.encode())):
        return None
    body = _decode(payload)
    try:
        told = json.loads(body or b"")
    except ValueError:
        return None
    if not isinstance(told, dict) or str(told.get("algorithm", "")).upper() != "HMAC-SHA256":
        return None
    person = told.get("user_id")
    if isinstance(person, bool) or not isinstance(person, int | str) or not str(person):
        return None
    return Notice(str(person), given.hex(), at_seconds(told.get("issued_at")))


def _decode(text: str) -> bytes | None:
    """URL-safe base64 without its padding; ``None`` for anything else."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None


privacy = Privacy(read_signed_request, source=DELETION)
