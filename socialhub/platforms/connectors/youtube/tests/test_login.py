"""Connecting a channel: refresh tokens that stay, revoking, accounts without a channel."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from socialhub.platforms import login as oauth, registry
from socialhub.platforms.errors import Fault, PlatformError
from socialhub.platforms.login import LoginContext
from socialhub.platforms.sandbox.server import SandboxServer
from socialhub.platforms.testing import CALLBACK, Desk, connect

CONNECTOR = registry.get("youtube")


@pytest.fixture
def desk() -> Iterator[Desk]:
    """The channel of Northwind Coffee in a fresh world."""
    with SandboxServer() as server:
        yield connect(CONNECTOR, CONNECTOR.logins[0], server)


def test_a_renewed_token_keeps_the_refresh_token_and_revoking_twice_is_no_error(desk: Desk) -> None:
    before = desk.account.tokens
    desk.renew()
    assert before is not None
    assert desk.account.tokens is not None
    assert desk.account.tokens.refresh == before.refresh
    context = LoginContext(desk.api(), desk.app, CALLBACK, desk.server.clock.moment())
    for _ in range(2):
        oauth.revoke(desk.login, context, desk.account)
    with pytest.raises(PlatformError) as caught:
        desk.renew()
    assert caught.value.kind is Fault.REVOKED


def test_connecting_again_gives_a_refresh_token_again(desk: Desk) -> None:
    again = connect(CONNECTOR, CONNECTOR.logins[0], desk.server)
    assert again.account.tokens is not None
    assert again.account.tokens.refresh is not None
    assert again.account.person_id == desk.account.person_id


def test_an_account_without_a_channel_is_told_so(desk: Desk) -> None:
    fault = {"path": "/youtube/v3/channels"}
    desk.server.control.fault("status", match=fault, code="youtubeSignupRequired")
    with pytest.raises(PlatformError) as caught:
        connect(CONNECTOR, CONNECTOR.logins[0], desk.server)
    assert caught.value.kind is Fault.PERMISSION
    assert "no YouTube channel" in caught.value.user_message


@pytest.mark.parametrize(
    ("status", "kind"), [(429, Fault.RATE_LIMIT), (500, Fault.SERVER_ERROR), (503, Fault.SERVER_ERROR)]
)
def test_trouble_at_the_token_endpoint_asks_nobody_to_sign_in_again(status: int, kind: Fault) -> None:
    with SandboxServer() as server:
        desk = connect(registry.get("youtube"), registry.get("youtube").logins[0], server)
        server.control.fault("status", match={"platform": "youtube", "path": "token"}, status=status)
        with pytest.raises(PlatformError) as caught:
            desk.renew()
    assert (caught.value.kind, caught.value.requires_reauth, caught.value.is_retryable) == (kind, False, True)
