"""A live post is taken down on its platform or given other words, and the record stays."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

import pytest
from django.test import Client

from accounts import limits
from accounts.models import User
from publishing import live
from publishing.models import Delivery
from publishing.publisher import Publisher
from publishing.scheduling import NotAllowed
from publishing.states import State
from publishing.tests.conftest import PLATFORM, Platform, build
from socialhub.platforms import registry
from socialhub.platforms.api import Api, LimitReading
from socialhub.platforms.errors import Fault, PlatformError
from socialhub.platforms.values import Account, Content

Compose = Callable[..., Delivery]


@pytest.fixture
def gone(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the platform was told to delete; a post called ``stubborn`` it refuses to delete."""
    deleted: list[str] = []

    def delete(api: Api, account: Account, post_id: str) -> None:
        if post_id == "stubborn":
            raise PlatformError(Fault.PERMISSION, user_message="Delete it in the app.")
        if post_id == "busy":
            until = datetime.now(UTC) + timedelta(minutes=5)
            api.hear([LimitReading("refused", remaining=0, resets_at=until, reason="Too many calls.")])
            raise PlatformError(Fault.RATE_LIMIT, user_message="Too many calls.")
        deleted.append(post_id)

    def edit(
        api: Api, account: Account, post_id: str, content: Content, options: Mapping[str, object]
    ) -> None:
        if content.text == "stubborn":
            raise PlatformError(Fault.PERMISSION, user_message="Too old to be changed.")
        platform.posts[int(post_id.removeprefix("post-")) - 1] = content.text

    made = build(platform)
    assert made.publishing is not None
    publishing = dataclasses.replace(
        made.publishing, delete=delete, edit=edit, posts_of=lambda facts: tuple(facts.get("posts", ()))
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
    live.remove(delivery)
    assert gone == ["post-1"]
    delivery.refresh_from_db()
    assert delivery.removed_at is not None
    assert delivery.log.last().note == "Deleted on the platform."  # type: ignore[union-attr]
    with pytest.raises(NotAllowed):
        live.remove(delivery)


def test_a_thread_is_deleted_from_its_end(compose: Compose, gone: list[str], now: datetime) -> None:
    delivery = published(compose, now)
    Delivery.objects.update(facts={"posts": ["a", "b", "c"]})
    delivery.refresh_from_db()
    live.remove(delivery)
    assert gone == ["c", "b", "a"]


def test_a_refusal_is_told_and_the_post_counts_as_live(
    compose: Compose, gone: list[str], now: datetime
) -> None:
    delivery = published(compose, now)
    Delivery.objects.update(remote_id="stubborn")
    delivery.refresh_from_db()
    with pytest.raises(NotAllowed, match="Delete it in the app"):
        live.remove(delivery)
    delivery.refresh_from_db()
    assert delivery.removed_at is None


def test_what_is_not_live_cannot_be_deleted(compose: Compose, gone: list[str], now: datetime) -> None:
    with pytest.raises(NotAllowed):
        live.remove(compose("Hello"))
    assert gone == []


def test_a_live_post_gets_other_words_there_and_here(
    compose: Compose, gone: list[str], platform: Platform, client: Client, mara: User, now: datetime
) -> None:
    delivery = published(compose, now)
    client.force_login(mara)
    where = f"/w/northwind-coffee/deliveries/{delivery.pk}/edit/"
    assert "Hello" in client.get(where).content.decode()
    client.post(where, {"text": "Hello again"})
    assert platform.posts == ["Hello again"]
    delivery.refresh_from_db()
    assert (delivery.own_parts, delivery.state) == (["Hello again"], State.PUBLISHED)
    assert delivery.log.last().note == "Changed on the platform."  # type: ignore[union-attr]


@pytest.mark.parametrize(("text", "said"), [("w" * 51, "too long"), ("stubborn", "Too old to be changed")])
def test_what_may_not_be_said_changes_nothing_and_stays_in_the_form(
    compose: Compose,
    gone: list[str],
    platform: Platform,
    client: Client,
    mara: User,
    now: datetime,
    text: str,
    said: str,
) -> None:
    delivery = published(compose, now)
    client.force_login(mara)
    answer = client.post(f"/w/northwind-coffee/deliveries/{delivery.pk}/edit/", {"text": text})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert text in answer.content.decode()
    assert platform.posts == ["Hello"]
    delivery.refresh_from_db()
    assert delivery.own_parts is None


def test_what_is_not_live_cannot_be_changed(
    compose: Compose, gone: list[str], client: Client, mara: User
) -> None:
    client.force_login(mara)
    answer = client.get(f"/w/northwind-coffee/deliveries/{compose('Hello').pk}/edit/")
    assert answer.status_code == 302


def test_a_limit_that_is_met_is_shared_and_one_that_is_known_is_not_tried(
    compose: Compose, gone: list[str], now: datetime
) -> None:
    delivery = published(compose, now)
    Delivery.objects.update(remote_id="busy")
    delivery.refresh_from_db()
    with pytest.raises(NotAllowed, match="Too many calls"):
        live.remove(delivery)
    assert limits.cooling(delivery.account, datetime.now(UTC), "post") is not None
    Delivery.objects.update(remote_id="post-1")
    delivery.refresh_from_db()
    with pytest.raises(NotAllowed, match="Try again after"):
        live.remove(delivery)
    assert gone == []
