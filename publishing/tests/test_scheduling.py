"""When a post may be scheduled, and what wall times mean."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from accounts.membership import create_workspace
from accounts.models import ConnectedAccount, User
from publishing import scheduling
from publishing.composing import Composition, Conflict, Placed, Target, save
from publishing.models import Delivery, Post
from publishing.scheduling import Blocked, NotAllowed, at_local
from publishing.states import PARTLY, State, post_state

LONDON = ZoneInfo("Europe/London")
Compose = Callable[..., Delivery]


@pytest.mark.parametrize(
    ("day", "clock", "utc"),
    [
        (date(2027, 1, 15), time(9, 0), datetime(2027, 1, 15, 9, 0, tzinfo=UTC)),
        (date(2027, 7, 15), time(9, 0), datetime(2027, 7, 15, 8, 0, tzinfo=UTC)),
        # The clocks go back on 31 October 2027: 01:30 happens twice, the first is meant.
        (date(2027, 10, 31), time(1, 30), datetime(2027, 10, 31, 0, 30, tzinfo=UTC)),
    ],
)
def test_a_wall_time_in_the_workspace_zone_becomes_an_instant(day: date, clock: time, utc: datetime) -> None:
    assert at_local(day, clock, LONDON) == utc


def test_a_wall_time_that_the_clocks_skip_is_refused_with_the_next_one() -> None:
    with pytest.raises(NotAllowed, match=r"01:30 does not exist .* there is 02:30") as refused:
        at_local(date(2027, 3, 28), time(1, 30), LONDON)
    assert refused.value.field == "time"


def test_a_time_in_the_past_is_refused_at_the_time_field(compose: Compose, now: datetime) -> None:
    delivery = compose("Hello")
    with pytest.raises(NotAllowed) as refused:
        scheduling.schedule(delivery.post, now - timedelta(hours=1))
    assert refused.value.field == "time"
    delivery.refresh_from_db()
    assert (delivery.state, delivery.next_at) == (State.DRAFT, None)


def test_what_breaks_a_rule_cannot_be_scheduled_and_stays_a_draft(compose: Compose, now: datetime) -> None:
    delivery = compose("far too long " * 10)
    with pytest.raises(Blocked) as blocked:
        scheduling.publish_now(delivery.post)
    (violation,) = blocked.value.violations[delivery.pk]
    assert (violation.code, violation.field, violation.limit) == ("text_too_long", "text", 50)
    delivery.refresh_from_db()
    assert delivery.state == State.DRAFT


def test_an_account_that_must_be_reconnected_is_named(
    compose: Compose, account: ConnectedAccount, now: datetime
) -> None:
    delivery = compose("Hello")
    ConnectedAccount.objects.update(state=ConnectedAccount.State.RECONNECT)
    with pytest.raises(NotAllowed, match="northwind cannot publish now"):
        scheduling.publish_now(delivery.post)


def test_rescheduling_moves_the_row_that_is_the_schedule(compose: Compose, now: datetime) -> None:
    delivery = compose("Hello", due=now + timedelta(hours=1))
    scheduling.schedule(delivery.post, now + timedelta(hours=2))
    delivery.refresh_from_db()
    assert delivery.next_at == delivery.due_at == now + timedelta(hours=2)


def test_a_cancelled_post_can_be_taken_up_again(compose: Compose, now: datetime) -> None:
    delivery = compose("Hello", due=now + timedelta(hours=1))
    assert scheduling.cancel(delivery.post) == 1
    delivery.refresh_from_db()
    assert (delivery.state, delivery.next_at) == (State.CANCELLED, None)
    scheduling.schedule(delivery.post, now + timedelta(hours=1))
    delivery.refresh_from_db()
    assert delivery.state == State.SCHEDULED


def test_a_duplicate_is_a_new_draft_with_a_key_of_its_own(compose: Compose, now: datetime) -> None:
    delivery = compose("Hello", due=now)
    copy = scheduling.duplicate(delivery.post, None)
    twin = copy.deliveries.get()
    assert copy.parts == ["Hello"]
    assert twin.state == State.DRAFT
    assert twin.key != delivery.key


def test_nothing_of_another_workspace_can_be_composed_with(account: ConnectedAccount, mara: User) -> None:
    bakery = create_workspace(owner=mara, name="Harbour Bakery", zone="UTC")
    for stolen in (
        Composition(("Hi",), (Target(account.pk),)),
        Composition(("Hi",), media=(Placed(media=999),)),
    ):
        with pytest.raises(Conflict):
            save(workspace=bakery, author=mara, composition=stolen)
    assert not Post.objects.filter(workspace=bakery).exists()


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ([], State.DRAFT),
        ([State.PUBLISHED, State.PUBLISHED], State.PUBLISHED),
        ([State.PUBLISHED, State.FAILED], PARTLY),
        ([State.PUBLISHED, State.PUBLISHING], State.PUBLISHING),
        ([State.PUBLISHED, State.CANCELLED], State.PUBLISHED),
        ([State.SCHEDULED, State.FAILED], State.FAILED),
        ([State.CANCELLED, State.CANCELLED], State.CANCELLED),
    ],
)
def test_a_post_takes_its_state_from_its_deliveries(states: list[State], expected: str) -> None:
    assert post_state(states) == expected
