"""Reading calls afterwards: each once, in the order they came, whoever dies meanwhile.

A call is read in one transaction together with all that follows from it. A process that dies leaves the call as it
was; a call that cannot be read is kept and shown, and can be read again.
"""

from __future__ import annotations

import functools
import logging
import threading
from datetime import timedelta

from django.db import DatabaseError, connections, transaction
from django.utils import timezone

from accounts.forgetting import forget_tokens
from accounts.models import ConnectedAccount
from accounts.signals import announce
from socialhub.platforms import registry
from socialhub.platforms.events import Event as Told, EventKind, Unreadable
from webhooks import hearing
from webhooks.models import Event, Incoming
from webhooks.signals import event_received

log = logging.getLogger(__name__)

NAP = 0.25
DATABASE_PAUSE = 2.0
KEEP, KEEP_FORGED = timedelta(days=30), timedelta(days=2)
_MOST_ATTEMPTS = 3
MISTAKES = (AttributeError, LookupError, TypeError, ValueError, ArithmeticError, RuntimeError, AssertionError)
"""What a body that we did not expect, or a slip of ours, raises. Trouble with the database is none of it."""


def run(stopping: threading.Event) -> None:
    """Read what comes in until told to stop. Any number may run; each call is read by one."""
    while not stopping.is_set():
        try:
            if not process_next():
                stopping.wait(NAP)
        except DatabaseError:
            log.exception("calls could not be read; trying again")
            connections.close_all()
            stopping.wait(DATABASE_PAUSE)
    connections.close_all()


def process_next() -> bool:
    """Read the oldest call that waits; whether there was one."""
    with transaction.atomic():
        waiting = Incoming.objects.select_for_update().filter(state=Incoming.State.RECEIVED)
        row = waiting.order_by("pk").first()
        if row is None:
            return False
        try:
            with transaction.atomic():
                found = _read(row)
        except MISTAKES as problem:
            # A mistake of ours or a body of theirs: the next call must not wait behind it for ever.
            row.attempts += 1
            is_hopeless = isinstance(problem, Unreadable) or row.attempts >= _MOST_ATTEMPTS
            row.state = Incoming.State.FAILED if is_hopeless else Incoming.State.RECEIVED
            row.reason = f"{type(problem).__name__}: it could not be read."
            log.exception("%s: call %s could not be read", row.platform, row.pk)
        else:
            row.state, row.events_found, row.reason = Incoming.State.PROCESSED, found, ""
        row.processed_at = timezone.now()
        row.save(update_fields=["state", "events_found", "reason", "attempts", "processed_at"])
    return True


def process_all() -> int:
    """Read everything that waits; how many calls that were. For jobs and tests."""
    count = 0
    while process_next():
        count += 1
    return count


def again(row: Incoming) -> None:
    """Let a call be read again. What it told already is known by its keys and not told twice."""
    readable = {Incoming.State.PROCESSED, Incoming.State.FAILED}
    Incoming.objects.filter(pk=row.pk, state__in=readable).update(state=Incoming.State.RECEIVED, attempts=0)


def sweep() -> None:
    """Forget calls that are old: what they told is in rows of its own."""
    now = timezone.now()
    forged = Incoming.objects.filter(state=Incoming.State.REFUSED, received_at__lt=now - KEEP_FORGED)
    forged.delete()
    done = (Incoming.State.PROCESSED, Incoming.State.FAILED)
    Incoming.objects.filter(state__in=done, received_at__lt=now - KEEP).delete()


def _read(row: Incoming) -> int:
    hooks = registry.get(row.platform).webhooks
    if hooks is None:
        raise Unreadable("this platform has no webhooks any more")
    count = 0
    for told in hooks.parse(bytes(row.body)):
        for account in _accounts(row, told):
            count += _tell(row, account, told)
    return count


def _accounts(row: Incoming, told: Told) -> list[ConnectedAccount]:
    """Our accounts that it is about: those of the workspace whose secret sealed the call, or of all for the hub's."""
    mine = ConnectedAccount.objects.filter(platform=row.platform, external_id=told.account_id)
    if row.account_id is not None:
        mine = mine.filter(pk=row.account_id)
    if row.app is not None:
        mine = mine.filter(workspace=row.app.workspace_id)
    return list(mine.exclude(external_id="").select_related("workspace").without_secrets())


def _tell(row: Incoming, account: ConnectedAccount, told: Told) -> int:
    event, is_new = Event.objects.get_or_create(
        account=account,
        key=told.key[:255],
        defaults={
            "incoming": row,
            "kind": told.kind.value,
            "subject": told.subject[:255],
            "at": told.at,
            "data": dict(told.data),
        },
    )
    if not is_new:
        return 0
    if told.kind is EventKind.REVOKED:
        _revoked(account)
    hearing.hear(account, told)
    event_received.send(sender=Event, event=event)
    return 1


def _revoked(account: ConnectedAccount) -> None:
    """The person took our access back: the tokens are dead, so they are erased, and a person has to connect anew."""
    forget_tokens(ConnectedAccount.objects.filter(pk=account.pk))
    transaction.on_commit(functools.partial(announce, account.pk))
