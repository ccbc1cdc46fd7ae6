"""Tokens that are bound to a key, through the vault: stored, renewed, withdrawn; and who the hub says it is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import Client
from pytest_django.fixtures import Settings

from accounts.disconnecting import disconnect
from accounts.membership import create_workspace
from accounts.models import ConnectedAccount, LoginAttempt, User
from accounts.tokens import authorised, refresh
from socialhub.platforms.errors import PlatformError
from socialhub.platforms.sandbox.server import SandboxServer
from tests import hub

pytestmark = pytest.mark.django_db
DOCUMENT = "/connect/client/bluesky/oauth/oauth-client-metadata.json"


@pytest.fixture
def sandbox(settings: Settings) -> Iterator[SandboxServer]:
    """The platforms, as far as this process goes."""
    with SandboxServer() as server:
        settings.SANDBOX_URL = server.url
        yield server


@pytest.fixture
def row(sandbox: SandboxServer) -> ConnectedAccount:
    """Northwind, connected over the consent page."""
    maya = User.objects.create_user("maya@northwind.test", "correct horse", name="Maya")
    workspace = create_workspace(owner=maya, name="Northwind Coffee", zone="Europe/London")
    return hub.connect(sandbox.control, workspace, "bluesky", login="oauth", host="@northwind.bsky.social")


def test_the_key_is_stored_encrypted_and_with_the_tokens(row: ConnectedAccount) -> None:
    value = authorised(row)
    assert value.tokens is not None
    key = value.tokens.proof_key
    assert key is not None
    with connection.cursor() as cursor:
        cursor.execute("SELECT proof_key FROM accounts_connectedaccount")
        (stored,) = cursor.fetchone()
    assert stored
    assert key.reveal() not in stored
    attempt = LoginAttempt.objects.get()
    assert attempt.server is not None
    assert attempt.server["issuer"] == "https://bsky.social"
    assert key.reveal() not in f"{value!r} {row!r} {vars(row)!r} {vars(attempt)!r}"


def test_renewing_keeps_the_key_and_stores_the_rotated_token(row: ConnectedAccount) -> None:
    before = (row.access_token, row.refresh_token, row.proof_key)
    after = refresh(row)
    assert after.proof_key == before[2]
    assert after.access_token != before[0]
    assert after.refresh_token != before[1]
    assert refresh(after).token_version == row.token_version + 2


def test_a_replayed_token_asks_the_person_back(row: ConnectedAccount) -> None:
    stolen = row.refresh_token
    refresh(row)
    ConnectedAccount.objects.filter(pk=row.pk).update(refresh_token=stolen)
    row.refresh_from_db()
    with pytest.raises(PlatformError):
        refresh(row)
    row.refresh_from_db()
    assert row.state == ConnectedAccount.State.RECONNECT


def test_disconnecting_ends_the_session_there_and_forgets_the_key_here(
    row: ConnectedAccount, sandbox: SandboxServer
) -> None:
    assert disconnect(row)
    row.refresh_from_db()
    assert (row.access_token, row.refresh_token, row.proof_key) == (None, None, None)
    tokens = sandbox.world.tokens.where(account=row.external_id)
    assert tokens
    assert all(token.revoked for token in tokens)


def test_the_hub_publishes_who_it_is(client: Client, settings: Settings) -> None:
    settings.PUBLIC_URL = "https://hub.northwind.test"
    answer = client.get(DOCUMENT)
    assert answer.headers["Content-Type"] == "application/json"
    told = answer.json()
    assert told["client_id"] == f"https://hub.northwind.test{DOCUMENT}"
    assert told["redirect_uris"] == ["https://hub.northwind.test/connect/callback/bluesky/"]
    assert (told["token_endpoint_auth_method"], told["dpop_bound_access_tokens"]) == ("none", True)
    assert client.get(DOCUMENT.replace("oauth/oauth", "password/oauth")).status_code == 404
