"""Calls are taken by their seal alone, stored before they are answered, and nothing that is sent breaks us."""

from __future__ import annotations

import base64
import hashlib
import hmac
import random
from typing import Any
from unittest import mock

import pytest
from django.db import OperationalError
from django.test import Client

from accounts.credentials import verify_tokens
from accounts.models import AppCredential, ConnectedAccount, Workspace
from webhooks.models import Incoming
from webhooks.tests.conftest import BODIES, SEALS, SECRET, Send, enter, sample

Accounts = dict[str, ConnectedAccount]
pytestmark = pytest.mark.django_db
ALL = sorted(BODIES)


@pytest.mark.parametrize("platform", ALL)
def test_a_good_seal_is_taken_and_the_body_stands_as_it_came(
    platform: str, accounts: Accounts, send: Send
) -> None:
    assert send(platform) == 200
    row = Incoming.objects.get()
    assert bytes(row.body) == sample(platform)
    assert (row.platform, row.state) == (platform, "received")


@pytest.mark.parametrize("platform", ALL)
def test_one_byte_more_or_another_secret_is_refused(platform: str, accounts: Accounts, send: Send) -> None:
    body = sample(platform)
    flipped = bytes([*body[:-2], body[-2] ^ 1, body[-1]])
    assert send(platform, flipped, headers=SEALS[platform](body, SECRET)) == 403
    assert send(platform, secret="somebody-else") == 403
    assert send(platform, headers={}) == 403
    assert set(Incoming.objects.values_list("state", flat=True)) == {"refused"}


# Not X: it checks the address with the new consumer secret at once, so a former one is of no use.
@pytest.mark.parametrize("platform", [platform for platform in ALL if platform != "x"])
def test_a_secret_that_was_replaced_seals_for_a_week(
    platform: str, accounts: Accounts, workspace: Workspace, send: Send
) -> None:
    enter(workspace, platform, "fresh-secret")
    assert send(platform, secret="fresh-secret") == 200
    assert send(platform, sample(platform) + b" ", secret=SECRET) == 200
    AppCredential.objects.update(rotated_at="2020-01-01T00:00:00Z")
    enter(workspace, platform, "fresh-secret")
    assert send(platform, sample(platform) + b"  ", secret=SECRET) == 403


@pytest.mark.parametrize("platform", ALL)
def test_the_same_call_again_is_answered_and_not_stored_twice(
    platform: str, accounts: Accounts, send: Send
) -> None:
    assert [send(platform), send(platform)] == [200, 200]
    assert Incoming.objects.count() == 1


def test_a_call_that_was_refused_is_taken_when_the_secret_is_right(workspace: Workspace, send: Send) -> None:
    assert send("facebook") == 403
    enter(workspace, "facebook")
    assert send("facebook") == 200
    assert sorted(Incoming.objects.values_list("state", flat=True)) == ["received", "refused"]


def test_meta_checks_our_address_with_our_word(client: Client, accounts: Accounts) -> None:
    query = {
        "hub.mode": "subscribe",
        "hub.challenge": "1158201444",
        "hub.verify_token": verify_tokens("facebook")[0],
    }
    answer = client.get("/webhooks/facebook/", query)
    assert (answer.status_code, answer.content) == (200, b"1158201444")
    assert answer["Content-Type"].startswith("text/plain")
    assert client.get("/webhooks/facebook/", {**query, "hub.verify_token": "guessed"}).status_code == 403
    assert client.get("/webhooks/threads/", query).status_code == 403


def test_x_checks_our_address_with_its_consumer_secret(client: Client, accounts: Accounts) -> None:
    answer = client.get("/webhooks/x/", {"crc_token": "abc"})
    expected = base64.b64encode(hmac.new(SECRET.encode(), b"abc", hashlib.sha256).digest()).decode()
    assert answer.json() == {"response_token": f"sha256={expected}"}


def test_linkedin_checks_our_address_every_two_hours(client: Client, accounts: Accounts) -> None:
    code = "890e4665-4dfe-4ab1-b689-ed553bceeed0"
    answer = client.get("/webhooks/linkedin/", {"challengeCode": code})
    expected = hmac.new(SECRET.encode(), code.encode(), hashlib.sha256).hexdigest()
    assert answer.json() == {"challengeCode": code, "challengeResponse": expected}


