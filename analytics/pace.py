"""How far the reading of figures is: who waits, who fails, how many have had their night. For `/metrics` and the
doctor; two short queries, however many accounts there are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Count, Min, Q

from analytics import nights
from analytics.models import Collection


@dataclass(frozen=True)
class Pace:
    """``waiting`` accounts are past their time, the oldest of them by ``overdue``; ``failing`` has by platform those
    whose last try failed. ``finished`` of ``all`` have had the night that is theirs at present.
    """

    waiting: int
    overdue: timedelta
    failing: Mapping[str, int]
    finished: int
    all: int

    @property
    def share(self) -> float | None:
        """How many have had their night, 0 to 1; ``None`` where nobody is to be read."""
        return self.finished / self.all if self.all else None


def read(now: datetime) -> Pace:
    """As it stands now. Accounts without a time (not connected, not allowed) wait for a person, not for us."""
    timed = Collection.objects.filter(next_at__isnull=False).order_by()
    due = Q(next_at__lte=now)
    by_platform = timed.values_list("account__platform").annotate(
        waiting=Count("pk", filter=due),
        oldest=Min("next_at", filter=due),
        failing=Count("pk", filter=Q(failures__gt=0)),
    )
    waiting, oldest, failing = 0, now, {}
    for platform, due_here, since, failing_here in by_platform:
        waiting += due_here
        oldest = min(oldest, since or now)
        failing[platform] = failing_here
    finished, everybody = _nights(now)
    return Pace(waiting, now - oldest, failing, finished, everybody)


def _nights(now: datetime) -> tuple[int, int]:
    """A night begins at another instant in each zone, so that accounts are counted by zone."""
    timed = Collection.objects.filter(next_at__isnull=False).order_by()
    counts = timed.values_list("account__workspace__timezone", "night").annotate(
        finished=Count("pk", filter=Q(done_at__isnull=False)), everybody=Count("pk")
    )
    finished = everybody = 0
    for zone, night, finished_here, here in counts:
        everybody += here
        if night == nights.current(now, ZoneInfo(zone)):
            finished += finished_here
    return finished, everybody
