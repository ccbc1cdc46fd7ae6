"""A live post is taken down on its platform, all parts of a thread, and the record stays."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import datetime
from types import MappingProxyType

import pytest

from publishing import removing
from publishing.models import Delivery
from publishing.publisher import Publisher
from publishing.scheduling import NotAllowed
from publishing.tests.conftest import PLATFORM, Platform, build
from socialhub.platforms import registry
from socialhub.platforms.api import Api
from socialhub.platforms.errors import Fault, PlatformError
from socialhub.platforms.values import Account

Compose = Callable[..., Delivery]


@pytest.fixture
def gone(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the platform was told to delete; a post called ``stubborn`` it refuses to delete."""
    deleted: list[str] = []

    def delete(api: Api, account: Account, post_id: str) -> None:
        if post_id == "stubborn":
            raise PlatformError(Fault.PERMISSION, user_message="Delete it in the app.")
        deleted.append(post_id)

    made = build(platform)
    assert made.publishing is not None
    publishing = dataclasses.replace(
        made.publishing, delete=delete, posts_of=lambda facts: tuple(facts.get("posts", ()))
    )
    known = MappingProxyType({PLATFORM: dataclasses.replace(made, publishing=publishing)})
    monkeypatch.setattr(registry, "connectors", lambda: known)
    return deleted


def published(compose: Compose, now: datetime) -> Delivery:
    delivery = compose("Hello", due=now)
    for _ in range(3):
        Publisher(threads=1).run_once()
    return Delivery.objects.get(pk=delivery.pk)


def test_a_live_post_is_deleted_and_its_record_stays(
    compose: Compose, gone: list[str], now: datetime
) -> None:
    delivery = published(compose, now)
    removing.remove(delivery)
    assert gone == ["post-1"]
    delivery.refresh_from_db()
    assert delivery.removed_at is not None
    assert delivery.log.last().note == "Deleted on the platform."  # type: ignore[union-attr]
    with pytest.raises(NotAllowed):
        removing.remove(delivery)


def test_a_thread_is_deleted_from_its_end(compose: Compose, gone: list[str], now: datetime) -> None:
    delivery = published(compose, now)
    Delivery.objects.update(facts={"posts": ["a", "b", "c"]})
    delivery.refresh_from_db()
    removing.remove(delivery)
    assert gone == ["c", "b", "a"]


def test_a_refusal_is_told_and_the_post_counts_as_live(
    compose: Compose, gone: list[str], now: datetime
) -> None:
    delivery = published(compose, now)
    Delivery.objects.update(remote_id="stubborn")
    delivery.refresh_from_db()
    with pytest.raises(NotAllowed, match="Delete it in the app"):
        removing.remove(delivery)
    delivery.refresh_from_db()
    assert delivery.removed_at is None


def test_what_is_not_live_cannot_be_deleted(compose: Compose, gone: list[str], now: datetime) -> None:
    with pytest.raises(NotAllowed):
        removing.remove(compose("Hello"))
    assert gone == []
