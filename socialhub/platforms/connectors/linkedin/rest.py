"""How the versioned API is spoken to
(https://learn.microsoft.com/en-us/linkedin/marketing/versioning, read 2026-11).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from socialhub.platforms.values import Account

VERSION = "202609"
"""A version lives for at least a year; after that every call answers 426."""
HEADERS = {"LinkedIn-Version": VERSION, "X-Restli-Protocol-Version": "2.0.0"}
"""Sent with every call under ``rest/``, and with no upload: addresses of uploads take nothing beside the bytes."""
ORGANIZATION, MEMBER = "organization", "person"


def method(name: str) -> dict[str, str]:
    """The headers of a call that Rest.li wants named."""
    return {**HEADERS, "X-RestLi-Method": name}


def encoded(urn: str) -> str:
    """A URN as part of a path."""
    return quote(urn, safe="")


def can_read(account: Account) -> bool:
    """Whether posts and files can be read back: LinkedIn gives no new app the right to a member's."""
    return account.kind == ORGANIZATION


def mapping(value: Any) -> Mapping[str, Any]:
    """``value`` if it is an object, else an empty one."""
    return value if isinstance(value, Mapping) else {}
