"""One Meta app, two platforms behind Facebook Login: each finds its own accounts and tokens, and leaves alone."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest

from socialhub.platforms import login as oauth, registry
from socialhub.platforms.api import Api
from socialhub.platforms.connector import Connector
from socialhub.platforms.errors import Fault, PlatformError
from socialhub.platforms.login import LoginContext
from socialhub.platforms.sandbox.server import SandboxServer
from socialhub.platforms.testing import CALLBACK, Desk
from socialhub.platforms.tests.samples import file_host, sample
from socialhub.platforms.transport import Transport
from socialhub.platforms.values import App, Kind, Secret

SHARING = [c for c in registry.connectors().values() if any(login.app_key == "meta" for login in c.consents)]


@pytest.fixture
def sandbox() -> Iterator[SandboxServer]:
    """A fresh world."""
    with SandboxServer() as server:
        yield server


def context_of(connector: Connector, sandbox: SandboxServer, app: App) -> LoginContext:
    """What a login works with."""
    transport = Transport(sandbox_url=sandbox.url)
    api = Api(connector.key, connector.service, transport, app=app, clock=sandbox.clock.moment)
    return LoginContext(api, app, CALLBACK, sandbox.clock.moment())


def enter(connector: Connector, sandbox: SandboxServer, app: App) -> Desk:
    """Connect Nora's first account by Facebook Login with that app."""
    login = next(login for login in connector.consents if login.app_key == "meta")
    scopes = login.scopes_for(connector.capabilities)
    address = oauth.authorize_url(login, app, redirect_uri=CALLBACK, state="s1", scopes=scopes)
    back = parse_qs(urlsplit(sandbox.control.consent(address, "nora")).query)
    context = context_of(connector, sandbox, app)
    tokens = oauth.exchange(login, context, Secret(back["code"][0]))
    assert set(scopes) <= tokens.scopes
    found = login.discover(context, tokens)
    own = {account.id for account in sandbox.world.accounts.where(platform=connector.key)}
    assert {account.external_id for account in found} <= own
    return Desk(connector, login, sandbox, found[0], app, Transport(sandbox_url=sandbox.url))


def made_by(owner: str, sandbox: SandboxServer) -> App:
    """A Meta app that wants its proof."""
    made = sandbox.control.create_app(owner, [CALLBACK], requires_proof=True)
    return App(made["client_id"], Secret(made["client_secret"]))


@pytest.mark.parametrize("owner", [connector.key for connector in SHARING])
def test_an_app_that_one_platform_made_serves_all_that_share_it(owner: str, sandbox: SandboxServer) -> None:
    assert len(SHARING) >= 2
    app = made_by(owner, sandbox)
    for connector in SHARING:
        assert enter(connector, sandbox, app).account.external_id


@pytest.mark.parametrize("leaving", SHARING, ids=lambda connector: connector.key)
def test_leaving_one_platform_takes_its_permissions_back_and_leaves_the_others_alone(
    leaving: Connector, sandbox: SandboxServer
) -> None:
    app = made_by(leaving.key, sandbox)
    desks = [enter(connector, sandbox, app) for connector in SHARING]
    gone = next(desk for desk in desks if desk.connector is leaving)
    assert oauth.can_revoke(gone.login)
    for _ in range(2):
        oauth.revoke(gone.login, context_of(leaving, sandbox, app), gone.account)
    with file_host() as put:
        for desk in desks:
            if desk is not gone:
                assert desk.publish(sample(Kind.IMAGE, put)).post_id
        with pytest.raises(PlatformError) as caught:
            gone.publish(sample(Kind.IMAGE, put))
    assert caught.value.kind is Fault.PERMISSION


def test_withdrawing_needs_the_secret_of_the_app_and_a_person_it_knows(sandbox: SandboxServer) -> None:
    app = made_by(SHARING[0].key, sandbox)
    desk = enter(SHARING[0], sandbox, app)
    other = App(app.client_id, Secret("0" * 32))
    with pytest.raises(PlatformError) as caught:
        oauth.revoke(desk.login, context_of(desk.connector, sandbox, other), desk.account)
    assert caught.value.kind is Fault.INVALID_TOKEN
    with pytest.raises(PlatformError) as caught:
        desk.api().delete(f"{desk.account.person_id}/permissions")
    assert caught.value.kind is Fault.PERMISSION
