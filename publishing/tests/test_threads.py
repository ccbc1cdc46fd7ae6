"""Posts of several parts, one request each: what is public of them is gone on from, counted and never repeated."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from accounts import disconnecting, limits
from accounts.models import ConnectedAccount, User
from publishing import scheduling
from publishing.composing import Composition, Target, save
from publishing.models import Delivery
from publishing.models.posts import ALWAYS
from publishing.states import State
from publishing.tests.conftest import PLATFORM
from publishing.tests.engine import Ground
from socialhub.platforms import registry
from socialhub.platforms.api import LimitReading
from socialhub.platforms.policy import Quota

PARTS = ("One", "Two", "Three")


@pytest.fixture
def ground(account: ConnectedAccount, monkeypatch: pytest.MonkeyPatch) -> Ground:
    """A platform that takes threads."""
    made = Ground()
    monkeypatch.setattr(registry, "connectors", lambda: {PLATFORM: made.connector})
    return made


@pytest.fixture
def thread(ground: Ground, account: ConnectedAccount, mara: User) -> Delivery:
    """A thread of three parts that is due, and never too late."""
    composition = Composition(PARTS, (Target(account.pk),), late_minutes=ALWAYS)
    post = save(workspace=account.workspace, author=mara, composition=composition)
    scheduling.publish_now(post)
    return post.deliveries.get()


def go_on(ground: Ground, delivery: Delivery, *troubles: str) -> Delivery:
    """One turn for each trouble (or none), as soon as it may be taken."""
    for trouble in troubles:
        delivery.refresh_from_db()
        assert delivery.next_at is not None
        ground.let_pass(max(0.0, (delivery.next_at - datetime.now(UTC)).total_seconds()) + 0.01)
        ground.trouble = trouble
        ground.work()
    delivery.refresh_from_db()
    return delivery


def live(ground: Ground) -> list[str]:
    return [copy.text for copy in ground.born]


def used(account: ConnectedAccount) -> int:
    return limits.usage([account], datetime.now(UTC))[account.pk][0].used


def test_a_thread_goes_out_part_by_part_in_order(ground: Ground, thread: Delivery) -> None:
    assert go_on(ground, thread, "", "", "").state == State.PUBLISHED
    assert live(ground) == [*PARTS]


def test_a_thread_held_for_taking_too_long_with_its_first_part_goes_on_after_it(
    ground: Ground, thread: Delivery
) -> None:
    go_on(ground, thread, "unreachable")
    ground.let_pass(2 * 3600)
    held = go_on(ground, thread, "")
    assert (held.state, held.is_begun, live(ground)) == (State.HELD, True, ["One"])
    scheduling.retry(held)
    assert go_on(ground, held, "", "").state == State.PUBLISHED
    assert live(ground) == [*PARTS]


@pytest.mark.parametrize(("late", "state"), [(0, State.HELD), (ALWAYS, State.PUBLISHING)])
def test_a_thread_that_meets_a_limit_with_its_first_part_goes_on_after_it(
    ground: Ground, thread: Delivery, account: ConnectedAccount, late: int, state: State
) -> None:
    ground.offer(Quota("posts", 4, timedelta(days=1)))
    ground.pause, ground.is_telling, ground.others = 300.0, True, 3
    thread.post.late_minutes = late
    thread.post.save()
    stopped = go_on(ground, thread, "")
    assert (stopped.state, stopped.is_begun, live(ground), used(account)) == (state, True, ["One"], 4)
    assert stopped.charged_at is not None
    if state == State.HELD:
        scheduling.retry(stopped)
    ground.pause, ground.others = 0.0, 0
    ground.let_pass(24 * 3600)
    assert go_on(ground, stopped, "", "").state == State.PUBLISHED
    assert live(ground) == [*PARTS]


def test_each_part_of_a_thread_is_charged_before_the_first_and_counts_from_when_it_is_sent(
    ground: Ground, thread: Delivery, account: ConnectedAccount
) -> None:
    ground.offer(Quota("posts", 3, timedelta(minutes=15)))
    go_on(ground, thread, "")
    assert used(account) == 3
    ground.let_pass(10 * 60)
    go_on(ground, thread, "")
    assert used(account) == 3
    ground.let_pass(6 * 60)
    assert used(account) == 2
    go_on(ground, thread, "")
    assert (live(ground), used(account)) == ([*PARTS], 2)
    ground.let_pass(10 * 60)
    assert used(account) == 1


def test_a_thread_whose_charge_has_ended_waits_for_a_place_like_others(
    ground: Ground, thread: Delivery, account: ConnectedAccount
) -> None:
    ground.offer(Quota("posts", 3, timedelta(minutes=15)))
    go_on(ground, thread, "")
    ground.let_pass(16 * 60)
    limits.hear(account, "say", [LimitReading("posts", 3, 1)], datetime.now(UTC))
    waiting = go_on(ground, thread, "")
    assert (waiting.state, live(ground)) == (State.PUBLISHING, ["One"])
    assert waiting.note == "Northpost takes 3 posts in 15 minutes, and these are used up."
    assert go_on(ground, waiting, "", "").state == State.PUBLISHED


def test_a_thread_that_was_looked_for_for_long_has_not_been_staying_all_that_time(
    ground: Ground, thread: Delivery
) -> None:
    go_on(ground, thread, "", "timeout before")
    ground.look = "find says later"
    go_on(ground, thread, "")
    ground.let_pass(2 * 3600)
    assert go_on(ground, thread, "", "", "").state == State.PUBLISHED
    assert live(ground) == [*PARTS]


def test_what_a_limit_stops_at_its_first_request_has_not_begun(
    ground: Ground, thread: Delivery, account: ConnectedAccount
) -> None:
    """Also where the first step is the public one: nothing of it is sent when the account is paused meanwhile."""
    waiting = go_on(ground, thread, "limited")
    assert (waiting.state, waiting.step, waiting.is_begun) == (State.SCHEDULED, "", False)
    disconnecting.pause(account)
    assert go_on(ground, waiting, "").state == State.HELD
    assert live(ground) == []


def test_a_paused_account_gets_no_further_part_and_the_rest_once_it_is_resumed(
    ground: Ground, thread: Delivery, account: ConnectedAccount
) -> None:
    go_on(ground, thread, "")
    disconnecting.pause(account)
    held = go_on(ground, thread, "")
    assert (held.state, live(ground)) == (State.HELD, ["One"])
    assert held.error_message == "The account is paused. Resume it, then try again."
    disconnecting.resume(account)
    scheduling.retry(held)
    assert go_on(ground, held, "", "").state == State.PUBLISHED
    assert live(ground) == [*PARTS]


def test_what_was_sent_before_the_account_was_paused_is_looked_for(
    ground: Ground, thread: Delivery, account: ConnectedAccount
) -> None:
    go_on(ground, thread, "", "", "timeout after")
    disconnecting.pause(account)
    assert go_on(ground, thread, "").state == State.PUBLISHED
