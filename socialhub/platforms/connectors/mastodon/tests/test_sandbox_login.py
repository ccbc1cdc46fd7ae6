"""Registration, consent and tokens of the simulated servers."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlencode

import pytest

from socialhub.platforms.sandbox.server import SandboxServer

from .sandbox_client import BACK, VERIFIER, Hub


@pytest.fixture
def sandbox() -> Iterator[SandboxServer]:
    """A fresh world."""
    with SandboxServer() as server:
        yield server


def test_a_consented_code_opens_the_account_of_the_person(sandbox: SandboxServer) -> None:
    hub = Hub(sandbox).sign_in("nora")
    account = hub.send("GET", "/api/v1/accounts/verify_credentials").json()
    assert account["acct"] == "northwind"
    assert account["url"] == "https://social.example/@northwind"


def test_a_denied_consent_comes_back_as_access_denied_with_the_state(sandbox: SandboxServer) -> None:
    hub = Hub(sandbox)
    back = hub.ask(hub.register(), deny=True)
    assert (back["error"], back["state"]) == ("access_denied", "s1")
    assert "iss" not in back


@pytest.mark.parametrize("fault", ["verifier", "reuse", "late"])
def test_a_code_is_bound_to_its_verifier_its_one_use_and_its_time(sandbox: SandboxServer, fault: str) -> None:
    hub = Hub(sandbox)
    app = hub.register()
    code = hub.ask(app)["code"]
    if fault == "reuse":
        assert hub.exchange(app, code).ok
    if fault == "late":
        sandbox.control.advance(601)
    answer = hub.exchange(app, code, VERIFIER + "x" if fault == "verifier" else VERIFIER)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


def test_an_app_of_one_host_is_unknown_on_another(sandbox: SandboxServer) -> None:
    here, there = Hub(sandbox), Hub(sandbox, "mastodon.example")
    app = here.register()
    assert there.exchange(app, "x").status_code == 401
    token = here.sign_in().token
    assert (
        Hub(sandbox, "mastodon.example", token=token)
        .send("GET", "/api/v1/accounts/verify_credentials")
        .status_code
        == 401
    )


def test_scopes_wider_than_the_registered_ones_are_refused(sandbox: SandboxServer) -> None:
    hub = Hub(sandbox, scope="profile")
    app = hub.register()
    hub.scope = "profile write:statuses"
    url = f"https://{hub.host}/oauth/authorize?" + urlencode(
        {"response_type": "code", "client_id": app["client_id"], "redirect_uri": BACK, "scope": hub.scope}
    )
    assert "error=invalid_scope" in sandbox.control.consent(url, "nora")


def test_a_token_opens_only_what_its_scopes_say(sandbox: SandboxServer) -> None:
    hub = Hub(sandbox, scope="profile").sign_in()
    assert hub.send("GET", "/api/v1/accounts/verify_credentials").ok
    answer = hub.post("no")
    assert (answer.status_code, answer.json()["error"]) == (
        403,
        "This action is outside the authorized scopes",
    )


def test_a_revoked_token_is_invalid_and_revoking_again_is_no_error(sandbox: SandboxServer) -> None:
    hub = Hub(sandbox)
    app = hub.register()
    hub.token = hub.exchange(app, hub.ask(app)["code"]).json()["access_token"]
    form = {"client_id": app["client_id"], "client_secret": app["client_secret"], "token": hub.token}
    assert [hub.send("POST", "/oauth/revoke", data=form).status_code for _ in range(2)] == [200, 200]
    assert hub.send("GET", "/api/v1/accounts/verify_credentials").status_code == 401


def test_older_servers_have_no_metadata_and_coarse_scopes(sandbox: SandboxServer) -> None:
    host = "pixels.example"
    switches = {"host": host, "has_metadata": False, "has_granular_scopes": False, "api_version": 0}
    sandbox.control.call("POST", "platforms/mastodon/servers", switches)
    hub = Hub(sandbox, host, scope="read write:media")
    assert hub.send("GET", "/.well-known/oauth-authorization-server").status_code == 404
    assert (
        hub.send(
            "POST", "/api/v1/apps", data={"client_name": "a", "redirect_uris": BACK, "scopes": hub.scope}
        ).status_code
        == 422
    )
    assert "api_versions" not in hub.send("GET", "/api/v2/instance").json()


def test_a_server_may_send_a_dead_token_to_its_login_page(sandbox: SandboxServer) -> None:
    sandbox.control.call(
        "POST", "platforms/mastodon/servers", {"host": "social.example", "has_html_login": True}
    )
    answer = Hub(sandbox, token="dead").send("GET", "/api/v1/accounts/verify_credentials")
    assert (answer.status_code, answer.headers["Location"]) == (302, "https://social.example/login")
    assert answer.headers["Content-Type"].startswith("text/html")
