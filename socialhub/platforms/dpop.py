"""Tokens that are bound to a key: DPoP (RFC 9449, https://www.rfc-editor.org/rfc/rfc9449, read 2026-11).

A login makes a key of its own, and each request carries a proof signed with it: for this method, this address, this
token, once. Servers hand out nonces that a proof must repeat; a refusal that asks for one says that nothing was done.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
from collections import OrderedDict
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from socialhub.platforms.values import Secret

_SIZE = 32
_MOST_NONCES = 4096


def new_key() -> Secret:
    """A fresh P-256 key: its 32 secret bytes in base64url, from which the public half follows."""
    number = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value
    return Secret(_b64(number.to_bytes(_SIZE)))


def public_key(key: Secret) -> dict[str, str]:
    """The public half as a JWK (RFC 7517), members in the order that RFC 7638 hashes."""
    numbers = _private(key).public_key().public_numbers()
    return dict(crv="P-256", kty="EC", x=_b64(numbers.x.to_bytes(_SIZE)), y=_b64(numbers.y.to_bytes(_SIZE)))


def thumbprint(key: Secret) -> str:
    """The name of a key (RFC 7638): no secret."""
    return _digest(json.dumps(public_key(key), separators=(",", ":")))


def sign(key: Secret, header: Mapping[str, Any], claims: Mapping[str, Any]) -> str:
    """A JWT under ES256 (RFC 7518 §3.4: the two numbers of the signature side by side)."""
    parts = [json.dumps(part, separators=(",", ":")) for part in ({"alg": "ES256", **header}, claims)]
    body = ".".join(_b64(part.encode()) for part in parts)
    r, s = decode_dss_signature(_private(key).sign(body.encode(), ec.ECDSA(hashes.SHA256())))
    return f"{body}.{_b64(r.to_bytes(_SIZE) + s.to_bytes(_SIZE))}"


def prove(
    key: Secret, method: str, url: str, *, now: datetime, nonce: str = "", access: Secret | None = None
) -> str:
    """The proof for one request; ``access`` is the token that goes with it, if one does."""
    claims: dict[str, Any] = {
        "jti": secrets.token_urlsafe(16),
        "htm": method,
        "htu": url.partition("?")[0].partition("#")[0],
        "iat": int(now.timestamp()),
    }
    if nonce:
        claims["nonce"] = nonce
    if access is not None:
        claims["ath"] = _digest(access.reveal())
    return sign(key, {"typ": "dpop+jwt", "jwk": public_key(key)}, claims)


def asks_for_nonce(status: int, headers: Mapping[str, str], body: bytes) -> bool:
    """Whether an answer refused a proof for its nonce alone: RFC 9449 §8 (in the body) and §9 (in a header)."""
    if status not in {400, 401} or not headers.get("dpop-nonce"):
        return False
    if "use_dpop_nonce" in headers.get("www-authenticate", ""):
        return True
    try:
        said = json.loads(body)
    except ValueError:
        return False
    return isinstance(said, Mapping) and said.get("error") == "use_dpop_nonce"


class Nonces:
    """The last nonce of each server for each key. Safe to use from many threads; old ones fall out."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[str, str], str] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Secret, url: str) -> str:
        """What a proof for that server repeats; empty before the first answer."""
        with self._lock:
            return self._known.get(_place(key, url), "")

    def keep(self, key: Secret, url: str, headers: Mapping[str, str]) -> None:
        """Note the nonce of an answer, if it has one."""
        if nonce := headers.get("dpop-nonce", ""):
            with self._lock:
                self._known[_place(key, url)] = nonce
                self._known.move_to_end(_place(key, url))
                if len(self._known) > _MOST_NONCES:
                    self._known.popitem(last=False)


def _place(key: Secret, url: str) -> tuple[str, str]:
    return thumbprint(key), urlsplit(url).netloc


def _private(key: Secret) -> ec.EllipticCurvePrivateKey:
    raw = base64.urlsafe_b64decode(key.reveal() + "=")
    return ec.derive_private_key(int.from_bytes(raw), ec.SECP256R1())


def _digest(value: str) -> str:
    return _b64(hashlib.sha256(value.encode()).digest())


def _b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
