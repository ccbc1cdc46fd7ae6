"""Putting an account that a login found into its row."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from accounts.learning import learn
from accounts.models import ConnectedAccount, User, Workspace
from accounts.signals import announce, tell_deed
from accounts.tokens import set_tokens
from socialhub.platforms.values import Account


def link(*, workspace: Workspace, platform: str, login: str, account: Account, by: User) -> ConnectedAccount:
    """Make or renew the row of one identity, and learn what its server allows. Its posts stay with it."""
    assert account.tokens is not None
    with transaction.atomic():
        row, is_new = ConnectedAccount.objects.select_for_update().get_or_create(
            workspace=workspace,
            platform=platform,
            host=account.host,
            external_id=account.external_id,
            defaults={"login": login},
        )
        _describe(row, account)
        row.login, row.connected_by, row.connected_at = login, by, timezone.now()
        row.described_at = row.connected_at
        row.state, row.state_reason = ConnectedAccount.State.ACTIVE, ""
        set_tokens(row, account.tokens)
        row.save()
        verb = "account.connected" if is_new else "account.reconnected"
        tell_deed(verb, workspace=workspace, subject=row, by=by, platform=platform)
    learn(row)
    announce(row.pk)
    return row


def _describe(row: ConnectedAccount, account: Account) -> None:
    for name in ("handle", "name", "kind", "url", "avatar_url", "person_id"):
        setattr(row, name, getattr(account, name))
    row.extra = {**row.extra, **account.extra}
