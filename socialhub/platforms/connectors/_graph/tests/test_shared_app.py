"""One Meta app, two platforms behind Facebook Login: each finds its own accounts and tokens."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from socialhub.platforms import login as oauth, registry
from socialhub.platforms.api import Api
from socialhub.platforms.login import LoginContext
from socialhub.platforms.sandbox.server import SandboxServer
from socialhub.platforms.testing import CALLBACK
from socialhub.platforms.transport import Transport
from socialhub.platforms.values import App, Secret

SHARING = [c for c in registry.connectors().values() if any(login.app_key == "meta" for login in c.consents)]


@pytest.mark.parametrize("owner", [connector.key for connector in SHARING])
def test_an_app_that_one_platform_made_serves_all_that_share_it(owner: str) -> None:
    assert len(SHARING) >= 2
    with SandboxServer() as sandbox:
        made = sandbox.control.create_app(owner, [CALLBACK])
        app = App(made["client_id"], Secret(made["client_secret"]))
        for connector in SHARING:
            login = next(login for login in connector.consents if login.app_key == "meta")
            scopes = login.scopes_for(connector.capabilities)
            address = oauth.authorize_url(login, app, redirect_uri=CALLBACK, state="s1", scopes=scopes)
            back = parse_qs(urlsplit(sandbox.control.consent(address, "nora")).query)
            api = Api(
                connector.key,
                connector.service,
                Transport(sandbox_url=sandbox.url),
                app=app,
                clock=sandbox.clock.moment,
            )
            context = LoginContext(api, app, CALLBACK, sandbox.clock.moment())
            tokens = oauth.exchange(login, context, Secret(back["code"][0]))
            found = login.discover(context, tokens)
            own = {account.id for account in sandbox.world.accounts.where(platform=connector.key)}
            assert {account.external_id for account in found} <= own
            assert set(scopes) <= tokens.scopes
