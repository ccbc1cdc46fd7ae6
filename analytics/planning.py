"""What a night consists of: pieces in order, each one call of the connector, so that any of them can be the last.

A piece is a list that a row can hold: ``["part", name, first, last]`` (days, or null for how things stand),
``["list", cursor]``, ``["gather"]`` (which posts are to be read), ``["posts", ids]``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from accounts.models import ConnectedAccount
from analytics import nights
from analytics.gains import POSTS
from analytics.models import Collection, Gap
from analytics.tracking import live_posts, published
from socialhub.platforms.metrics import Findings, Insights, Part, Span, Why

FIRST_LOOK = timedelta(days=90)
"""How far back days and posts are asked for when an account is read the first time."""
NEW_POSTS = timedelta(days=3)
"""How far back posts made elsewhere are looked for each night."""
AWAITED = timedelta(days=14)
"""So long a day that will come later is asked for, each night."""
LATE = timedelta(hours=3)
"""A night that is begun so much after its time does not count as read in time."""
MISSED = "Nobody read in this night: the hub or the platform was not there."

Piece = list[Any]
GATHER: Piece = ["gather"]


def begin_night(collection: Collection, insights: Insights, night: date, now: datetime) -> None:
    """Let the row stand at the beginning of a night. What earlier nights left undone becomes gaps."""
    account = collection.account
    if collection.night is not None:
        gaps = [*_gaps(collection, insights, night), *_lateness(collection, insights, night, now)]
        Gap.objects.bulk_create(gaps, ignore_conflicts=True)
    collection.night, collection.done_at, collection.failures, collection.reason = night, None, 0, ""
    days: list[Piece] = []
    stands: list[Piece] = []
    for part in insights.parts:
        if not _is_wanted(part, collection, now):
            continue
        if part.most_days:
            days += _days(account, part, insights, collection, now)
        else:
            stands.append(["part", part.name, None, None])
    lists = insights.list_posts is not None and account.login not in insights.unlisted
    listing: list[Piece] = [["list", {}]] if lists else []
    # How things stand can be read tonight alone, days also tomorrow: so they come last.
    collection.todo = [*stands, *listing, GATHER, *days]


def _is_wanted(part: Part, collection: Collection, now: datetime) -> bool:
    """Weeks are counted from a fixed day, so that a night that was missed moves none of the later ones."""
    asked = collection.asked.get(part.name)
    days = max(part.every.days, 1)
    if asked is None or days == 1:
        return True
    before = nights.current(datetime.fromisoformat(asked), collection.account.workspace.zone)
    tonight = nights.current(now, collection.account.workspace.zone)
    return tonight.toordinal() // days > before.toordinal() // days


def _days(
    account: ConnectedAccount, part: Part, insights: Insights, collection: Collection, now: datetime
) -> list[Piece]:
    """The days that are new and those that are read again; days beyond the platform's memory are gaps."""
    last = now.astimezone(ZoneInfo(insights.zone)).date() - timedelta(days=1)
    oldest = last - insights.history + timedelta(days=1)
    through = collection.through.get(part.name)
    if through is None:
        first = max(oldest, last - FIRST_LOOK + timedelta(days=1))
    else:
        known = date.fromisoformat(through)
        first = max(oldest, min(known + timedelta(days=1), last - timedelta(days=insights.again - 1)))
        lost = [known + timedelta(days=n) for n in range(1, (oldest - known).days)]
        Gap.objects.bulk_create(
            [Gap(account=account, night=day, what=part.name, reason="No longer told.") for day in lost],
            ignore_conflicts=True,
        )
    span = Span(min(first, last), last, insights.zone)
    return [
        ["part", part.name, piece.first.isoformat(), piece.last.isoformat()]
        for piece in span.pieces(part.most_days)
    ]


def _gaps(collection: Collection, insights: Insights, night: date) -> Iterator[Gap]:
    assert collection.night is not None
    if collection.done_at is None:
        yield from _as_gaps(collection, collection.night, _undone(collection.todo, insights))
    skipped = collection.night + timedelta(days=1)
    while skipped < night:
        yield from _as_gaps(collection, skipped, _about_now(insights))
        skipped += timedelta(days=1)


