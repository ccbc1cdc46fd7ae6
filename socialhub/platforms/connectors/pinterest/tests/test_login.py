"""Connecting a Pinterest account: boards, tiers of access, rotating tokens, limits."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from socialhub.platforms import login as oauth
from socialhub.platforms.errors import Fault, LoginError, PlatformError
from socialhub.platforms.sandbox.server import SandboxServer
from socialhub.platforms.testing import Desk, _context, connect
from socialhub.platforms.transport import Transport

from ..limits import read_limits
from .desks import CONNECTOR, STILL, choices, publish


@pytest.fixture
def sandbox() -> Iterator[SandboxServer]:
    """A fresh world."""
    with SandboxServer() as server:
        yield server


@pytest.fixture
def desk(sandbox: SandboxServer) -> Desk:
    """An account of Northwind Coffee."""
    return connect(CONNECTOR, CONNECTOR.logins[0], sandbox)


def test_boards_and_sections_can_be_chosen_but_secret_ones_are_not_seen(desk: Desk) -> None:
    assert list(choices(desk)) == ["Brewing", "Brewing › Filter", "Brewing › Espresso", "The roastery"]


def test_boards_of_several_pages_are_all_learned(desk: Desk) -> None:
    for number in range(260):
        wish = {"account": desk.account.external_id, "name": f"Board {number}"}
        desk.server.control.call("POST", "platforms/pinterest/boards", wish)
    assert CONNECTOR.learn is not None
    known = CONNECTOR.learn(desk.api(), desk.account)["boards"]
    assert [label for _, label in known].count("Board 259") == 1


def test_trial_access_is_no_fault_of_the_account(sandbox: SandboxServer) -> None:
    desk = connect(CONNECTOR, CONNECTOR.logins[0], sandbox, app={"access": "trial"})
    with pytest.raises(PlatformError) as caught:
        publish(desk, STILL)
    assert (caught.value.kind, caught.value.requires_reauth) == (Fault.PERMISSION, False)
    assert "Standard access" in caught.value.user_message


def _ask_a_thousand_times(desk: Desk) -> None:
    for _ in range(1001):
        desk.api().get("user_account")
        desk.server.control.advance(0.1)


def test_the_day_of_trial_access_ends_with_a_wait(sandbox: SandboxServer) -> None:
    desk = connect(CONNECTOR, CONNECTOR.logins[0], sandbox, app={"access": "trial"})
    with pytest.raises(PlatformError) as caught:
        _ask_a_thousand_times(desk)
    assert caught.value.kind is Fault.QUOTA_EXCEEDED
    assert caught.value.is_retryable
    assert caught.value.retry_after is not None
    assert caught.value.retry_after > timedelta(hours=20)


def test_a_refresh_replaces_both_tokens_and_their_ends(desk: Desk) -> None:
    before = desk.account.tokens
    desk.server.control.advance(86_400)
    desk.renew()
    after = desk.account.tokens
    assert before is not None
    assert after is not None
    assert (before.access, before.refresh) != (after.access, after.refresh)
    assert after.refresh_expires_at is not None
    assert after.refresh_expires_at - desk.server.clock.moment() > timedelta(days=59)


def test_a_used_refresh_token_means_a_new_consent_but_a_broken_server_does_not(desk: Desk) -> None:
    context = _context(CONNECTOR, Transport(sandbox_url=desk.server.url), desk.app, desk.server)
    used = desk.account.tokens
    assert used is not None
    desk.server.control.fault("status", match={"path": "/oauth/token"}, status=503)
    with pytest.raises(PlatformError) as broken:
        oauth.refresh(desk.login, context, used)
    assert not broken.value.requires_reauth
    oauth.refresh(desk.login, context, used)
    with pytest.raises(LoginError) as dead:
        oauth.refresh(desk.login, context, used)
    assert dead.value.kind is Fault.REVOKED


@pytest.mark.parametrize(
    ("limit", "reset", "seconds"), [("100, 100;w=1, 1000;w=60", "42", 42), ("1000", "in a while", None)]
)
def test_limits_are_read_however_they_are_written(
    sandbox: SandboxServer, limit: str, reset: str, seconds: int | None
) -> None:
    now = sandbox.clock.moment()
    headers = {"x-ratelimit-limit": limit, "x-ratelimit-remaining": "0", "x-ratelimit-reset": reset}
    (reading,) = read_limits(headers, now)
    assert reading.is_spent
    assert reading.resets_at == (None if seconds is None else now + timedelta(seconds=seconds))
    (moment,) = read_limits({**headers, "x-ratelimit-reset": str(int(now.timestamp()) + 60)}, now)
    assert moment.resets_at is not None
    assert moment.resets_at - now <= timedelta(seconds=60)
    assert read_limits({}, now) == ()


def _refused(desk: Desk, code: str) -> PlatformError:
    desk.server.control.fault("status", match={"path": "/user_account"}, code=code)
    with pytest.raises(PlatformError) as caught:
        desk.api().get("user_account")
    return caught.value


def test_the_limit_of_a_day_is_told_from_that_of_a_minute_and_ends_at_midnight_without_headers(
    desk: Desk,
) -> None:
    minute, day = _refused(desk, "8"), _refused(desk, "day")
    assert (minute.kind, day.kind) == (Fault.RATE_LIMIT, Fault.QUOTA_EXCEEDED)
    assert minute.retry_after is not None
    assert minute.retry_after < timedelta(minutes=1)
    assert day.retry_after is not None
    again = desk.server.clock.moment() + day.retry_after
    assert abs(again - again.replace(hour=0, minute=0, second=0, microsecond=0)) < timedelta(minutes=1)


@pytest.mark.parametrize("code", sorted(CONNECTOR.service.errors.codes))
def test_every_code_of_the_table_can_be_ordered_and_is_understood(desk: Desk, code: str) -> None:
    error = _refused(desk, code)
    assert (error.code, error.kind) == (code, CONNECTOR.service.errors.codes[code].kind)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("trial", Fault.PERMISSION),
        ("day", Fault.QUOTA_EXCEEDED),
        ("link", Fault.POLICY),
        ("image", Fault.INVALID_MEDIA),
    ],
)
def test_what_only_a_text_tells_can_be_ordered_and_is_understood(desk: Desk, name: str, kind: Fault) -> None:
    assert _refused(desk, name).kind is kind


@pytest.mark.parametrize("status", sorted(CONNECTOR.service.errors.statuses))
def test_every_status_of_the_table_can_be_ordered(desk: Desk, status: int) -> None:
    desk.server.control.fault("status", match={"path": "/user_account"}, status=status)
    with pytest.raises(PlatformError) as caught:
        desk.api().get("user_account")
    assert caught.value.http_status == status
