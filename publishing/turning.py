"""One turn of a delivery: run its current step once (or ``find`` what it did), save, give back.

The order is the guarantee. Before the public step runs, ``in_doubt`` is committed; its answer is committed
with ``in_doubt`` cleared. Whatever breaks in between leaves a row in doubt, and a row in doubt is looked for
before anything is sent again.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from accounts import credentials, network, tokens
from accounts.models import ConnectedAccount
from publishing import outcomes
from publishing.claiming import Claim, LostClaim, enter_doubt
from publishing.clock import database_now
from publishing.contents import content_of, options_of
from publishing.models import Delivery
from publishing.outcomes import Verdict
from publishing.states import State
from socialhub.platforms import flow as flows
from socialhub.platforms.api import Api
from socialhub.platforms.connector import Connector
from socialhub.platforms.errors import Fault, PlatformError
from socialhub.platforms.rules import Severity, Violation
from socialhub.platforms.transport import Exchange, wire_guard
from socialhub.platforms.values import Account, Kind

log = logging.getLogger(__name__)


@dataclass
class Flight:
    """What one turn works with and what it heard."""

    claim: Claim
    delivery: Delivery
    connector: Connector
    flow: flows.Flow
    position: flows.Position
    now: datetime
    started: float
    exchanges: list[Exchange] = field(default_factory=list)
    used: Account | None = None

    @property
    def seconds(self) -> float:
        """How long the turn has taken so far."""
        return time.monotonic() - self.started

    @property
    def ended(self) -> datetime:
        """The database's time at the end of the turn, without asking it a second time."""
        return self.now + timedelta(seconds=self.seconds)

    @property
    def step(self) -> flows.Step:
        """The step that this turn is about."""
        return flows.current_step(self.flow, self.position)


def take_turn(claim: Claim) -> None:
    """Take one turn of a claimed delivery. A claim that was lost meanwhile ends it without a trace."""
    delivery = (
        Delivery.objects.select_related("post", "account__workspace")
        .filter(pk=claim.id, lease_token=claim.token)
        .first()
    )
    if delivery is None:
        return
    now = database_now()
    try:
        refused = _refusal(delivery, now)
        if refused is not None:
            refused.commit(claim, delivery, now)
            return
        flight = _prepare(claim, delivery, now)
        verdict = _fly(flight)
        verdict.commit(
            claim, delivery, now, exchanges=flight.exchanges, seconds=flight.seconds, step=flight.step.name
        )  # fmt: skip
    except LostClaim:
        log.info("delivery %s: the claim went to another, nothing was saved", claim.id)


def _prepare(claim: Claim, delivery: Delivery, now: datetime) -> Flight:
    connector = delivery.account.connector
    assert connector.publishing is not None  # a kind that is not offered was refused before
    flow = connector.publishing.flow(Kind(delivery.kind))
    position = flows.Position(delivery.step, delivery.in_doubt)
    return Flight(claim, delivery, connector, flow, position, now, time.monotonic())


def _refusal(delivery: Delivery, now: datetime) -> Verdict | None:
    """Why this delivery may not take a turn at all, or ``None``."""
    if delivery.state not in {State.PUBLISHING, State.PUBLISHED}:
        return Verdict("stopped", {"next_at": None})
    if delivery.step or delivery.in_doubt:
        return None
    due = delivery.due_at or now
    if now > due + outcomes.late_limit(delivery):
        return outcomes.missed()
    if delivery.account.state == ConnectedAccount.State.PAUSED:
        return outcomes.hold("The account is paused. Resume it, then try again.")
    broken = [v for v in violations_of(delivery) if v.severity is Severity.ERROR]
    if broken:
        error = PlatformError(Fault.INVALID_REQUEST, code=broken[0].code, user_message=broken[0].message)
        return outcomes.failed(error)
    return None


def violations_of(delivery: Delivery) -> tuple[Violation, ...]:
    """What the rules say against this delivery, by the same check as the composer's."""
    return delivery.account.connector.check(
        content_of(delivery), delivery.account.value(), options_of(delivery)
    )


def _fly(flight: Flight) -> Verdict:
    delivery, was_looking = flight.delivery, flight.position.in_doubt
    try:
        job = _job(flight)
        if flight.step.is_public and not was_looking:
            enter_doubt(flight.claim, flight.now, flight.step.name)
            delivery.in_doubt = True
        with wire_guard(flight.claim.check_wire):
            turn = flows.advance(flight.flow, flight.position, job)
    except PlatformError as error:
        if flight.used is not None:
            tokens.refused(delivery.account, flight.used, error)
        return outcomes.after_error(
            delivery, flight.flow, flight.step, error, flight.ended, was_looking=was_looking
        )
    return outcomes.after_turn(delivery, flight.flow, turn, flight.ended)


def _job(flight: Flight) -> flows.Job:
    """Everything the step needs, tokens included. Raises PlatformError where no token can be had."""
    delivery, connector = flight.delivery, flight.connector
    flight.used = tokens.authorised(delivery.account)
    app = credentials.find_app(
        delivery.account.workspace, delivery.account.login_method, delivery.account.host
    )
    is_looking = flight.position.in_doubt
    return flows.Job(
        key=str(delivery.key),
        account=flight.used,
        content=content_of(delivery),
        api=Api(
            connector.key, connector.service, network.transport(),
            account=flight.used, app=app, record=flight.exchanges.append,
        ),
        options=connector.options.resolve(Kind(delivery.kind), options_of(delivery)),
        facts=delivery.facts,
        attempt=delivery.attempts + 1,
        now=flight.now,
        sent_at=delivery.sent_at if is_looking else None,
        taken=_taken(delivery) if is_looking else frozenset(),
    )  # fmt: skip


def _taken(delivery: Delivery) -> frozenset[str]:
    """Posts of this account that are known to be another delivery's."""
    others = Delivery.objects.filter(account=delivery.account).exclude(pk=delivery.pk).exclude(remote_id="")
    return frozenset(others.order_by("-published_at").values_list("remote_id", flat=True)[:1000])
