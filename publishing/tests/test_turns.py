"""What becomes of a delivery when things go well, badly, or nobody knows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from accounts.models import ConnectedAccount
from publishing import claiming, scheduling
from publishing.loading import load
from publishing.models import Delivery
from publishing.publisher import Publisher, set_back
from publishing.scheduling import NotAllowed
from publishing.states import State
from publishing.tests.conftest import Platform
from publishing.turning import take_turn
from socialhub.platforms.errors import Fault, PlatformError, Reach
from socialhub.platforms.flow import Go, Held, Stay, Unsure

Compose = Callable[..., Delivery]


class Killed(BaseException):
    """Stands for the end of the process: nothing of the product may catch it."""


def turn(delivery: Delivery, *, times: int = 1) -> Delivery:
    """Let a publisher take that many turns, however long it would have to wait for them."""
    for _ in range(times):
        Delivery.objects.filter(pk=delivery.pk, next_at__isnull=False).update(next_at=datetime.now(UTC))
        Publisher(threads=1, steps=1).run_once()
    delivery.refresh_from_db()
    return delivery


def events(delivery: Delivery) -> list[str]:
    return list(delivery.log.values_list("event", flat=True))


def test_a_due_post_goes_out_once_with_its_link_and_its_story(
    compose: Compose, platform: Platform, now: datetime
) -> None:
    delivery = turn(compose("Hello", due=now, comment="First!"), times=3)
    assert platform.posts == ["Hello"]
    assert platform.comments == ["First!"]
    assert (delivery.state, delivery.remote_id) == (State.PUBLISHED, "post-1")
    assert delivery.url == "https://northpost.example/1"
    assert delivery.next_at is None
    assert events(delivery) == ["queued", "ran", "live", "ran"]


def test_a_post_that_is_not_due_is_left_alone(compose: Compose, platform: Platform, now: datetime) -> None:
    compose("Later", due=now + timedelta(hours=1))
    assert Publisher(threads=4).run_once() == 0
    assert platform.posts == []


def test_two_publishers_never_hold_the_same_delivery(compose: Compose, now: datetime) -> None:
    compose("Hello", due=now)
    assert len(claiming.claim(10)) == 1
    assert claiming.claim(10) == []


def test_a_save_after_the_lease_went_to_another_changes_nothing(
    compose: Compose, platform: Platform, now: datetime
) -> None:
    delivery = compose("Hello", due=now)
    (old,) = claiming.claim(1)
    Delivery.objects.update(next_at=now)
    (new,) = claiming.claim(1)
    take_turn(old, delivery)
    assert platform.uploads == 0
    with pytest.raises(claiming.LostClaim):
        claiming.save(old, state=State.FAILED)
    ((claim, row),) = load([new])
    take_turn(claim, row)
    assert platform.uploads == 1
    delivery.refresh_from_db()
    assert delivery.state == State.PUBLISHING


@pytest.mark.parametrize("moment", ["before upload", "after upload", "before create", "after create"])
def test_a_process_that_dies_at_any_moment_leaves_exactly_one_post(
    compose: Compose, platform: Platform, now: datetime, moment: str
) -> None:
    when, _, where = moment.partition(" ")
    deaths = iter([True])

    def die(step: str, job: object) -> None:
        if step == where and next(deaths, False):
            raise Killed

    setattr(platform, when, die)
    delivery = compose("Hello", due=now)
    for _ in range(6):
        Delivery.objects.filter(next_at__isnull=False).update(next_at=datetime.now(UTC))
        try:
            Publisher(threads=1, steps=1).run_once()
        except Killed:
            continue
    delivery.refresh_from_db()
    assert (delivery.state, platform.posts) == (State.PUBLISHED, ["Hello"])


def test_without_find_a_death_after_the_effect_would_double_the_post(
    compose: Compose, platform: Platform, now: datetime
) -> None:
    """The matrix above can fail: this is what it looks like when nothing looks first."""
    platform.finding = lambda job: None
    deaths = iter([True])

    def die(step: str, job: object) -> None:
        if step == "create" and next(deaths, False):
            raise Killed

    platform.after = die
    delivery = compose("Hello", due=now)
    turn(delivery)
    with pytest.raises(Killed):
        turn(delivery)
    turn(delivery, times=2)
    assert platform.posts == ["Hello", "Hello"]


def test_a_lost_answer_is_doubt_and_the_post_is_found_not_repeated(
    compose: Compose, platform: Platform, now: datetime
) -> None:
    def lose(step: str, job: object) -> None:
        if step == "create":
            raise PlatformError(Fault.TIMEOUT, reach=Reach.UNKNOWN)

    platform.after = lose
    delivery = turn(compose("Hello", due=now), times=2)
    assert (delivery.state, delivery.in_doubt, platform.posts) == (State.PUBLISHING, True, ["Hello"])
    turn(delivery)
    assert (delivery.state, delivery.in_doubt, platform.posts) == (State.PUBLISHED, False, ["Hello"])
    assert "doubt" in events(delivery)


def test_what_nobody_can_tell_is_held_as_unconfirmed_until_a_person_asks(
    compose: Compose, platform: Platform, now: datetime
) -> None:
    def fail(step: str, job: object) -> None:
        if step == "create":
            raise PlatformError(Fault.SERVER_ERROR, http_status=502, reach=Reach.UNKNOWN)

    platform.before = fail
    platform.finding = lambda job: Unsure("Two posts look alike.")
    delivery = turn(compose("Hello", due=now), times=3)
    assert (delivery.state, delivery.next_at) == (State.UNCONFIRMED, None)
    assert delivery.error_message == "Two posts look alike."
    turn(delivery, times=2)
    assert delivery.state == State.UNCONFIRMED
    platform.before, platform.finding = (lambda step, job: None), None
    scheduling.check_now(delivery)
    turn(delivery, times=3)
    assert (delivery.state, platform.posts) == (State.PUBLISHED, ["Hello"])


def test_looking_ends_at_a_person_and_never_repeats_the_post(
    compose: Compose, platform: Platform, now: datetime
) -> None:
    def lose(step: str, job: object) -> None:
        if step == "create":
            raise PlatformError(Fault.TIMEOUT, reach=Reach.UNKNOWN)

    platform.after = lose
    platform.finding = lambda job: Stay(wait=timedelta(seconds=30), note="Listings lag.")
    delivery = turn(compose("Hello", due=now), times=12)
    assert (delivery.state, platform.posts) == (State.UNCONFIRMED, ["Hello"])


def test_a_twin_that_nobody_can_find_is_not_sent_for_ever(
    compose: Compose, platform: Platform, now: datetime
) -> None:
    sent: list[str] = []

    def refuse(step: str, job: object) -> None:
        if step == "create":
            sent.append(step)
            raise PlatformError(Fault.DUPLICATE, http_status=403, reach=Reach.UNKNOWN)

    platform.before, platform.finding = refuse, lambda job: None
    delivery = turn(compose("Hello", due=now), times=15)
    assert (delivery.state, len(sent)) == (State.UNCONFIRMED, 4)


def test_a_limit_is_waited_for_and_is_no_attempt(compose: Compose, platform: Platform, now: datetime) -> None:
    def limit(step: str, job: object) -> None:
        raise PlatformError(Fault.RATE_LIMIT, retry_after=timedelta(seconds=90), http_status=429)

    platform.before = limit
    delivery = turn(compose("Hello", due=now))
    assert (delivery.state, delivery.attempts, delivery.error_kind) == (State.SCHEDULED, 0, "rate_limit")
    assert delivery.next_at is not None
    assert delivery.next_at >= now + timedelta(seconds=90)
    platform.before = lambda step, job: None
    turn(delivery, times=3)
    assert (delivery.state, delivery.error_kind, platform.posts) == (State.PUBLISHED, "", ["Hello"])


def test_a_refusal_that_will_not_pass_fails_at_once_and_says_what_to_do(
    compose: Compose, platform: Platform, now: datetime
) -> None:
    def refuse(step: str, job: object) -> None:
        if step == "create":
            raise PlatformError(Fault.INVALID_MEDIA, code="36001", user_message="Save the picture as JPEG.")

    platform.before = refuse
    delivery = turn(compose("Hello", due=now), times=2)
    assert (delivery.state, delivery.in_doubt, delivery.next_at) == (State.FAILED, False, None)
    assert (delivery.error_code, delivery.error_message) == ("36001", "Save the picture as JPEG.")
    platform.before = lambda step, job: None
    scheduling.retry(delivery)
    turn(delivery, times=3)
    assert (delivery.state, platform.posts, platform.uploads) == (State.PUBLISHED, ["Hello"], 2)


def test_a_try_after_the_public_step_never_takes_it_again(
    compose: Compose, platform: Platform, now: datetime
) -> None:
    platform.after = lambda step, job: Go() if step == "create" else None
    delivery = turn(compose("Hello", due=now), times=3)
    assert (delivery.state, platform.posts) == (State.HELD, ["Hello"])
    scheduling.retry(delivery)
    turn(delivery, times=3)
    assert platform.posts == ["Hello"]


def test_a_withdrawn_access_holds_the_post_and_marks_the_account(
    compose: Compose, platform: Platform, account: ConnectedAccount, now: datetime
) -> None:
    def revoke(step: str, job: object) -> None:
        raise PlatformError(Fault.REVOKED, http_status=401)

    platform.before = revoke
    delivery = turn(compose("Hello", due=now))
    account.refresh_from_db()
    assert (delivery.state, account.state) == (State.HELD, ConnectedAccount.State.RECONNECT)


def test_polling_waits_in_the_row_and_ends_at_the_deadline(
    compose: Compose, platform: Platform, now: datetime
) -> None:
    platform.before = lambda step, job: Stay(wait=timedelta(seconds=20)) if step == "upload" else None
    delivery = turn(compose("Hello", due=now))
    assert delivery.next_at is not None
    assert delivery.next_at > now + timedelta(seconds=15)
    Delivery.objects.update(step_since=now - timedelta(hours=2))
    assert turn(delivery).state == State.HELD


def test_trouble_after_the_post_is_live_never_takes_it_back(
    compose: Compose, platform: Platform, now: datetime
) -> None:
    platform.before = lambda step, job: Held("Comments are off.") if step == "comment" else None
    delivery = turn(compose("Hello", due=now, comment="First!"), times=3)
    assert (delivery.state, delivery.next_at, delivery.note) == (State.PUBLISHED, None, "Comments are off.")


def test_an_after_step_that_takes_too_long_is_left_behind(
    compose: Compose, platform: Platform, now: datetime
) -> None:
    platform.before = lambda step, job: Stay(wait=timedelta(seconds=5)) if step == "comment" else None
    delivery = turn(compose("Hello", due=now, comment="First!"), times=3)
    Delivery.objects.update(step_since=now - timedelta(hours=2))
    delivery = turn(delivery)
    assert (delivery.state, delivery.next_at, delivery.step) == (State.PUBLISHED, None, "")


def test_a_post_whose_time_passed_unseen_is_missed_and_nothing_is_sent(
    compose: Compose, platform: Platform, now: datetime
) -> None:
    delivery = compose("Hello", due=now)
    Delivery.objects.update(due_at=now - timedelta(minutes=31))
    assert turn(delivery).state == State.MISSED
    assert platform.posts == []


def test_cancelling_takes_the_claim_from_a_publisher_that_has_not_begun(
    compose: Compose, platform: Platform, now: datetime
) -> None:
    delivery = compose("Hello", due=now + timedelta(minutes=5))
    scheduling.cancel(delivery.post)
    assert turn(delivery).state == State.CANCELLED
    assert platform.uploads == 0


def test_what_is_going_out_cannot_be_cancelled(compose: Compose, platform: Platform, now: datetime) -> None:
    delivery = turn(compose("Hello", due=now))
    with pytest.raises(NotAllowed):
        scheduling.cancel(delivery.post)


def test_an_error_of_our_own_waits_and_then_asks_a_person(compose: Compose, now: datetime) -> None:
    delivery = compose("Hello", due=now)
    for _ in range(6):
        Delivery.objects.update(next_at=now)
        (claim,) = claiming.claim(1)
        set_back(claim, KeyError("x"))
    delivery.refresh_from_db()
    assert (delivery.state, delivery.next_at) == (State.HELD, None)


def test_a_lease_that_ended_stops_the_request_before_its_first_byte(compose: Compose, now: datetime) -> None:
    compose("Hello", due=now)
    (claim,) = claiming.claim(1)
    claim.check_wire()
    claim.monotonic_end = 0
    with pytest.raises(Exception, match="lease"):
        claim.check_wire()


def test_steps_that_go_on_keep_their_facts(compose: Compose, platform: Platform, now: datetime) -> None:
    platform.after = lambda step, job: Go({"upload": "u1"}) if step == "upload" else None
    assert turn(compose("Hello", due=now)).facts == {"upload": "u1"}
