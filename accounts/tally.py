"""Counting the uses of a quota inside its window. Only arithmetic: rows and locks are in ``limits.py``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from socialhub.platforms.policy import Quota

GRAINS = 96
"""Uses within this part of a window are kept as one line."""


@dataclass(frozen=True)
class Use:
    """``cost`` was used between two moments; it counts until the later one is free again."""

    first: datetime
    last: datetime
    cost: int


@dataclass(frozen=True)
class Told:
    """What the platform said: so much was used at that moment, of so much; believed until ``until``."""

    used: int
    limit: int
    at: datetime
    until: datetime


@dataclass(frozen=True)
class Tally:
    """The uses of one quota; ``scope`` names who shares it."""

    quota: Quota
    uses: tuple[Use, ...] = ()
    told: Told | None = None
    scope: str = ""

    def limit(self, now: datetime) -> int:
        """How much a window takes, by the platform's last word or the connector's."""
        return self.told.limit if self.told and self.told.until > now else self.quota.limit

    def used(self, now: datetime) -> int:
        """How much of the window that ends now is used: our count, or the platform's with what came since."""
        own = sum(use.cost for use in self.uses if self._counts(use, now))
        if self.told is None or self.told.until <= now:
            return own
        since = sum(use.cost for use in self.uses if use.last > self.told.at)
        return max(own, self.told.used + since)

    def fits(self, cost: int, now: datetime) -> bool:
        """Whether that much may be used now. What no window could ever take is left to the platform to refuse."""
        return self.used(now) + min(cost, self.limit(now)) <= self.limit(now)

    def free_at(self, cost: int, now: datetime) -> datetime:
        """When that much fits if nothing else is used meanwhile."""
        told_end = [self.told.until] if self.told and self.told.until > now else []
        moments = sorted({self.quota.frees(use.last) for use in self.uses} | set(told_end))
        return next((at for at in moments if at >= now and self.fits(cost, at)), now)

    def add(self, cost: int, now: datetime) -> Tally:
        """With one more use; what counts no longer is forgotten."""
        kept = [use for use in self.uses if self._counts(use, now)]
        if kept and now - kept[-1].first < self.quota.window / GRAINS:
            last = kept.pop()
            # Whoever waited for the lock may come with an earlier time.
            kept.append(Use(min(now, last.first), max(now, last.last), last.cost + cost))
        else:
            kept.append(Use(now, now, cost))
        return replace(self, uses=tuple(kept))

    def take_back(self, cost: int, used_at: datetime) -> Tally:
        """Without a use that came to nothing."""
        uses = []
        for use in self.uses:
            if use.first <= used_at <= use.last and cost:
                cost, use = 0, replace(use, cost=max(0, use.cost - cost))  # noqa: PLW2901
            if use.cost:
                uses.append(use)
        return replace(self, uses=tuple(uses))

    def _counts(self, use: Use, now: datetime) -> bool:
        return self.quota.frees(use.last) > now


def uses_from(stored: Sequence[Sequence[float]]) -> tuple[Use, ...]:
    """The uses as a row keeps them."""
    return tuple(
        Use(datetime.fromtimestamp(first, UTC), datetime.fromtimestamp(last, UTC), int(cost))
        for first, last, cost in stored
    )


def as_stored(uses: Sequence[Use]) -> list[list[float]]:
    """The uses as a row keeps them."""
    return [[use.first.timestamp(), use.last.timestamp(), use.cost] for use in uses]


def told_from(stored: Sequence[float]) -> Told:
    """The platform's word as a row keeps it."""
    used, limit, at, until = stored
    return Told(int(used), int(limit), datetime.fromtimestamp(at, UTC), datetime.fromtimestamp(until, UTC))
