"""Logging in with a password for apps: typed on our page, used once, never kept."""

from __future__ import annotations

import html
import json
from datetime import UTC, datetime, timedelta

import pytest
from django.core import serializers
from django.test import Client

from accounts.disconnecting import disconnect
from accounts.models import ConnectedAccount, LoginAttempt, User
from accounts.tests.toy import ToyServer
from accounts.tokens import access_token

PAGE = "/w/northwind-coffee/accounts/connect/hut/hut/"
LIST = "/w/northwind-coffee/accounts/"
RIGHT = {"name": "northwind", "password": "the-right-one"}

pytestmark = pytest.mark.django_db


def test_what_is_typed_connects_the_account_at_once(toy: ToyServer, as_maya: Client) -> None:
    answer = as_maya.post(PAGE, RIGHT, follow=True)
    assert answer.redirect_chain == [(LIST, 302)]
    assert "@northwind on Hut is connected." in html.unescape(answer.content.decode())
    row = ConnectedAccount.objects.get()
    assert (row.platform, row.login, row.handle) == ("hut", "hut", "@northwind")
    assert row.refresh_due_at is not None


def test_the_password_is_in_no_row_and_on_no_page(toy: ToyServer, as_maya: Client) -> None:
    page = as_maya.post(PAGE, {**RIGHT, "name": "somebody"})
    assert page.status_code == 422
    assert "the-right-one" not in page.content.decode()
    as_maya.post(PAGE, RIGHT)
    rows = [*ConnectedAccount.objects.all(), *LoginAttempt.objects.all()]
    kept = serializers.serialize("json", rows)
    secrets = [secret.reveal() for row in rows for secret in vars(row).values() if hasattr(secret, "reveal")]
    assert secrets
    assert "the-right-one" not in kept + json.dumps(secrets)


def test_a_wrong_password_is_said_on_the_form(toy: ToyServer, as_maya: Client) -> None:
    page = as_maya.post(PAGE, {**RIGHT, "password": "wrong"})
    assert page.status_code == 422
    assert "no longer accepts our connection" in html.unescape(page.content.decode())
    assert not ConnectedAccount.objects.exists()


def test_a_missing_field_is_asked_for_before_anything_is_sent(toy: ToyServer, as_maya: Client) -> None:
    assert as_maya.post(PAGE, {"name": "northwind"}).status_code == 422
    assert toy.asked == []


def test_several_accounts_are_offered_to_choose_from(toy: ToyServer, as_maya: Client) -> None:
    toy.accounts.append({"id": "2", "name": "harbor"})
    answer = as_maya.post(PAGE, RIGHT)
    attempt = LoginAttempt.objects.get()
    assert answer["Location"] == f"{LIST}pick/{attempt.pk}/"
    as_maya.post(answer["Location"], {"account": "2"})
    assert ConnectedAccount.objects.get().handle == "@harbor"


def test_reconnecting_asks_for_the_password_and_refuses_another_identity(
    toy: ToyServer, as_maya: Client
) -> None:
    as_maya.post(PAGE, RIGHT)
    row = ConnectedAccount.objects.get()
    ConnectedAccount.objects.update(state=ConnectedAccount.State.RECONNECT)
    page = as_maya.post(f"{LIST}{row.pk}/reconnect/")["Location"]
    assert page == f"{PAGE}?account={row.pk}"
    assert "Reconnect @northwind" in as_maya.get(page).content.decode()
    toy.accounts = [{"id": "9", "name": "stranger"}]
    assert "You signed in as @stranger" in html.unescape(as_maya.post(page, RIGHT).content.decode())
    toy.accounts = [{"id": "1", "name": "northwind"}]
    as_maya.post(page, RIGHT)
    row.refresh_from_db()
    assert row.state == ConnectedAccount.State.ACTIVE


def test_an_account_of_another_workspace_cannot_be_named(toy: ToyServer, as_maya: Client, ben: User) -> None:
    assert as_maya.get(f"{PAGE}?account=12345").status_code == 404


def test_who_may_not_connect_sees_no_form(toy: ToyServer, client: Client, olu: User) -> None:
    client.force_login(olu)
    assert client.post(PAGE, RIGHT).status_code == 403
    assert toy.asked == []


def test_a_session_is_renewed_and_ended_like_any_other(toy: ToyServer, as_maya: Client) -> None:
    as_maya.post(PAGE, RIGHT)
    row = ConnectedAccount.objects.get()
    before = access_token(row)
    past = datetime.now(UTC) - timedelta(minutes=1)
    ConnectedAccount.objects.update(expires_at=past, refresh_due_at=past)
    assert access_token(row) != before
    row.refresh_from_db()
    assert disconnect(row)
    assert toy.asked[-1] == ("/revoke", {"name": "@northwind"})


def test_no_keys_are_wanted_where_no_app_is_needed(toy: ToyServer, as_maya: Client) -> None:
    assert "Nothing to set up" in as_maya.get(LIST).content.decode()
    assert as_maya.get("/w/northwind-coffee/setup/hut/").status_code == 200
