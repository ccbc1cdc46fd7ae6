"""News of accounts, for the apps that stand to the right."""

from __future__ import annotations

import logging

from django.dispatch import Signal

from accounts.models import ConnectedAccount

log = logging.getLogger(__name__)

account_changed = Signal()
"""An account was connected, paused, resumed, disconnected, or lost its login. Sent with ``account_id``."""

account_leaving = Signal()
"""An account is about to be disconnected; its tokens are still good. Sent with ``account``."""


def announce(account_id: int) -> None:
    """Tell whoever listens. What goes wrong with them is theirs and disturbs nobody here."""
    for receiver, answer in account_changed.send_robust(sender=None, account_id=account_id):
        if isinstance(answer, Exception):
            log.error("news of account %s: %s failed", account_id, receiver, exc_info=answer)


def announce_leaving(account: ConnectedAccount) -> None:
    """Tell whoever has to say good-bye at the platform. What goes wrong with them keeps nobody from leaving."""
    for receiver, answer in account_leaving.send_robust(sender=None, account=account):
        if isinstance(answer, Exception):
            log.error("leaving of account %s: %s failed", account.pk, receiver, exc_info=answer)
