"""Leaving room for posts: what a platform says of its limits while figures are read, as it holds for reading.

A refusal while reading closes reading alone, for some platforms count such calls apart; where posts share the limit,
they are told so themselves. And reading stops long before a shared limit is used up.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from accounts.limits import FOR_POSTS
from socialhub.platforms.api import LimitReading
from socialhub.platforms.policy import Scope

_OF_READING = {Scope.ACCOUNT: Scope.CALL, Scope.APP: Scope.APP_CALL}
BREATH = timedelta(minutes=5)
"""How long to wait where a platform tells how much is used, but not until when."""
REASON = "What is left of the limit is for posts."


def heard(readings: Iterable[LimitReading], now: datetime) -> list[LimitReading]:
    """The same readings for limits that all share, and those that close reading."""
    found: list[LimitReading] = []
    for reading in readings:
        if reading.name == "refused":
            found.append(replace(reading, scope=_OF_READING.get(reading.scope, reading.scope)))
            continue
        found.append(reading)
        if not reading.is_spent and _is_tight(reading):
            scope = _OF_READING.get(reading.scope, reading.scope)
            until = reading.resets_at or now + BREATH
            found.append(LimitReading("tight", remaining=0, resets_at=until, scope=scope, reason=REASON))
    return found


def _is_tight(reading: LimitReading) -> bool:
    if reading.scope is Scope.CALL:  # nobody else makes these calls
        return False
    if reading.limit and reading.remaining is not None:
        return reading.remaining < reading.limit * FOR_POSTS
    return reading.used is not None and reading.used > 1 - FOR_POSTS
