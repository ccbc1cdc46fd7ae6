"""Tokens stay fresh: one refresh at a time, nothing lost, nobody disconnected by a bad network."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from pytest_django.fixtures import Settings
from werkzeug.wrappers import Response

from accounts.connecting import begin, finish
from accounts.health import health
from accounts.jobs import refresh_tokens
from accounts.models import AppCredential, ConnectedAccount, User
from accounts.tests.toy import TOY, TOY_LOGIN, ToyServer
from accounts.tokens import CLAIM, access_token, authorised, due_at, refresh, refused
from socialhub.platforms.errors import Fault, PlatformError
from socialhub.platforms.values import Secret, Tokens

pytestmark = pytest.mark.django_db(transaction=True)
State = ConnectedAccount.State


@pytest.fixture
def account(toy: ToyServer, toy_app: None, maya: User) -> ConnectedAccount:
    """Northwind's account at the toy platform, with a token of two hours."""
    address = begin(membership=maya.memberships.get(), session_key="s1", connector=TOY, login=TOY_LOGIN)
    row = finish(platform="toy", params=toy.consent(address), user=maya, session_key="s1").connected
    assert row
    return row


def _age(account: ConnectedAccount, **left: float) -> None:
    """Let the token end in so long (negative: it has ended)."""
    end = datetime.now(UTC) + timedelta(**left)
    ConnectedAccount.objects.filter(pk=account.pk).update(
        issued_at=end - timedelta(hours=2), expires_at=end, refresh_due_at=end - timedelta(minutes=5)
    )


def _row() -> ConnectedAccount:
    return ConnectedAccount.objects.get()


def _fail(status: int, body: str = "{}") -> Response:
    return Response(body, status, content_type="application/json")


def test_a_fresh_token_is_given_without_asking_anybody(toy: ToyServer, account: ConnectedAccount) -> None:
    before = len(toy.asked)
    access_token(account)
    assert len(toy.asked) == before


def test_a_token_near_its_end_is_refreshed_and_both_new_tokens_are_stored(
    toy: ToyServer, account: ConnectedAccount
) -> None:
    old = access_token(account)
    _age(account, minutes=4)
    new = access_token(account)
    assert new != old
    row = _row()
    assert row.access_token == new
    assert row.refresh_token
    assert row.refresh_token.reveal() in toy.refresh_tokens
    assert (row.token_version, row.refresh_failures) == (account.token_version + 1, 0)
    assert row.last_refreshed_at


def test_many_at_once_ask_the_platform_once(toy: ToyServer, account: ConnectedAccount) -> None:
    _age(account, minutes=4)
    start = threading.Barrier(6)

    def ask(_: int) -> Secret:
        start.wait(5)
        try:
            return access_token(account)
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(ask, range(6)))
    assert toy.grants("refresh_token") == 1
    assert len(answers) == 6
    assert _row().state == State.ACTIVE


def test_whoever_comes_while_an_expired_token_is_being_refreshed_is_told_to_come_back(
    toy: ToyServer, account: ConnectedAccount
) -> None:
    _age(account, minutes=-1)
    ConnectedAccount.objects.update(refresh_claimed_until=datetime.now(UTC) + CLAIM)
    with pytest.raises(PlatformError) as caught:
        access_token(account)
    assert caught.value.is_retryable
    assert caught.value.retry_after
    assert toy.grants("refresh_token") == 0


def test_a_claim_that_grows_old_is_waited_for_to_its_end(toy: ToyServer, account: ConnectedAccount) -> None:
    _age(account, minutes=-1)
    ConnectedAccount.objects.update(refresh_claimed_until=datetime.now(UTC) + timedelta(seconds=60))
    with pytest.raises(PlatformError) as caught:
        access_token(account)
    assert caught.value.retry_after is not None
    assert timedelta(seconds=50) < caught.value.retry_after <= timedelta(seconds=60)


def test_a_claim_of_a_process_that_died_runs_out(toy: ToyServer, account: ConnectedAccount) -> None:
    _age(account, minutes=-1)
    ConnectedAccount.objects.update(refresh_claimed_until=datetime.now(UTC) - timedelta(seconds=1))
    access_token(account)
    assert toy.grants("refresh_token") == 1


def test_a_withdrawn_grant_asks_for_a_person(toy: ToyServer, account: ConnectedAccount) -> None:
    _age(account, minutes=4)
    toy.refresh_tokens.clear()
    with pytest.raises(PlatformError) as caught:
        access_token(account)
    assert caught.value.requires_reauth
    assert _row().state == State.RECONNECT
    assert health(_row()).tone == "bad"


@pytest.mark.parametrize("status", [500, 502, 503, 429])
def test_a_platform_in_trouble_disconnects_nobody(
    toy: ToyServer, account: ConnectedAccount, status: int
) -> None:
    old = access_token(account)
    _age(account, minutes=4)
    toy.before_answer = lambda path: _fail(status)
    assert access_token(account) == old
    row = _row()
    assert (row.state, row.refresh_failures) == (State.ACTIVE, 1)
    assert row.refresh_retry_at
    assert health(row).word == "Renewal failing"


