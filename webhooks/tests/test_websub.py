"""A channel's subscription at Google's hub: an address of its own that the hub checks, leases that are renewed, and
pushes that count only with the seal of that one subscription.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from accounts.clock import database_now
from accounts.models import ConnectedAccount, Workspace
from socialhub.platforms.sandbox.records import Post
from socialhub.platforms.sandbox.server import SandboxServer
from tests import hub
from tests.processes import eventually
from webhooks import processing, subscribing
from webhooks.models import Event, Incoming, Subscription

pytestmark = pytest.mark.django_db(transaction=True)
FEED = """<feed xmlns:yt="http://www.youtube.com/xml/schemas/2015" xmlns="http://www.w3.org/2005/Atom">
<entry><yt:videoId>{video}</yt:videoId><yt:channelId>{channel}</yt:channelId>
<published>2026-11-22T10:00:00+00:00</published><updated>{updated}</updated></entry></feed>"""


@pytest.fixture
def sandbox(live_server: LiveServer, settings: Settings) -> Iterator[SandboxServer]:
    """The platforms, which reach us at the address of this test."""
    with SandboxServer() as server:
        settings.SANDBOX_URL, settings.PUBLIC_URL = server.url, live_server.url
        yield server


@pytest.fixture
def account(sandbox: SandboxServer, workspace: Workspace) -> ConnectedAccount:
    """The channel of Northwind Coffee."""
    return hub.connect(sandbox.control, workspace, "youtube")


@pytest.fixture
def row(account: ConnectedAccount) -> Subscription:
    """Its subscription, after the first look."""
    subscribing.ensure()
    assert subscribing.look_after_next()
    return Subscription.objects.get(account=account)


def address(row: Subscription) -> str:
    """Where the hub calls."""
    return f"/webhooks/youtube/s/{row.path}/"


def topic(account: ConnectedAccount, form: str = "/xml") -> str:
    """The channel's feed."""
    return f"https://www.youtube.com{form}/feeds/videos.xml?channel_id={account.external_id}"


def check(client: Client, row: Subscription, **changed: str) -> int:
    """The hub checks the address; the status of our answer."""
    query = {"mode": "subscribe", "topic": topic(row.account), "challenge": "42", "lease_seconds": "432000"}
    sent = {f"hub.{name}": value for name, value in {**query, **changed}.items()}
    answer = client.get(address(row), sent)
    assert answer.status_code == 404 or answer.content == b"42"
    return int(answer.status_code)


def push(
    client: Client,
    row: Subscription,
    body: str,
    secret: str = "",
    algorithm: str = "sha1",
    seal: str | None = None,
) -> int:
    """A push as the hub seals it; the status of our answer."""
    assert row.secret is not None
    key = (secret or row.secret.reveal()).encode()
    sealed = f"{algorithm}={hmac.new(key, body.encode(), algorithm).hexdigest()}" if seal is None else seal
    headers = {"X-Hub-Signature": sealed} if sealed else {}
    sent = client.post(address(row), body, content_type="application/atom+xml", headers=headers)
    return int(sent.status_code)


def feed(row: Subscription, video: str = "v1", updated: str = "2026-11-22T10:00:05+00:00") -> str:
    """What the hub tells of a video."""
    return FEED.format(video=video, channel=row.account.external_id, updated=updated)


def later(monkeypatch: pytest.MonkeyPatch, wait: timedelta) -> None:
    """Time passes for whoever looks after subscriptions."""
    now = database_now() + wait
    monkeypatch.setattr(subscribing, "database_now", lambda: now)


def listeners(sandbox: SandboxServer) -> list[dict[str, Any]]:
    """Who listens at the hub."""
    found: list[dict[str, Any]] = sandbox.control.call("GET", "platforms/youtube/listeners")
    return found


def test_what_the_hub_confirms_before_it_answers_stands(row: Subscription, sandbox: SandboxServer) -> None:
    assert (row.state, row.fields, row.lease_until) == ("active", ["videos"], None)
    assert row.expires_at is not None
    assert row.checked_at is not None
    assert row.expires_at - row.checked_at == timedelta(days=5)
    assert [one["channel"] for one in listeners(sandbox)] == [row.account.external_id]


def test_a_hub_that_does_not_check_is_asked_again_with_patience(
    account: ConnectedAccount, sandbox: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    sandbox.control.call("POST", "platforms/youtube/habits", {"is_silent": True})

    def asked() -> int:
        return sum(1 for one in sandbox.control.requests() if one["path"] == "/subscribe")

    subscribing.ensure()
    for minutes, count in ((0, 1), (5, 1), (11, 2), (25, 2), (35, 3)):
        later(monkeypatch, timedelta(minutes=minutes))
        subscribing.look_after_next()
        monkeypatch.undo()
        assert (asked(), Subscription.objects.get().state) == (count, "pending")


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({}, 200),
        ({"topic": "old form"}, 200),
        ({"topic": "https://www.youtube.com/xml/feeds/videos.xml?channel_id=UCsomebodyelse"}, 404),
        ({"topic": "https://evil.example/xml/feeds/videos.xml?channel_id=own"}, 404),
        ({"mode": "unsubscribe"}, 404),
        ({"mode": "denied"}, 404),
        ({"challenge": ""}, 404),
    ],
)
def test_only_what_we_asked_for_is_confirmed(
    client: Client, row: Subscription, changed: dict[str, str], status: int
) -> None:
    if changed.get("topic") == "old form":
        changed = {"topic": topic(row.account, "")}
    if "channel_id=own" in changed.get("topic", ""):
        changed = {"topic": changed["topic"].replace("own", row.account.external_id)}
    assert check(client, row, **changed) == status
    assert Subscription.objects.get(pk=row.pk).state == "active"


