"""Platforms are asked what was said: seldom while nothing is new, never in the way of publishing."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from accounts import limits
from accounts.models import ConnectedAccount
from socialhub.platforms.errors import Fault
from socialhub.platforms.inbox import Haul
from socialhub.platforms.policy import Scope
from webhooks import watching
from webhooks.models import InboxItem, Subscription, Watch
from webhooks.signals import poll_wished, posts_asked
from webhooks.tests.talk import Talk, comment, let_pass, lost, refused

EVERY = timedelta(minutes=2)


@pytest.fixture
def watch(account: ConnectedAccount) -> Watch:
    """The account is to be asked."""
    watching.ensure()
    return Watch.objects.get()


def _ask() -> timedelta:
    """Ask now; how long it then waits."""
    Watch.objects.update(next_at=datetime.now(UTC))
    assert watching.ask_next()
    row = Watch.objects.get()
    assert row.lease_until is None
    assert row.next_at is not None
    return row.next_at - datetime.now(UTC)


def test_waits_grow_while_nothing_is_new_and_shrink_when_something_is(talk: Talk, watch: Watch) -> None:
    waits = [_ask() for _ in range(7)]
    # The last ones are as long as any wait may be, give or take the scatter.
    assert all(earlier < later for earlier, later in itertools.pairwise(waits[:5]))
    assert waits[-1] <= timedelta(hours=1.1)
    talk.hauls = [Haul((comment(),), {"since": 7})]
    assert _ask() <= EVERY * 1.1
    assert InboxItem.objects.get().text == "Is there oat milk?"
    assert Watch.objects.get().cursor == {"since": 7}


def test_more_is_asked_for_at_once(talk: Talk, watch: Watch) -> None:
    talk.hauls = [Haul((comment(),), {"page": 2}, is_more=True)]
    assert _ask() <= timedelta(seconds=1)
    _ask()
    assert talk.asked[1].cursor == {"page": 2}


def test_where_calls_tell_everything_it_is_asked_seldom(talk: Talk, watch: Watch) -> None:
    Subscription.objects.create(account=watch.account, state=Subscription.State.ACTIVE)
    assert _ask() > timedelta(minutes=50)


def test_a_limit_makes_it_wait(talk: Talk, watch: Watch) -> None:
    now = datetime.now(UTC)
    limits.cool_down(
        limits.scope_of(watch.account, Scope.ACCOUNT), now + timedelta(minutes=9), "Too many.", now
    )
    assert _ask() > timedelta(minutes=8)
    assert talk.asked == []


@pytest.fixture
def posts_soon() -> Iterator[None]:
    """Somebody publishes right now."""

    def wish(*, now: datetime, **kwargs: Any) -> datetime:
        return now + timedelta(minutes=1)

    poll_wished.connect(wish)
    yield
    poll_wished.disconnect(wish)


@pytest.mark.usefixtures("posts_soon")
def test_publishing_goes_first(talk: Talk, watch: Watch) -> None:
    assert timedelta(seconds=50) < _ask() < timedelta(seconds=70)
    assert talk.asked == []


@pytest.mark.usefixtures("posts_soon")
def test_an_account_whose_posts_leave_all_the_time_is_asked_all_the_same(talk: Talk, watch: Watch) -> None:
    for _ in range(4):
        _ask()
        let_pass(timedelta(minutes=6))
    assert talk.asked == []
    talk.hauls = [Haul((comment(),), {"page": 2}, is_more=True)]
    _ask()
    _ask()
    assert [question.cursor for question in talk.asked] == [{}, {"page": 2}]
    _ask()  # all is told, and from then on it gives way again for as long
    assert len(talk.asked) == 2


@pytest.mark.usefixtures("posts_soon")
def test_patience_with_posts_opens_no_limit(talk: Talk, watch: Watch) -> None:
    _ask()
    let_pass(timedelta(hours=1))
    now = datetime.now(UTC)
    limits.cool_down(
        limits.scope_of(watch.account, Scope.ACCOUNT), now + timedelta(minutes=9), "Too many.", now
    )
    assert _ask() > timedelta(minutes=8)
    assert talk.asked == []


def test_the_latest_posts_are_handed_over(talk: Talk, watch: Watch) -> None:
    def latest(*, most: int, **kwargs: Any) -> list[str]:
        return [f"p{number}" for number in range(most + 5)]

    posts_asked.connect(latest)
    try:
        _ask()
    finally:
        posts_asked.disconnect(latest)
    assert len(talk.asked[0].posts) == watching.POSTS


def test_trouble_makes_it_wait_longer_each_time_and_is_told(talk: Talk, watch: Watch) -> None:
    def trouble() -> None:
        raise lost()

    talk.trouble = trouble
    waits = [_ask() for _ in range(3)]
    assert waits == sorted(waits)
    assert watching.state_of(watch.account)["reason"]
    talk.trouble = lambda: None
    _ask()
    row = Watch.objects.get()
    assert (row.failures, row.reason) == (0, "")


def test_an_answer_that_nobody_expected_stops_no_thread(talk: Talk, watch: Watch) -> None:
    def trouble() -> None:
        raise AssertionError("a slip of ours")

    talk.trouble = trouble
    assert _ask() > timedelta(hours=5)


def test_an_item_that_cannot_be_kept_stops_no_thread(talk: Talk, watch: Watch) -> None:
    talk.hauls = [Haul((comment(facts={"set": {1, 2}}),))]
    assert _ask() > timedelta(hours=5)


def test_a_withdrawn_login_asks_for_a_person_and_is_left_alone(talk: Talk, watch: Watch) -> None:
    def trouble() -> None:
        raise refused(Fault.REVOKED)

    talk.trouble = trouble
    _ask()
    account = ConnectedAccount.objects.get()
    assert account.state == ConnectedAccount.State.RECONNECT
    Watch.objects.update(next_at=datetime.now(UTC))
    watching.ask_next()
    assert Watch.objects.get().next_at is None
    assert len(talk.asked) == 1


def test_a_reader_that_died_is_followed_by_another(talk: Talk, watch: Watch) -> None:
    Watch.objects.update(
        lease_until=datetime.now(UTC) + watching.LEASE, next_at=datetime.now(UTC) + watching.LEASE
    )
    assert not watching.ask_next()
    let_pass(watching.LEASE + timedelta(seconds=1))
    assert watching.ask_next()
    assert len(talk.asked) == 1


def test_lacking_consent_is_told(talk: Talk, watch: Watch) -> None:
    ConnectedAccount.objects.update(scopes=["other"])
    Watch.objects.update(next_at=datetime.now(UTC))
    watching.ask_next()
    assert "talk" in Watch.objects.get().reason
    assert talk.asked == []
