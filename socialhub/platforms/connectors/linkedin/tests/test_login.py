"""Connecting a member or a page: scopes apart, roles, refresh tokens for some, limits of a day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from socialhub.platforms import login as oauth
from socialhub.platforms.errors import Fault, LoginError, PlatformError
from socialhub.platforms.sandbox.server import SandboxServer
from socialhub.platforms.testing import Desk, _context, connect
from socialhub.platforms.transport import Transport
from socialhub.platforms.values import Account, Capability

from ..media import _is_theirs
from .desks import CONNECTOR, MEMBER, PAGE, TEXT, as_member, as_page, asked, live


@pytest.fixture
def sandbox() -> Iterator[SandboxServer]:
    """A fresh world."""
    with SandboxServer() as server:
        yield server


def test_a_member_is_never_asked_for_the_rights_of_a_page() -> None:
    member, page = (set(login.scopes_for([Capability.PUBLISH])) for login in (MEMBER, PAGE))
    assert member & page == set()
    assert not any("organization" in scope for scope in member)
    assert MEMBER.app_key != PAGE.app_key
    assert MEMBER.requirement != PAGE.requirement


def test_a_scope_that_the_app_is_not_approved_for_ends_the_login(sandbox: SandboxServer) -> None:
    with pytest.raises(LoginError, match="unauthorized_scope_error"):
        connect(CONNECTOR, PAGE, sandbox, app={"products": "member"})


def test_only_pages_where_the_member_may_post_are_offered(sandbox: SandboxServer) -> None:
    desk = as_page(sandbox)
    context = _context(CONNECTOR, Transport(sandbox_url=sandbox.url), desk.app, sandbox)
    assert desk.account.tokens is not None
    pages = PAGE.discover(context, desk.account.tokens)
    assert [(page.name, page.kind) for page in pages] == [("Northwind Coffee", "organization")]
    assert pages[0].external_id.startswith("urn:li:organization:")


def test_only_a_member_can_narrow_who_sees_a_post() -> None:
    def audiences(kind: str) -> list[str]:
        option = CONNECTOR.options_for(Account("1", "@ann", kind=kind)).by_key["visibility"]
        return [choice.value for choice in option.choices]

    assert audiences("person") == ["PUBLIC", "LOGGED_IN", "CONNECTIONS"]
    assert audiences("organization") == ["PUBLIC"]


def _renewed(desk: Desk) -> None:
    desk.server.control.advance(59 * 86_400)
    desk.renew()


def test_a_refresh_token_stays_the_same_and_keeps_its_end(sandbox: SandboxServer) -> None:
    desk = as_page(sandbox)
    before = desk.account.tokens
    _renewed(desk)
    after = desk.account.tokens
    assert before is not None
    assert after is not None
    assert before.refresh == after.refresh
    assert before.access != after.access
    assert before.refresh_expires_at is not None
    assert after.refresh_expires_at is not None
    assert abs(before.refresh_expires_at - after.refresh_expires_at) < timedelta(minutes=1)


def test_near_its_end_a_refresh_gives_a_shorter_token_and_then_none(sandbox: SandboxServer) -> None:
    desk = as_page(sandbox)
    for _ in range(6):
        _renewed(desk)
    tokens = desk.account.tokens
    assert tokens is not None
    assert tokens.expires_at is not None
    assert tokens.expires_at - sandbox.clock.moment() < timedelta(days=12)
    sandbox.control.advance(12 * 86_400)
    with pytest.raises(PlatformError) as caught:
        desk.renew()
    assert caught.value.requires_reauth


def test_an_app_without_approval_gets_sixty_days_and_no_more(sandbox: SandboxServer) -> None:
    tokens = as_member(sandbox).account.tokens
    assert tokens is not None
    assert not oauth.can_refresh(MEMBER, tokens)
    assert tokens.expires_at is not None
    assert abs(tokens.expires_at - sandbox.clock.moment() - timedelta(days=60)) < timedelta(minutes=1)


def test_disconnecting_revokes_the_token(sandbox: SandboxServer) -> None:
    desk = as_member(sandbox)
    context = _context(CONNECTOR, Transport(sandbox_url=sandbox.url), desk.app, sandbox)
    oauth.revoke(MEMBER, context, desk.account)
    with pytest.raises(PlatformError) as caught:
        desk.publish(TEXT)
    assert caught.value.kind is Fault.REVOKED


@pytest.mark.parametrize(("code", "kind"), [("member", "rate_limit"), ("application", "quota_exceeded")])
def test_a_limit_of_the_day_is_waited_for_until_midnight_utc(
    sandbox: SandboxServer, code: str, kind: str
) -> None:
    desk = as_member(sandbox)
    sandbox.control.fault("status", match={"path": "/userinfo"}, code=code)
    with pytest.raises(PlatformError) as caught:
        desk.api().get("v2/userinfo")
    assert (caught.value.kind, caught.value.is_retryable) == (kind, True)
    assert caught.value.retry_after is not None
    again = sandbox.clock.moment() + caught.value.retry_after
    seconds = (again - again.replace(hour=0, minute=0, second=0, microsecond=0)).total_seconds()
    assert min(seconds, 86_400 - seconds) < 60


def test_a_member_has_a_hundred_and_fifty_requests_a_day(sandbox: SandboxServer) -> None:
    desk = as_member(sandbox)
    with pytest.raises(PlatformError) as caught:
        _ask(desk, 151)
    assert caught.value.kind is Fault.RATE_LIMIT
    sandbox.control.advance(86_400)
    _ask(desk, 1)


def _ask(desk: Desk, times: int) -> None:
    for _ in range(times):
        desk.api().get("v2/userinfo")


def test_an_ended_version_is_no_fault_of_the_account(sandbox: SandboxServer) -> None:
    desk = as_page(sandbox)
    sandbox.control.fault("status", match={"path": "/rest/posts"}, status=426)
    with pytest.raises(PlatformError) as caught:
        desk.publish(TEXT)
    assert (caught.value.requires_reauth, caught.value.is_retryable) == (False, False)
    assert "update" in caught.value.user_message


def test_a_call_without_its_version_is_refused_by_the_sandbox(sandbox: SandboxServer) -> None:
    desk = as_page(sandbox)
    with pytest.raises(PlatformError) as caught:
        desk.api().get("rest/organizations/1")
    assert caught.value.code == "VERSION_MISSING"


@pytest.mark.parametrize(
    "address",
    ["https://www.linkedin.com.evil.test/u", "http://www.linkedin.com/u", "https://evil.test/.linkedin.com"],
)
def test_a_token_goes_to_no_other_host(address: str) -> None:
    assert not _is_theirs(address)
    assert _is_theirs("https://www.linkedin.com/dms-uploads/1")


def test_a_deleted_post_is_gone_and_deleting_it_again_is_no_error(sandbox: SandboxServer) -> None:
    desk = as_member(sandbox)
    row = desk.publish(TEXT)
    assert CONNECTOR.publishing is not None
    assert CONNECTOR.publishing.delete is not None
    for _ in range(2):
        CONNECTOR.publishing.delete(desk.api(), desk.account, row.post_id)
    assert live(desk) == []
    assert asked(desk, "DELETE", "/rest/posts/urn") == 2


CODES = sorted(CONNECTOR.service.errors.codes)
STATUSES = sorted(CONNECTOR.service.errors.statuses)


@pytest.mark.parametrize("code", CODES)
def test_every_code_of_the_table_can_be_ordered_and_is_understood(sandbox: SandboxServer, code: str) -> None:
    path = "/oauth/v2/accessToken" if code.startswith("oauth/") else "/v2/userinfo"
    desk = as_member(sandbox)
    sandbox.control.fault("status", match={"path": path}, code=code.removeprefix("oauth/"))
    with pytest.raises(PlatformError) as caught:
        desk.api().get(f"https://www.linkedin.com{path}" if "oauth" in path else path)
    assert caught.value.kind is CONNECTOR.service.errors.codes[code].kind


@pytest.mark.parametrize("status", STATUSES)
def test_every_status_of_the_table_can_be_ordered_and_is_understood(
    sandbox: SandboxServer, status: int
) -> None:
    desk = as_member(sandbox)
    sandbox.control.fault("status", match={"path": "/userinfo"}, status=status)
    with pytest.raises(PlatformError) as caught:
        desk.api().get("v2/userinfo")
    assert caught.value.http_status == status
    assert caught.value.kind is CONNECTOR.service.errors.statuses[status].kind
