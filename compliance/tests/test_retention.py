"""What is held long enough goes, class by class, where the platform's terms say so; lost access starts a clock."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest import mock

import pytest

from accounts import describing
from accounts.disconnecting import disconnect
from accounts.models import ConnectedAccount, User, Workspace
from accounts.signals import announce
from analytics.models import AccountSnapshot, Payload, PostSnapshot, TrackedPost
from compliance import erasing, jobs, news, retention
from compliance.models import Entry, Erasure, Request
from compliance.tests.conftest import connect
from compliance.tests.test_erasing import hear
from socialhub.platforms import registry
from socialhub.platforms.events import ERASE_NOW
from socialhub.platforms.policy import DataClass
from socialhub.platforms.values import Account
from webhooks.models import Contact, Event, InboxItem, Incoming
from webhooks.signals import event_received

pytestmark = pytest.mark.django_db


def _age(platform: str, hours: float) -> None:
    """As if all of it had been read so long ago."""
    then = datetime.now(UTC) - timedelta(hours=hours)
    Contact.objects.filter(account__platform=platform).update(read_at=then)
    InboxItem.objects.filter(account__platform=platform).update(read_at=then)
    Event.objects.filter(account__platform=platform).update(created_at=then)
    Incoming.objects.filter(platform=platform).update(received_at=then)


def _left(platform: str) -> dict[str, bool]:
    item = InboxItem.objects.get(account__platform=platform)
    assert item.contact is not None
    return {
        "person": bool(item.contact.name),
        "words": bool(item.text),
        "event": bool(Event.objects.get(account__platform=platform).data),
        "call": Incoming.objects.filter(platform=platform).exists(),
    }


@pytest.mark.parametrize(
    ("platform", "hours", "left"),
    [
        ("linkedin", 20, {"person": True, "words": True, "event": True, "call": True}),
        ("linkedin", 23.5, {"person": False, "words": True, "event": True, "call": False}),
        ("linkedin", 47, {"person": False, "words": False, "event": False, "call": False}),
        ("youtube", 29 * 24, {"person": True, "words": True, "event": True, "call": True}),
        ("youtube", 30 * 24, {"person": False, "words": False, "event": False, "call": False}),
        ("mastodon", 9000, {"person": True, "words": True, "event": True, "call": True}),
    ],
)
def test_each_class_of_data_goes_before_its_time_is_over(
    northwind: Workspace, platform: str, hours: float, left: dict[str, bool]
) -> None:
    hear(connect(northwind, platform), 1)
    _age(platform, hours)
    retention.sweep()
    assert _left(platform) == left
    assert retention.sweep() == {}


def test_what_is_under_a_hold_is_not_swept(northwind: Workspace, maya: User) -> None:
    account = connect(northwind, "linkedin")
    hear(account, 1)
    _age("linkedin", 1000)
    erasing.hold(account, reason="A dispute", by=maya)
    retention.sweep()
    assert _left("linkedin") == {"person": True, "words": True, "event": True, "call": False}


def test_a_call_that_nobody_has_read_waits(northwind: Workspace) -> None:
    hear(connect(northwind, "linkedin"), 1)
    Incoming.objects.update(state="received")
    _age("linkedin", 1000)
    retention.sweep()
    assert Incoming.objects.count() == 1


def test_a_channel_is_described_anew_in_time_and_loses_its_name_if_that_fails(northwind: Workspace) -> None:
    long_ago = datetime.now(UTC) - timedelta(days=22)
    account = connect(northwind, "youtube", described_at=long_ago)
    told = Account(
        account.external_id, "new-handle", name="New Name", avatar_url="https://cdn.example/new.jpg"
    )
    login = account.login_method
    fresh = mock.Mock(return_value=(told,))
    with (
        mock.patch.object(describing, "authorised", return_value=mock.Mock()),
        mock.patch.object(describing, "find_app", return_value=mock.Mock()),
        mock.patch.object(describing, "login_context", return_value=None),
    ):
        object.__setattr__(login, "discover", (before := login.discover) and fresh)  # type: ignore[union-attr]
        try:
            retention.sweep()
        finally:
            object.__setattr__(login, "discover", before)
    account.refresh_from_db()
    assert (account.handle, account.name) == ("new-handle", "New Name")
    ConnectedAccount.objects.update(described_at=datetime.now(UTC) - timedelta(days=30), access_token=None)
    assert retention.sweep() == {"names and pictures of accounts": 1}
    account.refresh_from_db()
    assert (account.handle, account.avatar_url, account.name) == ("", "", "Name not kept")


def test_every_end_that_a_platform_sets_has_somebody_who_keeps_it() -> None:
    swept = {one.data for one in retention.SWEEPS}
    for connector in registry.connectors().values():
        assert set(connector.policy.keep) <= swept
        assert connector.policy.source.startswith("https://")
        assert connector.policy.display


def test_losing_the_sign_in_starts_a_clock_where_the_terms_say_so(northwind: Workspace) -> None:
    channel, server = connect(northwind, "youtube"), connect(northwind, "mastodon")
    ConnectedAccount.objects.update(state="reconnect")
    announce(channel.pk)
    announce(server.pk)
    news.find_lost()
    request = Request.objects.get()
    assert (request.kind, request.platform) == ("lost", "youtube")
    assert request.deadline_at - request.received_at == timedelta(days=30)
    Erasure.objects.update(next_at=datetime.now(UTC))
    jobs.carry_out()
    channel.refresh_from_db()
    assert channel.erased_at is not None


def test_what_the_signal_missed_the_hourly_look_finds(northwind: Workspace) -> None:
    connect(northwind, "pinterest", state="reconnect")
    jobs.watch()
    jobs.watch()
    assert Request.objects.get().kind == "lost"


def test_ending_the_connection_here_counts_as_asking_on_youtube_alone(northwind: Workspace) -> None:
    for platform in ("youtube", "threads"):
        account = connect(northwind, platform)
        ConnectedAccount.objects.filter(pk=account.pk).update(access_token=None)
        account.refresh_from_db()
        disconnect(account)
    request = Request.objects.get()
    assert (request.kind, request.platform) == ("disconnected", "youtube")
    assert request.deadline_at - request.received_at == timedelta(days=7)


@pytest.mark.parametrize("data", [{"reason": 1}, {"reason": 2, ERASE_NOW: True}])
def test_a_withdrawal_gives_time_to_come_back_unless_the_account_is_gone(
    northwind: Workspace, data: dict[str, Any]
) -> None:
    account = connect(northwind, "tiktok", state="reconnect", access_token=None)
    event = Event.objects.create(account=account, kind="revoked", key="k", data=data)
    for _ in range(2):
        event_received.send(sender=Event, event=event)
    request = Request.objects.get()
    is_at_once = ERASE_NOW in data
    assert (request.begin_at == request.received_at) is is_at_once
    if not is_at_once:
        ConnectedAccount.objects.update(state="active")
        announce(account.pk)
        assert Request.objects.get().state == "called_off"
        assert Entry.objects.filter(verb="erasing.called_off").count() == 1


def test_figures_go_in_time_where_a_platform_sets_an_end(northwind: Workspace) -> None:
    """No platform does at present, so an end is made up here."""
    account, other = connect(northwind, "mastodon"), connect(northwind, "bluesky")
    now = datetime.now(UTC)
    for of, days in ((account, 40), (account, 10), (other, 40)):
        count(of, now - timedelta(days=days), f"{of.pk}-{days}")
    connector = registry.get("mastodon")
    keep = {**connector.policy.keep, DataClass.METRICS: timedelta(days=30)}
    object.__setattr__(connector, "policy", dataclasses.replace(before := connector.policy, keep=keep))
    try:
        told = retention.sweep()
    finally:
        object.__setattr__(connector, "policy", before)
    expected = {"figures of posts", "figures of accounts", "latest figures of posts", "answers about figures"}
    assert {name: told[name] for name in expected} == dict.fromkeys(expected, 1)
    assert set(PostSnapshot.objects.values_list("post__external_id", flat=True)) == {
        f"{account.pk}-10",
        f"{other.pk}-40",
    }
    assert AccountSnapshot.objects.count() == Payload.objects.count() == 2
    assert TrackedPost.objects.get(external_id=f"{account.pk}-40").totals == {}
    assert TrackedPost.objects.get(external_id=f"{account.pk}-10").totals == {"likes": 3.0}


def count(account: ConnectedAccount, at: datetime, name: str) -> None:
    """Figures that were read then, of the account and of a post."""
    post = TrackedPost.objects.create(
        account=account, external_id=name, published_at=at, found_at=at, told_at=at, read_at=at,
        totals={"likes": 3.0}, night_totals={"likes": 3.0},
    )  # fmt: skip
    told = {"name": "likes", "metric": "likes", "value": 3.0, "read_at": at}
    PostSnapshot.objects.create(post=post, slot=at.date().isoformat(), **told)
    AccountSnapshot.objects.create(account=account, period="day", day=at.date(), **told)
    Payload.objects.create(account=account, asked="posts", read_at=at, body={"likes": 3})
