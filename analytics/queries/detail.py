"""One post: every figure under the platform's own name, how it came together, and what was told before."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from analytics.formulas import FORMULAS, Formula
from analytics.mixing import stands_alone
from analytics.models import PostSnapshot, TrackedPost
from analytics.queries.own import Missing, absences, known, term_of
from analytics.wording import lag_words
from socialhub.platforms.metrics import MEANINGS, Adds, Meaning, Metric, MetricTable, Term


class Reading(NamedTuple):
    """A figure at one time."""

    at: datetime
    slot: str
    value: float


class Told(NamedTuple):
    """What a platform had told before it changed a figure."""

    at: datetime | None
    slot: str
    value: float
    now: float | None


@dataclass(frozen=True)
class FigureOfPost:
    """One figure: the latest, and all readings."""

    term: Term
    meaning: Meaning
    value: float | None
    groups: tuple[tuple[str, float], ...]
    by: str
    read_at: datetime
    is_final: bool
    lag: timedelta
    readings: tuple[Reading, ...]
    told_before: tuple[Told, ...]

    @property
    def is_time(self) -> bool:
        """Whether it is in seconds."""
        return self.meaning.is_time

    @property
    def is_share(self) -> bool:
        """Figures of platforms are shown as they tell them."""
        return False

    @property
    def lag_words(self) -> str:
        """How late the platform tells it."""
        return lag_words(self.lag)

    @property
    def values(self) -> list[float]:
        """As a line."""
        return [reading.value for reading in self.readings]


@dataclass(frozen=True)
class Detail:
    """All of it."""

    post: TrackedPost
    platform: str
    table: MetricTable | None
    figures: list[FigureOfPost]
    derived: list[tuple[Formula, float]]
    missing: list[Missing]

    def curve_of(self, name: str) -> FigureOfPost | None:
        """The figure to draw: the one that was asked for, else the first that grows over several readings."""
        drawn = [each for each in self.figures if len(each.readings) > 1]
        named = [each for each in drawn if each.term.name == name]
        grows = [each for each in drawn if each.meaning.adds in {Adds.UP, Adds.ONCE}]
        return next(iter(named or grows or drawn), None)


def detail(post: TrackedPost) -> Detail:
    """In two questions."""
    name, table = known(post.account)
    fields = ("name", "metric", "by", "slot", "value", "groups", "is_final", "read_at", "restated")
    rows: dict[tuple[str, str, str], list[tuple[Any, ...]]] = defaultdict(list)
    for figure, metric, by, *rest in (
        PostSnapshot.objects.filter(post=post).order_by("read_at").values_list(*fields)
    ):
        rows[figure, metric, by].append(tuple(rest))
    order = [term.name for term in table.post] if table else []
    metrics = list(Metric)
    figures = [_figure(table, *key, found) for key, found in rows.items()]
    figures.sort(key=lambda each: (_place(order, each.term.name), metrics.index(each.term.metric), each.by))
    derived = [] if stands_alone(post.account.platform) else _derived(post)
    missing = [each for _, each in absences([post.account], of_posts=True)]
    return Detail(post, name, table, figures, derived, missing)


def _place(order: list[str], name: str) -> int:
    return order.index(name) if name in order else len(order)


def _derived(post: TrackedPost) -> list[tuple[Formula, float]]:
    return [(formula, post.totals[name]) for name, formula in FORMULAS.items() if name in post.totals]


def _figure(
    table: MetricTable | None, name: str, metric: str, by: str, rows: list[tuple[Any, ...]]
) -> FigureOfPost:
    term = term_of(table.post if table else (), name, metric)
    _, value, groups, is_final, read_at, _ = rows[-1]
    lag = term.lag if term.lag is not None else table.lag if table else timedelta(0)
    readings = tuple(Reading(at, slot, told) for slot, told, _, _, at, _ in rows if told is not None)
    before = tuple(
        Told(_instant(was[0]), slot, was[1], told)
        for slot, told, _, _, _, restated in rows
        for was in restated or ()
        if was[1] is not None
    )
    listed = tuple(sorted((groups or {}).items(), key=lambda pair: -pair[1]))
    return FigureOfPost(
        term, MEANINGS[term.metric], value, listed, by, read_at, is_final, lag, readings, before
    )


def _instant(text: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
