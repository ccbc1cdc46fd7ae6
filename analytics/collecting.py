"""Reading the figures of accounts and posts: every night, and at the ages of a post's early life.

An account is a row with a time (:class:`~analytics.models.Collection`). Whoever takes it works through its night
piece by piece; each piece is saved together with what is left, so that a crash costs one repeated call, which changes
nothing. Publishing goes first: an account whose posts leave within the minute, or that a limit closes, waits.
"""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import DatabaseError, connections, transaction

from accounts import limits, network, tokens
from accounts.clock import database_now, in_line
from accounts.credentials import find_app
from accounts.models import ConnectedAccount
from analytics import gains, keeping, marks, nights, planning, tracking, yielding
from analytics.models import Collection, Gap, TrackedPost
from publishing.news import posts_go_first
from socialhub.platforms.api import Api
from socialhub.platforms.errors import Fault, PlatformError
from socialhub.platforms.metrics import Findings, Insights, Lack, Listing, Why
from socialhub.platforms.values import Account, Capability

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)
NAP, DATABASE_PAUSE = 0.5, 2.0
STEP = "figures"
PATIENCE = timedelta(minutes=20)
"""For so long an account gives way to its posts; one whose posts leave all the time is read all the same."""
REREAD = 20.0
"""Seconds for which tokens are used without looking whether somebody has renewed them."""
MOST_FAILURES = 8
"""So often a piece is tried before it is left out."""
SCATTER = timedelta(minutes=1)
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=2)
MISTAKES = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError)
"""What an answer of another shape than expected raises in a connector."""
_OPEN_TO_A_PERSON = {Fault.PERMISSION, Fault.POLICY}


class Lost(Exception):
    """The row went to another meanwhile."""


class Collector:
    """Reads whoever is due. ``clock`` is the database's, unless a simulated world brings its own."""

    def __init__(self, clock: Callable[[], datetime] = database_now) -> None:
        self.clock = clock
        self._closings = limits.Closings()

    def run(self, stopping: threading.Event) -> None:
        """Read until told to stop. Any number may run."""
        while not stopping.is_set():
            try:
                if not self.take_next(stopping):
                    stopping.wait(NAP)
            except DatabaseError:
                log.exception("figures could not be read; trying again")
                connections.close_all()
                stopping.wait(DATABASE_PAUSE)
        connections.close_all()

    def take_next(self, stopping: threading.Event | None = None) -> bool:
        """Read for the account that is due longest; whether there was one."""
        row = self._claim()
        if row is None:
            return False
        turn = Turn(row, self.tick(), self._closings)
        try:
            turn.work(stopping or threading.Event())
        except Lost:
            log.info("account %s: its figures are read by another", row.account_id)
        return True

    def tick(self) -> Callable[[], datetime]:
        """A clock for one turn: the database is asked once, and this host's time added since."""
        if self.clock is not database_now:
            return self.clock
        begun, at = self.clock(), time.monotonic()
        return lambda: begun + timedelta(seconds=time.monotonic() - at)

    def _claim(self) -> Collection | None:
        now = self.clock()
        due = Collection.objects.filter(next_at__lte=now).order_by("next_at")
        if not due.exists():  # nothing is locked for nothing
            return None
        with in_line(), transaction.atomic():
            row = due.select_for_update(skip_locked=True).first()
            if row is not None:
                row.lease_until = row.next_at = now + LEASE
                row.save(update_fields=["lease_until", "next_at"])
        return row


