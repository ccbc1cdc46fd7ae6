"""Tallies: counted from the recorder's lines, each once, whoever does it and however often."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connections
from django.db.models import F
from django.utils import timezone

from accounts.models import ConnectedAccount, Heartbeat
from publishing import claiming, publisher as publishers, tallies
from publishing.models import Delivery, StepLog, TallyMark
from publishing.publisher import Publisher
from publishing.states import State
from publishing.tests.conftest import PLATFORM, Platform

pytestmark = pytest.mark.django_db


def let_pass(seconds: int = 11) -> None:
    TallyMark.objects.update(at=F("at") - timedelta(seconds=seconds))


def keep_all() -> dict[str, dict[str, float]]:
    """Twice: the first look finds how far the recorder has come, the next one counts up to there."""
    for _ in range(2):
        let_pass()
        tallies.keep()
    return tallies.read()


@pytest.fixture
def counting() -> None:
    """The hub counts from its beginning on."""
    tallies.keep()


@pytest.mark.usefixtures("counting")
def test_a_post_that_went_out_is_in_both_lags_and_in_the_events(compose: Callable[..., Delivery]) -> None:
    compose(due=datetime.now(UTC))
    Delivery.objects.update(due_at=F("due_at") - timedelta(seconds=7))
    Publisher(threads=1).run_once()
    found = keep_all()
    assert found[tallies.EVENTS][f"live|{PLATFORM}"] == 1
    assert found[tallies.EVENTS][f"queued|{PLATFORM}"] == 1
    for name in (tallies.FIRST, tallies.LIVE):
        assert found[name][f"{PLATFORM}|10"] == 1
        assert 7 <= found[name][f"{PLATFORM}|{tallies.SUM}"] < 10


@pytest.mark.usefixtures("counting")
def test_a_second_try_is_no_first_turn(compose: Callable[..., Delivery], platform: Platform) -> None:
    delivery = compose(due=datetime.now(UTC))
    Delivery.objects.update(due_at=F("due_at") - timedelta(seconds=1))
    delivery.refresh_from_db()
    assert delivery.due_at is not None
    for number in (2, 40):
        at = delivery.due_at + timedelta(seconds=number)
        StepLog.objects.create(delivery=delivery, at=at, event="retry")
        found = keep_all()
    assert {key: value for key, value in found[tallies.FIRST].items() if tallies.SUM not in key} == {
        f"{PLATFORM}|2.5": 1
    }
    assert found[tallies.EVENTS][f"retry|{PLATFORM}"] == 2


@pytest.mark.usefixtures("counting")
def test_lines_are_counted_once_however_often_and_in_whatever_batches(
    compose: Callable[..., Delivery], monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        compose(due=datetime.now(UTC))
    Publisher(threads=4).run_once()
    # A sequence does not begin at one in a database that other tests have used.
    first = StepLog.objects.earliest("pk").pk - 1
    TallyMark.objects.filter(name=tallies.EVENTS).update(counted=first, ceiling=first)
    monkeypatch.setattr(tallies, "MOST", 2)
    for _ in range(10):
        keep_all()
    found = tallies.read()[tallies.EVENTS]
    assert sum(found.values()) == StepLog.objects.count()
    assert found[f"live|{PLATFORM}"] == 3


@pytest.mark.usefixtures("counting")
def test_a_line_is_not_counted_before_everybody_must_have_committed(
    compose: Callable[..., Delivery],
) -> None:
    let_pass()
    tallies.keep()
    compose(due=datetime.now(UTC))
    let_pass()
    tallies.keep()
    assert tallies.EVENTS not in tallies.read()
    tallies.keep()
    assert tallies.EVENTS not in tallies.read()
    let_pass()
    tallies.keep()
    assert tallies.read()[tallies.EVENTS] == {f"queued|{PLATFORM}": 1}


def test_a_past_before_the_first_count_is_left_alone(compose: Callable[..., Delivery]) -> None:
    compose(due=datetime.now(UTC))
    assert tallies.EVENTS not in keep_all()


def test_states_and_accounts_in_trouble_are_counted_once_a_minute(
    compose: Callable[..., Delivery], account: ConnectedAccount
) -> None:
    compose(due=datetime.now(UTC) + timedelta(hours=1))
    compose()
    tallies.keep()
    account.state, account.refresh_failures = ConnectedAccount.State.RECONNECT, 2
    account.save()
    found = tallies.read()
    assert found[tallies.DELIVERIES][State.SCHEDULED] == found[tallies.DELIVERIES][State.DRAFT] == 1
    assert State.PUBLISHED not in found[tallies.DELIVERIES]
    assert found[tallies.ACCOUNTS][ConnectedAccount.State.RECONNECT] == 0
    tallies.keep()
    assert tallies.read()[tallies.ACCOUNTS][ConnectedAccount.State.RECONNECT] == 0
    let_pass(61)
    tallies.keep()
    found = tallies.read()
    assert found[tallies.ACCOUNTS][ConnectedAccount.State.RECONNECT] == 1
    assert found[tallies.ACCOUNTS][tallies.FAILING] == 1


@pytest.mark.django_db(transaction=True)
def test_processes_that_count_at_the_same_time_count_each_line_once(compose: Callable[..., Delivery]) -> None:
    tallies.keep()
    for _ in range(20):
        compose(due=datetime.now(UTC))
    let_pass()
    tallies.keep()
    let_pass()
    start = threading.Barrier(4)

    def count() -> None:
        start.wait()
        tallies.keep()
        connections.close_all()

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert tallies.read()[tallies.EVENTS] == {f"queued|{PLATFORM}": 20}


@pytest.mark.django_db(transaction=True)
def test_a_publisher_that_takes_no_rounds_any_more_stops_beating(monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.processes import eventually

    free = threading.Event()
    monkeypatch.setattr(publishers, "STILL", 0.5)
    monkeypatch.setattr(publishers, "BEAT_EVERY", timedelta(seconds=0.1))

    def stuck(*args: object, **more: object) -> list[claiming.Claim]:
        free.wait(20)
        return []

    monkeypatch.setattr(claiming, "claim", stuck)
    publisher = Publisher(threads=1)
    thread = threading.Thread(target=publisher.run)
    thread.start()
    try:
        eventually(Heartbeat.objects.exists)
        eventually(
            lambda: Heartbeat.objects.get().beaten_at < timezone.now() - timedelta(seconds=1), within=15
        )
        free.set()
        eventually(lambda: Heartbeat.objects.get().beaten_at > timezone.now() - timedelta(seconds=0.4))
    finally:
        free.set()
        publisher.stop()
        thread.join()
