"""Seals on what platforms send us: HMACs compared in constant time, whatever a stranger puts into a header."""

from __future__ import annotations

import base64
import hashlib
import hmac

from socialhub.platforms.values import Secret


def seal(secret: Secret, message: bytes, algorithm: str = "sha256") -> bytes:
    """The HMAC of ``message``; ``algorithm`` is a name that hashlib knows."""
    return hmac.new(secret.reveal().encode(), message, algorithm).digest()


def is_hex_of(header: str, expected: bytes) -> bool:
    """Whether a header is the hexadecimal form of ``expected``; anything else is just no."""
    return _is_same(header.lower(), expected.hex())


def is_base64_of(header: str, expected: bytes) -> bool:
    """Whether a header is the base64 form (with padding) of ``expected``."""
    return _is_same(header, base64.b64encode(expected).decode())


def is_same_text(given: str, expected: str) -> bool:
    """Whether two texts are the same, without telling how far they agree."""
    return _is_same(given, expected)


def is_same_bytes(given: bytes, expected: bytes) -> bool:
    """Whether two seals are the same, in constant time."""
    return hmac.compare_digest(given, expected)


def digest(body: bytes) -> str:
    """The SHA-256 of a body in hexadecimal: its name, by which a second delivery is recognised."""
    return hashlib.sha256(body).hexdigest()


def _is_same(given: str, expected: str) -> bool:
    # compare_digest refuses text that is not ASCII, and a header may be anything.
    return hmac.compare_digest(given.encode("utf-8", "surrogateescape"), expected.encode())
