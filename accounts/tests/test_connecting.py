"""Out to a platform and back: what connects, what is refused, and what the person is told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from accounts.connecting import ConnectRefused, begin, finish, forget_old_attempts
from accounts.credentials import AppMissing, find_app
from accounts.disconnecting import disconnect
from accounts.health import health
from accounts.models import AppCredential, ConnectedAccount, LoginAttempt, User, Workspace
from accounts.permissions import Role
from accounts.picking import candidates, link_picked
from accounts.tests.toy import TOY, VILLAGE, ToyServer
from accounts.tokens import access_token, with_tokens
from socialhub.platforms.errors import LoginError, PlatformError

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("toy_app")]
State = ConnectedAccount.State


def _begin(maya: User, **more: object) -> str:
    words: dict[str, object] = {"connector": TOY, "login": TOY.logins[0], "session_key": "s1", **more}
    return begin(membership=maya.memberships.get(), **words)  # type: ignore[arg-type]


def _finish(maya: User, params: dict[str, str], **more: str) -> ConnectedAccount:
    words = {"platform": "toy", "session_key": "s1", **more}
    offer = finish(params=params, user=maya, **words)
    assert offer.connected
    return offer.connected


def _connect(toy: ToyServer, maya: User, **more: object) -> ConnectedAccount:
    return _finish(maya, toy.consent(_begin(maya, **more)))


def test_a_consent_becomes_a_connected_account(toy: ToyServer, maya: User) -> None:
    account = _connect(toy, maya)
    assert (account.platform, account.external_id, account.handle) == ("toy", "1", "@northwind")
    assert account.state == State.ACTIVE
    assert access_token(account).reveal().startswith("access-")


def test_the_code_is_exchanged_with_the_verifier_and_the_same_redirect_address(
    toy: ToyServer, maya: User
) -> None:
    _connect(toy, maya)
    _, form = next(asked for asked in toy.asked if asked[0] == "/token")
    assert form["redirect_uri"] == "http://127.0.0.1:8000/connect/callback/toy/"
    assert form["client_id"] == "toy-client"
    assert len(form["code_verifier"]) >= 43


def test_neither_state_nor_verifier_nor_tokens_are_stored_in_clear(toy: ToyServer, maya: User) -> None:
    back = toy.consent(_begin(maya))
    _finish(maya, back)
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM accounts_loginattempt")
        rows = str(cursor.fetchall())
        cursor.execute("SELECT * FROM accounts_connectedaccount")
        rows += str(cursor.fetchall())
        cursor.execute("SELECT * FROM accounts_appcredential")
        rows += str(cursor.fetchall())
    for secret in (back["state"], toy.asked[0][1]["code_verifier"], "of-the-toy", "toy-client-secret"):
        assert secret not in rows


@pytest.mark.parametrize("state", ["", "made-up"])
def test_a_state_that_we_did_not_give_is_refused(toy: ToyServer, maya: User, state: str) -> None:
    with pytest.raises(ConnectRefused, match="not started here"):
        _finish(maya, {"code": "code-1", "state": state})
    assert toy.asked == []


def test_a_callback_works_once(toy: ToyServer, maya: User) -> None:
    back = toy.consent(_begin(maya))
    _finish(maya, back)
    with pytest.raises(ConnectRefused, match="used already"):
        _finish(maya, back)
    assert toy.grants("authorization_code") == 1


def test_a_late_callback_is_refused(toy: ToyServer, maya: User) -> None:
    back = toy.consent(_begin(maya))
    attempt = LoginAttempt.objects.get()
    LoginAttempt.objects.update(expires_at=attempt.created_at - timedelta(seconds=1))
    with pytest.raises(ConnectRefused, match="expired"):
        _finish(maya, back)
    assert toy.asked == []


def test_a_callback_in_another_session_is_refused(toy: ToyServer, maya: User) -> None:
    back = toy.consent(_begin(maya))
    with pytest.raises(ConnectRefused, match="another browser"):
        _finish(maya, back, session_key="s2")


def test_somebody_elses_callback_is_refused(toy: ToyServer, maya: User, ben: User) -> None:
    back = toy.consent(_begin(maya))
    with pytest.raises(ConnectRefused, match="somebody else"):
        _finish(ben, back)
    assert _finish(maya, back).handle == "@northwind"


def test_a_callback_of_another_platform_is_refused(toy: ToyServer, maya: User) -> None:
    back = toy.consent(_begin(maya))
    with pytest.raises(ConnectRefused, match="not started here"):
        _finish(maya, back, platform="village")


def test_a_right_that_was_taken_away_meanwhile_is_respected(toy: ToyServer, maya: User) -> None:
    back = toy.consent(_begin(maya))
    maya.memberships.update(role=Role.VIEWER)
    with pytest.raises(ConnectRefused, match="role"):
        _finish(maya, back)


def test_a_denial_says_that_nothing_was_connected(toy: ToyServer, maya: User) -> None:
    state = toy.consent(_begin(maya))["state"]
    with pytest.raises(LoginError) as caught:
        _finish(maya, {"error": "access_denied", "state": state})
    assert "nothing was connected" in caught.value.user_message
    assert not ConnectedAccount.objects.exists()


def test_a_login_without_an_account_says_what_is_needed(toy: ToyServer, maya: User) -> None:
    toy.accounts = []
    with pytest.raises(ConnectRefused, match="Needs a toy page"):
        _connect(toy, maya)


def test_a_missing_app_says_what_to_enter(toy: ToyServer, maya: User) -> None:
    AppCredential.objects.all().delete()
    with pytest.raises(AppMissing, match="Client ID and Client secret"):
        _begin(maya)


def test_the_environment_stands_in_for_an_app_that_nobody_entered(
    toy: ToyServer, maya: User, northwind: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    AppCredential.objects.all().delete()
    monkeypatch.setenv("TOY_CLIENT_ID", "from-the-environment")
    assert find_app(northwind, TOY.logins[0]) is None
    monkeypatch.setenv("TOY_CLIENT_SECRET", "also-from-there")
    assert "client_id=from-the-environment" in _begin(maya)


def test_of_several_accounts_only_the_picked_are_connected(toy: ToyServer, maya: User) -> None:
    toy.accounts = [{"id": "1", "name": "northwind"}, {"id": "2", "name": "southwind"}]
    offer = finish(platform="toy", params=toy.consent(_begin(maya)), user=maya, session_key="s1")
    assert offer.connected is None
    assert not ConnectedAccount.objects.exists()
    attempt = LoginAttempt.objects.get()
    assert [one.handle for one in candidates(attempt)] == ["@northwind", "@southwind"]
    (row,) = link_picked(attempt, {"2"})
    assert row.handle == "@southwind"
    assert access_token(row).reveal().startswith("access-")
    assert candidates(LoginAttempt.objects.get()) == ()


def test_a_missing_scope_is_kept_and_shown(toy: ToyServer, maya: User) -> None:
    toy.scope = "read"
    account = _connect(toy, maya)
    assert health(account).word == "Missing permission"
    assert "post" in health(account).advice


def test_connecting_again_renews_the_same_row(toy: ToyServer, maya: User) -> None:
    first = _connect(toy, maya)
    ConnectedAccount.objects.update(state=State.RECONNECT)
    second = _connect(toy, maya, reconnecting=first)
    assert (second.pk, second.state) == (first.pk, State.ACTIVE)
    assert second.token_version == first.token_version + 1


def test_reconnecting_as_another_identity_is_refused(toy: ToyServer, maya: User) -> None:
    account = _connect(toy, maya)
    toy.accounts = [{"id": "9", "name": "southwind"}]
    with pytest.raises(ConnectRefused, match="You signed in as @southwind, but this channel is @northwind"):
        _connect(toy, maya, reconnecting=account)
    assert ConnectedAccount.objects.get().external_id == "1"


def test_disconnecting_withdraws_our_access_and_forgets_the_tokens(toy: ToyServer, maya: User) -> None:
    account = _connect(toy, maya)
    token = with_tokens(account).tokens
    assert token
    assert token.refresh
    assert disconnect(account)
    assert ("/revoke", token.refresh.reveal()) in [(path, form.get("token")) for path, form in toy.asked]
    row = ConnectedAccount.objects.get()
    assert (row.state, row.access_token, row.refresh_token) == (State.DISCONNECTED, None, None)
    with pytest.raises(PlatformError):
        access_token(row)


def test_a_consent_that_another_account_lives_on_is_not_withdrawn(toy: ToyServer, maya: User) -> None:
    first = _connect(toy, maya)
    toy.accounts = [{"id": "2", "name": "southwind"}]
    _connect(toy, maya)
    assert not disconnect(first)
    assert "/revoke" not in [path for path, _ in toy.asked]


def test_a_disconnected_account_comes_back_as_the_same_row(toy: ToyServer, maya: User) -> None:
    account = _connect(toy, maya)
    disconnect(account)
    assert _connect(toy, maya).pk == account.pk


def test_a_server_that_the_person_named_registers_us_once(toy: ToyServer, maya: User) -> None:
    words = {"connector": VILLAGE, "login": VILLAGE.logins[0], "typed_host": "Hill.Village"}
    address = _begin(maya, **words)
    assert address.startswith(f"{toy.url}/hill.village/consent?")
    account = _finish(maya, toy.consent(address), platform="village")
    assert account.host == "hill.village"
    _begin(maya, **words)
    assert [path for path, _ in toy.asked].count("/register") == 1
    _begin(maya, **{**words, "typed_host": "dale.village"})
    assert [path for path, _ in toy.asked].count("/register") == 2


def test_what_is_no_server_is_refused_at_once(toy: ToyServer, maya: User) -> None:
    with pytest.raises(LoginError) as caught:
        _begin(maya, connector=VILLAGE, login=VILLAGE.logins[0], typed_host="not a server")
    assert "no server address" in caught.value.user_message
    assert toy.asked == []


def test_a_login_that_came_to_nothing_is_forgotten(toy: ToyServer, maya: User) -> None:
    _begin(maya)
    forget_old_attempts()
    assert LoginAttempt.objects.exists()
    LoginAttempt.objects.update(expires_at=datetime.now(UTC) - timedelta(hours=2))
    forget_old_attempts()
    assert not LoginAttempt.objects.exists()
