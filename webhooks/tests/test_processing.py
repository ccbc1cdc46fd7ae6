"""Calls are read afterwards, once, in order, together with all that follows from them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from accounts.membership import create_workspace
from accounts.models import ConnectedAccount, User, Workspace
from accounts.signals import account_changed
from socialhub.platforms.events import EventKind
from socialhub.platforms.values import Secret
from webhooks import processing
from webhooks.models import Event, Incoming
from webhooks.signals import event_received
from webhooks.tests.conftest import BODIES, Send, enter

Accounts = dict[str, ConnectedAccount]
pytestmark = pytest.mark.django_db
KINDS = {"tiktok": "post_live"}


def body_of(platform: str, change: dict[str, Any]) -> bytes:
    return json.dumps({**BODIES[platform], **change}).encode()


@pytest.mark.parametrize("platform", sorted(BODIES))
def test_a_call_becomes_an_event_of_the_account_it_is_about(
    platform: str, accounts: Accounts, send: Send
) -> None:
    assert send(platform) == 200
    assert processing.process_all() == 1
    event = Event.objects.get()
    assert event.account == accounts[platform]
    assert event.kind == KINDS.get(platform, "comment")
    assert event.subject
    row = Incoming.objects.get()
    assert (row.state, row.events_found) == ("processed", 1)


def test_a_thousand_changes_in_one_call_are_all_read_and_told_once(accounts: Accounts, send: Send) -> None:
    changes = [
        {
            "field": "feed",
            "value": {"item": "comment", "verb": "add", "comment_id": f"1_{n}", "from": {"id": "7"}},
        }
        for n in range(1000)
    ]
    assert (
        send("facebook", body_of("facebook", {"entry": [{"id": "1", "time": 1, "changes": changes}]})) == 200
    )
    processing.process_all()
    assert Event.objects.count() == 1000
    again = {"entry": [{"id": "1", "time": 2, "changes": changes[:10]}]}
    assert send("facebook", body_of("facebook", again)) == 200
    processing.process_all()
    assert Event.objects.count() == 1000


def test_our_own_actions_are_left_out(accounts: Accounts, send: Send) -> None:
    value = {
        **BODIES["facebook"]["entry"][0]["changes"][0]["value"],
        "from": {"id": "1", "name": "Northwind"},
    }
    entry = {"id": "1", "time": 1, "changes": [{"field": "feed", "value": value}]}
    send("facebook", body_of("facebook", {"entry": [entry]}))
    processing.process_all()
    assert not Event.objects.exists()


def test_the_three_shapes_of_instagram_are_read(accounts: Accounts, send: Send) -> None:
    change = BODIES["instagram"]["entry"][0]["changes"][0]
    flat = {"object": "instagram", "entry": [{"id": "1", "time": 1763800000000, **change}]}
    for body in (BODIES["instagram"], flat, [BODIES["instagram"]]):
        Event.objects.all().delete()
        Incoming.objects.all().delete()
        assert send("instagram", json.dumps(body).encode()) == 200
        processing.process_all()
        assert Event.objects.get().subject == "c1"


def test_what_seals_with_one_workspaces_secret_touches_no_other(
    accounts: Accounts, workspace: Workspace, send: Send
) -> None:
    stranger = User.objects.create_user("eve@elsewhere.test", "a long enough word", name="Eve")
    elsewhere = create_workspace(owner=stranger, name="Elsewhere", zone="UTC")
    theirs = ConnectedAccount.objects.create(
        workspace=elsewhere, platform="tiktok", login="oauth2", external_id="1", access_token=Secret("theirs")
    )
    enter(elsewhere, "tiktok", "secret-of-elsewhere")
    send("tiktok", body_of("tiktok", {"event": "authorization.removed", "content": '{"reason": 1}'}))
    processing.process_all()
    theirs.refresh_from_db()
    accounts["tiktok"].refresh_from_db()
    assert (theirs.state, accounts["tiktok"].state) == ("active", "reconnect")
    assert accounts["tiktok"].access_token is None


def test_whoever_looks_after_posts_hears_that_an_access_was_withdrawn(
    accounts: Accounts, send: Send, django_capture_on_commit_callbacks: Any
) -> None:
    heard: list[int] = []

    def hear(*, account_id: int, **more: Any) -> None:
        heard.append(account_id)

    account_changed.connect(hear)
    try:
        send("tiktok", body_of("tiktok", {"event": "authorization.removed", "content": '{"reason": 1}'}))
        with django_capture_on_commit_callbacks(execute=True):
            processing.process_all()
    finally:
        account_changed.disconnect(hear)
    assert heard == [accounts["tiktok"].pk]


def test_a_reader_that_dies_in_the_middle_leaves_nothing_half_told(accounts: Accounts, send: Send) -> None:
    class Died(BaseException):
        pass

    def die(**kwargs: Any) -> None:
        raise Died

    send("facebook")
    event_received.connect(die)
    try:
        with pytest.raises(Died):
            processing.process_next()
    finally:
        event_received.disconnect(die)
    assert not Event.objects.exists()
    assert Incoming.objects.get().state == "received"
    processing.process_all()
    assert Event.objects.count() == 1


def test_a_call_that_cannot_be_read_is_kept_shown_and_read_again(
    accounts: Accounts, send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(calls: object) -> None:
        raise RuntimeError

    send("facebook")
    with monkeypatch.context() as patched:
        patched.setattr(processing, "_take_in", fail)
        processing.process_all()
    row = Incoming.objects.get()
    assert (row.state, row.attempts) == ("failed", 3)
    assert "RuntimeError" in row.reason
    processing.again(row)
    processing.process_all()
    assert Event.objects.get().kind == EventKind.COMMENT


def test_calls_are_read_in_the_order_they_came(accounts: Accounts, send: Send) -> None:
    for number in range(5):
        data = {**BODIES["x"]["data"], "event_uuid": str(number)}
        send("x", json.dumps({"data": data}).encode())
    processing.process_all()
    assert list(Event.objects.order_by("pk").values_list("key", flat=True)) == ["0", "1", "2", "3", "4"]
