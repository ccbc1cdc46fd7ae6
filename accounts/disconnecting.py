"""Ending a connection. The row stays, because posts and their history belong to it; the tokens go."""

from __future__ import annotations

import logging

from django.db.models import Q

from accounts.credentials import find_app
from accounts.models import ConnectedAccount
from accounts.network import login_context
from accounts.signals import announce, announce_leaving, tell_deed
from accounts.tokens import with_tokens
from socialhub.platforms import login as oauth
from socialhub.platforms.errors import PlatformError

log = logging.getLogger(__name__)

State = ConnectedAccount.State


def disconnect(account: ConnectedAccount) -> bool:
    """Withdraw our access at the platform where we can, then forget the tokens; whether it was withdrawn.

    The consent is left alone while another connected account lives on it.
    """
    announce_leaving(account)
    withdrawn = not _is_shared(account) and _revoke(account)
    ConnectedAccount.objects.filter(pk=account.pk).update(
        state=State.DISCONNECTED,
        state_reason="",
        access_token=None,
        refresh_token=None,
        proof_key=None,
        expires_at=None,
        refresh_expires_at=None,
        refresh_due_at=None,
        refresh_retry_at=None,
        refresh_claimed_until=None,
        refresh_failures=0,
        refresh_error="",
        token_version=account.token_version + 1,
    )
    tell_deed(
        "account.disconnected",
        workspace=account.workspace_id,
        subject=account,
        platform=account.platform,
        withdrawn=withdrawn,
    )
    announce(account.pk)
    return withdrawn


def pause(account: ConnectedAccount) -> bool:
    """Keep the connection but send nothing; False where there is nothing to pause."""
    return bool(_move(account, State.ACTIVE, State.PAUSED))


def resume(account: ConnectedAccount) -> bool:
    """Send again; False where it was not paused."""
    return bool(_move(account, State.PAUSED, State.ACTIVE))


def _move(account: ConnectedAccount, before: State, after: State) -> int:
    moved = ConnectedAccount.objects.filter(pk=account.pk, state=before).update(state=after)
    if moved:
        verb = "account.paused" if after == State.PAUSED else "account.resumed"
        tell_deed(verb, workspace=account.workspace_id, subject=account, platform=account.platform)
        announce(account.pk)
    return moved


def _is_shared(account: ConnectedAccount) -> bool:
    same_person = Q(person_id=account.person_id) & ~Q(person_id="")
    others = ConnectedAccount.objects.filter(
        same_person | Q(external_id=account.external_id), platform=account.platform, host=account.host
    )
    return others.exclude(pk=account.pk).exclude(state=State.DISCONNECTED).exists()


def _revoke(account: ConnectedAccount) -> bool:
    login = account.login_method
    if account.access_token is None or not oauth.can_revoke(login):
        return False
    try:
        app = find_app(account.workspace, login, account.host)
        if app is None:
            return False
        oauth.revoke(login, login_context(account.connector, app), with_tokens(account))
    except PlatformError as error:
        log.warning("account %s: access not withdrawn: %s", account.pk, error)
        return False
    return True
