"""What a platform says of one account, under the platform's own names. Nothing here is added to anything else's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.db.models import Q

from accounts.models import ConnectedAccount
from analytics.mixing import stands_alone
from analytics.models import Absence, AccountSnapshot, TrackedPost
from analytics.queries.posts import Row, rows_of
from analytics.wishes import Period
from socialhub.platforms import registry
from socialhub.platforms.metrics import MEANINGS, Adds, Meaning, Metric, MetricTable, Term, Why

POSTS = 25
OLDEST = timedelta(days=100)
GROUPS = 12
WHYS = {
    Why.NOT_GIVEN: "not in the platform's answer",
    Why.TOO_FEW: "so few people that the platform keeps it private",
    Why.PERMISSION: "the account's consent or kind does not cover it",
    Why.UNKNOWN: "the platform no longer knows this name",
    Why.NOT_YET: "it will be there later",
}


@dataclass(frozen=True)
class Series:
    """A figure of an account over days. ``total`` only of what happened, and only where its terms allow sums."""

    term: Term
    meaning: Meaning
    points: tuple[tuple[date, float], ...]
    read_at: datetime
    is_final: bool
    total: float | None = None

    @property
    def latest(self) -> float:
        """The last figure."""
        return self.points[-1][1]

    @property
    def day(self) -> date:
        """The day that it is of."""
        return self.points[-1][0]

    @property
    def is_time(self) -> bool:
        """Whether it is in seconds."""
        return self.meaning.is_time

    @property
    def values(self) -> list[float]:
        """As a line."""
        return [value for _, value in self.points]


class Group(NamedTuple):
    """A line of a breakdown; ``share`` of the whole, 0 to 100."""

    name: str
    value: float
    share: float


@dataclass(frozen=True)
class Breakdown:
    """Who they are, by something: country, age, city."""

    term: Term
    label: str
    by: str
    groups: tuple[Group, ...]
    rest: int
    day: date
    read_at: datetime


class Missing(NamedTuple):
    """What is not given, and why."""

    name: str
    label: str
    why: str
    since: datetime | None = None


@dataclass
class Own:
    """An account by itself."""

    account: ConnectedAccount
    platform: str
    table: MetricTable | None
    levels: list[Series] = field(default_factory=list)
    series: list[Series] = field(default_factory=list)
    breakdowns: list[Breakdown] = field(default_factory=list)
    missing: list[Missing] = field(default_factory=list)

    @property
    def post_terms(self) -> list[Term]:
        """The figures of posts that a table can show: one a metric."""
        terms: dict[str, Term] = {}
        for term in self.table.post if self.table else ():
            if term.metric is not Metric.OTHER:
                terms.setdefault(term.metric, term)
        return list(terms.values())


def by_itself(accounts: Sequence[ConnectedAccount], period: Period) -> list[Own]:
    """Each of the accounts, in four questions for all of them."""
    found = {account.pk: Own(account, *known(account)) for account in accounts}
    _read_series(found, period)
    for pk, breakdown in breakdowns(accounts):
        found[pk].breakdowns.append(breakdown)
    for pk, missing in absences(accounts):
        found[pk].missing.append(missing)
    return list(found.values())


def term_of(terms: Iterable[Term], name: str, metric: str) -> Term:
    """What we know of a figure: what its platform's table says now, else what was known when it was read."""
    kept = Metric(metric) if metric in set(Metric) else Metric.OTHER
    return next((term for term in terms if term.name == name), Term(name, kept, ""))


def known(account: ConnectedAccount) -> tuple[str, MetricTable | None]:
    """What its platform is called, and the words of its figures."""
    try:
        connector = registry.get(account.platform)
    except LookupError:
        return account.platform, None
    return connector.name, connector.insights.table if connector.insights else None