def test_with_several_apps_an_address_names_the_one_that_is_meant(
    client: Client, accounts: Accounts, workspace: Workspace
) -> None:
    row = AppCredential.objects.get(workspace=workspace, app_key="x")
    assert client.get(f"/webhooks/x/{row.pk}/", {"crc_token": "abc"}).status_code == 200
    assert client.get(f"/webhooks/x/{row.pk + 99}/", {"crc_token": "abc"}).status_code == 403


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({"X-Hub-Signature-256": "sha256=ÄÖ\udcff"}, b"{}"),
        ({"X-Hub-Signature-256": "sha256"}, b"{}"),
        ({"X-Hub-Signature-256": "sha1=" + "0" * 40}, b"{}"),
        ({}, b""),
    ],
)
def test_nonsense_gets_a_refusal_without_a_word(
    accounts: Accounts, client: Client, headers: dict[str, str], body: bytes
) -> None:
    raw = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()}
    answer = client.post("/webhooks/facebook/", body, content_type="application/json", **raw)  # type: ignore[arg-type]
    assert 400 <= answer.status_code < 500
    assert answer.content == b""


def test_what_is_sealed_but_no_json_is_refused(accounts: Accounts, send: Send) -> None:
    assert send("facebook", b"<xml/>") == 403
    assert not Incoming.objects.filter(state="received").exists()


def test_a_body_without_end_is_not_read(accounts: Accounts, send: Send) -> None:
    assert send("facebook", b" " * (4 * 1024 * 1024 + 1)) == 413


def test_without_a_store_the_platform_is_asked_to_come_again(accounts: Accounts, send: Send) -> None:
    with mock.patch.object(Incoming.objects, "bulk_create", side_effect=OperationalError("gone")):
        assert send("facebook") == 503
    assert send("facebook") == 200


def test_platforms_that_do_not_call_have_no_address(client: Client) -> None:
    assert client.get("/webhooks/pinterest/").status_code == 404
    assert client.post("/webhooks/nowhere/", b"{}", content_type="application/json").status_code == 404


def test_a_flood_of_forgeries_is_not_all_kept(
    accounts: Accounts, send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webhooks.receiving.FORGED_AN_HOUR", 3)
    assert {send("tiktok", b"{%d}" % number, secret="no") for number in range(6)} == {403}
    assert Incoming.objects.count() == 3


def test_ten_thousand_random_calls_never_break_us(accounts: Accounts, client: Client) -> None:
    dice = random.Random(20261122)
    asked = ("hub.mode", "hub.challenge", "crc_token", "challengeCode", "x")
    statuses = set()
    for _ in range(10_000):
        platform = dice.choice(ALL)
        part = sample(platform)[: dice.randrange(200)]
        body = dice.randbytes(dice.randrange(60)) if dice.random() < 0.7 else part
        names = [*SEALS[platform](body, SECRET), "Content-Encoding", "X-Forwarded-For"]
        raw: dict[str, Any] = {
            f"HTTP_{name.upper().replace('-', '_')}": dice.randbytes(dice.randrange(40)).decode("latin-1")
            for name in names
            if dice.random() < 0.5
        }
        where: Any = f"/webhooks/{platform}/"
        if dice.random() < 0.3:
            answer = client.get(
                where, {dice.choice(asked): dice.choice(["", "subscribe", part.decode()])}, **raw
            )
        else:
            answer = client.post(where, body, content_type="application/json", **raw)
        statuses.add(answer.status_code)
    assert max(statuses) < 500


def test_the_set_up_page_shows_the_address_and_the_word_to_paste(
    client: Client, accounts: Accounts, workspace: Workspace
) -> None:
    owner = workspace.members.get()
    client.force_login(owner)
    for platform, has_token in (("facebook", True), ("tiktok", False), ("pinterest", False)):
        page = client.get(f"/w/{workspace.slug}/setup/{platform}/").content.decode()
        assert (f"/webhooks/{platform}/" in page) == (platform != "pinterest")
        assert (verify_tokens(platform)[0] in page) == has_token