def _lateness(collection: Collection, insights: Insights, night: date, now: datetime) -> Iterator[Gap]:
    """A night that is read much too late is read all the same, and marked: its figures are those of another hour."""
    if reason := _late_reason(collection, night, now):
        yield from _as_gaps(collection, night, _about_now(insights), reason)


def note_lateness(collection: Collection, what: str, now: datetime) -> None:
    """A piece that a limit put off for hours is read all the same, and marked likewise."""
    assert collection.night is not None
    if reason := _late_reason(collection, collection.night, now):
        Gap.objects.bulk_create(_as_gaps(collection, collection.night, {what}, reason), ignore_conflicts=True)


def _late_reason(collection: Collection, night: date, now: datetime) -> str:
    late = now - nights.begins(night, collection.account.workspace.zone)
    return f"Read {late.total_seconds() / 3600:.0f} hours late." if late > LATE else ""


def _about_now(insights: Insights) -> set[str]:
    return {POSTS} | {part.name for part in insights.parts if not part.most_days}


def _undone(todo: Iterable[Piece], insights: Insights) -> set[str]:
    """What of a night was not read and cannot be made up for: how things stood."""
    about_now = {part.name for part in insights.parts if not part.most_days}
    left = {piece[1] for piece in todo if piece[0] == "part"} & about_now
    return left | ({POSTS} if any(piece == GATHER or piece[0] == "posts" for piece in todo) else set())


def _as_gaps(collection: Collection, night: date, what: Iterable[str], reason: str = "") -> Iterator[Gap]:
    reason = reason or collection.reason or MISSED
    for name in sorted(what):
        yield Gap(account=collection.account, night=night, what=name, reason=reason[:300])


def gather(collection: Collection, insights: Insights, now: datetime) -> list[Piece]:
    """The posts that are read in this night, in batches."""
    assert collection.night is not None
    account = collection.account
    oldest = now - timedelta(days=nights.LONGEST + 1)
    # What went out since is of the next night, also where this one is read late.
    begun = nights.begins(collection.night, account.workspace.zone)
    posts = live_posts(account).filter(published_at__gte=oldest, published_at__lt=begun)
    zone = account.workspace.zone
    ids = [
        post.pk
        for post in posts
        if nights.is_due(collection.night, post.published_at.astimezone(zone).date())
        and insights.reads_post(published(post), now)
    ]
    batch = insights.batch_for(account.value())
    return [["posts", ids[start : start + batch]] for start in range(0, len(ids), batch)]


def halves(piece: Piece) -> list[Piece]:
    """One post that is refused must not keep the figures of the others: a batch is asked again in halves."""
    if piece[0] != "posts" or len(piece[1]) < 2:
        return []
    middle = len(piece[1]) // 2
    return [["posts", piece[1][:middle]], ["posts", piece[1][middle:]]]


def told_through(found: Findings, span: Span, known: str) -> str:
    """To which day nothing is awaited, where it was ``known`` before these days were asked for. What comes later is
    asked for again, for :data:`AWAITED` at most.
    """
    told = {lack.name: span.first - timedelta(days=1) for lack in found.lacks if lack.why is Why.NOT_YET}
    for number in found.numbers:
        if number.name in told and number.day is not None:
            told[number.name] = max(told[number.name], number.day)
    through = min(told.values(), default=span.last)
    if known and span.first > date.fromisoformat(known) + timedelta(days=1):  # days before these are awaited
        through = date.fromisoformat(known)
    return max(known, max(through, span.last - AWAITED).isoformat())


def span_of(piece: Piece, insights: Insights, now: datetime) -> Span:
    """The days that a piece is about; yesterday for how things stand."""
    if piece[2] is None:
        yesterday = now.astimezone(ZoneInfo(insights.zone)).date() - timedelta(days=1)
        return Span(yesterday, yesterday, insights.zone)
    return Span(date.fromisoformat(piece[2]), date.fromisoformat(piece[3]), insights.zone)
