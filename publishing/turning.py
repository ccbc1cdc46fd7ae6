"""One turn of a delivery: run its current step once (or ``find`` what it did), save, give back.

The order is the guarantee. Before the public step runs, ``in_doubt`` is committed; its answer is committed
with ``in_doubt`` cleared. Whatever breaks in between leaves a row in doubt, and a row in doubt is looked for
before anything is sent again.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from accounts import credentials, limits, network, tokens
from accounts.clock import in_line
from accounts.models import ConnectedAccount
from publishing import outcomes
from publishing.claiming import Claim, LostClaim, enter_doubt
from publishing.contents import content_of, options_of
from publishing.models import Delivery, StepLog
from publishing.outcomes import Verdict
from publishing.states import State
from socialhub.platforms import flow as flows
from socialhub.platforms.api import Api
from socialhub.platforms.connector import Connector
from socialhub.platforms.errors import Fault, PlatformError
from socialhub.platforms.rules import Severity
from socialhub.platforms.transport import Exchange, wire_guard
from socialhub.platforms.values import Account, Content, Kind

log = logging.getLogger(__name__)

QUICK = 0.25
"""A step of less than this many seconds does not keep a thread from others."""


@dataclass
class Flight:
    """What one claim works with: the delivery step by step, what is not written yet, what was heard."""

    claim: Claim
    delivery: Delivery
    content: Content
    connector: Connector
    flow: flows.Flow
    position: flows.Position
    now: datetime
    started: float
    exchanges: list[Exchange] = field(default_factory=list)
    used: Account | None = None
    api: Api | None = None
    closings: limits.Closings = field(default_factory=limits.Closings)
    unsaved: dict[str, Any] = field(default_factory=dict)
    lines: list[StepLog] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        """How long the step has taken so far."""
        return time.monotonic() - self.started

    @property
    def ended(self) -> datetime:
        """The database's time at the end of the step, without asking it a second time."""
        return self.now + timedelta(seconds=self.seconds)

    @property
    def step(self) -> flows.Step:
        """The step that this is about."""
        return flows.current_step(self.flow, self.position)

    def note(self, verdict: Verdict) -> None:
        """Keep the recorder's line for the next commit."""
        self.lines.append(
            verdict.line(
                self.delivery, self.now, exchanges=self.exchanges, seconds=self.seconds, step=self.step.name
            )
        )

    def commit(self, verdict: Verdict, *, keep: bool = False) -> None:
        """Write everything that is not written yet. What the platform refused to publish used no quota; what it
        refused and a look found live all the same did.
        """
        account, now, charged_at = self.delivery.account, self.now, self.delivery.charged_at
        is_nothing, is_uncharged = self._came_to_nothing(verdict), self._is_found_uncharged(verdict)
        with in_line(), transaction.atomic() if is_nothing or is_uncharged else nullcontext():
            if is_nothing:
                limits.give_back(account, self.posts, charged_at or now)
                self.unsaved["charged_at"] = self.delivery.charged_at = None
            if is_uncharged:
                limits.charge(account, self.posts, now, is_used=True)
                self.unsaved["charged_at"] = self.delivery.charged_at = now
            verdict.commit(self.claim, self.delivery, self.lines, unsaved=self.unsaved, keep=keep)
        self.lines, self.unsaved = [], {}

    @property
    def posts(self) -> int:
        """How many posts quotas count this as: each part of a thread is one."""
        return len(self.content.posts)

    def _came_to_nothing(self, verdict: Verdict) -> bool:
        """Whether the public step that quotas were charged for has provably had no effect."""
        is_public = verdict.values.get("state", self.delivery.state) == State.PUBLISHED or verdict.values.get(
            "is_begun", self.delivery.is_begun
        )
        is_known = verdict.values.get("in_doubt") is False and self.step == self.flow.public
        return self.delivery.charged_at is not None and is_known and not is_public

    def _is_found_uncharged(self, verdict: Verdict) -> bool:
        """Whether this is live after all, which was given back when the platform refused it."""
        is_live = verdict.values.get("state") == State.PUBLISHED
        return is_live and self.delivery.charged_at is None and bool(self.connector.quotas)

    def begin_public(self) -> None:
        """Enter doubt and charge the quotas in one commit. Raises :class:`limits.Spent`: then nothing has begun."""
        delivery, posts = self.delivery, self._to_charge()
        if not posts:
            enter_doubt(self.claim, self.now, self.step.name, self.unsaved)
        else:
            with in_line(), transaction.atomic():
                limits.charge(delivery.account, posts, self.now, before=delivery.charged_at)
                enter_doubt(self.claim, self.now, self.step.name, {**self.unsaved, "charged_at": self.now})
            delivery.charged_at = self.now
        self.unsaved, delivery.in_doubt = {}, True

    def _to_charge(self) -> int:
        """How many posts quotas count from now on: all at first, of a thread then what is not live yet."""
        if self.step != self.flow.public or not self.connector.quotas:
            return 0
        if self.delivery.charged_at is None:
            return self.posts
        if self.posts == 1:  # the step again is its next chunk
            return 0
        assert self.connector.publishing is not None
        posts_of = self.connector.publishing.posts_of
        return self.posts - len(posts_of(self.delivery.facts) if posts_of else ())

    def hear(self) -> str:
        """Share what the platform said of its limits; what it said of a spent one, if it did."""
        heard = list(self.api.heard.values()) if self.api else []
        if heard:
            with in_line():
                closed = limits.hear(self.delivery.account, self.step.name, heard, self.ended)
            if closed:
                self.closings.expire()
        return next((each.reason for each in heard if each.is_spent and each.reason), "")

    def go_on(self, verdict: Verdict) -> None:
        """Stand at the next step. Before the public one nothing is written: entering doubt writes it along."""
        next_step = flows.current_step(self.flow, flows.Position(verdict.values["step"], in_doubt=False))
        if next_step.is_public and "state" not in verdict.values:
            self.unsaved |= verdict.values
        else:
            self.commit(verdict, keep=True)
        for name, value in verdict.values.items():
            setattr(self.delivery, name, value)
        self.position = flows.Position(self.delivery.step, in_doubt=False)
        self.now, self.started, self.exchanges = self.claim.now(), time.monotonic(), []