def _read_series(found: dict[int, Own], period: Period) -> None:
    night, day = AccountSnapshot.Period.NIGHT, AccountSnapshot.Period.DAY
    spans = Q(period=day, day__range=(period.first, period.last)) | Q(
        period=night, day__range=(period.first, period.last + timedelta(days=1))
    )
    shots = AccountSnapshot.objects.filter(spans, account__in=list(found), by="", value__isnull=False)
    gathered: dict[tuple[int, str, str, str], list[tuple[date, float, datetime, bool]]] = defaultdict(list)
    fields = ("account", "period", "name", "metric", "day", "value", "read_at", "is_final")
    for account, kind, name, metric, on, value, read_at, is_final in shots.order_by("day").values_list(
        *fields
    ):
        gathered[account, kind, name, metric].append((on, value or 0, read_at, is_final))
    for (account, kind, name, metric), rows in gathered.items():
        own = found[account]
        made = _series(
            own, term_of(own.table.account if own.table else (), name, metric), rows, adds=kind == day
        )
        (own.series if kind == day else own.levels).append(made)
    for own in found.values():
        order = [term.name for term in own.table.account] if own.table else []
        for listed in (own.series, own.levels):
            listed.sort(
                key=lambda each: order.index(each.term.name) if each.term.name in order else len(order)
            )


def _series(own: Own, term: Term, rows: list[tuple[date, float, datetime, bool]], *, adds: bool) -> Series:
    meaning = MEANINGS[term.metric]
    may_add = adds and meaning.adds is Adds.UP and not stands_alone(own.account.platform)
    _, _, read_at, is_final = rows[-1]
    total = sum(row[1] for row in rows) if may_add else None
    return Series(term, meaning, tuple((row[0], row[1]) for row in rows), read_at, is_final, total)


def breakdowns(accounts: Iterable[ConnectedAccount]) -> list[tuple[int, Breakdown]]:
    """The latest of each breakdown, by account."""
    by_pk = {account.pk: account for account in accounts}
    latest: dict[tuple[int, str, str], int] = {}
    since = date.today() - OLDEST  # noqa: DTZ011 - a bound far away
    shots = AccountSnapshot.objects.filter(account__in=list(by_pk), day__gte=since).exclude(by="")
    for pk, account, name, by in shots.order_by("day").values_list("pk", "account", "name", "by"):
        latest[account, name, by] = pk
    rows = AccountSnapshot.objects.filter(pk__in=list(latest.values()), groups__isnull=False)
    found = [(row.account_id, _breakdown(by_pk[row.account_id], row)) for row in rows.order_by("name", "by")]
    return [(pk, each) for pk, each in found if each.groups]


def _breakdown(account: ConnectedAccount, row: AccountSnapshot) -> Breakdown:
    table = known(account)[1]
    term = term_of(table.account if table else (), row.name, row.metric)
    groups = sorted((row.groups or {}).items(), key=lambda pair: -pair[1])
    whole = sum(value for _, value in groups) or 1
    shown = tuple(Group(name, value, 100 * value / whole) for name, value in groups[:GROUPS])
    label = MEANINGS[term.metric].label
    return Breakdown(term, label, row.by, shown, max(0, len(groups) - GROUPS), row.day, row.read_at)


def absences(
    accounts: Iterable[ConnectedAccount], *, of_posts: bool | None = None
) -> list[tuple[int, Missing]]:
    """What is not given at present, and what the platform never gives, by account."""
    by_pk = {account.pk: account for account in accounts}
    rows = Absence.objects.filter(account__in=list(by_pk))
    if of_posts is not None:
        rows = rows.filter(of_posts=of_posts)
    found = [(row.account_id, _missing(row)) for row in rows.order_by("metric", "name")]
    for account in by_pk.values():
        table = known(account)[1]
        found += [
            (account.pk, Missing("", MEANINGS[metric].label, why))
            for metric, why in (table.left_out.items() if table else ())
        ]
    return found


def _missing(row: Absence) -> Missing:
    why = WHYS.get(Why(row.why), row.why) if row.why in set(Why) else row.why
    label = MEANINGS[Metric(row.metric)].label if row.metric in set(Metric) else row.metric
    return Missing(row.name, label, f"{why}. {row.text}" if row.text else f"{why}.", row.since)


def latest_posts(accounts: Sequence[ConnectedAccount]) -> list[Row]:
    """The newest posts of accounts of one platform, by their date alone."""
    posts = TrackedPost.objects.filter(account__in=[account.pk for account in accounts])
    return rows_of(posts.order_by("-published_at", "-pk")[:POSTS], accounts)
