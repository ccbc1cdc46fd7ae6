"""What a platform's terms bind us to: quotas that we must stay inside, how long data may be kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo


class Scope(StrEnum):
    """Who shares a limit."""

    ACCOUNT = "account"
    APP = "app"
    CALL = "call"
    """The calls of one kind for one account: the platform counts each endpoint on its own."""
    APP_CALL = "app_call"
    """The calls of one kind for all accounts of the app."""


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


class DataClass(StrEnum):
    """What we hold that came from a platform, by how terms treat it."""

    PROFILE = "profile"
    """Name, handle and picture of a connected account."""
    PEOPLE = "people"
    """Names, handles and pictures of others: who commented, who wrote."""
    WORDS = "words"
    """What others wrote."""
    METRICS = "metrics"
    """Numbers about a connected account and its posts."""
    CALLS = "calls"
    """Calls of the platform as they came."""


@dataclass(frozen=True)
class Policy:
    """Rules for data of a platform.

    ``keep`` is how long each class may be held since it was last read, where the terms set an end; what is past it
    is erased by a sweep. ``erase_within`` is how soon a person's data must be gone once they asked or withdrew our
    access; ``erase_lost`` how soon where their access can no longer be renewed, ``None`` where the terms leave that
    to us; with ``erase_disconnected`` ending the connection in the hub counts as asking. ``display`` are the rules
    for showing it, for people who run the hub to read; ``source`` is where all of this stands.

    ``reasons`` says of each scope what it is for, and ``review`` what the platform wants to see before it lets an app
    serve strangers: both go into the papers for its review.
    """

    keep: Mapping[DataClass, timedelta] = field(default_factory=dict)
    erase_within: timedelta = timedelta(days=30)
    erase_lost: timedelta | None = None
    erase_disconnected: bool = False
    may_mix_with_others: bool = True
    display: tuple[str, ...] = ()
    reasons: Mapping[str, str] = field(default_factory=dict)
    review: tuple[str, ...] = ()
    source: str = ""
