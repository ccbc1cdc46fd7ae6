"""`/metrics`: who may read it, and that what Prometheus reads there is what the rows say."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.db.models import F
from django.test import Client
from django_q.models import OrmQ
from prometheus_client.parser import text_string_to_metric_families

from accounts import heartbeats
from accounts.models import ConnectedAccount, Workspace
from accounts.models.limits import Cooldown
from analytics import nights
from analytics.models import Collection
from publishing import tallies
from publishing.models import Delivery, TallyMark
from publishing.publisher import Publisher
from publishing.tests.conftest import PLATFORM

TOKEN = "a-token-for-prometheus-alone"
pytestmark = pytest.mark.django_db


def read(client: Client) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """Every sample as Prometheus' own parser reads it: (name, labels) → value."""
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    families = text_string_to_metric_families(answer.content.decode())
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in families
        for sample in family.samples
    }


def test_without_a_token_in_the_settings_there_is_no_such_page(client: Client) -> None:
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


@pytest.mark.parametrize(
    "sent", ["", "Bearer", "Bearer wrong", f"Basic {TOKEN}", f"Bearer {TOKEN}x", "Bearer é"]
)
def test_only_the_token_opens_it(client: Client, settings: LazySettings, sent: str) -> None:
    settings.METRICS_TOKEN = TOKEN
    answer = client.get("/metrics", headers={"Authorization": sent} if sent else {})
    assert (answer.status_code, answer.content) == (401, b"")


def test_what_publishers_did_comes_back_through_the_parser(
    client: Client, settings: LazySettings, compose: Callable[..., Delivery]
) -> None:
    settings.METRICS_TOKEN = TOKEN
    tallies.keep()
    compose(due=datetime.now(UTC))
    Delivery.objects.update(due_at=F("due_at") - timedelta(seconds=3))
    Publisher(threads=1).run_once()
    compose(due=datetime.now(UTC))
    Delivery.objects.filter(state="scheduled").update(next_at=F("next_at") - timedelta(seconds=100))
    for _ in range(2):
        TallyMark.objects.update(at=F("at") - timedelta(seconds=61))
        tallies.keep()
    heartbeats.beat(heartbeats.PUBLISHER, pid=77)
    OrmQ.objects.create(key="socialhub", payload="", lock=datetime.now(UTC) - timedelta(seconds=50))
    found = read(client)
    platform = ("platform", PLATFORM)
    assert found["socialhub_turn_events_total", (("event", "live"), platform)] == 1
    lag = "socialhub_due_to_live_seconds"
    assert found[f"{lag}_bucket", (("le", "2.5"), platform)] == 0
    assert found[f"{lag}_bucket", (("le", "5"), platform)] == 1
    assert found[f"{lag}_bucket", (("le", "+Inf"), platform)] == found[f"{lag}_count", (platform,)] == 1
    assert 3 <= found[f"{lag}_sum", (platform,)] < 5
    assert found["socialhub_deliveries", (("state", "scheduled"),)] == 1
    assert 99 < found["socialhub_oldest_due_age_seconds", ()] < 120
    assert found["socialhub_job_queue_size", ()] == 1
    assert 49 < found["socialhub_job_queue_age_seconds", ()] < 70
    beats = {
        labels: age for (name, labels), age in found.items() if name == "socialhub_heartbeat_age_seconds"
    }
    assert [dict(labels)["pid"] for labels in beats] == ["77"]
    assert 0 <= next(iter(beats.values())) < 20
    assert found["socialhub_counted_age_seconds", ()] < 20


def test_cool_downs_are_told_while_they_last(client: Client, settings: LazySettings) -> None:
    settings.METRICS_TOKEN = TOKEN
    now = datetime.now(UTC)
    for scope, minutes, quota in (("a", 5, ""), ("b", 5, "posts"), ("c", -5, ""), ("d", 9, "")):
        until = now + timedelta(minutes=minutes)
        Cooldown.objects.create(scope=scope, until=until, quota=quota, reason="", seen_at=now)
    found = read(client)
    assert found["socialhub_cool_downs", (("because", "platform"),)] == 2
    assert found["socialhub_cool_downs", (("because", "quota"),)] == 1


def test_how_the_collectors_keep_up_is_told_by_account(
    client: Client, settings: LazySettings, account: ConnectedAccount, workspace: Workspace
) -> None:
    settings.METRICS_TOKEN = TOKEN
    assert "socialhub_figures_nights_finished_ratio" not in {name for name, _ in read(client)}
    now = datetime.now(UTC)
    tonight = nights.current(now, workspace.zone)
    rows: tuple[dict[str, Any], ...] = (
        {"night": tonight, "done_at": now, "next_at": now + timedelta(hours=9)},
        {"night": tonight, "next_at": now - timedelta(minutes=5), "failures": 2},
        {"night": tonight - timedelta(days=1), "done_at": now, "next_at": now - timedelta(hours=1)},
        {"night": tonight, "done_at": now, "next_at": now + timedelta(minutes=5)},  # being read
        {"night": tonight - timedelta(days=9), "next_at": None, "failures": 1},  # waits for a person
    )
    for number, row in enumerate(rows, 10):
        account.pk, account.external_id = None, str(number)
        account.save(force_insert=True)
        Collection.objects.create(account=account, **row)
    found = read(client)
    assert found["socialhub_figures_waiting_accounts", ()] == 2
    assert 3600 <= found["socialhub_figures_oldest_due_age_seconds", ()] < 3700
    assert found["socialhub_figures_failing_accounts", (("platform", PLATFORM),)] == 1
    assert found["socialhub_figures_nights_finished_ratio", ()] == 0.5


def test_what_was_never_counted_is_absent_instead_of_nothing(client: Client, settings: LazySettings) -> None:
    settings.METRICS_TOKEN = TOKEN
    names = {name for name, _ in read(client)}
    assert "socialhub_deliveries" not in names
    assert "socialhub_counted_age_seconds" not in names
    assert "socialhub_oldest_due_age_seconds" in names


def test_a_look_costs_as_many_queries_whatever_there_is(
    client: Client,
    settings: LazySettings,
    django_assert_max_num_queries: Callable,  # type: ignore[type-arg]
) -> None:
    settings.METRICS_TOKEN = TOKEN
    with django_assert_max_num_queries(10):
        read(client)
