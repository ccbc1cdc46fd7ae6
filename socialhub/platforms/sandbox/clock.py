"""The sandbox's own time: it can be pushed forward and made to run faster, so that a 60-day token ages in a
test.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime


class Clock:
    """World time in seconds since the epoch: real time plus an offset, at a chosen rate."""

    def __init__(self, offset: float = 0.0, rate: float = 1.0) -> None:
        self._real = time.time()
        self._world = self._real + offset
        self.rate = rate

    def now(self) -> float:
        """World time, seconds since the epoch."""
        return self._world + (time.time() - self._real) * self.rate

    def moment(self) -> datetime:
        """World time as an aware datetime in UTC."""
        return datetime.fromtimestamp(self.now(), UTC)

    def advance(self, seconds: float) -> None:
        """Push world time forward by `seconds`."""
        self._world += seconds

    def set_rate(self, rate: float) -> None:
        """From now on one real second lasts `rate` world seconds."""
        self._world, self._real = self.now(), time.time()
        self.rate = rate

    @property
    def offset(self) -> float:
        """How far world time is ahead of real time, in seconds."""
        return self.now() - time.time()


def iso(at: float, timespec: str = "milliseconds") -> str:
    """`at` (seconds since the epoch) as ISO 8601 in UTC with a trailing Z."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec=timespec).replace("+00:00", "Z")
