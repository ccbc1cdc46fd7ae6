"""What a platform's terms bind us to: quotas that we must stay inside, how long data may be kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo


class Scope(StrEnum):
    """Who shares a limit."""

    ACCOUNT = "account"
    APP = "app"
    CALL = "call"
    """The calls of one kind for one account: the platform counts each endpoint on its own."""


@dataclass(frozen=True)
class Quota:
    """``limit`` uses of ``name`` in each ``window``; ``per_post`` is what one published post costs.

    ``limit`` is what holds when the platform has not told us better. The window rolls, unless ``resets`` names the
    zone whose midnight begins a new one. Windows that begin at other moments are counted as rolling too: that is
    never too lenient.
    """

    name: str
    limit: int
    window: timedelta
    scope: Scope = Scope.ACCOUNT
    per_post: int = 1
    resets: str = ""
    source: str = ""

    @property
    def posts(self) -> int:
        """How many posts a window takes."""
        return self.limit // self.per_post

    def frees(self, used_at: datetime) -> datetime:
        """When a use at that time counts no longer."""
        return next_midnight(used_at, self.resets) if self.resets else used_at + self.window


def next_midnight(moment: datetime, zone: str) -> datetime:
    """When the next day begins there, in UTC, also over a change of the clocks."""
    tomorrow = moment.astimezone(ZoneInfo(zone)) + timedelta(days=1)
    return tomorrow.replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)


@dataclass(frozen=True)
class Policy:
    """Rules for data of a platform. ``keep`` is ``None`` where the terms set no end."""

    keep: timedelta | None = None
    may_mix_with_others: bool = True
