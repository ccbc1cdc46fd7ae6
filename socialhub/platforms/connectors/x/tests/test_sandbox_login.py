"""Consent, PKCE and rotating tokens of the simulated X."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests

from socialhub.platforms.sandbox.server import SandboxServer

from .sandbox_client import BACK, VERIFIER, Hub


@pytest.fixture
def sandbox() -> Iterator[SandboxServer]:
    """A fresh world."""
    with SandboxServer() as server:
        yield server


def test_a_code_gives_a_pair_that_opens_the_account(sandbox: SandboxServer) -> None:
    hub = Hub(sandbox).sign_in()
    assert hub.token["expires_in"] == 7200
    assert hub.token["refresh_token"]
    data = hub.send("GET", "/2/users/me?user.fields=subscription_type,verified").json()["data"]
    assert (data["username"], data["subscription_type"]) == ("northwindcoffee", "None")


def test_a_code_lives_30_seconds(sandbox: SandboxServer) -> None:
    hub = Hub(sandbox)
    early, late = hub.ask()["code"], hub.ask()["code"]
    sandbox.control.advance(25)
    assert hub.exchange(early).ok
    sandbox.control.advance(10)
    answer = hub.exchange(late)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


def test_only_the_base64url_of_the_digest_is_a_valid_challenge(sandbox: SandboxServer) -> None:
    hub = Hub(sandbox)
    assert not hub.exchange(hub.ask()["code"], VERIFIER + "x").ok
    assert not hub.exchange(hub.ask(challenge=VERIFIER)["code"]).ok


def test_a_client_without_pkce_or_with_an_unknown_callback_never_gets_a_consent_page(
    sandbox: SandboxServer,
) -> None:
    hub = Hub(sandbox)
    query = {
        "response_type": "code",
        "client_id": hub.app["client_id"],
        "redirect_uri": BACK,
        "scope": "users.read",
        "state": "s",
    }
    page = f"{sandbox.url}/x.com/i/oauth2/authorize"
    pkce = {"code_challenge": "c", "code_challenge_method": "S256"}
    assert requests.get(page, params=query, timeout=5).status_code == 400
    assert requests.get(page, params={**query, **pkce}, timeout=5).status_code == 200
    assert (
        requests.get(page, params={**query, **pkce, "redirect_uri": BACK + "/"}, timeout=5).status_code == 400
    )


def test_a_denied_consent_comes_back_as_access_denied(sandbox: SandboxServer) -> None:
    assert Hub(sandbox).ask(deny=True) == {"error": "access_denied", "state": "s1"}


def test_a_confidential_client_must_prove_itself_in_the_header(sandbox: SandboxServer) -> None:
    hub = Hub(sandbox)
    form = {
        "grant_type": "authorization_code",
        "code": hub.ask()["code"],
        "redirect_uri": BACK,
        "code_verifier": VERIFIER,
    }
    url = f"{sandbox.url}/api.x.com/2/oauth2/token"
    answer = requests.post(url, data={**form, "client_id": hub.app["client_id"]}, timeout=5)
    assert (answer.status_code, answer.json()["error"]) == (400, "unauthorized_client")


def test_an_access_token_dies_after_two_hours_and_a_refresh_gives_a_new_pair(sandbox: SandboxServer) -> None:
    hub = Hub(sandbox).sign_in()
    sandbox.control.advance(7201)
    assert hub.send("GET", "/2/users/me").status_code == 401
    fresh = hub.refresh(hub.token["refresh_token"]).json()
    assert fresh["refresh_token"] != hub.token["refresh_token"]
    hub.token = fresh
    assert hub.send("GET", "/2/users/me").ok


def test_a_replayed_refresh_token_kills_the_whole_family(sandbox: SandboxServer) -> None:
    hub = Hub(sandbox).sign_in()
    first = hub.token["refresh_token"]
    hub.token = hub.refresh(first).json()
    answer = hub.refresh(first)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    assert hub.send("GET", "/2/users/me").status_code == 401
    assert hub.refresh(hub.token["refresh_token"]).status_code == 400


def test_without_offline_access_there_is_no_refresh_token(sandbox: SandboxServer) -> None:
    assert "refresh_token" not in Hub(sandbox, scope="users.read tweet.read").sign_in().token


def test_posting_wants_all_three_scopes_together(sandbox: SandboxServer) -> None:
    hub = Hub(sandbox, scope="tweet.write users.read").sign_in()
    assert hub.post("Hello").status_code == 403


def test_a_revoked_refresh_token_ends_the_access(sandbox: SandboxServer) -> None:
    hub = Hub(sandbox).sign_in()
    assert hub.token_call("revoke", token=hub.token["refresh_token"]).json() == {"revoked": True}
    assert hub.send("GET", "/2/users/me").status_code == 401
