"""Usage headers of the Graph API: shares in percent, waits in minutes
(https://developers.facebook.com/docs/graph-api/overview/rate-limiting, read 2026-06).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from socialhub.platforms.api import LimitReading
from socialhub.platforms.policy import Scope


def read_limits(headers: Mapping[str, str], now: datetime) -> tuple[LimitReading, ...]:
    """One reading a header family; a malformed header is as good as none."""
    readings = []
    # x-page-usage is no longer in the documentation, and still seen.
    for name in ("app", "page"):
        usage = _parsed(headers.get(f"x-{name}-usage", ""))
        if usage:
            scope = Scope.APP if name == "app" else Scope.ACCOUNT
            readings.append(LimitReading(name, used=_used(usage), scope=scope))
    for line in _lines(_parsed(headers.get("x-business-use-case-usage", ""))):
        minutes = line.get("estimated_time_to_regain_access")
        resets_at = now + timedelta(minutes=minutes) if isinstance(minutes, int) and minutes > 0 else None
        readings.append(
            LimitReading(str(line.get("type") or "business"), resets_at=resets_at, used=_used(line))
        )
    return tuple(readings)


def _parsed(header: str) -> Mapping[str, Any]:
    try:
        value = json.loads(header) if header else {}
    except ValueError:
        return {}
    return value if isinstance(value, Mapping) else {}


def _lines(usage: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for lines in usage.values():
        for line in lines if isinstance(lines, list) else ():
            if isinstance(line, Mapping):
                yield line


def _used(usage: Mapping[str, Any]) -> float:
    shares = [usage.get(name) for name in ("call_count", "total_cputime", "total_time")]
    return max((share for share in shares if isinstance(share, (int, float))), default=0) / 100
