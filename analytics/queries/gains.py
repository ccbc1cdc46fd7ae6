"""What the tracked posts of accounts gained in days: the same method for every platform, so that only like is
compared with like. Everything is summed by the database.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import (
    Case,
    CharField,
    F,
    IntegerField,
    Max,
    OuterRef,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)

from analytics.asking import Line, question
from analytics.formulas import ENGAGED
from analytics.mixing import Mixable
from analytics.models import AccountSnapshot, DayGain, Gap, PostSnapshot, TrackedPost
from analytics.wishes import Period
from socialhub.platforms.metrics import Metric

COUNTED = (Metric.VIEWS, Metric.REACH, Metric.CLICKS, *ENGAGED)
BASES = (Metric.REACH, Metric.VIEWS)
"""What an engagement rate may be a share of, the better first."""
KNOWN_FOR = timedelta(days=400)


@dataclass
class Gains:
    """Sums by account and half (``now`` or ``before``), sums by day, days that nobody knows, and the last known."""

    accounts: dict[tuple[int, str], dict[str, float]] = field(default_factory=lambda: defaultdict(dict))
    days: dict[date, dict[str, float]] = field(default_factory=lambda: defaultdict(dict))
    based: dict[date, float] = field(default_factory=dict)
    unknown: set[date] = field(default_factory=set)
    last: dict[str, tuple[float, date]] = field(default_factory=dict)

    def base(self) -> Metric | None:
        """What the engagement rate is a share of: the best that any account gives."""
        given = {metric for (_, half), sums in self.accounts.items() if half == "now" for metric in sums}
        return next((base for base in BASES if base in given), None)

    def givers(self, base: Metric | None, half: str = "now") -> list[int]:
        """The accounts that give it."""
        return [pk for (pk, when), sums in self.accounts.items() if when == half and base in sums]


def by_account(accounts: Mixable, period: Period) -> QuerySet[Any, Any]:
    """A question: the sums of each account, in the period and in the one before it."""
    half = Case(
        When(day__gte=period.first, then=Value("now")), default=Value("before"), output_field=CharField()
    )
    rows = _gains(accounts, period).annotate(half=half).values("account", "metric", "half")
    summed = rows.annotate(total=Sum("value"))
    return question(
        "account", summed, number=F("account"), kind=F("metric"), name=F("half"), value=F("total")
    )


def by_day(accounts: Mixable, period: Period, givers: Iterable[int]) -> QuerySet[Any, Any]:
    """A question: the sums of each day; ``number`` is 1 where the account can have a rate."""
    # Of an empty list Django would make a plain 0, and GROUP BY 0 is none for PostgreSQL; no account has that key.
    has_rate = Case(
        When(account__in=[0, *givers], then=Value(1)), default=Value(0), output_field=IntegerField()
    )
    rows = _gains(accounts, period).annotate(has_rate=has_rate).values("day", "metric", "has_rate")
    summed = rows.annotate(total=Sum("value"), longest=Max("days"))
    return question(
        "day",
        summed,
        day=F("day"),
        kind=F("metric"),
        number=F("has_rate"),
        value=F("total"),
        more=F("longest"),
    )


def _gains(accounts: Mixable, period: Period) -> QuerySet[DayGain]:
    span = (period.before.first, period.last)
    return DayGain.objects.filter(account__in=accounts.ids, day__range=span, metric__in=COUNTED)


def gaps(accounts: Mixable, period: Period) -> QuerySet[Any, Any]:
    """A question: nights on which posts were not read and can be read no longer."""
    nights = (period.before.first, period.last + timedelta(days=1))
    rows = Gap.objects.filter(account__in=accounts.ids, what="posts", night__range=nights)
    return question("gap", rows.values("night").annotate(times=Max("pk")), day=F("night"))


def last_known(accounts: Mixable, period: Period, metrics: Iterable[str]) -> QuerySet[Any, Any]:
    """A question: of figures that the period lacks, what was known last and of which day."""
    rows = DayGain.objects.filter(
        account__in=accounts.ids, metric__in=list(metrics),
        day__range=(period.first - KNOWN_FOR, period.first - timedelta(days=1)),
    )  # fmt: skip
    latest = rows.filter(metric=OuterRef("metric")).values("metric").annotate(latest=Max("day"))
    found = rows.filter(day=Subquery(latest.values("latest")[:1])).values("metric", "day")
    return question(
        "last", found.annotate(total=Sum("value")), kind=F("metric"), day=F("day"), value=F("total")
    )


def levels(accounts: Mixable, period: Period) -> QuerySet[Any, Any]:
    """A question: how many followed each account on each night, a night before the earlier period included."""
    rows = AccountSnapshot.objects.filter(
        account__in=accounts.ids, period=AccountSnapshot.Period.NIGHT, metric=Metric.FOLLOWERS, by="",
        day__range=(period.before.first, period.last + timedelta(days=1)), value__isnull=False,
    )  # fmt: skip
    named = rows.values("account", "day", "value")
    return question("level", named, number=F("account"), day=F("day"), value=F("value"))


def read_accounts(found: Gains, lines: Iterable[Line]) -> None:
    """Take in the answers of :func:`by_account` and :func:`gaps`."""
    for line in lines:
        if line.what == "account":
            assert line.number is not None
            found.accounts[line.number, str(line.name)][str(line.kind)] = line.value or 0
        elif line.what == "gap" and line.day is not None:
            found.unknown.add(line.day - timedelta(days=1))


def read_days(found: Gains, lines: Iterable[Line], base: Metric | None) -> None:
    """Take in the answers of :func:`by_day` and :func:`last_known`."""
    rated: dict[date, list[float]] = defaultdict(lambda: [0, 0])
    for line in lines:
        if line.day is None:
            continue
        if line.what == "last":
            found.last[str(line.kind)] = (line.value or 0, line.day)
        if line.what != "day":
            continue
        day, metric, value = found.days[line.day], str(line.kind), line.value or 0
        day[metric] = day.get(metric, 0) + value
        if line.number and metric in ENGAGED:
            rated[line.day][0] += value
        elif line.number and metric == base:
            rated[line.day][1] += value
        found.unknown |= _spread(line.day, line.more or 1)
    found.based = {day: engaged / whole for day, (engaged, whole) in rated.items() if whole}


def of_posts(accounts: Mixable, posts: QuerySet[TrackedPost], period: Period, zone: ZoneInfo) -> Gains:
    """The same for some of the posts (those with a label), out of their nightly readings.

    The first reading of a post counts as a gain only if the post is from these days: what an older one had gathered
    before it was known is none.
    """
    found = Gains()
    if not len(accounts):
        return found
    which, chosen = posts.filter(account__in=accounts.ids).order_by().values("pk").query.sql_with_params()
    begins, _ = period.before.instants(zone)
    nights = (f"{period.before.first}", f"{period.last + timedelta(days=1)}")
    names = {"snapshots": PostSnapshot._meta.db_table, "posts": TrackedPost._meta.db_table}
    counted = ", ".join(["%s"] * len(COUNTED))
    with connection.cursor() as cursor:
        since = connection.ops.adapt_datetimefield_value(begins)
        asked = _OF_POSTS.format(**names, ids=which, metrics=counted)
        cursor.execute(asked, [*chosen, *COUNTED, *nights, since])
        rows = cursor.fetchall()
    _fold(found, rows, period)
    return found


def _fold(found: Gains, rows: Iterable[tuple[int, str, str, float, str | None]], period: Period) -> None:
    per_day: dict[tuple[date, int], dict[str, float]] = defaultdict(dict)
    for account, slot, metric, value, former in rows:
        day = date.fromisoformat(slot) - timedelta(days=1)
        if day < period.before.first:
            continue
        half = "now" if day >= period.first else "before"
        sums = found.accounts[account, half]
        sums[metric] = sums.get(metric, 0) + value
        found.days[day][metric] = found.days[day].get(metric, 0) + value
        per_day[day, account][metric] = value
        if former is not None:
            found.unknown |= _spread(day, (day - date.fromisoformat(former)).days + 1)
    base = found.base()
    givers, rated = set(found.givers(base)), defaultdict[date, list[float]](lambda: [0, 0])
    for (day, account), sums in per_day.items():
        if account in givers and base is not None:
            rated[day][0] += sum(sums.get(part, 0) for part in ENGAGED)
            rated[day][1] += sums.get(base, 0)
    found.based = {day: engaged / whole for day, (engaged, whole) in rated.items() if whole}


def _spread(day: date, length: int) -> set[date]:
    """The days over which a gain came, where they are several: nobody knows how."""
    return {day - timedelta(days=n) for n in range(length)} if length > 1 else set()


# Ages (1h, 24h …) sort outside of the dates that slots of nights are.
_OF_POSTS = """
SELECT account_id, slot, metric, SUM(value - COALESCE(before, 0)), MAX(former) FROM (
  SELECT account_id, slot, metric, value, published_at,
         LAG(value) OVER (PARTITION BY post_id, metric ORDER BY slot) AS before,
         LAG(slot) OVER (PARTITION BY post_id, metric ORDER BY slot) AS former
  FROM (
    SELECT post.account_id, shot.post_id, shot.slot, shot.metric, post.published_at, MAX(shot.value) AS value
    FROM {snapshots} shot JOIN {posts} post ON post.id = shot.post_id
    WHERE shot.post_id IN ({ids}) AND shot.metric IN ({metrics}) AND shot."by" = '' AND shot.value IS NOT NULL
      AND shot.slot >= %s AND shot.slot <= %s
    GROUP BY post.account_id, shot.post_id, shot.slot, shot.metric, post.published_at
  ) AS nights
) AS gains
WHERE former IS NOT NULL OR published_at >= %s
GROUP BY account_id, slot, metric
"""
