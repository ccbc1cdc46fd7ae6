"""Posts as rows of a table: what they are, how they did, and how their figures came together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from accounts.models import ConnectedAccount
from analytics.formulas import ENGAGED, FORMULAS, total_of
from analytics.marks import MARKS
from analytics.mixing import Mixable
from analytics.models import PostSnapshot, TrackedPost
from analytics.queries.samples import published, total
from analytics.wishes import Wish
from publishing.models import PostMedia
from publishing.models.posts import headline
from publishing.views.cards import name_of
from socialhub.platforms import registry
from socialhub.platforms.metrics import MEANINGS, Adds, Metric

OURS, ELSEWHERE = "ours", "elsewhere"


class Column(NamedTuple):
    """A figure of a post that a table can show and sort by: ``key`` of its totals."""

    key: str
    label: str
    text: str
    is_share: bool = False
    is_time: bool = False

    @property
    def short(self) -> str:
        """For the head of a narrow table."""
        return SHORT.get(self.key, self.label)


SHORT = {
    "engagements": "Engaged",
    "rate_by_reach": "Rate",
    "rate_by_views": "Rate by views",
    "clicks": "Clicks",
}
_NOT_OF_POSTS = {
    Metric.OTHER, Metric.FOLLOWERS, Metric.FOLLOWING, Metric.POSTS, Metric.AUDIENCE, Metric.VIEWERS,
}  # fmt: skip
_BASES = {"rate_by_reach": Metric.REACH, "rate_by_views": Metric.VIEWS}


def _columns() -> Iterable[Column]:
    for metric, meaning in MEANINGS.items():
        if metric not in _NOT_OF_POSTS:
            yield Column(metric.value, meaning.label, meaning.text, is_time=meaning.is_time)
    for formula in FORMULAS.values():
        if formula.name != "rate_by_followers":
            yield Column(formula.name, formula.label, formula.text, is_share=formula.is_share)


COLUMNS = {column.key: column for column in _columns()}
USUAL = ("views", "reach", "engagements", "rate_by_reach", "clicks", "saves")
NEWEST = "published"


@dataclass(frozen=True)
class Row:
    """One post of a table. ``curve`` is how the figure ``curve_of`` stood at the marks of its age, then now."""

    pk: int
    account: ConnectedAccount
    name: str
    title: str
    kind: str
    published_at: datetime
    read_at: datetime | None
    url: str
    totals: dict[str, float]
    post: int | None
    thumb: int | None
    labels: list[str] = field(default_factory=list)
    curve: tuple[tuple[str, float], ...] = ()
    curve_of: str = ""

    @property
    def is_ours(self) -> bool:
        """Whether it went out from here."""
        return self.post is not None


def found(accounts: Mixable, wish: Wish, zone: ZoneInfo) -> QuerySet[TrackedPost]:
    """The posts of a wish, in its order: what has no such figure comes last."""
    rows = published(accounts, wish.period, zone, label=wish.label)
    if wish.kind:
        rows = rows.filter(kind=wish.kind)
    if wish.made in {OURS, ELSEWHERE}:
        rows = rows.filter(delivery__isnull=wish.made == ELSEWHERE)
    if wish.q:
        rows = rows.filter(Q(text__icontains=wish.q) | Q(delivery__post__title__icontains=wish.q))
    key, rising = order_of(wish)
    if key == NEWEST:
        return rows.order_by("published_at" if rising else "-published_at", "-pk")
    figure = rows.annotate(sorted_by=total(key))
    by = F("sorted_by").asc(nulls_last=True) if rising else F("sorted_by").desc(nulls_last=True)
    return figure.order_by(by, "-published_at", "-pk")


def order_of(wish: Wish) -> tuple[str, bool]:
    """What is sorted by, and whether the least comes first."""
    key, rising = wish.sort.removeprefix("-"), not wish.sort.startswith("-")
    return (key, rising) if key in COLUMNS or key == NEWEST else (NEWEST, False)


def rows_of(posts: QuerySet[TrackedPost], accounts: Iterable[ConnectedAccount]) -> list[Row]:
    """Posts with all that a table shows of them, in one query; accounts are known already."""
    known = {account.pk: account for account in accounts}
    pictures = PostMedia.objects.filter(post=OuterRef("delivery__post")).exclude(media__poster="")
    thumb = Subquery(pictures.order_by("part", "position", "pk").values("media")[:1])
    fields = (
        "pk", "account", "kind", "text", "url", "published_at", "read_at", "totals", "delivery__post",
        "delivery__post__title", "delivery__post__parts",
    )  # fmt: skip
    return [_row(known, *values) for values in posts.values_list(*fields, thumb) if values[1] in known]


def _row(
    known: dict[int, ConnectedAccount], pk: int, account: int, kind: str, text: str, url: str,
    published_at: datetime, read_at: datetime | None, totals: dict[str, float], post: int | None,
    title: str | None, parts: list[str] | None, thumb: int | None,
) -> Row:  # fmt: skip
    called = headline(title or "", parts or ([text] if text else []))
    of = known[account]
    return Row(pk, of, name_of(of), called, kind, published_at, read_at, url, totals or {}, post, thumb)


def curves(rows: Sequence[Row], prefer: str = "") -> list[Row]:
    """The same rows with their early lives, in one query: of views where they are given, else of engagements."""
    wanted = {Metric.VIEWS, *ENGAGED}
    if prefer in set(Metric) and MEANINGS[Metric(prefer)].adds in {Adds.UP, Adds.ONCE}:
        wanted.add(Metric(prefer))
    shots = PostSnapshot.objects.filter(
        post__in=[row.pk for row in rows], slot__in=list(MARKS), metric__in=wanted, by="", value__isnull=False
    )
    found: dict[int, dict[str, dict[str, float]]] = {}
    for post, slot, metric, value in shots.values_list("post", "slot", "metric", "value"):
        figures = found.setdefault(post, {}).setdefault(slot, {})
        figures[metric] = max(value or 0, figures.get(metric, 0))
    return [_with_curve(row, found.get(row.pk, {}), prefer) for row in rows]


def _with_curve(row: Row, by_slot: dict[str, dict[str, float]], prefer: str) -> Row:
    for name in dict.fromkeys((prefer, "views", "engagements")):
        parts = ENGAGED if name == "engagements" else (Metric(name),) if name in set(Metric) else ()
        points = [
            (mark, value)
            for mark in MARKS
            if mark in by_slot and (value := total_of(by_slot[mark], parts)) is not None
        ]
        if points:
            now = row.totals.get(name)
            return replace(
                row, curve=(*points, ("now", now)) if now is not None else tuple(points), curve_of=name
            )
    return row


def labels_of(rows: Sequence[Row], names: dict[int, list[str]]) -> list[Row]:
    """The same rows with their labels."""
    return [replace(row, labels=names.get(row.pk, [])) for row in rows]


def why_absent(row: Row, key: str) -> str:
    """Why a post has no such figure: the platform does not count it, or has not told it yet."""
    try:
        connector = registry.get(row.account.platform)
    except LookupError:
        return "not known"
    if connector.insights is None:
        return f"SocialHub reads no figures from {connector.name} yet"
    metric = Metric(key) if key in set(Metric) else _BASES.get(key)
    if metric is not None and metric in connector.insights.table.left_out:
        return f"{connector.name}: {connector.insights.table.left_out[metric]}"
    return "not read yet" if row.read_at is None else f"not given by {connector.name}"
