"""Whether publishing works: what `/healthz`, `/readyz` and the red banner say, and when."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.db import connection
from django.db.models import F
from django.test import Client

from accounts import heartbeats
from accounts.models import Canary, Heartbeat, User, Workspace
from publishing import claiming
from publishing.models import Delivery
from socialhub import vitals
from socialhub.pulse import read_pulse
from tests.hub import PublisherProcess
from tests.processes import eventually


@pytest.fixture(autouse=True)
def _storage(settings: LazySettings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def beating(db: None) -> None:
    """Both long-running processes have just beaten."""
    heartbeats.beat(heartbeats.PUBLISHER)
    heartbeats.beat(heartbeats.WORKER)


@pytest.fixture
def overdue(compose: Callable[..., Delivery]) -> Callable[[int], Delivery]:
    """A delivery that has been due for so many seconds."""

    def made(seconds: int) -> Delivery:
        delivery = compose(due=datetime.now(UTC))
        Delivery.objects.filter(pk=delivery.pk).update(next_at=F("next_at") - timedelta(seconds=seconds))
        return delivery

    return made


def failing(client: Client) -> list[str]:
    answer = client.get("/readyz")
    found: list[str] = answer.json().get("failing", [])
    assert answer.status_code == (503 if found else 200)
    return found


@pytest.mark.usefixtures("beating")
def test_a_hub_at_work_is_ready(client: Client, overdue: Callable[[int], Delivery]) -> None:
    overdue(30)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    assert "no-store" in answer["Cache-Control"]
    assert not answer.cookies


@pytest.mark.parametrize("component", [heartbeats.PUBLISHER, heartbeats.WORKER])
@pytest.mark.usefixtures("beating")
def test_silence_of_either_process_is_named(client: Client, component: str) -> None:
    Heartbeat.objects.filter(component=component).update(beaten_at=F("beaten_at") - timedelta(seconds=61))
    assert failing(client) == [component]


@pytest.mark.usefixtures("beating")
def test_silence_of_the_collector_is_told_and_is_no_alarm(client: Client, workspace: Workspace) -> None:
    pulse = read_pulse(workspace.slug)
    assert (pulse.alarm, failing(client)) == ("", [])
    assert "collector never seen" in pulse.detail
    heartbeats.beat(heartbeats.COLLECTOR)
    assert "collector 0 s ago" in read_pulse(workspace.slug).detail


@pytest.mark.usefixtures("beating")
def test_a_due_post_that_nobody_claims_is_named_although_every_process_beats(
    client: Client, overdue: Callable[[int], Delivery], workspace: Workspace
) -> None:
    overdue(62)
    assert failing(client) == [vitals.DUE_POSTS]
    pulse = read_pulse(workspace.slug)
    assert pulse.alarm.startswith("Due posts have not been taken for 6")
    claiming.claim(1)
    assert failing(client) == []
    assert not read_pulse(workspace.slug).alarm


@pytest.mark.usefixtures("beating")
def test_a_post_that_waits_for_its_lane_is_not_left_lying(
    client: Client, overdue: Callable[[int], Delivery]
) -> None:
    first, second = (overdue(90) for _ in range(2))
    Delivery.objects.update(lane="board-1")
    claiming.claim(2)
    second.refresh_from_db()
    assert (second.next_at or datetime.max.replace(tzinfo=UTC)) <= datetime.now(UTC)
    Delivery.objects.filter(pk=second.pk).update(next_at=F("next_at") - timedelta(seconds=90))
    assert failing(client) == []
    Delivery.objects.filter(pk=first.pk).update(lease_until=None)
    assert failing(client) == [vitals.DUE_POSTS]


@pytest.mark.usefixtures("beating")
def test_secrets_of_other_keys_are_named(client: Client, settings: LazySettings) -> None:
    assert Canary.objects.exists()
    settings.SALT_KEY = ["another-salt-altogether-1"]
    assert failing(client) == ["secrets"]


@pytest.mark.usefixtures("beating")
def test_storage_that_takes_nothing_is_named(client: Client, settings: LazySettings, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    settings.MEDIA_ROOT = tmp_path / "file" / "media"
    assert failing(client) == ["storage"]


@pytest.mark.usefixtures("beating")
def test_code_that_is_ahead_of_the_tables_is_named(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vitals, "_migrated", False)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'publishing'")
    assert failing(client) == ["migrations"]


@pytest.mark.django_db(databases=[])
def test_a_process_is_healthy_whatever_its_database_does(client: Client) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_readiness_tells_no_more_than_the_part_when_the_database_is_gone(
    client: Client, settings: LazySettings, monkeypatch: pytest.MonkeyPatch, db: None
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE accounts_heartbeat RENAME TO gone")
    assert failing(client) == ["database"]


@pytest.mark.usefixtures("beating")
def test_readiness_asks_a_handful_of_queries(client: Client, django_assert_max_num_queries: Callable) -> None:  # type: ignore[type-arg]
    client.get("/readyz")
    with django_assert_max_num_queries(6):
        client.get("/readyz")


@pytest.fixture
def publisher(transactional_db: None) -> Iterator[PublisherProcess]:
    """A real one, with nothing to publish to."""
    process = PublisherProcess(SANDBOX_URL="http://127.0.0.1:9")
    yield process
    os.kill(process.pid, signal.SIGCONT)
    process.terminate()


def test_a_publisher_that_is_suspended_is_told_by_readiness_and_by_the_banner_within_a_minute(
    publisher: PublisherProcess, client: Client, mara: User, workspace: Workspace
) -> None:
    """A minute is made to pass by moving the beats back: one that works is seen again within seconds."""
    heartbeats.beat(heartbeats.WORKER)
    eventually(lambda: failing(client) == [], within=40)
    beats = Heartbeat.objects.filter(component=heartbeats.PUBLISHER)
    beats.update(beaten_at=F("beaten_at") - timedelta(minutes=2))
    eventually(lambda: failing(client) == [], within=40)
    heartbeats.beat(heartbeats.WORKER)
    os.kill(publisher.pid, signal.SIGSTOP)
    beats.update(beaten_at=F("beaten_at") - timedelta(seconds=55))
    eventually(lambda: failing(client) == [heartbeats.PUBLISHER], within=40)
    client.force_login(mara)
    page = client.get(f"/w/{workspace.slug}/pulse/").content.decode()
    assert "The publisher has not been seen for " in page
    heartbeats.beat(heartbeats.WORKER)
    os.kill(publisher.pid, signal.SIGCONT)
    eventually(lambda: failing(client) == [], within=40)
