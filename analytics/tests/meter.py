"""A platform made of functions whose figures grow with a clock of their own: everything can be made to go wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from socialhub.platforms.api import Api, Service
from socialhub.platforms.connector import Connector
from socialhub.platforms.errors import ErrorTable, Fault, PlatformError, Reach
from socialhub.platforms.login import OAuth2
from socialhub.platforms.metrics import (
    Findings,
    Insights,
    Lack,
    Listed,
    Listing,
    Metric,
    MetricTable,
    Number,
    Part,
    Published,
    Span,
    Term,
    Unit,
    Why,
)
from socialhub.platforms.policy import Policy, Quota
from socialhub.platforms.values import Account, Capability

PLATFORM, PLAIN = "northmeter", "northplain"
"""With days, history and posts made elsewhere; and with counters alone."""
START = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = 3600.0


def refused(fault: Fault = Fault.INVALID_REQUEST, **more: Any) -> PlatformError:
    """A clear no."""
    return PlatformError(fault, platform=PLATFORM, reach=Reach.REFUSED, user_message="It said no.", **more)


def lost() -> PlatformError:
    """The answer did not come."""
    return PlatformError(Fault.TIMEOUT, platform=PLATFORM, reach=Reach.UNKNOWN, was_safe=True)


@dataclass
class Meter:
    """What the made-up platform tells. ``trouble`` is called before each answer, with what was asked."""

    now: datetime = START
    elsewhere: list[Published] = field(default_factory=list)
    asked: list[tuple[str, Any]] = field(default_factory=list)
    trouble: Callable[[str, Any], None] = lambda what, about: None
    late: int = 0
    early: Mapping[date, float] = field(default_factory=dict)
    lacking: tuple[Lack, ...] = ()
    hidden: set[str] = field(default_factory=set)
    says_reach_alone: bool = False

    def clock(self) -> datetime:
        """The time that hub and platform share."""
        return self.now

    def push(self, **length: float) -> None:
        """Let time pass."""
        self.now += timedelta(**length)

    def _meet(self, what: str, about: Any) -> None:
        self.asked.append((what, about))
        self.trouble(what, about)

    def likes(self, post: Published, now: datetime) -> float:
        """Grows by a step each hour, the more the younger the post is."""
        hours = int((now - post.at).total_seconds() // HOUR)
        return float(int(100 * (1 - 0.98 ** max(hours, 0))))

    def read_posts(
        self, api: Api, account: Account, posts: Sequence[Published], now: datetime
    ) -> Mapping[str, Findings]:
        """Likes and reach."""
        self._meet("posts", tuple(post.id for post in posts))
        if self.says_reach_alone:
            return {post.id: Findings((Number("seen_by", 0.0),)) for post in posts}
        return {
            post.id: Findings(
                (Number("hearts", self.likes(post, now)), Number("seen_by", 10 * self.likes(post, now) + 1)),
                self.lacking,
                {"hearts": self.likes(post, now)},
            )
            for post in posts
            if post.id not in self.hidden
        }

    def profile(self, api: Api, account: Account, span: Span, now: datetime) -> Findings:
        """How the account stands: one more a day."""
        self._meet("profile", span.last)
        return Findings((Number("fans", 500.0 + (now - START).days),), raw={"fans": 1})

    def days(self, api: Api, account: Account, span: Span, now: datetime) -> Findings:
        """Views of each day; late ones are not there yet, early ones too low."""
        self._meet("days", (span.first, span.last))
        told = [day for day in span.days if day < now.date() - timedelta(days=self.late)]
        numbers = tuple(
            Number(
                "shown",
                day.toordinal() % 97 * self.early.get(day, 1.0),
                day=day,
                is_final=day not in self.early,
            )
            for day in told
        )
        lacks = tuple(Lack("shown", Why.NOT_YET) for day in span.days if day not in told)[:1]
        return Findings(numbers, lacks, {"days": len(numbers)})

    def audience(self, api: Api, account: Account, span: Span, now: datetime) -> Findings:
        """Where fans live."""
        self._meet("audience", span.last)
        return Findings((Number("fans_by_country", groups={"SE": 50.0, "NO": 20.0}, by="country"),))

    def list_posts(self, api: Api, account: Account, listing: Listing) -> Listed:
        """What was made elsewhere, two a page, newest first."""
        self._meet("list", dict(listing.cursor))
        start = int(listing.cursor.get("start", 0))
        there = sorted((p for p in self.elsewhere if p.at >= listing.since), key=lambda p: p.at, reverse=True)
        is_more = start + 2 < len(there)
        return Listed(tuple(there[start : start + 2]), {"start": start + 2} if is_more else {}, is_more)


def table() -> MetricTable:
    """What it counts."""
    return MetricTable(
        post=(Term("hearts", Metric.LIKES, "Hearts."), Term("seen_by", Metric.REACH, "People.")),
        account=(
            Term("fans", Metric.FOLLOWERS, "Fans."),
            Term("shown", Metric.VIEWS, "Times shown."),
            Term("watched", Metric.WATCH_TIME, "Watched.", Unit.MINUTES),
            Term("fans_by_country", Metric.AUDIENCE, "Fans by country."),
        ),
        checked=date(2026, 11, 28),
        source="https://north.example/figures",
    )


def build(
    meter: Meter, key: str = PLATFORM, *, policy: Policy | None = None, quota: Quota | None = None
) -> Connector:
    """The connector of that key over a meter."""
    has_days = key == PLATFORM
    parts = [Part("profile", meter.profile)]
    if has_days:
        parts += [
            Part("audience", meter.audience, every=timedelta(days=7)),
            Part("days", meter.days, most_days=7),
        ]
    return Connector(
        key=key,
        name=key.title(),
        service=Service(base="https://north.example", errors=ErrorTable(read=lambda body: None)),  # type: ignore[arg-type, return-value]
        logins=(
            OAuth2(
                key=key,
                label=key,
                app_key=key,
                authorize_url="https://north.example/a",
                token_url="https://north.example/t",
                scopes={Capability.INSIGHTS: ("figures",)},
                discover=lambda context, tokens: (),
            ),
        ),
        insights=Insights(
            table=table(),
            read_posts=meter.read_posts,
            batch=3,
            parts=tuple(parts),
            history=timedelta(days=30) if has_days else timedelta(0),
            again=3,
            list_posts=meter.list_posts if has_days else None,
            costs={quota.name: 1} if quota else {},
        ),
        policy=policy or Policy(),
        quotas=(quota,) if quota else (),
    )
