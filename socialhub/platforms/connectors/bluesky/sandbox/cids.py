"""Names of content."""

from __future__ import annotations

import base64
import hashlib


def cid_of(data: bytes, codec: int) -> str:
    """A version 1 CID over SHA-256: codec 0x55 for raw bytes, 0x71 for records."""
    multihash = bytes((1, codec, 0x12, 0x20)) + hashlib.sha256(data).digest()
    return "b" + base64.b32encode(multihash).decode().lower().rstrip("=")
