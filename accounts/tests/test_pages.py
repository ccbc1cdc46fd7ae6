"""The pages of connecting, as a browser without scripts sees them."""

from __future__ import annotations

import html
import re

import pytest
from django.test import Client

from accounts.models import AppCredential, ConnectedAccount, User, Workspace
from accounts.tests.toy import ToyServer

pytestmark = pytest.mark.django_db
BASE = "/w/northwind-coffee"
State = ConnectedAccount.State


def _text(answer: object) -> str:
    content = answer.content.decode()  # type: ignore[attr-defined]
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", content)))


def _leave(client: Client, path: str = f"{BASE}/accounts/connect/toy/toy/", **form: str) -> str:
    answer = client.post(path, form)
    assert answer.status_code == 200
    found = re.search(r'http-equiv="refresh" content="0;url=([^"]+)"', answer.content.decode())
    assert found
    return html.unescape(found[1])


def _connect(client: Client, toy: ToyServer) -> ConnectedAccount:
    client.get("/connect/callback/toy/", toy.consent(_leave(client)))
    return ConnectedAccount.objects.get()


def test_an_admin_enters_the_keys_and_never_sees_the_secret_again(toy: ToyServer, as_maya: Client) -> None:
    page = as_maya.get(f"{BASE}/setup/toy/")
    assert "http://127.0.0.1:8000/connect/callback/toy/" in page.content.decode()
    form = {"login": "toy", "toy-client_id": "toy-client", "toy-client_secret": "toy-client-secret"}
    as_maya.post(f"{BASE}/setup/toy/", form)
    page = as_maya.get(f"{BASE}/setup/toy/")
    assert "toy-client-secret" not in page.content.decode()
    assert 'value="toy-client"' in page.content.decode()
    assert "Set by Maya" in _text(page)


def test_a_secret_left_empty_is_kept(toy: ToyServer, as_maya: Client, toy_app: None) -> None:
    as_maya.post(f"{BASE}/setup/toy/", {"login": "toy", "toy-client_id": "other", "toy-client_secret": ""})
    row = AppCredential.objects.get()
    assert row.client_id == "other"
    assert row.client_secret
    assert row.client_secret.reveal() == "toy-client-secret"


def test_a_missing_key_is_said_at_its_field(toy: ToyServer, as_maya: Client) -> None:
    page = as_maya.post(f"{BASE}/setup/toy/", {"login": "toy", "toy-client_id": "x", "toy-client_secret": ""})
    assert page.status_code == 422
    assert not AppCredential.objects.exists()
    assert "This field is required" in _text(page)


def test_without_keys_the_connect_page_leads_to_the_set_up(toy: ToyServer, as_maya: Client) -> None:
    page = as_maya.get(f"{BASE}/accounts/connect/toy/toy/")
    assert "It needs Client ID and Client secret" in _text(page)
    assert f'href="{BASE}/setup/toy/"' in page.content.decode()


def test_set_up_is_for_admins(toy: ToyServer, client: Client, ben: User) -> None:
    client.force_login(ben)
    assert client.get(f"{BASE}/setup/toy/").status_code == 403
    assert client.get(f"{BASE}/accounts/connect/toy/toy/").status_code == 403


def test_the_way_out_is_a_page_and_no_redirect(toy: ToyServer, as_maya: Client, toy_app: None) -> None:
    answer = as_maya.post(f"{BASE}/accounts/connect/toy/toy/")
    assert answer.status_code == 200
    assert "form-action 'self'" in answer.headers["Content-Security-Policy"]
    assert _leave(as_maya).startswith(f"{toy.url}/toy.test/consent?response_type=code&client_id=toy-client")


def test_an_account_is_connected_and_listed(toy: ToyServer, as_maya: Client, toy_app: None) -> None:
    back = toy.consent(_leave(as_maya))
    page = as_maya.get("/connect/callback/toy/", back, follow=True)
    assert page.redirect_chain == [(f"{BASE}/accounts/", 302)]
    assert "@northwind on Toy is connected" in _text(page)
    assert "Healthy" in _text(page)
    assert "of-the-toy" not in page.content.decode()


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"error": "access_denied"}, "You did not give access"),
        ({"error": "server_error"}, "ended the login with"),
        ({}, "came back without a code"),
        ({"code": "made-up"}, "Reconnect the account"),
    ],
)
def test_a_login_that_fails_says_why(
    toy: ToyServer, as_maya: Client, toy_app: None, params: dict[str, str], words: str
) -> None:
    state = toy.consent(_leave(as_maya))["state"]
    page = as_maya.get("/connect/callback/toy/", {**params, "state": state})
    assert page.status_code == 400
    assert words in _text(page)
    assert not ConnectedAccount.objects.exists()


