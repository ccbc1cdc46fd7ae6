"""Posts as plain values: when they went out, what they are, how they did. For what is ranked and compared."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import FloatField, Func, QuerySet
from django.db.models.fields.json import KeyTextTransform
from django.db.models.sql.compiler import SQLCompiler

from analytics.asking import Plain
from analytics.mixing import Mixable
from analytics.models import TrackedPost
from analytics.wishes import Period


class Basis(NamedTuple):
    """What a post's success is measured by: ``key`` of its totals."""

    key: str
    label: str
    text: str
    is_share: bool


BASES = (
    Basis("rate_by_reach", "Engagement rate by reach", "Engagements ÷ people reached.", True),
    Basis("rate_by_views", "Engagement rate by views", "Engagements ÷ views.", True),
    Basis("engagements", "Engagements", "Likes, comments, shares and saves together.", False),
)
MEASURED = ("engagements", "reach", "views", "rate_by_reach", "rate_by_views")


class Sample(NamedTuple):
    """One post. Figures are None where the platform gave none."""

    post: int
    account: int
    at: datetime
    kind: str
    engagements: float | None
    reach: float | None
    views: float | None
    rate_by_reach: float | None
    rate_by_views: float | None

    def by(self, basis: Basis) -> float | None:
        """Its figure on that basis."""
        value: float | None = getattr(self, basis.key)
        return value


def total(key: str) -> Plain:
    """A figure of ``totals`` as a number that the database can sort by and add; null where it is absent."""
    return Plain(KeyTextTransform(key, "totals"), FloatField())


def published(
    accounts: Mixable, period: Period, zone: ZoneInfo, *, label: int | None = None
) -> QuerySet[TrackedPost]:
    """Posts that went out in the period."""
    begins, ends = period.instants(zone)
    rows = TrackedPost.objects.filter(
        account__in=accounts.ids, published_at__gte=begins, published_at__lt=ends
    )
    return rows.filter(delivery__post__labels=label) if label else rows


class Seconds(Func):
    """A time as seconds since 1970, whole ones on SQLite.

    A page reads thousands of them, and Django's own reader of PostgreSQL's times takes ten times as long as this.
    """

    template = "EXTRACT(EPOCH FROM %(expressions)s)::double precision"
    output_field = FloatField()

    def as_sqlite(self, compiler: SQLCompiler, connection: Any, **context: Any) -> tuple[str, Any]:
        """SQLite keeps times as text in UTC; it would round a fraction of a second up."""
        template = "CAST(STRFTIME('%%%%s', SUBSTR(%(expressions)s, 1, 19)) AS REAL)"
        return self.as_sql(compiler, connection, template=template, **context)

    def get_db_converters(self, connection: Any) -> list[Any]:
        """Both databases give floats."""
        return []


def samples(rows: QuerySet[TrackedPost], zone: ZoneInfo) -> list[Sample]:
    """Their values, the oldest first, with times of that zone."""
    figures: dict[str, Any] = {f"the_{key}": total(key) for key in MEASURED}
    listed = rows.order_by("published_at").values_list(
        "pk", "account", Seconds("published_at"), "kind", *figures.values()
    )
    return [Sample(pk, account, datetime.fromtimestamp(at, zone), *rest) for pk, account, at, *rest in listed]


def labelled(rows: QuerySet[TrackedPost]) -> dict[int, list[str]]:
    """The labels of posts, by the tracked post."""
    found: dict[int, list[str]] = {}
    pairs = rows.order_by().filter(delivery__post__labels__isnull=False)
    for post, name in pairs.values_list("pk", "delivery__post__labels__name"):
        found.setdefault(post, []).append(name)
    return found


def basis_of(posts: Sequence[Sample]) -> Basis:
    """The best that at least half of the posts with figures have."""
    measured = sum(post.engagements is not None for post in posts)
    for basis in BASES[:-1]:
        if measured and 2 * sum(post.by(basis) is not None for post in posts) >= measured:
            return basis
    return BASES[-1]


def values(posts: Iterable[Sample], basis: Basis) -> list[float]:
    """The figures that are there."""
    return [value for post in posts if (value := post.by(basis)) is not None]