def take_turn(
    claim: Claim,
    delivery: Delivery,
    *,
    steps: int = 1,
    is_roomy: Callable[[], bool] = lambda: True,
    closings: limits.Closings | None = None,
) -> None:
    """Work on a claimed delivery: up to ``steps`` steps as long as each is done at once.

    When the pool is not roomy, a step that took its time is the last: whoever else is due goes first. A claim
    that was lost meanwhile ends it without a trace. ``closings`` are the limits that a publisher's turns share.
    """
    now = claim.now()
    content = content_of(delivery)
    try:
        refused = _refusal(delivery, content, now)
        if refused is not None:
            refused.commit(claim, delivery, [refused.line(delivery, now)])
            return
        flight = _prepare(claim, delivery, content, now)
        flight.closings = closings or flight.closings
        for left in reversed(range(steps)):
            verdict = _fly(flight)
            flight.note(verdict)
            if not (left and verdict.goes_on and (flight.seconds < QUICK or is_roomy())):
                flight.commit(verdict)
                return
            flight.go_on(verdict)
    except LostClaim:
        log.info("delivery %s: the claim went to another, nothing was saved", claim.id)


def _prepare(claim: Claim, delivery: Delivery, content: Content, now: datetime) -> Flight:
    connector = delivery.account.connector
    assert connector.publishing is not None  # a kind that is not offered was refused before
    flow = connector.publishing.flow(Kind(delivery.kind))
    position = flows.Position(delivery.step, delivery.in_doubt)
    return Flight(claim, delivery, content, connector, flow, position, now, time.monotonic())


