"""One turn of a delivery: run its current step once (or ``find`` what it did), save, give back.

The order is the guarantee. Before the public step runs, ``in_doubt`` is committed; its answer is committed
with ``in_doubt`` cleared. Whatever breaks in between leaves a row in doubt, and a row in doubt is looked for
before anything is sent again.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, field
from datetime import datetime

from accounts import tokens
from publishing import recording
from publishing.claiming import Claim, LostClaim, enter_doubt
from publishing.clock import database_now
from publishing.contents import content_of
from publishing.models import Delivery
from publishing.outcomes import Verdict, after_error, after_turn, hold
from publishing.states import State
from socialhub.platforms import flow as flows, registry
from socialhub.platforms.api import Api
from socialhub.platforms.connector import Connector
from socialhub.platforms.errors import PlatformError
from socialhub.platforms.transport import Exchange, wire_guard

log = logging.getLogger(__name__)


@dataclass
class Flight:
    """What one turn works with and what it heard."""

    delivery: Delivery
    connector: Connector
    flow: flows.Flow
    step: flows.Step
    now: datetime
    exchanges: list[Exchange] = field(default_factory=list)
    started: float = field(default_factory=time.monotonic)

    @property
    def seconds(self) -> float:
        """How long the turn has run."""
        return time.monotonic() - self.started


def take_turn(claim: Claim) -> None:
    """Take one turn of a claimed delivery. A claim that was lost meanwhile ends it without a trace."""
    delivery = (
        Delivery.objects.select_related("post__workspace", "account")
        .filter(pk=claim.id, lease_token=claim.token)
        .first()
    )
    if delivery is None:
        return
    try:
        _turn(claim, delivery, database_now())
    except LostClaim:
        log.info("delivery %s: the claim went to another, nothing was saved", claim.id)


def _turn(claim: Claim, delivery: Delivery, now: datetime) -> None:
    connector = registry.get(delivery.account.platform)
    refused = _refusal(delivery, connector, now)
    if refused is not None:
        refused.commit(claim, delivery, now)
        return
    assert connector.publishing is not None  # a delivery without a flow was refused above
    flow = connector.publishing.flow(registry_kind(delivery))
    position = flows.Position(delivery.step, delivery.in_doubt)
    flight = Flight(delivery, connector, flow, flows.current_step(flow, position), now)
    try:
        verdict = _fly(claim, flight, position)
    except PlatformError as error:
        verdict = after_error(flight.delivery, flow, flight.step, error, now)
    verdict.commit(claim, delivery, now, exchanges=flight.exchanges, seconds=flight.seconds)


def _fly(claim: Claim, flight: Flight, position: flows.Position) -> Verdict:
    delivery = flight.delivery
    token = tokens.access_token(delivery.account)
    account = delivery.account.as_value(token)
    api = Api(
        flight.connector.key,
        flight.connector.service,
        tokens.transport(),
        account=account,
        app=tokens.app_of(delivery.account),
        record=flight.exchanges.append,
    )
    if flight.step.is_public and not position.in_doubt:
        enter_doubt(claim, flight.now, flight.step.name)
        delivery.in_doubt, delivery.sent_at = True, flight.now
    job = flows.Job(
        key=str(delivery.key),
        account=account,
        content=content_of(delivery),
        api=api,
        options=flight.connector.options.resolve(registry_kind(delivery), delivery.options),
        facts=delivery.facts,
        attempt=delivery.attempts + 1,
        now=flight.now,
        sent_at=delivery.sent_at,
        taken=_taken(delivery) if position.in_doubt else frozenset(),
    )
    with wire_guard(claim.check_wire):
        turn = flows.advance(flight.flow, position, job)
    return after_turn(delivery, flight.flow, turn, flight.now)


def registry_kind(delivery: Delivery) -> flows_kind:
    """The kind of post of a delivery that was scheduled."""
    return flows_kind(delivery.kind)


def _taken(delivery: Delivery) -> frozenset[str]:
    """Posts of this account that are known to be another delivery's."""
    others = Delivery.objects.filter(account=delivery.account).exclude(pk=delivery.pk).exclude(remote_id="")
    return frozenset(others.order_by("-published_at").values_list("remote_id", flat=True)[:1000])
