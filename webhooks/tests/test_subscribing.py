"""Each account is subscribed, stays so, and is mended when the platform forgets it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from accounts.disconnecting import disconnect
from accounts.models import ConnectedAccount
from socialhub.platforms.errors import Fault
from socialhub.platforms.events import Subscribed
from webhooks import subscribing
from webhooks.models import Subscription
from webhooks.tests.talk import Talk, lost, refused

State = Subscription.State


@pytest.fixture
def row(account: ConnectedAccount) -> Subscription:
    """The account is to be subscribed."""
    subscribing.ensure()
    return Subscription.objects.get()


def _look() -> Subscription:
    Subscription.objects.update(next_at=datetime.now(UTC))
    assert subscribing.look_after_next()
    row = Subscription.objects.get()
    assert row.lease_until is None
    return row


def _raise(problem: BaseException) -> Callable[[], None]:
    def raising() -> None:
        raise problem

    return raising


def test_it_is_made_once_and_then_checked(talk: Talk, row: Subscription) -> None:
    assert _look().state == State.ACTIVE
    assert _look().fields == ["comments"]
    assert talk.calls == ["subscribe", "check"]
    assert subscribing.ensure() == 0


def test_one_that_the_platform_forgot_is_made_anew(talk: Talk, row: Subscription) -> None:
    _look()
    talk.subscribed = None
    assert _look().state == State.ACTIVE
    assert talk.calls == ["subscribe", "check", "subscribe"]


def test_one_that_lacks_something_is_repaired_or_says_so(talk: Talk, row: Subscription) -> None:
    talk.subscribed = Subscribed(frozenset({"comments"}), missing=frozenset({"mentions"}))
    lacking = _look()
    assert (lacking.state, lacking.missing) == (State.LACKING, ["mentions"])
    assert "mentions" in lacking.reason
    talk.subscribed = replace(talk.subscribed, missing=frozenset())
    assert _look().state == State.ACTIVE


def test_it_is_renewed_before_it_ends(talk: Talk, row: Subscription) -> None:
    now = datetime.now(UTC)
    talk.subscribed = Subscribed(frozenset({"comments"}), expires_at=now + timedelta(days=10))
    first = _look()
    assert first.next_at is not None
    assert first.next_at < now + timedelta(days=6.1)
    _look()
    assert talk.calls == ["subscribe", "check"]
    Subscription.objects.update(checked_at=now - timedelta(days=20))
    _look()
    assert talk.calls[-2:] == ["check", "subscribe"]


def test_trouble_of_the_network_leaves_one_that_works_alone(talk: Talk, row: Subscription) -> None:
    _look()
    talk.trouble = _raise(lost())
    broken = _look()
    assert (broken.state, broken.failures) == (State.ACTIVE, 1)
    assert broken.reason


def test_a_refusal_is_told_and_tried_again_later(talk: Talk, row: Subscription) -> None:
    talk.trouble = _raise(refused(Fault.PERMISSION))
    failed = _look()
    assert failed.state == State.FAILED
    assert failed.next_at is not None
    talk.trouble = lambda: None
    assert _look().state == State.ACTIVE


def test_an_answer_that_nobody_expected_stops_no_thread(talk: Talk, row: Subscription) -> None:
    talk.trouble = _raise(KeyError("subscription"))
    assert _look().state == State.FAILED


def test_a_new_login_mends_at_once(talk: Talk, row: Subscription, account: ConnectedAccount) -> None:
    from accounts.signals import announce

    talk.trouble = _raise(refused(Fault.PERMISSION))
    assert _look().state == State.FAILED
    talk.trouble = lambda: None
    announce(account.pk)
    assert subscribing.look_after_next()
    assert Subscription.objects.get().state == State.ACTIVE


def test_it_ends_with_the_account(talk: Talk, row: Subscription, account: ConnectedAccount) -> None:
    _look()
    disconnect(account)
    assert talk.calls[-1] == "unsubscribe"
    assert subscribing.ensure() == 0
    assert Subscription.objects.get().state == State.WANTED


def test_a_good_bye_that_fails_keeps_nobody(talk: Talk, row: Subscription, account: ConnectedAccount) -> None:
    _look()
    talk.trouble = _raise(lost())
    disconnect(account)
    account.refresh_from_db()
    assert account.state == ConnectedAccount.State.DISCONNECTED
