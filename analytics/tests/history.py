"""A history to read: accounts of made-up platforms, posts, nightly readings, and what the engine derives of them.

``ridge`` gives much, ``brook`` gives likes and comments alone, and ``island``'s terms keep its figures apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from types import MappingProxyType
from typing import Any

from accounts.models import ConnectedAccount, User, Workspace
from analytics.formulas import derived
from analytics.models import AccountSnapshot, Collection, DayGain, PostSnapshot, TrackedPost
from publishing import labelling
from publishing.models import Delivery, Post
from publishing.states import State
from socialhub.platforms.api import Service
from socialhub.platforms.connector import Connector
from socialhub.platforms.errors import ErrorTable
from socialhub.platforms.login import OAuth2
from socialhub.platforms.metrics import Insights, Metric, MetricTable, Term
from socialhub.platforms.policy import Policy
from socialhub.platforms.values import Capability

CHECKED = date(2026, 11, 1)
ISLAND_RULE = "Figures of Island link to its terms: https://island.example/terms."


def _table(*terms: Term, left_out: Mapping[Metric, str] | None = None) -> MetricTable:
    account = (
        Term("fans", Metric.FOLLOWERS, "Who follows."),
        Term("page_views", Metric.VIEWS, "Views of a day."),
    )
    return MetricTable(
        terms, account, CHECKED, "https://figures.example/docs", timedelta(hours=6), left_out or {}
    )


TABLES = {
    "ridge": _table(
        Term("impressions", Metric.VIEWS, "How often it was on a screen.", replaces="displays"),
        Term("uniques", Metric.REACH, "People who saw it.", lag=timedelta(days=1)),
        Term("hearts", Metric.LIKES, "Hearts."),
        Term("replies", Metric.COMMENTS, "Replies."),
        Term("keeps", Metric.SAVES, "Kept for later."),
        Term("taps", Metric.CLICKS, "Taps on the link."),
    ),
    "brook": _table(
        Term("likes", Metric.LIKES, "Likes."),
        Term("answers", Metric.COMMENTS, "Answers."),
        left_out=dict.fromkeys((Metric.REACH, Metric.SAVES, Metric.CLICKS), "Brook counts this nowhere."),
    ),
    "island": _table(
        Term("plays", Metric.VIEWS, "How often it was played."), Term("thumbs", Metric.LIKES, "Thumbs up.")
    ),
}
POLICIES = {"island": Policy(may_mix_with_others=False, display=(ISLAND_RULE,))}


def connector(key: str) -> Connector:
    """A platform that is figures alone."""
    login = OAuth2(
        key=key, label=key.title(), app_key=key, authorize_url=f"https://{key}.example/authorize",
        token_url=f"https://{key}.example/token", scopes={Capability.INSIGHTS: ("read",)},
        discover=lambda context, tokens: (),
    )  # fmt: skip
    return Connector(
        key=key, name=key.title(), service=Service(f"https://{key}.example", ErrorTable()), logins=(login,),
        insights=Insights(TABLES[key], lambda api, account, posts, now: {}), policy=POLICIES.get(key, Policy()),
    )  # fmt: skip


def platforms() -> Mapping[str, Connector]:
    """The made-up platforms, as the registry gives them."""
    return MappingProxyType({key: connector(key) for key in TABLES})


def account(workspace: Workspace, platform: str, **more: Any) -> ConnectedAccount:
    """An account that was read last night."""
    handle = more.pop("handle", f"northwind-{platform}")
    made = ConnectedAccount.objects.create(
        workspace=workspace, platform=platform, login=platform, external_id=handle, handle=handle, **more
    )
    Collection.objects.create(account=made, done_at=at(date.today(), 2))  # noqa: DTZ011
    return made


def at(day: date, hour: int = 12) -> datetime:
    """An instant of a day, in UTC."""
    return datetime.combine(day, time(hour), UTC)


def tracked(
    of: ConnectedAccount, published_at: datetime, totals: Mapping[str, float], *,
    text: str = "", kind: str = "image", author: User | None = None, labels: str = "", ours: bool = False,
) -> TrackedPost:  # fmt: skip
    """A live post with its figures so far; with ``ours`` or labels it went out from here."""
    delivery = _delivery(of, published_at, text, author, labels) if ours or labels else None
    whole = dict(totals) if of.platform in POLICIES else {**totals, **derived(totals)}
    return TrackedPost.objects.create(
        account=of, delivery=delivery, external_id=f"{of.pk}-{TrackedPost.objects.count()}", kind=kind,
        text="" if delivery else text, published_at=published_at, totals=whole,
        read_at=published_at + timedelta(days=1), url=f"https://{of.platform}.example/p/1",
        found_at=published_at, told_at=published_at,
    )  # fmt: skip


def _delivery(
    of: ConnectedAccount, published_at: datetime, text: str, author: User | None, labels: str
) -> Delivery:
    post = Post.objects.create(workspace=of.workspace, author=author, parts=[text], due_at=published_at)
    if labels:
        labelling.put(post, labelling.names_in(labels))
    return Delivery.objects.create(
        post=post,
        account=of,
        state=State.PUBLISHED,
        due_at=published_at,
        published_at=published_at,
        kind="image",
    )


def gain(of: ConnectedAccount, day: date, days: int = 1, **values: float) -> None:
    """What the posts of an account gained on a day."""
    for metric, value in values.items():
        DayGain.objects.create(account=of, day=day, metric=metric, value=value, posts=1, days=days)


def followers(of: ConnectedAccount, night: date, value: float) -> None:
    """How many followed on a night."""
    AccountSnapshot.objects.create(
        account=of, period=AccountSnapshot.Period.NIGHT, day=night, name="fans", metric=Metric.FOLLOWERS,
        value=value, read_at=at(night, 2),
    )  # fmt: skip


def daily(of: ConnectedAccount, day: date, value: float, **more: Any) -> None:
    """A figure of the account that the platform tells by day."""
    AccountSnapshot.objects.create(
        account=of, period=AccountSnapshot.Period.DAY, day=day, name="page_views", metric=Metric.VIEWS,
        value=value, read_at=at(day + timedelta(days=1), 2), **more,
    )  # fmt: skip


def audience(of: ConnectedAccount, night: date, groups: dict[str, float]) -> None:
    """Who follows, by country."""
    AccountSnapshot.objects.create(
        account=of, period=AccountSnapshot.Period.NIGHT, day=night, name="fans_by_land", metric=Metric.AUDIENCE,
        by="country", groups=groups, read_at=at(night, 2),
    )  # fmt: skip


def reading(post: TrackedPost, slot: str, read_at: datetime, **more: Any) -> None:
    """What a post had at one reading, by the platform's names; ``value`` alone is of the first of them."""
    terms = TABLES[post.account.platform].post
    restated = more.pop("restated", None)
    for term in terms:
        if term.name in more:
            PostSnapshot.objects.create(
                post=post, slot=slot, name=term.name, metric=term.metric, value=more[term.name],
                read_at=read_at, restated=restated,
            )  # fmt: skip
