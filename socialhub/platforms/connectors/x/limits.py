"""Limit headers: the window's, and the day's where X sends them; resets in epoch seconds
(https://docs.x.com/x-api/fundamentals/rate-limits, read 2026-08).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from socialhub.platforms.api import LimitReading
from socialhub.platforms.policy import Scope

FAMILIES = {
    # Each endpoint has a window of its own.
    ("requests", Scope.CALL): "x-rate-limit",
    # Not in the documentation, seen on posting: spent ones outlast the window.
    ("posts_day", Scope.APP): "x-app-limit-24hour",
    ("user_day", Scope.ACCOUNT): "x-user-limit-24hour",
}


def read_limits(headers: Mapping[str, str], now: datetime) -> tuple[LimitReading, ...]:
    """One reading for each family that the answer has."""
    found = []
    for (name, scope), prefix in FAMILIES.items():
        limit, left, reset = (headers.get(f"{prefix}-{part}", "") for part in ("limit", "remaining", "reset"))
        if limit.isdigit() and left.isdigit():
            resets_at = datetime.fromtimestamp(int(reset), UTC) if reset.isdigit() else None
            found.append(LimitReading(name, int(limit), int(left), resets_at, scope=scope))
    return tuple(found)
