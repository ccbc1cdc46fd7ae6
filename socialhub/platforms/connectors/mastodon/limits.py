"""Limit headers: the reset is a moment in ISO 8601 (https://docs.joinmastodon.org/api/rate-limits/)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from socialhub.platforms.api import LimitReading
from socialhub.platforms.policy import Scope


def read_limits(headers: Mapping[str, str], now: datetime) -> tuple[LimitReading, ...]:
    """X-RateLimit-Limit, -Remaining and -Reset; nothing where they are missing or no numbers."""
    limit, remaining = headers.get("x-ratelimit-limit", ""), headers.get("x-ratelimit-remaining", "")
    if not (limit.isdigit() and remaining.isdigit()):
        return ()
    try:
        resets_at: datetime | None = datetime.fromisoformat(headers.get("x-ratelimit-reset", ""))
    except ValueError:
        resets_at = None
    if resets_at is not None and resets_at.tzinfo is None:
        resets_at = None
    return (LimitReading("requests", int(limit), int(remaining), resets_at, scope=Scope.CALL),)
