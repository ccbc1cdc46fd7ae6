"""Both ways of signing in to the simulated Instagram."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator

import pytest

from socialhub.platforms.sandbox.server import SandboxServer

from .sandbox_client import FACEBOOK_SCOPE, Hub

PAGE_FIELDS = "id,name,access_token,instagram_business_account{id,username}"


@pytest.fixture
def sandbox() -> Iterator[SandboxServer]:
    """A fresh world."""
    with SandboxServer() as server:
        yield server


def error_of(hub: Hub) -> tuple[int, int]:
    """Code and subcode of a simple call."""
    error = hub.call("GET", "me", fields="id").json().get("error", {})
    return error.get("code", 0), error.get("error_subcode", 0)


def test_facebook_login_lists_pages_and_the_accounts_linked_to_them(sandbox: SandboxServer) -> None:
    hub = Hub(sandbox)
    short = hub.exchange_facebook(hub.ask()["code"]).json()
    assert short["expires_in"] == 3600
    long = hub.lengthen_facebook(short["access_token"]).json()
    assert long["expires_in"] == 5_183_944
    hub.token = long["access_token"]
    pages = hub.call("GET", "me/accounts", fields=PAGE_FIELDS, limit=1).json()
    assert pages["data"][0]["instagram_business_account"]["username"] == "northwindcoffee"
    rest = hub.call(
        "GET", "me/accounts", fields=PAGE_FIELDS, after=pages["paging"]["cursors"]["after"]
    ).json()
    assert [page["name"] for page in rest["data"]] == ["Northwind Wholesale"]
    assert "instagram_business_account" not in rest["data"][0]


def test_page_tokens_outlive_a_long_user_token_and_die_with_a_short_one(sandbox: SandboxServer) -> None:
    hub = Hub(sandbox)
    short = hub.exchange_facebook(hub.ask()["code"]).json()["access_token"]
    long = hub.lengthen_facebook(short).json()["access_token"]
    tokens = []
    for user_token in (short, long):
        hub.token = user_token
        tokens.append(hub.call("GET", "me/accounts", fields="access_token").json()["data"][0]["access_token"])
    sandbox.control.advance(61 * 86_400)
    hub.token = tokens[0]
    assert error_of(hub) == (190, 463)
    hub.token = tokens[1]
    assert error_of(hub) == (0, 0)


def test_pages_and_permissions_left_out_in_the_dialog_are_missing(sandbox: SandboxServer) -> None:
    hub = Hub(sandbox)
    page = sandbox.world.accounts.where(platform="instagram", kind="page", person="nora")[1].id
    code = hub.ask(accounts=[page], scopes=["pages_show_list"])["code"]
    hub.token = hub.exchange_facebook(code).json()["access_token"]
    assert [item["id"] for item in hub.call("GET", "me/accounts").json()["data"]] == [page]
    states = {line["permission"]: line["status"] for line in hub.call("GET", "me/permissions").json()["data"]}
    assert states["pages_show_list"] == "granted"
    assert states["instagram_content_publish"] == "declined"


def test_a_code_works_once_with_its_own_redirect_uri(sandbox: SandboxServer) -> None:
    hub = Hub(sandbox)
    code = hub.ask()["code"]
    wrong = hub.get(
        "/graph.facebook.com/v26.0/oauth/access_token", **hub.secrets(), redirect_uri="http://x", code=code
    )
    assert wrong.json()["error"]["error_subcode"] == 36008
    assert hub.exchange_facebook(code).ok
    assert hub.exchange_facebook(code).json()["error"]["error_subcode"] == 36009


@pytest.mark.parametrize("host", ["graph.facebook.com", "graph.instagram.com"])
def test_a_denial_says_so_in_the_callback(sandbox: SandboxServer, host: str) -> None:
    back = Hub(sandbox, host).ask(deny=True)
    assert (back["error"], back["error_reason"], back["state"]) == ("access_denied", "user_denied", "s1")


def test_a_wrong_proof_is_refused_and_a_right_one_passes(sandbox: SandboxServer) -> None:
    hub = Hub(sandbox).sign_in()
    proof = hmac.new(hub.app["client_secret"].encode(), hub.token.encode(), hashlib.sha256).hexdigest()
    assert hub.call("GET", "me", appsecret_proof=proof).ok
    assert hub.call("GET", "me", appsecret_proof="0" * 64).json()["error"]["code"] == 104


def test_removing_the_app_kills_every_token_of_the_person(sandbox: SandboxServer) -> None:
    hub = Hub(sandbox).sign_in()
    page, back = hub.token, hub.ask()
    assert hub.call("DELETE", "me/permissions").json()["error"]["code"] == 200
    hub.token = hub.exchange_facebook(back["code"]).json()["access_token"]
    assert hub.call("DELETE", "me/permissions").json() == {"success": True}
    assert error_of(hub) == (190, 458)
    hub.token = page
    assert error_of(hub) == (190, 458)


def test_debug_token_tells_the_app_what_a_token_is(sandbox: SandboxServer) -> None:
    hub = Hub(sandbox).sign_in()
    owner = f"{hub.app['client_id']}|{hub.app['client_secret']}"
    data = hub.get("/graph.facebook.com/debug_token", input_token=hub.token, access_token=owner).json()[
        "data"
    ]
    assert (data["type"], data["expires_at"], data["is_valid"]) == ("PAGE", 0, True)
    assert data["scopes"] == FACEBOOK_SCOPE.split(",")


def test_instagram_login_gives_an_hour_then_sixty_days(sandbox: SandboxServer) -> None:
    hub = Hub(sandbox, "graph.instagram.com")
    code = hub.ask()["code"]
    short = hub.exchange_instagram(code).json()["data"][0]
    assert isinstance(short["user_id"], int)
    again = hub.exchange_instagram(code)
    assert (again.status_code, again.json()["error_type"]) == (400, "OAuthException")
    wish = {"grant_type": "ig_exchange_token", "client_secret": hub.app["client_secret"]}
    long = hub.get("/graph.instagram.com/access_token", **wish, access_token=short["access_token"]).json()
    assert long["expires_in"] == 5_183_944
    sandbox.control.advance(3601)
    hub.token = short["access_token"]
    assert error_of(hub) == (190, 463)
    hub.token = long["access_token"]
    me = hub.call("GET", "me", fields="id,user_id,username,account_type").json()
    assert (me["username"], me["account_type"]) == ("northwindcoffee", "BUSINESS")
    assert me["id"] != me["user_id"]


def test_a_long_token_is_refreshed_only_after_a_day_and_while_it_lives(sandbox: SandboxServer) -> None:
    hub = Hub(sandbox, "graph.instagram.com").sign_in()

    def refresh() -> dict[str, object]:
        wish = {"grant_type": "ig_refresh_token", "access_token": hub.token}
        answer: dict[str, object] = hub.get("/graph.instagram.com/refresh_access_token", **wish).json()
        return answer

    assert "error" in refresh()
    sandbox.control.advance(86_401)
    fresh = refresh()
    assert fresh["access_token"] != hub.token
    sandbox.control.advance(60 * 86_400)
    assert "error" in refresh()


def test_tokens_of_one_way_in_are_strangers_to_the_other_host(sandbox: SandboxServer) -> None:
    hub = Hub(sandbox, "graph.instagram.com").sign_in()
    hub.host = "graph.facebook.com"
    assert error_of(hub) == (190, 0)


def test_an_app_made_for_one_way_in_is_unknown_to_the_other(sandbox: SandboxServer) -> None:
    hub = Hub(sandbox, "graph.instagram.com")
    hub.app = sandbox.control.create_app("instagram", ["http://127.0.0.1:8000/callback"], login="page")
    with pytest.raises(RuntimeError, match="Invalid platform app"):
        hub.ask()