class Turn:
    """One claimed account: its early posts, then what is left of its night."""

    def __init__(
        self, row: Collection, clock: Callable[[], datetime], closings: limits.Closings | None = None
    ) -> None:
        self.row = row
        self.clock = clock
        self.account = ConnectedAccount.objects.select_related("workspace").get(pk=row.account_id)
        row.account = self.account
        self.closings = closings or limits.Closings()
        self._marked_at = self._first_mark()
        self._used: Account | None = None
        self._used_at = float("-inf")
        self._api: Api | None = None

    def work(self, stopping: threading.Event) -> None:
        """Until nothing is due, something has to be waited for, or ``stopping`` is set."""
        insights = self.account.connector.insights
        if insights is None or self.account.state != ConnectedAccount.State.ACTIVE:
            self._save(next_at=None, reason="The account is not connected.")
            return
        if lacking := self.account.missing_scopes(Capability.INSIGHTS):
            self._save(next_at=None, reason=f"Connect it again and allow {', '.join(lacking)}."[:300])
            return
        now = self.clock()
        if self.row.night != (night := nights.current(now, self.account.workspace.zone)):
            planning.begin_night(self.row, insights, night, now)
            self._save_plan()
        while not stopping.is_set():
            if wait := self._has_to_wait(self.clock()):
                self._save(next_at=wait)
                return
            if not self._next(insights):
                return
        self._save(next_at=self.clock())

    def _next(self, insights: Insights) -> bool:
        """Read one piece; whether to go on at once."""
        now = self.clock()
        if young := self._young(insights, now):
            return self._try(insights, lambda: self._read_young(insights, young, now))
        if self.row.todo:
            return self._try(insights, lambda: self._read_piece(insights, now))
        self._save(next_at=self._next_at(now))
        return False

    def _next_at(self, now: datetime) -> datetime:
        """The next night, or the next mark of a post before that."""
        assert self.row.night is not None
        night = nights.begins(self.row.night + timedelta(days=1), self.account.workspace.zone)
        return max(min(night, self._first_mark() or night), now)

    def _try(self, insights: Insights, read: Callable[[], None]) -> bool:
        """Read; what goes wrong decides how long to wait, or that this piece is left out."""
        try:
            self._charge(insights)
            read()
        except limits.Spent as spent:
            self._save(next_at=spent.until, reason=spent.reason[:300])
            return False
        except PlatformError as error:
            return self._after_error(insights, error)
        except MISTAKES as problem:
            log.exception("account %s: an answer about figures could not be read", self.account.pk)
            return self._leave_out(insights, f"{type(problem).__name__}: the answer could not be read.")
        return True

    def _charge(self, insights: Insights) -> None:
        if insights.costs:
            with in_line(), transaction.atomic():
                limits.charge_reading(self.account, insights.costs, self.clock())

    def _has_to_wait(self, now: datetime) -> datetime | None:
        closed = self.closings.of(self.account, now, STEP)
        if closed is not None:
            return closed.until
        return posts_go_first(self.account, now) if now - self._due_since(now) < PATIENCE else None

    def _due_since(self, now: datetime) -> datetime:
        """Since when something has been waiting here: a mark of a young post, else the night."""
        if self._marked_at is not None and self._marked_at <= now:
            return self._marked_at
        assert self.row.night is not None
        return nights.begins(self.row.night, self.account.workspace.zone)

    def _first_mark(self) -> datetime | None:
        """When the next mark of a post is due."""
        marked = TrackedPost.objects.filter(account=self.account, mark_due_at__isnull=False)
        return marked.order_by("mark_due_at").values_list("mark_due_at", flat=True).first()

    # Reading

    def _young(self, insights: Insights, now: datetime) -> list[TrackedPost]:
        if self._marked_at is None or self._marked_at > now:
            return []
        due = TrackedPost.objects.filter(account=self.account, mark_due_at__lte=now)
        return list(
            due.select_related("delivery").order_by("mark_due_at")[: insights.batch_for(self.account.value())]
        )

    def _read_young(self, insights: Insights, posts: Sequence[TrackedPost], now: datetime) -> None:
        there = [post for post in posts if post.delivery is None or post.delivery.removed_at is None]
        ages = {post: marks.due_mark(now - post.published_at) for post in there}
        slots = {post: mark for post, mark in ages.items() if mark}
        readable = {p: s for p, s in slots.items() if insights.reads_post(tracking.published(p), now)}
        found = self._ask_posts(insights, list(readable), now)
        with in_line(), transaction.atomic():
            keeping.keep_posts(self._reading(insights, now), readable, found, nightly=False)
            self._move_marks(posts, now)
            self._go_on()

    def _move_marks(self, posts: Sequence[TrackedPost], now: datetime) -> None:
        for post in posts:
            post.mark_due_at = marks.next_mark_at(post.published_at, now)
        keeping.save_posts(posts, ["mark_due_at"])
        self._marked_at = self._first_mark()

    def _read_piece(self, insights: Insights, now: datetime) -> None:
        piece = self.row.todo[0]
        match piece[0]:
            case "part":
                self._read_part(insights, piece, now)
            case "list":
                self._read_list(insights, piece[1], now)
            case "posts":
                self._read_posts(insights, piece[1], now)
            case _:  # which posts there are to read
                with in_line(), transaction.atomic():
                    self._done()

    def _read_part(self, insights: Insights, piece: planning.Piece, now: datetime) -> None:
        part = next((each for each in insights.parts if each.name == piece[1]), None)
        if part is None:  # a part that the connector no longer has
            self._done()
            return
        span = planning.span_of(piece, insights, now)
        found = part.read(self._ready(), self._used or self.account.value(), span, now)
        self._heard(now)
        with in_line(), transaction.atomic():
            keeping.keep_account(self._reading(insights, now), part.name, found)
            if piece[2] is not None:
                through = planning.told_through(found, span, self.row.through.get(part.name, ""))
                self.row.through = {**self.row.through, part.name: through}
            elif part.name in self.row.asked:  # a first look is at any hour
                planning.note_lateness(self.row, part.name, now)
            self.row.asked = {**self.row.asked, part.name: now.isoformat()}
            self._done()

    def _read_list(self, insights: Insights, cursor: Mapping[str, Any], now: datetime) -> None:
        assert insights.list_posts is not None
        asked = self.row.asked.get("list")
        since = now - planning.FIRST_LOOK
        if asked is not None:
            since = max(
                since, min(now - planning.NEW_POSTS, datetime.fromisoformat(asked) - planning.NEW_POSTS)
            )
        api = self._ready()
        listed = insights.list_posts(api, self._used or self.account.value(), Listing(since, now, cursor))
        self._heard(now)
        with in_line(), transaction.atomic():
            tracking.import_posts(self.account, listed.posts, now, is_first=asked is None)
            if not listed.is_more:
                self.row.asked = {**self.row.asked, "list": now.isoformat()}
            self._done([["list", dict(listed.cursor)]] if listed.is_more else [])

    def _read_posts(self, insights: Insights, ids: Sequence[int], now: datetime) -> None:
        posts = list(tracking.live_posts(self.account).filter(pk__in=ids))
        found = self._ask_posts(insights, posts, now)
        assert self.row.night is not None
        slot = self.row.night.isoformat()
        with in_line(), transaction.atomic():
            if any(post.night and post.night < self.row.night for post in posts):
                planning.note_lateness(self.row, gains.POSTS, now)
            keeping.keep_posts(self._reading(insights, now), dict.fromkeys(posts, slot), found, nightly=True)
            self._done()
            if not any(piece[0] == "posts" for piece in self.row.todo):
                gains.add_up(self.account, self.row.night)

    def _ask_posts(
        self, insights: Insights, posts: Sequence[TrackedPost], now: datetime
    ) -> Mapping[str, Findings]:
        if not posts:
            return {}
        asked = [tracking.published(post) for post in posts]
        api = self._ready()
        found = insights.read_posts(api, self._used or self.account.value(), asked, now)
        self._heard(now)
        return found

    def _reading(self, insights: Insights, now: datetime) -> keeping.Reading:
        assert self.row.night is not None
        return keeping.Reading(self.account, insights.table, self.row.night, now)

    def _ready(self) -> Api:
        """A way to the platform with tokens that are good now. Raises PlatformError where none can be had."""
        connector = self.account.connector
        is_old = time.monotonic() - self._used_at > REREAD
        if self._used is None or is_old:
            self._used = tokens.authorised(self.account, reread=self._used is not None)
            self._used_at = time.monotonic()
        app = None
        if connector.service.sign is not None:
            app = find_app(self.account.workspace, self.account.login_method, self.account.host)
        self._api = network.api(connector, account=self._used, app=app, clock=self.clock)
        return self._api

    def _heard(self, now: datetime) -> None:
        """Share what the platform said of its limits."""
        if self._api is not None and self._api.heard:
            with in_line():
                if limits.hear(self.account, STEP, yielding.heard(self._api.heard.values(), now), now):
                    self.closings.expire()

    # What becomes of it

    def _after_error(self, insights: Insights, error: PlatformError) -> bool:
        now = self.clock()
        self._heard(now)
        if self._used is not None:
            tokens.refused(self.account, self._used, error)
        if error.requires_reauth:
            self._save(next_at=None, reason=error.user_message[:300])
            return False
        if error.is_retryable or error.is_ambiguous:
            return self._wait_after(insights, error, now)
        return self._leave_out(insights, error.user_message, error)

    def _wait_after(self, insights: Insights, error: PlatformError, now: datetime) -> bool:
        failures = self.row.failures + 1
        if failures >= MOST_FAILURES and not error.is_limit:
            return self._leave_out(insights, error.user_message, error)
        wait = error.retry_after or min(FIRST_WAIT * 2 ** (failures - 1), LONGEST_WAIT)
        wait += min(wait / 10, SCATTER) * random.random()  # noqa: S311 (no secret)
        self._save(next_at=now + wait, failures=failures, reason=error.user_message[:300])
        return False

    def _leave_out(self, insights: Insights, reason: str, error: PlatformError | None = None) -> bool:
        """Go on without a piece: what is a matter of permission is told as such, all else is a gap of this night."""
        now = self.clock()
        young = self._young(insights, now)
        with in_line(), transaction.atomic():
            if young:
                self._move_marks(young, now)
                self._go_on()
                return True
            piece = self.row.todo[0]
            rest = planning.halves(piece) if error is None or not error.is_retryable else []
            if not rest:
                self._note_loss(insights, piece, reason, error)
            self._done(rest)
        return True

    def _note_loss(
        self, insights: Insights, piece: planning.Piece, reason: str, error: PlatformError | None
    ) -> None:
        assert self.row.night is not None
        what = piece[1] if piece[0] == "part" else gains.POSTS
        if error is not None and error.kind in _OPEN_TO_A_PERSON:
            reading = self._reading(insights, self.clock())
            keeping.note_lacks(reading, [Lack(what, Why.PERMISSION, reason)], of_posts=piece[0] != "part")
        elif piece[0] != "list":
            gap = Gap(account=self.account, night=self.row.night, what=what, reason=reason[:300])
            Gap.objects.bulk_create([gap], ignore_conflicts=True)

    def _done(self, instead: Sequence[planning.Piece] = ()) -> None:
        self.row.todo = [*instead, *self.row.todo[1:]]
        insights = self.account.connector.insights
        if self.row.todo and self.row.todo[0] == planning.GATHER and insights is not None:
            self.row.todo = [*planning.gather(self.row, insights, self.clock()), *self.row.todo[1:]]
        if not self.row.todo:
            self.row.done_at = self.clock()
        self._go_on()

    def _go_on(self) -> None:
        """Keep the row for as long again, with what is left."""
        self.row.failures, self.row.reason = 0, ""
        self._save_plan()

    def _save_plan(self) -> None:
        now = self.clock()
        fields = ("night", "todo", "done_at", "through", "asked", "failures", "reason")
        self._write(
            lease_until=now + LEASE, next_at=now + LEASE, **{name: getattr(self.row, name) for name in fields}
        )
        self.row.lease_until = now + LEASE

    def _save(self, *, next_at: datetime | None, **values: Any) -> None:
        """Give the row back."""
        self._write(lease_until=None, next_at=next_at, **values)

    def _write(self, **values: Any) -> None:
        mine = Collection.objects.filter(pk=self.row.pk, lease_until=self.row.lease_until)
        if not mine.update(**values):
            raise Lost