def _refusal(delivery: Delivery, content: Content, now: datetime) -> Verdict | None:
    """Why this delivery may not take a turn at all, or ``None``."""
    if delivery.state not in {State.PUBLISHING, State.PUBLISHED}:
        return Verdict("stopped", {"next_at": None})
    is_under_way = bool(delivery.step or delivery.in_doubt)
    if delivery.state == State.PUBLISHED:
        # Without a step nothing is left to do, and the first is not to be run again.
        return None if is_under_way else Verdict("stopped", {"next_at": None})
    if not is_under_way and now > (delivery.due_at or now) + outcomes.late_limit(delivery):
        return outcomes.missed()
    if delivery.account.state == ConnectedAccount.State.PAUSED and not delivery.in_doubt:
        return outcomes.hold("The account is paused. Resume it, then try again.")
    if is_under_way:
        return None
    answers = options_of(delivery)
    found = delivery.account.connector.check(content, delivery.account.value(), answers)
    broken = [v for v in found if v.severity is Severity.ERROR]
    if broken:
        error = PlatformError(Fault.INVALID_REQUEST, code=broken[0].code, user_message=broken[0].message)
        return outcomes.failed(error)
    return None


def _fly(flight: Flight) -> Verdict:
    delivery, was_looking = flight.delivery, flight.position.in_doubt
    closed = None if was_looking else flight.closings.of(delivery.account, flight.now, flight.step.name)
    if closed is not None:
        return _wait(flight, closed.until, closed.reason)
    try:
        job = _job(flight)
        if flight.step.is_public and not was_looking:
            flight.begin_public()
        with wire_guard(flight.claim.check_wire):
            turn = flows.advance(flight.flow, flight.position, job)
    except limits.Spent as spent:
        with in_line():
            limits.close_if_spent(delivery.account, flight.now)
        flight.closings.expire()
        return _wait(flight, spent.until, spent.reason)
    except PlatformError as error:
        if flight.used is not None:
            tokens.refused(delivery.account, flight.used, error)
        flight.hear()
        return outcomes.after_error(
            delivery, flight.flow, flight.step, error, flight.ended, was_looking=was_looking
        )
    return outcomes.after_turn(delivery, flight.flow, turn, flight.ended, limit=flight.hear())


def _wait(flight: Flight, until: datetime, reason: str) -> Verdict:
    return outcomes.wait_for_limit(flight.delivery, flight.flow, flight.step, until, reason, flight.now)


def _job(flight: Flight) -> flows.Job:
    """Everything the step needs, tokens included. Raises PlatformError where no token can be had."""
    delivery, connector = flight.delivery, flight.connector
    if flight.used is None:
        # The row was read with the delivery a moment ago.
        flight.used = tokens.authorised(delivery.account, reread=False)
    app = None
    if connector.service.sign is not None:
        app = credentials.find_app(
            delivery.account.workspace, delivery.account.login_method, delivery.account.host
        )
    is_looking = flight.position.in_doubt
    flight.api = Api(
        connector.key, connector.service, network.transport(),
        account=flight.used, app=app, record=flight.exchanges.append,
    )  # fmt: skip
    return flows.Job(
        key=str(delivery.key),
        account=flight.used,
        content=flight.content,
        api=flight.api,
        options=connector.options.resolve(Kind(delivery.kind), options_of(delivery)),
        facts=delivery.facts,
        attempt=delivery.attempts + 1,
        now=flight.now,
        sent_at=delivery.sent_at if is_looking else None,
        taken=_taken(delivery) if is_looking else frozenset(),
    )


def _taken(delivery: Delivery) -> frozenset[str]:
    """Posts of this account that are known to be another delivery's."""
    others = Delivery.objects.filter(account=delivery.account).exclude(pk=delivery.pk).exclude(remote_id="")
    return frozenset(others.order_by("-published_at").values_list("remote_id", flat=True)[:1000])
