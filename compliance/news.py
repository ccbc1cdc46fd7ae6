"""What platforms tell and how accounts fare, as reasons to erase."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef

from accounts.models import ConnectedAccount
from compliance.erasing import CONNECTED, call_off
from compliance.models import Erasure, Request
from compliance.models.requests import OPEN
from compliance.opening import has_open, open_request
from socialhub.platforms import registry
from socialhub.platforms.events import ERASE_NOW, EventKind
from webhooks.models import Event

State = ConnectedAccount.State
_AT_ONCE = 200


def hear_event(*, event: Event, **rest: Any) -> None:
    """The person withdrew our access: what came from there goes in time, unless they come back before."""
    if event.kind != EventKind.REVOKED or has_open(event.account):
        return
    account = event.account
    open_request(
        kind=Request.Kind.REVOCATION,
        platform=account.platform,
        accounts=[account],
        at_once=bool(event.data.get(ERASE_NOW)),
    )


def hear_account(*, account_id: int, **rest: Any) -> None:
    """An account was lost, disconnected, or came back."""
    account = ConnectedAccount.objects.known().filter(pk=account_id).without_secrets().first()
    if account is None:
        return
    if account.state in CONNECTED:
        call_off(account)
    else:
        watch_over(account)


def watch_over(account: ConnectedAccount) -> None:
    """Start the clock of an account whose terms do not let us keep its data without access to it."""
    policy = account.connector.policy
    if account.state == State.RECONNECT and policy.erase_lost is not None and not has_open(account):
        open_request(
            kind=Request.Kind.LOST, platform=account.platform, accounts=[account], within=policy.erase_lost
        )
    elif account.state == State.DISCONNECTED and policy.erase_disconnected and not has_open(account):
        open_request(kind=Request.Kind.DISCONNECTED, platform=account.platform, accounts=[account])


def find_lost() -> None:
    """Look at all accounts without access: news of them may have been missed."""
    clocked = [
        key
        for key, connector in registry.connectors().items()
        if connector.policy.erase_lost is not None or connector.policy.erase_disconnected
    ]
    is_open = Exists(Erasure.objects.filter(account=OuterRef("pk"), state__in=OPEN))
    found = ConnectedAccount.objects.known().without_secrets().filter(
        ~is_open, platform__in=clocked, state__in=[State.RECONNECT, State.DISCONNECTED]
    )  # fmt: skip
    for account in found.order_by("pk")[:_AT_ONCE]:
        watch_over(account)
