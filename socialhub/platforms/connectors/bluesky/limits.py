"""Limit headers: the reset is a moment in UNIX seconds, the tightest limit is told
(https://docs.bsky.app/docs/advanced-guides/rate-limits, read 2026-04).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from socialhub.platforms.api import LimitReading


def read_limits(headers: Mapping[str, str], now: datetime) -> tuple[LimitReading, ...]:
    """RateLimit-Limit, -Remaining and -Reset; nothing where they are missing or no numbers."""
    limit, remaining = headers.get("ratelimit-limit", ""), headers.get("ratelimit-remaining", "")
    if not (limit.isdigit() and remaining.isdigit()):
        return ()
    try:
        resets_at: datetime | None = datetime.fromtimestamp(int(headers.get("ratelimit-reset", "")), UTC)
    except (ValueError, OverflowError, OSError):
        resets_at = None
    return (LimitReading("points", int(limit), int(remaining), resets_at),)
