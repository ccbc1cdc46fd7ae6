"""How long to wait before trying again, by the kind of trouble. Waiting is a row with a time."""

from __future__ import annotations

import random
from datetime import timedelta

RETRIES = tuple(timedelta(seconds=s) for s in (30, 120, 480, 1800, 7200))
"""After a definite not-sent: 30 s, 2 m, 8 m, 30 m, 2 h."""
LOOKS = tuple(timedelta(seconds=s) for s in (10, 60, 300, 900, 3600))
"""Between looks for a post in doubt: 10 s, 1 m, 5 m, 15 m, 1 h; then a person decides."""
JITTER = 0.1


def retry_wait(attempts: int, told: timedelta | None = None) -> timedelta | None:
    """The wait after the ``attempts``-th failure in a row (from 1); ``None`` when the ladder ends.

    What the platform told us wins over the ladder.
    """
    if attempts > len(RETRIES):
        return None
    if told is not None:
        return told + timedelta(seconds=random.uniform(0, 1))  # noqa: S311 (no secret)
    return _spread(RETRIES[attempts - 1])


def look_wait(looks: int) -> timedelta | None:
    """The wait after the ``looks``-th look that told nothing (from 1); ``None`` when the ladder ends."""
    return _spread(LOOKS[looks - 1]) if looks <= len(LOOKS) else None


def _spread(wait: timedelta) -> timedelta:
    return wait * random.uniform(1, 1 + JITTER)  # noqa: S311 (no secret)
