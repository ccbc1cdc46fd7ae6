"""Limit headers (https://developers.pinterest.com/docs/reference/rate-limits/, read 2026-11). Their format is not
documented: seen are lists with windows (``100, 100;w=1``) and resets in seconds left.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from socialhub.platforms.api import LimitReading
from socialhub.platforms.policy import Scope

EPOCH = 10**9
"""A reset above this is a moment, not a number of seconds."""


def read_limits(headers: Mapping[str, str], now: datetime) -> tuple[LimitReading, ...]:
    """The one reading that an answer has."""
    limit, left, reset = (
        _first(headers.get(f"x-ratelimit-{part}", "")) for part in ("limit", "remaining", "reset")
    )
    if limit is None or left is None:
        return ()
    return (LimitReading("requests", limit, left, _moment(reset, now), scope=Scope.CALL),)


def _first(value: str) -> int | None:
    found = re.match(r"\s*(\d+)", value)
    return int(found[1]) if found else None


def _moment(reset: int | None, now: datetime) -> datetime | None:
    if reset is None:
        return None
    return datetime.fromtimestamp(reset, UTC) if reset > EPOCH else now + timedelta(seconds=reset)
