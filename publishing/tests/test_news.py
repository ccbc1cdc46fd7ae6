"""What webhooks tell hurries a delivery up and is noted, and never decides by itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from publishing.models import Delivery
from publishing.publisher import Publisher
from publishing.states import State
from publishing.tests.conftest import Platform
from socialhub.platforms.errors import Fault, PlatformError, Reach
from socialhub.platforms.events import EventKind
from socialhub.platforms.flow import Job, Stay
from webhooks.models import Event
from webhooks.signals import event_received

Compose = Callable[..., Delivery]


def tell(delivery: Delivery, kind: EventKind, subject: str = "") -> None:
    event = Event(account=delivery.account, kind=kind.value, key="k", subject=subject)
    event_received.send(sender=Event, event=event)
    delivery.refresh_from_db()


def test_a_delivery_that_waits_for_its_platform_looks_at_once(
    compose: Compose, platform: Platform, now: datetime
) -> None:
    waits = iter([Stay({}, timedelta(minutes=5))])
    platform.before = lambda step, job: next(waits, None) if step == "upload" else None
    delivery = compose("Hello", due=now)
    Publisher(threads=1).run_once()
    tell(delivery, EventKind.POST_LIVE)
    assert delivery.next_at is not None
    assert delivery.next_at < now + timedelta(minutes=1)
    assert delivery.state == State.PUBLISHING
    Publisher(threads=1).run_once()
    assert platform.posts == ["Hello"]


def test_a_delivery_in_doubt_keeps_its_own_waits(compose: Compose, platform: Platform, now: datetime) -> None:
    def lose(step: str, job: Job) -> None:
        if step == "create":
            raise PlatformError(Fault.TIMEOUT, reach=Reach.UNKNOWN)

    platform.after = lose
    delivery = compose("Hello", due=now)
    Publisher(threads=1).run_once()
    delivery.refresh_from_db()
    planned = delivery.next_at
    tell(delivery, EventKind.POST_LIVE)
    assert (delivery.in_doubt, delivery.next_at) == (True, planned)


def test_a_post_that_was_taken_down_there_is_marked_here(
    compose: Compose, platform: Platform, now: datetime
) -> None:
    delivery = compose("Hello", due=now)
    Publisher(threads=1).run_once()
    tell(delivery, EventKind.POST_REMOVED, "another-post")
    assert delivery.removed_at is None
    tell(delivery, EventKind.POST_REMOVED, "post-1")
    assert (delivery.removed_at is not None, delivery.state) == (True, State.PUBLISHED)
    assert delivery.log.last().note == "It was taken down on the platform."  # type: ignore[union-attr]
