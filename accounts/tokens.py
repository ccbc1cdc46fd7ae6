"""The token vault: the one door to a usable token, and the only code outside of logins that stores one.

A refresh is single flight. Whoever wins a conditional UPDATE of `refresh_claimed_until` refreshes; the answer is
stored by compare-and-swap on `token_version` before it is used. No transaction is open while the network is, so a
slow platform holds no lock on either database, and a process that dies leaves a claim that simply runs out.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

from django.db.models import F, Q

from accounts.credentials import AppMissing, find_app
from accounts.models import ConnectedAccount
from accounts.network import login_context
from accounts.signals import announce
from socialhub.platforms import login as oauth
from socialhub.platforms.errors import Fault, PlatformError, Reach
from socialhub.platforms.values import Account, Secret, Tokens

log = logging.getLogger(__name__)

State = ConnectedAccount.State
# Longer than any refresh can take: connect and read timeouts of two calls.
CLAIM = timedelta(seconds=90)
_SOON_DONE = timedelta(seconds=5)
LONG_LIVED = timedelta(days=7)
_MARGIN, _MARGIN_SHARE = timedelta(minutes=5), 0.2
_LONG_SHARE, _LONG_MARGIN = 0.8, timedelta(days=3)
_BACKOFF, _LONGEST_BACKOFF = timedelta(seconds=30), timedelta(hours=1)
_NO_LONGER_GOOD = frozenset({Fault.TOKEN_EXPIRED})


def access_token(account: ConnectedAccount) -> Secret:
    """A token that is good now; see `authorised` for the errors."""
    return _tokens(authorised(account)).access


def authorised(account: ConnectedAccount, *, reread: bool = True) -> Account:
    """The account as a connector wants it, with tokens that are good now; refreshes them when it is time.

    Raises PlatformError: INVALID_TOKEN where only a person can mend it, TOKEN_EXPIRED (retryable) where somebody
    else is refreshing right now, or whatever kept an overdue refresh from working. Whoever has just read the row
    says so with ``reread``.
    """
    row = ConnectedAccount.objects.get(pk=account.pk) if reread else account
    now = datetime.now(UTC)
    if row.state in {State.RECONNECT, State.DISCONNECTED} or row.access_token is None:
        raise PlatformError(Fault.INVALID_TOKEN, platform=row.platform, reach=Reach.NOT_SENT)
    if not _is_due(row, now):
        return _still_good(row, now)
    try:
        return with_tokens(refresh(row))
    except PlatformError:
        # The old token may still do: a refresh that fails early disturbs nobody.
        row.refresh_from_db()
        if row.state == State.RECONNECT or row.expires_at is None or row.expires_at <= datetime.now(UTC):
            raise
        return with_tokens(row)


def refresh(account: ConnectedAccount) -> ConnectedAccount:
    """Refresh now, unless somebody does already; returns the row as it is afterwards.

    Raises PlatformError. Only an answer that says the grant is gone marks the account for reconnecting; anything
    else is kept with a time to try again.
    """
    row = _claim(account)
    login = row.login_method
    tokens = _stored(row)
    try:
        app = find_app(row.workspace, login, row.host)
        if app is None:
            raise PlatformError(
                Fault.INVALID_REQUEST,
                platform=row.platform,
                reach=Reach.NOT_SENT,
                user_message=str(AppMissing(login)),
            )
        fresh = oauth.refresh(login, login_context(row.connector, app, row.value()), tokens)
    except PlatformError as error:
        _note_failure(row, error)
        raise
    return _store(row, fresh)


def set_tokens(row: ConnectedAccount, tokens: Tokens) -> None:
    """Put fresh tokens into a row (not saved): a new version, a new due time, no failures."""
    row.access_token, row.refresh_token, row.proof_key = tokens.access, tokens.refresh, tokens.proof_key
    row.expires_at, row.refresh_expires_at = tokens.expires_at, tokens.refresh_expires_at
    row.scopes = sorted(tokens.scopes)
    row.issued_at = datetime.now(UTC)
    row.token_version += 1
    row.refresh_due_at = due_at(row, tokens)
    row.refresh_claimed_until = row.refresh_retry_at = None
    row.refresh_failures, row.refresh_error = 0, ""


def refused(account: ConnectedAccount, used: Account, error: PlatformError) -> None:
    """Take note that a platform refused a token that we thought good.

    Says nothing about the account if the token was replaced meanwhile. An expired token is refreshed at its next
    use, a withdrawn one needs a person.
    """
    row = ConnectedAccount.objects.get(pk=account.pk)
    if used.tokens is None or row.access_token != used.tokens.access:
        return
    same = ConnectedAccount.objects.filter(pk=row.pk, token_version=row.token_version, state=State.ACTIVE)
    if error.kind in _NO_LONGER_GOOD and oauth.can_refresh(row.login_method, _stored(row)):
        now = datetime.now(UTC)
        same.update(expires_at=now, refresh_due_at=now)
    elif error.requires_reauth or error.kind in _NO_LONGER_GOOD:
        same.update(state=State.RECONNECT, state_reason=error.user_message, refresh_due_at=None)
        announce(row.pk)


def due_at(row: ConnectedAccount, tokens: Tokens) -> datetime | None:
    """When tokens issued at `row.issued_at` want renewing; None if they do not end or cannot be renewed."""
    login = row.login_method
    if tokens.expires_at is None or row.issued_at is None or not oauth.can_refresh(login, tokens):
        return None
    life = tokens.expires_at - row.issued_at
    if life >= LONG_LIVED:
        due = min(row.issued_at + _LONG_SHARE * life, tokens.expires_at - _LONG_MARGIN)
    else:
        due = tokens.expires_at - min(_MARGIN, _MARGIN_SHARE * life)
    return max(due, row.issued_at + login.refresh_min_age)


def with_tokens(row: ConnectedAccount) -> Account:
    """The row as a value with its tokens as they are stored, good or not."""
    return row.value().with_tokens(_stored(row))


def _still_good(row: ConnectedAccount, now: datetime) -> Account:
    """A token that nobody can renew is used to its end, and not beyond."""
    if row.refresh_due_at is None and row.expires_at is not None and row.expires_at <= now:
        ended = PlatformError(Fault.INVALID_TOKEN, platform=row.platform, reach=Reach.NOT_SENT)
        _note_failure(row, ended)
        raise ended
    return with_tokens(row)


def _is_due(row: ConnectedAccount, now: datetime) -> bool:
    if row.refresh_due_at is None:
        return False
    expired = row.expires_at is not None and row.expires_at <= now
    waits = row.refresh_retry_at is not None and row.refresh_retry_at > now
    return row.refresh_due_at <= now and (expired or not waits)


def _claim(account: ConnectedAccount) -> ConnectedAccount:
    now = datetime.now(UTC)
    free = Q(refresh_claimed_until=None) | Q(refresh_claimed_until__lte=now)
    ours = ConnectedAccount.objects.filter(free, pk=account.pk, token_version=account.token_version)
    if not ours.update(refresh_claimed_until=now + CLAIM):
        until = ConnectedAccount.objects.values_list("refresh_claimed_until", flat=True).get(pk=account.pk)
        left = until - now if until else timedelta(0)
        # A refresh that takes so long has probably died: wait for the end of its claim, not for its answer.
        is_slow = timedelta(0) < left < CLAIM - _SOON_DONE
        raise PlatformError(
            Fault.TOKEN_EXPIRED,
            platform=account.platform,
            reach=Reach.NOT_SENT,
            retry_after=left if is_slow else timedelta(seconds=2),
            code="refresh_under_way",
        )
    return ConnectedAccount.objects.select_related("workspace").get(pk=account.pk)


def _store(row: ConnectedAccount, fresh: Tokens) -> ConnectedAccount:
    """Keep the answer unless a newer one is there; either way the row holds what may be used."""
    before = row.token_version
    set_tokens(row, fresh)
    row.last_refreshed_at = row.issued_at
    names = (
        "access_token", "refresh_token", "proof_key", "expires_at", "refresh_expires_at", "scopes", "issued_at",
        "token_version", "refresh_due_at", "refresh_claimed_until", "refresh_retry_at", "refresh_failures",
        "refresh_error", "last_refreshed_at",
    )  # fmt: skip
    same = ConnectedAccount.objects.filter(pk=row.pk, token_version=before)
    if not same.update(**{name: getattr(row, name) for name in names}):
        log.warning("account %s: somebody stored newer tokens meanwhile", row.pk)
    row.refresh_from_db()
    return row


def _note_failure(row: ConnectedAccount, error: PlatformError) -> None:
    same = ConnectedAccount.objects.filter(pk=row.pk, token_version=row.token_version)
    if error.requires_reauth or error.kind in _NO_LONGER_GOOD:
        same.update(
            state=State.RECONNECT,
            state_reason=error.user_message,
            refresh_due_at=None,
            refresh_claimed_until=None,
        )
        announce(row.pk)
        return
    wait = error.retry_after or min(_BACKOFF * 2 ** min(row.refresh_failures, 10), _LONGEST_BACKOFF)
    same.update(
        refresh_claimed_until=None,
        refresh_failures=F("refresh_failures") + 1,
        refresh_error=error.user_message,
        refresh_retry_at=datetime.now(UTC) + wait,
    )


def _stored(row: ConnectedAccount) -> Tokens:
    if row.access_token is None:
        raise LookupError(f"account {row.pk} has no token")
    return Tokens(
        access=row.access_token,
        refresh=row.refresh_token,
        expires_at=row.expires_at,
        refresh_expires_at=row.refresh_expires_at,
        scopes=frozenset(row.scopes),
        proof_key=row.proof_key,
    )


def _tokens(account: Account) -> Tokens:
    assert account.tokens is not None
    return account.tokens
