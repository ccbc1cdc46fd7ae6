"""What platforms measure: their names and ours, what each figure means, and how figures are asked for.

A figure that a platform did not give is never there as zero: it is absent, and a :class:`Lack` says why. What was
given keeps the platform's own name beside ours; what we know no name for is :attr:`Metric.OTHER`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from socialhub.platforms.api import Api
from socialhub.platforms.values import Account, Kind


class Metric(StrEnum):
    """Our names. What each means, and what may be done with it, stands in :data:`MEANINGS`."""

    VIEWS = "views"
    REACH = "reach"
    LIKES = "likes"
    COMMENTS = "comments"
    SHARES = "shares"
    REPOSTS = "reposts"
    QUOTES = "quotes"
    SAVES = "saves"
    CLICKS = "clicks"
    OPENS = "opens"
    PROFILE_VISITS = "profile_visits"
    INTERACTIONS = "interactions"
    VIDEO_VIEWS = "video_views"
    ENGAGED_VIEWS = "engaged_views"
    COMPLETIONS = "completions"
    WATCH_TIME = "watch_time"
    AVERAGE_WATCH = "average_watch"
    FOLLOWERS = "followers"
    FOLLOWING = "following"
    POSTS = "posts"
    FOLLOWS = "follows"
    UNFOLLOWS = "unfollows"
    AUDIENCE = "audience"
    VIEWERS = "viewers"
    OTHER = "other"


class Adds(StrEnum):
    """What may be done with several figures of one kind."""

    UP = "up"
    """Things that happened: may be added over days, posts and accounts."""
    ONCE = "once"
    """People, each counted once: not to be added over days, for the same person comes back."""
    LEVEL = "level"
    """How it stands: the last figure counts."""
    NOT = "not"
    """A mean or a share: stands for itself."""


@dataclass(frozen=True)
class Meaning:
    """One of our metrics: what people call it, what it says, what may be done with it. ``is_time``: in seconds."""

    label: str
    text: str
    adds: Adds = Adds.UP
    is_time: bool = False


MEANINGS: Mapping[Metric, Meaning] = {
    Metric.VIEWS: Meaning("Views", "How often it was shown or played. Some platforms call this impressions."),
    Metric.REACH: Meaning("Reach", "How many people saw it, each counted once.", Adds.ONCE),
    Metric.LIKES: Meaning("Likes", "Likes, favourites and reactions of every kind."),
    Metric.COMMENTS: Meaning("Comments", "Comments and replies."),
    Metric.SHARES: Meaning("Shares", "How often it was passed on."),
    Metric.REPOSTS: Meaning("Reposts", "How often it was shown again as it is: boosts, reposts."),
    Metric.QUOTES: Meaning("Quotes", "How often it was shown again with words added."),
    Metric.SAVES: Meaning("Saves", "How often it was kept: saves, bookmarks, pins to a board."),
    Metric.CLICKS: Meaning("Link clicks", "How often a link in it was followed."),
    Metric.OPENS: Meaning("Post clicks", "Clicks anywhere on it, of whatever kind."),
    Metric.PROFILE_VISITS: Meaning("Profile visits", "How often somebody went on to the profile."),
    Metric.INTERACTIONS: Meaning("Interactions", "The platform's own sum of what people did with it."),
    Metric.VIDEO_VIEWS: Meaning(
        "Video views", "How often the video was played, as the platform counts a play."
    ),
    Metric.ENGAGED_VIEWS: Meaning("Engaged views", "Views of people who stayed beyond the first moments."),
    Metric.COMPLETIONS: Meaning("Completions", "How often the video was watched to (nearly) its end."),
    Metric.WATCH_TIME: Meaning("Watch time", "How long people watched, all together.", is_time=True),
    Metric.AVERAGE_WATCH: Meaning("Average watch time", "How long one play lasted.", Adds.NOT, is_time=True),
    Metric.FOLLOWERS: Meaning("Followers", "How many follow the account.", Adds.LEVEL),
    Metric.FOLLOWING: Meaning("Following", "How many the account follows.", Adds.LEVEL),
    Metric.POSTS: Meaning("Posts", "How many posts the account has, by the platform's count.", Adds.LEVEL),
    Metric.FOLLOWS: Meaning("New followers", "How many began to follow."),
    Metric.UNFOLLOWS: Meaning("Lost followers", "How many ceased to follow."),
    Metric.AUDIENCE: Meaning("Followers by group", "Who follows the account.", Adds.LEVEL),
    Metric.VIEWERS: Meaning("Viewers by group", "Who watched, in percent.", Adds.NOT),
    Metric.OTHER: Meaning("Other", "What only this platform counts.", Adds.NOT),
}


class Unit(StrEnum):
    """In what the platform gives a figure. Times are kept in seconds."""

    COUNT = "count"
    MILLISECONDS = "milliseconds"
    SECONDS = "seconds"
    MINUTES = "minutes"
    PERCENT = "percent"
    SHARE = "share"


FACTORS: Mapping[Unit, float] = {Unit.MILLISECONDS: 0.001, Unit.MINUTES: 60.0}


@dataclass(frozen=True)
class Term:
    """A metric of a platform, for the glossary and for reading: ``name`` is the platform's word, ``metric`` ours.

    ``meaning`` says in a sentence what the platform counts; ``lag`` how late it is told where that differs from the
    table's; ``replaces`` names the word it took the place of and ``note`` what else to know (when it was renamed or
    counted anew, for whom it is missing).
    """

    name: str
    metric: Metric
    meaning: str
    unit: Unit = Unit.COUNT
    lag: timedelta | None = None
    replaces: str = ""
    note: str = ""

    def value(self, theirs: float) -> float:
        """A figure of theirs in our unit."""
        return theirs * FACTORS.get(self.unit, 1.0)


@dataclass(frozen=True)
class MetricTable:
    """Their names → ours, for posts and for the account. ``lag`` is how late figures are told; ``left_out`` says of
    metrics that people look for why they are not there.
    """

    post: tuple[Term, ...]
    account: tuple[Term, ...]
    checked: date
    source: str
    lag: timedelta = timedelta(0)
    left_out: Mapping[Metric, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for terms in (self.post, self.account):
            if len({term.name for term in terms}) != len(terms):
                raise ValueError("a platform's name stands once in a table")
        given = {term.metric for term in (*self.post, *self.account)}
        if apart := given & set(self.left_out):
            raise ValueError(f"given and left out: {sorted(apart)}")

    def of_post(self, name: str) -> Term:
        """What we know of a figure of a post; an unknown name is OTHER."""
        return _find(self.post, name)

    def of_account(self, name: str) -> Term:
        """What we know of a figure of the account; an unknown name is OTHER."""
        return _find(self.account, name)


def _find(terms: Sequence[Term], name: str) -> Term:
    return next((term for term in terms if term.name == name), Term(name, Metric.OTHER, ""))


@dataclass(frozen=True)
class Number:
    """One figure as the platform told it, under its own name and in its own unit.

    ``groups`` is a breakdown (``{"US": 50, "UK": 50}``) and ``by`` what it is by (``country``, ``age``, ``gender``,
    ``city``); a figure has a ``value``, groups, or both. ``day`` is the platform's day that it is about; without one
    it is how things stand, or all that has come together until now. ``is_final`` is False while the platform says, or
    is known, to change it still.
    """

    name: str
    value: float | None = None
    groups: Mapping[str, float] = field(default_factory=dict)
    by: str = ""
    day: date | None = None
    is_final: bool = True

    def __post_init__(self) -> None:
        if self.value is None and not self.groups:
            raise ValueError(f"{self.name}: a figure that is absent is no figure")
        if bool(self.groups) != bool(self.by):
            raise ValueError(f"{self.name}: a breakdown is by something")


class Why(StrEnum):
    """Why a figure is absent."""

    NOT_GIVEN = "not_given"
    """The platform answered, and this was not in the answer."""
    TOO_FEW = "too_few"
    """So few people that the platform keeps it private."""
    PERMISSION = "permission"
    """The account's consent or kind does not cover it."""
    UNKNOWN = "unknown"
    """The platform no longer knows this name, or takes it no longer in such a call."""
    NOT_YET = "not_yet"
    """It will be there later."""


