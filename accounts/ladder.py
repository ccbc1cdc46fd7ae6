"""How long to wait before trying again, by the kind of trouble. Waiting is a row with a time."""

from __future__ import annotations

import random
from datetime import timedelta

RETRIES = tuple(timedelta(seconds=s) for s in (30, 120, 480, 1800, 7200))
"""After a definite not-sent: 30 s, 2 m, 8 m, 30 m, 2 h."""
LOOKS = tuple(timedelta(seconds=s) for s in (10, 60, 300, 900, 3600))
"""Between looks for a post in doubt: 10 s, 1 m, 5 m, 15 m, 1 h; then a person decides."""
BACKOFF_BASE, BACKOFF_MOST, BACKOFF_STEPS = timedelta(seconds=1), timedelta(seconds=60), 7
"""A limit without a time that met a request which changes nothing: 1, 2, 4 … 60 s, then the ladder above."""
JITTER = 0.1


def retry_wait(attempts: int, told: timedelta | None = None) -> timedelta | None:
    """The wait after the ``attempts``-th failure in a row (from 1); ``None`` when the ladder ends.

    What the platform told us wins over the ladder.
    """
    if attempts > len(RETRIES):
        return None
    if told is not None:
        return told + scatter()
    return _spread(RETRIES[attempts - 1])


def backoff(attempts: int) -> timedelta | None:
    """The wait after the ``attempts``-th safe request in a row that a limit stopped without saying for how long.

    Half of each step is chance, so that many who were stopped together do not come back together.
    """
    if attempts > BACKOFF_STEPS:
        return retry_wait(attempts - BACKOFF_STEPS)
    whole = min(BACKOFF_MOST, BACKOFF_BASE * int(2 ** (attempts - 1)))
    return whole * random.uniform(0.5, 1)  # noqa: S311 (no secret)


def look_wait(looks: int) -> timedelta | None:
    """The wait after the ``looks``-th look that told nothing (from 1); ``None`` when the ladder ends."""
    return _spread(LOOKS[looks - 1]) if looks <= len(LOOKS) else None


def scatter() -> timedelta:
    """Up to a second, so that those who wait for the same moment do not come at once."""
    return timedelta(seconds=random.uniform(0, 1))  # noqa: S311 (no secret)


def _spread(wait: timedelta) -> timedelta:
    return wait * random.uniform(1, 1 + JITTER)  # noqa: S311 (no secret)