def test_an_address_that_nobody_was_given_is_not_there(client: Client, row: Subscription) -> None:
    row.path = "a-guess"
    assert check(client, row) == 404
    assert push(client, row, feed(row)) == 404


def test_a_lease_is_renewed_at_three_fifths_of_its_life_however_often_it_is_looked_at(
    row: Subscription, sandbox: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = row.expires_at
    for hours in range(12, 72, 12):
        later(monkeypatch, timedelta(hours=hours))
        subscribing.look_after_next()
        monkeypatch.undo()
    assert Subscription.objects.get(pk=row.pk).expires_at == first
    later(monkeypatch, timedelta(hours=73))
    assert subscribing.look_after_next()
    renewed = Subscription.objects.get(pk=row.pk).expires_at
    assert first is not None
    assert renewed is not None
    assert renewed > first


def test_a_lease_that_is_over_is_made_anew_and_one_under_renewal_goes_on(
    row: Subscription, sandbox: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    sandbox.control.call("POST", "platforms/youtube/habits", {"is_silent": True})
    for days, state in ((4, "active"), (6, "pending")):
        later(monkeypatch, timedelta(days=days))
        assert subscribing.look_after_next()
        monkeypatch.undo()
        assert Subscription.objects.get(pk=row.pk).state == state
    sandbox.control.call("POST", "platforms/youtube/habits", {"is_silent": False})
    later(monkeypatch, timedelta(days=7))
    assert subscribing.look_after_next()
    renewed = Subscription.objects.get(pk=row.pk)
    assert (renewed.state, renewed.works) == ("active", True)


def test_trouble_at_the_hub_ends_neither_the_lease_nor_the_access(
    row: Subscription, sandbox: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for status in (503, 401, 429):
        sandbox.control.fault("status", match={"path": "/subscribe$"}, status=status)
        later(monkeypatch, timedelta(days=4 + status / 1000))
        Subscription.objects.update(next_at=database_now())
        assert subscribing.look_after_next()
        monkeypatch.undo()
    row.refresh_from_db()
    assert (row.state, row.failures) == ("active", 3)
    assert ConnectedAccount.objects.get().state == ConnectedAccount.State.ACTIVE


def test_a_push_is_taken_once_by_the_seal_of_its_own_subscription(client: Client, row: Subscription) -> None:
    assert [push(client, row, feed(row), algorithm=name) for name in ("sha1", "sha256", "sha512")] == [
        200
    ] * 3
    processing.process_all()
    event = Event.objects.get()
    assert (event.kind, event.subject, event.account) == ("post_live", "v1", row.account)
    assert push(client, row, feed(row, updated="2026-11-22T11:00:00+00:00")) == 200
    processing.process_all()
    assert Event.objects.count() == 2


@pytest.mark.parametrize("seal", [None, "", "sha1=", "sha1=00", "md5=00", "nonsense", "sha1=é"])
def test_what_another_sealed_is_dropped_with_a_good_answer(
    client: Client, row: Subscription, seal: str | None
) -> None:
    assert push(client, row, feed(row), secret="somebody-else", seal=seal) == 202
    assert processing.process_all() == 0
    assert not Event.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><feed>&b;</feed>',
        '<!DOCTYPE x SYSTEM "http://127.0.0.1/x.dtd"><feed/>',
        "<feed>" * 200,
        "<feed><entry></feed>",
        "{}",
    ],
)
def test_a_body_that_is_no_safe_feed_is_not_stored(client: Client, row: Subscription, body: str) -> None:
    assert push(client, row, body) == 202
    assert not Incoming.objects.exists()


def test_a_push_about_another_channel_changes_nothing(client: Client, row: Subscription) -> None:
    body = FEED.format(video="v1", channel="UCsomebodyelse", updated="2026-11-22T10:00:05+00:00")
    assert push(client, row, body) == 200
    processing.process_all()
    assert not Event.objects.exists()


def test_a_video_that_is_taken_down_is_told(row: Subscription, sandbox: SandboxServer) -> None:
    extra = {"privacyStatus": "public", "title": "Roast & <i>"}
    video = Post(
        "v9", "youtube", row.account.external_id, "", sandbox.clock.now(), url="https://x/", extra=extra
    )
    sandbox.world.posts.add(video)
    for deleted_at, kind in ((None, "post_live"), (sandbox.clock.now(), "post_removed")):
        video.deleted_at = deleted_at
        assert sandbox.control.call("POST", "platforms/youtube/push", {"post": "v9"}) == {"told": 1}
        eventually(lambda: bool(processing.process_all()))
        assert Event.objects.latest("pk").kind == kind
    assert {event.subject for event in Event.objects.all()} == {"v9"}


def test_an_account_that_leaves_lets_the_hub_forget_it(row: Subscription, sandbox: SandboxServer) -> None:
    account = ConnectedAccount.objects.get(pk=row.account_id)
    subscribing.end(account)
    assert listeners(sandbox) == []
    row.refresh_from_db()
    assert (row.state, row.next_at) == ("wanted", None)
