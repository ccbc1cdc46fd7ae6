"""Connecting an account: client_key, rotating tokens, unticked permissions, revoking."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest

from socialhub.platforms import login as oauth, registry
from socialhub.platforms.errors import Fault, LoginError, PlatformError
from socialhub.platforms.login import LoginContext
from socialhub.platforms.sandbox.server import SandboxServer
from socialhub.platforms.testing import CALLBACK, Desk, connect
from socialhub.platforms.values import App, Secret

from ..login import discover, login, read_answer

CONNECTOR = registry.get("tiktok")


@pytest.fixture
def desk() -> Iterator[Desk]:
    """The account of Northwind Coffee in a fresh world."""
    with SandboxServer() as server:
        yield connect(CONNECTOR, CONNECTOR.logins[0], server)


def context(desk: Desk) -> LoginContext:
    """What a login works with."""
    return LoginContext(desk.api(), desk.app, CALLBACK, desk.server.clock.moment())


def test_the_address_of_consent_speaks_tiktoks_words() -> None:
    app = App("aw1", Secret("secret-value"))
    address = oauth.authorize_url(
        login, app, redirect_uri="https://hub.test/back", state="s", scopes=("a", "b")
    )
    query = parse_qs(urlsplit(address).query)
    assert (query["client_key"], query["scope"], query["disable_auto_auth"]) == (["aw1"], ["a,b"], ["1"])
    assert "client_id" not in query
    assert "code_challenge" not in query


def test_lifetimes_come_from_the_answer(desk: Desk) -> None:
    tokens, now = desk.account.tokens, desk.server.clock.moment()
    assert tokens is not None
    assert tokens.expires_at is not None
    assert tokens.refresh_expires_at is not None
    assert 7100 < (tokens.expires_at - now).total_seconds() <= 7200
    assert (tokens.refresh_expires_at - now).days in (179, 180)


def test_a_refresh_token_works_once(desk: Desk) -> None:
    old = desk.account
    desk.renew()
    desk.account = old
    with pytest.raises(PlatformError) as caught:
        desk.renew()
    assert caught.value.kind is Fault.REVOKED


def test_an_error_with_a_good_status_is_no_token(desk: Desk) -> None:
    with pytest.raises(LoginError) as caught:
        read_answer({"error": "invalid_grant", "log_id": "2026"}, desk.server.clock.moment())
    assert (caught.value.kind, caught.value.trace_id) == (Fault.REVOKED, "2026")


def test_without_the_profile_permission_the_account_is_found_all_the_same(desk: Desk) -> None:
    assert desk.account.tokens is not None
    (account,) = discover(context(desk), desk.account.tokens)
    assert account.handle == "@northwindcoffee"
    for token in desk.server.world.tokens:
        token.scopes = [scope for scope in token.scopes if scope != "user.info.profile"]
    desk.renew()
    (account,) = discover(context(desk), desk.account.tokens)
    assert account.handle == "@Northwind Coffee"


def test_revoking_ends_both_tokens(desk: Desk) -> None:
    oauth.revoke(desk.login, context(desk), desk.account)
    with pytest.raises(PlatformError) as caught:
        desk.renew()
    assert caught.value.kind is Fault.REVOKED
