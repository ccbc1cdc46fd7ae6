"""News of accounts and of what people do, for the apps that stand to the right."""

from __future__ import annotations

import contextlib
import contextvars
import logging
from collections.abc import Iterator
from typing import Any

from django.db.models import Model
from django.dispatch import Signal

from accounts.models import ConnectedAccount, User, Workspace

log = logging.getLogger(__name__)

account_changed = Signal()
"""An account was connected, paused, resumed, disconnected, or lost its login. Sent with ``account_id``."""

account_leaving = Signal()
"""An account is about to be disconnected; its tokens are still good. Sent with ``account``."""

deed_done = Signal()
"""Somebody did something that must be on record: ``verb``, ``by`` (None: the hub itself), ``workspace``, ``subject``
(a row or None) and ``words``, which hold neither names nor secrets."""

_acting: contextvars.ContextVar[User | None] = contextvars.ContextVar("acting", default=None)


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


@contextlib.contextmanager
def acting(user: User) -> Iterator[None]:
    """Within this, deeds are those of that person, unless they name another one."""
    token = _acting.set(user)
    try:
        yield
    finally:
        _acting.reset(token)


def tell_deed(
    verb: str,
    *,
    workspace: Workspace | int | None,
    subject: Model | None = None,
    by: User | None = None,
    **words: Any,
) -> None:
    """Put a deed on record, best inside its own transaction: what cannot be recorded is then not done."""
    number = workspace.pk if isinstance(workspace, Workspace) else workspace
    deed_done.send(
        sender=None, verb=verb, workspace=number, subject=subject, by=by or _acting.get(), words=words
    )
