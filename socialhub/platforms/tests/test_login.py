"""OAuth 2 as data: answers in all their shapes, callbacks, renewal."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from socialhub.platforms.api import Api, Service
from socialhub.platforms.errors import ErrorTable, LoginError
from socialhub.platforms.login import (
    ClientAuth,
    LoginContext,
    OAuth2,
    can_refresh,
    exchange,
    read_callback,
    read_tokens,
    refresh,
    revoke,
)
from socialhub.platforms.testing import Played
from socialhub.platforms.values import Account, App, Capability, Secret, Tokens

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
BACK = "https://hub.test/back"
APP = App("client-1", Secret("secret-1"))


def login(**more: Any) -> OAuth2:
    """A login with these differences."""
    return OAuth2(
        key="toy",
        label="Toy",
        app_key="toy",
        authorize_url="https://toy.example/authorize",
        token_url="https://toy.example/token",
        scopes={Capability.PUBLISH: ("write:posts", "read")},
        discover=lambda context, tokens: (),
        **more,
    )


def context(played: Played) -> LoginContext:
    """A login under way."""
    return LoginContext(
        Api("toy", Service("https://toy.example", ErrorTable()), played, app=APP), APP, BACK, NOW
    )


def test_lifetimes_come_from_the_answer() -> None:
    tokens = read_tokens(
        {"access_token": "a", "refresh_token": "r", "expires_in": "7200", "scope": "x,y z"}, NOW
    )
    assert (tokens.expires_at, tokens.refresh_expires_at) == (NOW + timedelta(hours=2), None)
    assert tokens.scopes == {"x", "y", "z"}
    assert read_tokens({"access_token": "a"}, NOW).expires_at is None
    assert read_tokens({"access_token": "a", "expires_in": "soon", "scope": ["x"]}, NOW).scopes == {"x"}


@pytest.mark.parametrize("body", [None, [], {}, {"access_token": ""}, "x"])
def test_an_answer_without_a_token_ends_the_login(body: Any) -> None:
    with pytest.raises(LoginError, match="unknown"):
        read_tokens(body, NOW)


@pytest.mark.parametrize(
    ("params", "told"),
    [
        ({"error": "access_denied"}, "You did not give access"),
        ({"error": "server_error"}, "“server_error”"),
        ({}, "without a code"),
        ({"code": "#_"}, "without a code"),
    ],
)
def test_a_callback_without_a_code_says_why(params: dict[str, str], told: str) -> None:
    with pytest.raises(LoginError) as caught:
        read_callback(params)
    assert told in caught.value.user_message


def test_the_code_is_read_without_the_tail_that_a_platform_adds() -> None:
    assert read_callback({"code": "abc#_"}).reveal() == "abc"


@pytest.mark.parametrize("way", ClientAuth)
def test_the_app_proves_itself_in_the_body_or_the_header(way: ClientAuth) -> None:
    played = Played({"body": {"access_token": "a-token"}})
    exchange(login(client_auth=way, pkce=True), context(played), Secret("code-1"), verifier="verifier-1")
    sent, headers = played.body(), played.requests[0].headers
    assert "code=code-1" in sent
    assert "code_verifier=verifier-1" in sent
    assert ("client_secret=secret-1" in sent) == (way is ClientAuth.BODY)
    assert ("Authorization" in headers) == (way is ClientAuth.BASIC)


def test_a_rotated_refresh_token_replaces_the_old_and_a_missing_one_keeps_it() -> None:
    old = Tokens(Secret("access-1"), Secret("refresh-1"), NOW, scopes=frozenset({"read"}))
    answers = Played(
        {"body": {"access_token": "access-2", "refresh_token": "refresh-2"}}, {"body": {"access_token": "b"}}
    )
    fresh = refresh(login(), context(answers), old)
    assert fresh.refresh == Secret("refresh-2")
    assert fresh.scopes == {"read"}
    assert refresh(login(), context(answers), old).refresh == Secret("refresh-1")
    assert "refresh_token=refresh-1" in answers.body(0)


def test_a_token_without_a_way_to_renew_it_needs_a_person() -> None:
    tokens = Tokens(Secret("access-1"))
    assert not can_refresh(login(), tokens)
    with pytest.raises(LoginError) as caught:
        refresh(login(), context(Played()), tokens)
    assert caught.value.requires_reauth


def test_revoking_names_the_refresh_token_where_there_is_one() -> None:
    played = Played({"body": {}})
    account = Account("1", "@ann", tokens=Tokens(Secret("access-1"), Secret("refresh-1")))
    revoke(login(revoke_url="https://toy.example/revoke"), context(played), account)
    assert "token=refresh-1" in played.body()


@pytest.mark.parametrize(
    ("granted", "missing"),
    [
        ({"write:posts", "read"}, ()),
        ({"write", "read"}, ()),
        ({"read"}, ("write:posts",)),
        ({"write:posts", "read:all"}, ("read",)),
    ],
)
def test_a_broad_scope_covers_the_fine_ones_and_no_fine_one_the_broad(
    granted: set[str], missing: tuple[str, ...]
) -> None:
    assert login().missing(frozenset(granted), Capability.PUBLISH) == missing


def test_a_user_run_server_needs_its_hooks() -> None:
    with pytest.raises(ValueError, match="user-run server"):
        login(user_host=True)
