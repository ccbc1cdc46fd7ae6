"""Looking ahead: whether what is planned fits into the quotas of the platforms, and how many more posts do.

Counted are what has been used, by anybody, and what this workspace has scheduled.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate
from typing import Any, NamedTuple

from django.utils import timezone

from accounts.limits import Usage, tallies_of, window_word
from accounts.models import ConnectedAccount, Workspace
from accounts.tally import Tally
from publishing.models import Delivery
from publishing.outcomes import ON_TIME
from publishing.states import RUNNING
from socialhub.platforms.policy import Quota, Scope
from socialhub.platforms.values import Kind


class Planned(NamedTuple):
    """A delivery that is yet to go out, as quotas count it."""

    delivery: int
    account: int
    due_at: datetime
    posts: int
    late: timedelta


@dataclass(frozen=True)
class Room(Usage):
    """A quota around a moment, in posts: the fullest of its windows in which the moment lies."""

    @property
    def share(self) -> float:
        """How full it is, from 0; above 1 where more is planned than fits."""
        return self.used / self.limit if self.limit else 1.0


class Course:
    """How much of a quota counts at any moment, sent and planned: sums, so that a question costs no walk."""

    def __init__(self, quota: Quota, uses: Iterable[tuple[datetime, int]]) -> None:
        rows = sorted(uses)
        self._begins = [moment for moment, _ in rows]
        self._ends = [quota.frees(moment) for moment, _ in rows]
        self._sums = [0, *accumulate(cost for _, cost in rows)]

    def counting(self, then: datetime) -> int:
        """What counts at that moment. Uses end in the order in which they began."""
        return self._sums[bisect_right(self._begins, then)] - self._sums[bisect_right(self._ends, then)]

    def peak(self, begin: datetime, end: datetime) -> int:
        """The most that counts at a moment from ``begin`` up to ``end``."""
        found = self._begins[bisect_left(self._begins, begin) : bisect_left(self._begins, end)]
        return max(map(self.counting, [begin, *found]))


class Outlook:
    """The quotas of some accounts with everything that is planned for them: two queries, then only arithmetic."""

    def __init__(self, accounts: Iterable[ConnectedAccount], *, without: int | None = None) -> None:
        """``without``: the id of a post that is being edited and counts for nothing yet."""
        rows = list(accounts)
        self._tallies = tallies_of(rows)
        shared: dict[tuple[str, str], set[int]] = defaultdict(set)
        for pk, tallies in self._tallies.items():
            for tally in tallies:
                shared[tally.scope, tally.quota.name].add(pk)
        self._shared = shared
        self._courses: dict[tuple[str, str], Course] = {}
        self._planned = _planned([pk for pk, tallies in self._tallies.items() if tallies], without)

    def rooms(self, account: int, at: datetime) -> tuple[Room, ...]:
        """The quotas of an account around a moment, the daily one first."""
        return tuple(self._room(tally, at) for tally in self._tallies.get(account, ()))

    def _room(self, tally: Tally, at: datetime) -> Room:
        cost = tally.quota.per_post
        peak = self._course(tally).peak(at, tally.quota.frees(at))
        if tally.told and tally.told.at <= at < tally.told.until:
            peak = max(peak, tally.used(at))
        return Room(tally.quota, -(-peak // cost), tally.limit(at) // cost)

    def _course(self, tally: Tally) -> Course:
        key = (tally.scope, tally.quota.name)
        if key not in self._courses:
            uses = [(use.last, use.cost) for use in tally.uses]
            uses += [(each.due_at, each.posts * tally.quota.per_post) for each in self._sharing(tally)]
            self._courses[key] = Course(tally.quota, uses)
        return self._courses[key]

    def _sharing(self, tally: Tally) -> list[Planned]:
        accounts = self._shared[tally.scope, tally.quota.name]
        return [each for each in self._planned if each.account in accounts]

    def overflow(self, now: datetime) -> Mapping[int, tuple[Tally, datetime]]:
        """What would find its quota used up when it is due: the quota, and when a place is free, by delivery."""
        found: dict[int, tuple[Tally, datetime]] = {}
        seen: set[tuple[str, str]] = set()
        for tallies in self._tallies.values():
            for tally in tallies:
                if (tally.scope, tally.quota.name) not in seen:
                    seen.add((tally.scope, tally.quota.name))
                    found |= _overflow(tally, self._sharing(tally), now)
        return found


def will_not_fit(workspace: Workspace) -> dict[int, str]:
    """The scheduled deliveries that will find a quota used up when they are due, each with a sentence why."""
    accounts = ConnectedAccount.objects.filter(workspace=workspace).without_secrets()
    rows = {account.pk: account for account in accounts.select_related("workspace")}
    late = Outlook(rows.values()).overflow(timezone.now())
    names = dict(Delivery.objects.filter(pk__in=late).values_list("pk", "account"))
    return {
        pk: reason(rows[names[pk]], tally.quota, free, limit=tally.limit(free))
        for pk, (tally, free) in late.items()
        if pk in names
    }


def reason(account: ConnectedAccount, quota: Quota, free: datetime | None, *, limit: int) -> str:
    """Why a post does not fit, and when it would."""
    posts = limit // quota.per_post
    shared = " from this hub's app" if quota.scope is Scope.APP else ""
    words = f"{account.connector.name} takes {posts:,} posts{shared} {window_word(quota)}, and others come before it."
    if free is None:
        return words
    there = free.astimezone(account.workspace.zone)
    return f"{words} A place is free on {there:%-d %B at %H:%M}."


def _overflow(
    tally: Tally, planned: Sequence[Planned], now: datetime
) -> Mapping[int, tuple[Tally, datetime]]:
    """Let everything go out in order of due time, as the publisher would."""
    found = {}
    for each in planned:
        cost, at = each.posts * tally.quota.per_post, max(each.due_at, now)
        if not tally.fits(cost, at):
            free = tally.free_at(cost, at)
            found[each.delivery] = (tally, free)
            if free > each.due_at + each.late:
                continue
            at = free
        tally = tally.add(cost, at)
    return found


def _planned(accounts: Sequence[int], without: int | None) -> list[Planned]:
    """What is yet to be charged, in order of due time."""
    rows = Delivery.objects.filter(
        account__in=accounts, state__in=RUNNING, charged_at=None, due_at__isnull=False
    )
    columns = (
        "pk", "account", "due_at", "kind", "own_parts", "post__parts", "post__late_minutes",
        "account__workspace__late_minutes",
    )  # fmt: skip
    found = rows.exclude(post=without).order_by("due_at", "pk").values_list(*columns)
    return [
        Planned(row[0], row[1], row[2], posts_of(row[3], row[4] or row[5]), _late(*row[6:])) for row in found
    ]


def posts_of(kind: str, parts: Sequence[Any]) -> int:
    """As how many posts quotas count it: each part of a thread is one."""
    return max(1, len(parts)) if kind == Kind.THREAD else 1


def _late(own: int | None, usual: int) -> timedelta:
    return max(timedelta(minutes=usual if own is None else own), ON_TIME)