@dataclass(frozen=True)
class Lack:
    """A figure that is absent. ``name`` is the platform's; ``text`` tells people more where there is more."""

    name: str
    why: Why
    text: str = ""


@dataclass(frozen=True)
class Findings:
    """What one question brought. ``raw`` is the answer as it came, without secrets."""

    numbers: tuple[Number, ...] = ()
    lacks: tuple[Lack, ...] = ()
    raw: Any = None

    def __add__(self, other: Findings) -> Findings:
        """Both together."""
        raws = [raw for each in (self, other) if each.raw is not None for raw in _listed(each.raw)]
        return Findings(self.numbers + other.numbers, self.lacks + other.lacks, raws or None)


def _listed(raw: Any) -> list[Any]:
    return raw if isinstance(raw, list) else [raw]


@dataclass(frozen=True)
class Published:
    """A live post, by us or made elsewhere. ``id`` is what deliveries know it by; ``facts`` is for the connector
    alone (the product of a medium, the keys of its files).
    """

    id: str
    at: datetime
    kind: Kind | None = None
    text: str = ""
    url: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Span:
    """Days of a platform, first and last included."""

    first: date
    last: date
    zone: str = "UTC"

    def __post_init__(self) -> None:
        if self.first > self.last:
            raise ValueError("a span ends before it begins")

    @property
    def days(self) -> tuple[date, ...]:
        """Every day of it."""
        return tuple(self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1))

    @property
    def begins(self) -> datetime:
        """The instant at which the first day begins there, in UTC."""
        return midnight(self.first, self.zone)

    @property
    def ends(self) -> datetime:
        """The instant after the last day, in UTC."""
        return midnight(self.last + timedelta(days=1), self.zone)

    def pieces(self, most: int) -> Iterator[Span]:
        """The same days in spans of at most so many, the oldest first."""
        first = self.first
        while first <= self.last:
            last = min(first + timedelta(days=most - 1), self.last)
            yield Span(first, last, self.zone)
            first = last + timedelta(days=1)


