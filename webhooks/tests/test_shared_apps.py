"""Workspaces that use one developer app: its calls come to one address, and each of them hears."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from accounts.credentials import save_app
from accounts.disconnecting import disconnect
from accounts.membership import create_workspace
from accounts.models import AppCredential, ConnectedAccount, User, Workspace
from socialhub.platforms import registry
from socialhub.platforms.values import Secret
from webhooks import processing, subscribing
from webhooks.models import Event, Incoming, Subscription
from webhooks.tests.conftest import BODIES, SECRET, Send, enter
from webhooks.tests.talk import PLATFORM, Talk

Accounts = dict[str, ConnectedAccount]
pytestmark = pytest.mark.django_db
OTHER = "secret-of-another-app"


@pytest.fixture
def elsewhere(db: None) -> Workspace:
    """Ben's other client on the same hub."""
    ben = User.objects.create_user("ben@harbour.test", "a long enough word", name="Ben")
    return create_workspace(owner=ben, name="Harbour Bakery", zone="UTC")


def _same_account(workspace: Workspace, platform: str) -> ConnectedAccount:
    """The account with id 1 there, connected in this workspace as well."""
    return ConnectedAccount.objects.create(
        workspace=workspace, platform=platform, login=registry.get(platform).logins[0].key, external_id="1",
        handle="northwind", access_token=Secret("token-of-harbour"),
    )  # fmt: skip


def _told() -> list[int]:
    """Whose accounts have heard, one for each event."""
    processing.process_all()
    return sorted(Event.objects.values_list("account", flat=True))


def _row(workspace: Workspace, platform: str) -> int:
    """The row of the app of a workspace that seals the calls of a platform."""
    keys = {login.app_key for login in registry.get(platform).consents}
    return AppCredential.objects.filter(workspace=workspace, app_key__in=keys).order_by("pk")[0].pk


@pytest.mark.parametrize("named", ["nobody", "northwind", "elsewhere"])
@pytest.mark.parametrize("platform", sorted(BODIES))
def test_a_call_reaches_every_workspace_of_the_app_at_whichever_address_it_comes(
    accounts: Accounts, workspace: Workspace, elsewhere: Workspace, send: Send, platform: str, named: str
) -> None:
    enter(elsewhere, platform)
    both = [accounts[platform].pk, _same_account(elsewhere, platform).pk]
    owner = {"northwind": workspace, "elsewhere": elsewhere}.get(named)
    app = _row(owner, platform) if owner else None
    assert send(platform, app=app) == 200
    assert _told() == both


def test_what_comes_again_or_is_read_again_is_told_once(
    accounts: Accounts, workspace: Workspace, elsewhere: Workspace, send: Send
) -> None:
    enter(elsewhere, "facebook")
    both = [accounts["facebook"].pk, _same_account(elsewhere, "facebook").pk]
    for app in (None, _row(workspace, "facebook"), _row(elsewhere, "facebook")):
        assert send("facebook", app=app) == 200
    assert Incoming.objects.count() == 2
    assert _told() == both
    for row in Incoming.objects.all():
        processing.again(row)
    assert _told() == both


def test_two_apps_that_are_told_the_same_in_the_same_words_are_both_heard(
    accounts: Accounts, elsewhere: Workspace, send: Send
) -> None:
    enter(elsewhere, "facebook", OTHER)
    theirs = _same_account(elsewhere, "facebook")
    assert send("facebook") == 200
    assert _told() == [accounts["facebook"].pk]
    assert send("facebook", secret=OTHER) == 200
    assert _told() == [accounts["facebook"].pk, theirs.pk]


def test_who_enters_the_id_of_an_app_without_its_secret_hears_nothing(
    accounts: Accounts, workspace: Workspace, elsewhere: Workspace, send: Send
) -> None:
    enter(elsewhere, "facebook", OTHER)  # under the same client id
    _same_account(elsewhere, "facebook")
    for app in (None, _row(workspace, "facebook"), _row(elsewhere, "facebook")):
        assert send("facebook", app=app) == 200
    assert _told() == [accounts["facebook"].pk]


def test_an_address_of_another_app_takes_no_seal_of_this_one(
    accounts: Accounts, elsewhere: Workspace, send: Send
) -> None:
    enter(elsewhere, "facebook", OTHER)
    AppCredential.objects.filter(workspace=elsewhere).update(client_id="another-id")
    assert send("facebook", app=_row(elsewhere, "facebook")) == 403
    assert send("facebook", app=_row(elsewhere, "facebook"), secret=OTHER) == 200


def test_the_app_of_the_hub_entered_in_a_workspace_as_well_tells_all(
    accounts: Accounts, elsewhere: Workspace, send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = _same_account(elsewhere, "tiktok")
    name = registry.get("tiktok").consents[0].app_key.upper()
    monkeypatch.setenv(f"{name}_CLIENT_SECRET", SECRET)
    assert send("tiktok") == 200
    assert _told() == [accounts["tiktok"].pk, theirs.pk]


def _address(account: ConnectedAccount) -> str:
    """Where the platform is asked to call for an account."""
    row, _ = Subscription.objects.get_or_create(account=account, defaults={"secret": Secret("own")})
    return subscribing.ask_of(row, account, datetime.now(UTC)).callback


@pytest.mark.parametrize(("secret", "is_shared"), [(SECRET, True), (OTHER, False)])
def test_all_workspaces_of_an_app_have_it_called_at_one_address(
    accounts: Accounts, elsewhere: Workspace, secret: str, is_shared: bool
) -> None:
    enter(elsewhere, "facebook", secret)
    theirs = _same_account(elsewhere, "facebook")
    assert (_address(accounts["facebook"]) == _address(theirs)) is is_shared


def test_who_leaves_takes_no_subscription_away_from_another_workspace(
    talk: Talk, account: ConnectedAccount, workspace: Workspace, elsewhere: Workspace
) -> None:
    other = _same_account(elsewhere, PLATFORM)
    for owner in (workspace, elsewhere):
        by = owner.members.get()
        login = registry.get(PLATFORM).consents[0]
        save_app(workspace=owner, login=login, values={"client_id": "id", "client_secret": SECRET}, by=by)
    subscribing.ensure()
    Subscription.objects.update(state=Subscription.State.ACTIVE)
    disconnect(account)
    assert "unsubscribe" not in talk.calls
    disconnect(other)
    assert "unsubscribe" in talk.calls