def test_a_callback_of_an_unknown_platform_is_no_page(toy: ToyServer, as_maya: Client) -> None:
    assert as_maya.get("/connect/callback/nowhere/", {"state": "x"}).status_code == 404


def test_a_callback_of_somebody_who_is_not_signed_in_goes_to_the_login(
    toy: ToyServer, client: Client
) -> None:
    answer = client.get("/connect/callback/toy/", {"state": "s", "code": "c"})
    assert answer.headers["Location"].startswith("/account/login/")


def test_several_accounts_are_picked_from(toy: ToyServer, as_maya: Client, toy_app: None) -> None:
    _connect(as_maya, toy)
    toy.accounts.append({"id": "2", "name": "southwind"})
    page = as_maya.get("/connect/callback/toy/", toy.consent(_leave(as_maya)), follow=True)
    assert "Which of these?" in _text(page)
    assert _text(page).count("Connected already") == 1
    address = page.redirect_chain[-1][0]
    assert "Choose at least one" in _text(as_maya.post(address))
    page = as_maya.post(address, {"account": ["2"]}, follow=True)
    assert "@southwind on Toy is connected" in _text(page)
    assert ConnectedAccount.objects.count() == 2
    assert "has been made" in _text(as_maya.get(address))


def test_a_choice_is_for_the_person_who_logged_in(
    toy: ToyServer, as_maya: Client, toy_app: None, ben: User
) -> None:
    toy.accounts.append({"id": "2", "name": "southwind"})
    page = as_maya.get("/connect/callback/toy/", toy.consent(_leave(as_maya)), follow=True)
    ben.memberships.update(role="admin")
    other = Client()
    other.force_login(ben)
    assert other.get(page.redirect_chain[-1][0]).status_code == 404


def test_a_server_that_is_none_is_said_at_its_field(toy: ToyServer, as_maya: Client) -> None:
    page = as_maya.post(f"{BASE}/accounts/connect/village/village/", {"host": "not a server"})
    assert page.status_code == 422
    assert "not a server is no server address" in _text(page)
    assert 'value="not a server"' in page.content.decode()


def test_reconnecting_as_somebody_else_is_explained(toy: ToyServer, as_maya: Client, toy_app: None) -> None:
    account = _connect(as_maya, toy)
    toy.accounts = [{"id": "9", "name": "southwind"}]
    address = _leave(as_maya, f"{BASE}/accounts/{account.pk}/reconnect/")
    page = as_maya.get("/connect/callback/toy/", toy.consent(address))
    assert "You signed in as @southwind, but this channel is @northwind" in _text(page)


def test_an_account_is_paused_resumed_and_disconnected(
    toy: ToyServer, as_maya: Client, toy_app: None
) -> None:
    account = _connect(as_maya, toy)
    page = f"{BASE}/accounts/{account.pk}"
    assert "Paused" in _text(as_maya.post(f"{page}/pause/", follow=True))
    assert "Healthy" in _text(as_maya.post(f"{page}/resume/", follow=True))
    assert "Posts and their history stay" in _text(as_maya.get(f"{page}/disconnect/"))
    assert "Their posts are kept" in _text(as_maya.post(f"{page}/disconnect/", follow=True))
    account.refresh_from_db()
    assert account.state == State.DISCONNECTED


def test_the_permissions_page_compares_granted_with_needed(
    toy: ToyServer, as_maya: Client, toy_app: None
) -> None:
    toy.scope = "read"
    account = _connect(as_maya, toy)
    text = _text(as_maya.get(f"{BASE}/accounts/{account.pk}/"))
    assert "post to publish Not granted" in text
    assert "read Granted" in text


def test_accounts_of_another_workspace_do_not_exist(
    toy: ToyServer, as_maya: Client, toy_app: None, northwind: Workspace
) -> None:
    account = _connect(as_maya, toy)
    eve = User.objects.create_user("eve@elsewhere.test")
    client = Client()
    client.force_login(eve)
    client.post("/workspaces/new/", {"name": "Elsewhere", "timezone": "UTC"})
    for what in ("", "disconnect/"):
        assert client.get(f"/w/elsewhere/accounts/{account.pk}/{what}").status_code == 404
    assert client.post(f"/w/elsewhere/accounts/{account.pk}/pause/").status_code == 404
    assert client.post(f"/w/elsewhere/accounts/{account.pk}/reconnect/").status_code == 404


def test_the_list_takes_few_queries(
    toy: ToyServer,
    as_maya: Client,
    toy_app: None,
    northwind: Workspace,
    django_assert_max_num_queries: object,
) -> None:
    for number in range(30):
        ConnectedAccount.objects.create(
            workspace=northwind, platform="toy", login="toy", external_id=str(number), name=f"Shop {number}"
        )
    with django_assert_max_num_queries(12):  # type: ignore[operator]
        as_maya.get(f"{BASE}/accounts/")