def midnight(day: date, zone: str) -> datetime:
    """The instant at which a day begins in a zone, in UTC."""
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)


@dataclass(frozen=True)
class Part:
    """A piece of what is asked about an account: one request, or a few that stand or fall together.

    What goes wrong in one part leaves the others as they are. ``most_days`` is how many days one call of ``read``
    takes; 0 says that it is about now, not about days. ``every`` is how often it is worth asking.
    """

    name: str
    read: Callable[[Api, Account, Span, datetime], Findings]
    most_days: int = 0
    every: timedelta = timedelta(days=1)


@dataclass(frozen=True)
class Listing:
    """A look for posts made elsewhere: those since ``since``, from where the last look left off (``cursor``)."""

    since: datetime
    now: datetime
    cursor: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Listed:
    """A page of posts. ``is_more`` says that another look, with this ``cursor``, brings older ones."""

    posts: tuple[Published, ...] = ()
    cursor: Mapping[str, Any] = field(default_factory=dict)
    is_more: bool = False


@dataclass(frozen=True)
class Insights:
    """How figures are asked for.

    ``read_posts`` asks for up to ``batch`` posts in one call (a request, or few) and gives findings by the post's id;
    a post that is not in the answer was not told of, which proves nothing. Figures of posts are all that has come
    together so far (no ``day``). ``parts`` ask about the account. ``history`` is how far back days can still be asked
    for, ``again`` how many of the last days are read once more each night, because the platform is late or mends
    figures; ``zone`` is where the platform's days begin. ``list_posts`` finds posts made elsewhere. Where logins
    differ, ``batches`` has by their key how many posts a call takes, and with those in ``unlisted`` none are found.

    ``post_history`` is the age at which figures of a post can be read no longer, by kind; ``None`` stands for all
    others. ``costs`` names the quotas that one call uses, and how much of them.
    """

    table: MetricTable
    read_posts: Callable[[Api, Account, Sequence[Published], datetime], Mapping[str, Findings]]
    batch: int = 1
    parts: tuple[Part, ...] = ()
    history: timedelta = timedelta(0)
    again: int = 1
    zone: str = "UTC"
    list_posts: Callable[[Api, Account, Listing], Listed] | None = None
    batches: Mapping[str, int] = field(default_factory=dict)
    unlisted: frozenset[str] = frozenset()
    post_history: Mapping[Kind | None, timedelta] = field(default_factory=dict)
    costs: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if len({part.name for part in self.parts}) != len(self.parts):
            raise ValueError("parts have names of their own")
        if any(part.most_days for part in self.parts) != bool(self.history):
            raise ValueError("days can be asked for as far back as history says")
        if min(self.batch, self.again, *self.batches.values()) < 1:
            raise ValueError("at least one post and one day are read")

    def batch_for(self, account: Account) -> int:
        """How many of its posts one call asks for."""
        return self.batches.get(account.login, self.batch)

    def reads_post(self, post: Published, now: datetime) -> bool:
        """Whether its figures can still be read."""
        known = self.post_history
        longest = known.get(post.kind) if post.kind in known else known.get(None)
        return longest is None or now - post.at < longest


def counted(
    answer: Mapping[str, Any], terms: Sequence[Term], *, day: date | None = None, is_final: bool = True
) -> Findings:
    """The figures that stand in an answer under the names of ``terms``, numbers or text; the others are lacks."""
    numbers: list[Number] = []
    lacks: list[Lack] = []
    for term in terms:
        value = as_number(answer.get(term.name))
        if value is None:
            lacks.append(Lack(term.name, Why.NOT_GIVEN))
        else:
            numbers.append(Number(term.name, value, day=day, is_final=is_final))
    return Findings(tuple(numbers), tuple(lacks))


def as_number(value: Any) -> float | None:
    """A figure that came as a number or as text; ``None`` for everything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value)
    except ValueError:
        return None
    return found if abs(found) < float("inf") else None
