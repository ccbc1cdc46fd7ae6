"""The overview: what happened in a period, from every account whose figures may stand together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import F, QuerySet

from accounts.models import ConnectedAccount, Workspace
from analytics import timing
from analytics.asking import question, together
from analytics.mixing import Mixable, known_accounts, mixable, stands_alone
from analytics.models import TrackedPost
from analytics.queries import gains as gaining, health
from analytics.queries.figures import Figure, figures, missing
from analytics.queries.posts import Row, curves, rows_of
from analytics.queries.samples import Sample, published, samples
from analytics.wishes import Period, Wish
from publishing.models import Label

TOPS = 6


class Named(NamedTuple):
    """Something to choose."""

    pk: int
    name: str


@dataclass(frozen=True)
class Overview:
    """Everything that the page, its exports and the report by e-mail show."""

    period: Period
    all_accounts: Sequence[ConnectedAccount]
    accounts: Mixable
    figures: dict[str, Figure]
    posts_on: dict[date, int]
    posts: int
    heat: timing.Heat
    tops: list[Row]
    health: health.Share
    labels: list[Named]
    has_label: bool

    @property
    def is_first_run(self) -> bool:
        """Whether nothing was read yet at all."""
        return not any(figure.covered for figure in self.figures.values()) and not self.posts

    @property
    def apart(self) -> list[str]:
        """Platforms that have a page of their own."""
        return list(dict.fromkeys(each.platform for each in self.all_accounts if stands_alone(each.platform)))


def overview(workspace: Workspace, wish: Wish, *, ranked_by: str = "engagements") -> Overview:
    """``NotMixable`` where the wish names a channel that stands alone."""
    everyone, zone = known_accounts(workspace), workspace.zone
    chosen = mixable(everyone, only=wish.channel)
    label, period = wish.label, wish.period
    sends = health.question_of(workspace, period, chosen, label)
    asked = [gaining.gaps(chosen, period), _labels(workspace), sends]
    levels = gaining.levels(chosen, period)
    if label:
        first = lines = together(*asked, levels)
        found = gaining.of_posts(chosen, _labelled(label), period, zone)
        gaining.read_accounts(found, first)
    else:
        first, found = together(gaining.by_account(chosen, period), *asked), gaining.Gains()
        gaining.read_accounts(found, first)
        base, lacking = found.base(), missing(found)
        last = [gaining.last_known(chosen, period, lacking)] if lacking else []
        lines = together(levels, gaining.by_day(chosen, period, found.givers(base)), *last)
        gaining.read_days(found, lines, base)
    posts = samples(published(chosen, period, zone, label=label), zone)
    return Overview(
        period, everyone, chosen, figures(chosen, period, found, lines), _days(posts, zone), len(posts),
        timing.heat(posts, zone), _tops(chosen, posts, ranked_by), health.share(first),
        [Named(line.number or 0, line.name or "") for line in first if line.what == "label"], bool(label),
    )  # fmt: skip


def _labels(workspace: Workspace) -> QuerySet[Any, Any]:
    rows = Label.objects.filter(workspace=workspace)
    return question("label", rows, number=F("pk"), name=F("name"))


def _labelled(label: int | None) -> QuerySet[TrackedPost]:
    return TrackedPost.objects.filter(delivery__post__labels=label)


def _days(posts: Sequence[Sample], zone: ZoneInfo) -> dict[date, int]:
    return Counter(post.at.astimezone(zone).date() for post in posts)


def _tops(accounts: Mixable, posts: Sequence[Sample], key: str) -> list[Row]:
    ranked = sorted(posts, key=lambda post: (-(getattr(post, key) or 0), -post.at.timestamp()))
    ids = [post.post for post in ranked if getattr(post, key) is not None][:TOPS]
    if not ids:
        return []
    found = {row.pk: row for row in rows_of(TrackedPost.objects.filter(pk__in=ids), accounts)}
    return curves([found[pk] for pk in ids if pk in found])