def test_an_unreachable_platform_disconnects_nobody(
    toy: ToyServer, account: ConnectedAccount, settings: Settings
) -> None:
    _age(account, minutes=-1)
    settings.SANDBOX_URL = "http://127.0.0.1:9"  # the discard port: nobody listens
    with pytest.raises(PlatformError) as caught:
        access_token(account)
    assert caught.value.is_retryable
    assert _row().state == State.ACTIVE


def test_a_refresh_that_failed_waits_longer_each_time(toy: ToyServer, account: ConnectedAccount) -> None:
    _age(account, minutes=4)
    toy.before_answer = lambda path: _fail(500)
    waits = []
    for _ in range(3):
        with pytest.raises(PlatformError):
            refresh(_row())
        retry = _row().refresh_retry_at
        assert retry
        waits.append((retry - datetime.now(UTC)).total_seconds())
    assert [round(wait / 30) for wait in waits] == [1, 2, 4]
    access_token(account)
    assert toy.grants("refresh_token") == 3


def test_the_platform_says_how_long_to_wait(toy: ToyServer, account: ConnectedAccount) -> None:
    _age(account, minutes=4)
    toy.before_answer = lambda path: Response("{}", 429, {"Retry-After": "600"})
    access_token(account)
    retry = _row().refresh_retry_at
    assert retry
    assert retry > datetime.now(UTC) + timedelta(seconds=590)


def test_a_token_that_was_replaced_meanwhile_accuses_nobody(
    toy: ToyServer, account: ConnectedAccount
) -> None:
    used = authorised(account)
    refresh(account)
    refused(account, used, PlatformError(Fault.REVOKED))
    assert _row().state == State.ACTIVE


def test_a_refused_token_asks_for_a_person(toy: ToyServer, account: ConnectedAccount) -> None:
    refused(account, authorised(account), PlatformError(Fault.REVOKED))
    assert _row().state == State.RECONNECT


def test_a_token_that_the_platform_calls_expired_is_refreshed_next(
    toy: ToyServer, account: ConnectedAccount
) -> None:
    used = authorised(account)
    refused(account, used, PlatformError(Fault.TOKEN_EXPIRED))
    assert _row().state == State.ACTIVE
    assert used.tokens
    assert access_token(account) != used.tokens.access


def test_a_token_that_nobody_can_renew_is_not_used_beyond_its_end(
    toy: ToyServer, account: ConnectedAccount
) -> None:
    ConnectedAccount.objects.update(
        refresh_token=None, refresh_due_at=None, expires_at=datetime.now(UTC) - timedelta(seconds=1)
    )
    with pytest.raises(PlatformError) as caught:
        access_token(account)
    assert caught.value.requires_reauth
    assert _row().state == State.RECONNECT


def test_a_late_answer_does_not_replace_newer_tokens(toy: ToyServer, account: ConnectedAccount) -> None:
    newer = Secret("stored-by-somebody-else")

    def meanwhile(path: str) -> None:
        ConnectedAccount.objects.update(access_token=newer, token_version=7)
        connection.close()

    toy.before_answer = meanwhile
    assert refresh(_row()).access_token == newer


def test_a_missing_app_key_keeps_the_account(toy: ToyServer, account: ConnectedAccount) -> None:
    AppCredential.objects.all().delete()
    _age(account, minutes=4)
    access_token(account)
    assert _row().state == State.ACTIVE
    assert "Client ID" in _row().refresh_error


def test_the_scan_refreshes_what_ends_soon_and_leaves_the_rest(
    toy: ToyServer, account: ConnectedAccount
) -> None:
    refresh_tokens()
    assert toy.grants("refresh_token") == 0
    _age(account, minutes=4)
    refresh_tokens()
    refresh_tokens()
    assert toy.grants("refresh_token") == 1


def test_a_paused_account_is_kept_alive(toy: ToyServer, account: ConnectedAccount) -> None:
    _age(account, minutes=4)
    ConnectedAccount.objects.update(state=State.PAUSED)
    refresh_tokens()
    assert toy.grants("refresh_token") == 1
    assert _row().state == State.PAUSED


@pytest.mark.parametrize(
    ("life", "left"),
    [
        (timedelta(hours=2), timedelta(minutes=5)),
        (timedelta(minutes=10), timedelta(minutes=2)),
        (timedelta(days=60), timedelta(days=12)),
        (timedelta(days=7), timedelta(days=3)),
    ],
)
def test_a_refresh_is_due_at_a_share_of_the_life(toy: ToyServer, life: timedelta, left: timedelta) -> None:
    issued = datetime(2026, 11, 22, 12, tzinfo=UTC)
    row = ConnectedAccount(platform="toy", login="toy", issued_at=issued)
    tokens = Tokens(Secret("a"), Secret("r"), expires_at=issued + life)
    assert due_at(row, tokens) == issued + life - left


def test_what_does_not_end_is_never_due(toy: ToyServer) -> None:
    row = ConnectedAccount(platform="toy", login="toy", issued_at=datetime.now(UTC))
    assert due_at(row, Tokens(Secret("a"), Secret("r"))) is None
    ends = Tokens(Secret("a"), expires_at=datetime.now(UTC) + timedelta(hours=1))
    assert due_at(row, ends) is None
