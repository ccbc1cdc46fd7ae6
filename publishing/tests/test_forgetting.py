"""Old lines of the flight recorder go, but only those of posts that are done with."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import LazySettings
from django.db.models import F
from django.test import Client
from django.urls import reverse

from accounts.models import User
from publishing import jobs, recording
from publishing.models import Delivery, StepLog
from publishing.publisher import Publisher
from publishing.states import State

pytestmark = pytest.mark.django_db

Compose = Callable[..., Delivery]


def publish(compose: Compose, text: str, *, days_ago: int) -> Delivery:
    """A post that went out so many days ago."""
    delivery = compose(text, due=datetime.now(UTC))
    Publisher(threads=1).run_once()
    delivery.log.update(at=F("at") - timedelta(days=days_ago))
    delivery.refresh_from_db()
    assert delivery.state == State.PUBLISHED
    assert delivery.log.count() >= 2
    return delivery


def test_old_lines_go_and_younger_ones_stay(compose: Compose, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recording, "CHUNK", 2)
    old = [publish(compose, f"Old {number}", days_ago=91) for number in range(3)]
    young = publish(compose, "Young", days_ago=89)
    kept = young.log.count()
    jobs.forget()
    assert [delivery.log.count() for delivery in old] == [0, 0, 0]
    assert young.log.count() == kept
    StepLog.objects.update(at=F("at") - timedelta(days=2))
    jobs.forget()
    assert not StepLog.objects.exists()


@pytest.mark.parametrize(
    "state", [State.UNCONFIRMED, State.FAILED, State.HELD, State.MISSED, State.PUBLISHING]
)
def test_what_may_still_be_asked_about_keeps_its_lines(compose: Compose, state: State) -> None:
    delivery = publish(compose, "Old", days_ago=400)
    Delivery.objects.update(state=state)
    kept = delivery.log.count()
    jobs.forget()
    assert delivery.log.count() == kept


def test_nothing_goes_where_everything_is_to_be_kept(compose: Compose, settings: LazySettings) -> None:
    settings.RECORD_KEEP_DAYS = 0
    delivery = publish(compose, "Old", days_ago=4000)
    kept = delivery.log.count()
    jobs.forget()
    assert delivery.log.count() == kept


def test_a_post_without_its_lines_says_why(compose: Compose, client: Client, mara: User) -> None:
    delivery = publish(compose, "Old", days_ago=91)
    jobs.forget()
    client.force_login(mara)
    url = reverse("publishing:post", args=[delivery.account.workspace.slug, delivery.post_id])
    page = client.get(url).content.decode()
    assert "kept for 90 days" in page
    assert "Nothing has happened yet" not in page
