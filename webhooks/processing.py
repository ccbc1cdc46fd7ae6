"""Reading calls afterwards: each once, in the order they came, whoever dies meanwhile.

A call is read in one transaction together with all that follows from it. A process that dies leaves the call as it
was; a call that cannot be read is kept and shown, and can be read again.
"""

from __future__ import annotations

import functools
import logging
import threading
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import DatabaseError, DataError, connections, transaction
from django.utils import timezone

from accounts.forgetting import forget_tokens
from accounts.models import ConnectedAccount
from accounts.signals import announce
from socialhub.platforms import registry
from socialhub.platforms.events import Event as Told, EventKind, Unreadable
from webhooks import hearing
from webhooks.cleaning import storable
from webhooks.models import Event, Incoming, Subscription, TakenBack
from webhooks.signals import event_received

log = logging.getLogger(__name__)

NAP, BREATH = 0.25, 0.02
MOST = 50
"""Calls that are read in one transaction."""
DATABASE_PAUSE = 2.0
KEEP, KEEP_FORGED = timedelta(days=30), timedelta(days=2)
_MOST_ATTEMPTS = 3
MISTAKES = (
    AttributeError, LookupError, TypeError, ValueError, ArithmeticError, RuntimeError, AssertionError, DataError,
)  # fmt: skip
"""What a body that we did not expect, or a slip of ours, raises. Trouble with the database is none of it, but a value
that it will never take is: such a call must not come first for ever.
"""


def run(stopping: threading.Event) -> None:
    """Read what comes in until told to stop. Any number may run; each call is read by one."""
    while not stopping.is_set():
        try:
            # Between two goes whoever acknowledges calls gets at the database, where it has but one writer.
            stopping.wait(BREATH if process_some() else NAP)
        except DatabaseError:
            log.exception("calls could not be read; trying again")
            connections.close_all()
            stopping.wait(DATABASE_PAUSE)
    connections.close_all()


def process_some(most: int = MOST) -> int:
    """Read the oldest calls that wait, in one transaction with all that follows; how many there were.

    Where one of them cannot be read they are read one by one.
    """
    waiting = Incoming.objects.filter(state=Incoming.State.RECEIVED).order_by("pk")
    seen = list(waiting.select_related("app")[:most])
    if not seen:
        return 0
    try:
        told = {row.pk: _parse(row) for row in seen}  # before anything is locked
        with transaction.atomic():
            still = set(waiting.select_for_update().filter(pk__in=told).values_list("pk", flat=True))
            rows = [row for row in seen if row.pk in still]
            _take_in([(row, told[row.pk]) for row in rows])
            _note(rows)
    except MISTAKES:
        log.exception("some calls could not be read together; reading them one by one")
        return sum(process_next() for _ in seen)
    return len(rows)


def process_next() -> bool:
    """Read the oldest call that waits; whether there was one."""
    with transaction.atomic():
        waiting = Incoming.objects.select_for_update().filter(state=Incoming.State.RECEIVED)
        row = waiting.order_by("pk").first()
        if row is None:
            return False
        try:
            with transaction.atomic():
                _take_in([(row, _parse(row))])
        except MISTAKES as problem:
            # A mistake of ours or a body of theirs: the next call must not wait behind it for ever.
            row.attempts += 1
            is_hopeless = isinstance(problem, Unreadable) or row.attempts >= _MOST_ATTEMPTS
            row.state = Incoming.State.FAILED if is_hopeless else Incoming.State.RECEIVED
            row.reason = f"{type(problem).__name__}: it could not be read."
            row.processed_at = timezone.now()
            log.exception("%s: call %s could not be read", row.platform, row.pk)
            row.save(update_fields=["state", "reason", "attempts", "processed_at"])
        else:
            _note([row])
    return True


def process_all() -> int:
    """Read everything that waits; how many calls that were. For jobs and tests."""
    count = 0
    while done := process_some():
        count += done
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
    TakenBack.objects.filter(at__lt=now - KEEP).delete()


def _parse(row: Incoming) -> tuple[Told, ...]:
    hooks = registry.get(row.platform).webhooks
    if hooks is None:
        raise Unreadable("this platform has no webhooks any more")
    return hooks.parse(bytes(row.body))


def _note(rows: Sequence[Incoming]) -> None:
    """The calls are read. Most tell as much as the next one, so this is a statement or two."""
    by_count: dict[int, list[int]] = {}
    for row in rows:
        by_count.setdefault(row.events_found, []).append(row.pk)
    for count, numbers in by_count.items():
        Incoming.objects.filter(pk__in=numbers).update(
            state=Incoming.State.PROCESSED, reason="", processed_at=timezone.now(), events_found=count
        )


def _take_in(calls: Sequence[tuple[Incoming, Sequence[Told]]]) -> None:
    """Everything that follows from some calls, in their order; what was told before is not told again."""
    accounts = _accounts(calls)
    lines = [
        (row, account, one)
        for row, told in calls
        for one in told
        for account in accounts.get((row.platform, one.account_id), ())
        if _is_meant(row, account)
    ]
    known = set(
        Event.objects.filter(
            account__in={account.pk for _, account, _ in lines},
            key__in={one.key[:255] for _, _, one in lines},
        ).values_list("account", "key")
    )
    fresh: list[Event] = []
    heard: dict[int, tuple[ConnectedAccount, list[tuple[Told, datetime]]]] = {}
    for row in {row.pk: row for row, _ in calls}.values():
        row.events_found = 0
    for row, account, one in lines:
        if (account.pk, one.key[:255]) in known:
            continue
        known.add((account.pk, one.key[:255]))
        fresh.append(_event(row, account, one))
        row.events_found += 1
        heard.setdefault(account.pk, (account, []))[1].append((one, row.received_at))
    Event.objects.bulk_create(fresh)
    Subscription.objects.filter(account__in=heard).update(heard_at=timezone.now())
    for event in fresh:
        if event.kind == EventKind.REVOKED:
            _revoked(event.account)
    for account, told in heard.values():
        hearing.keep(account, hearing.read(account, told))
    for event in fresh:
        event_received.send(sender=Event, event=event)


def _event(row: Incoming, account: ConnectedAccount, one: Told) -> Event:
    return Event(
        account=account,
        key=one.key[:255],
        incoming=row,
        kind=one.kind.value,
        subject=storable(one.subject)[:255],
        at=one.at,
        data=storable(dict(one.data)),
    )


def _accounts(
    calls: Sequence[tuple[Incoming, Sequence[Told]]],
) -> dict[tuple[str, str], list[ConnectedAccount]]:
    """Our accounts that the calls may be about, by platform and its id."""
    numbers = {one.account_id for _, told in calls for one in told} - {""}
    platforms = {row.platform for row, _ in calls}
    rows = ConnectedAccount.objects.filter(platform__in=platforms, external_id__in=numbers)
    found: dict[tuple[str, str], list[ConnectedAccount]] = {}
    for account in rows.select_related("workspace").without_secrets():
        found.setdefault((account.platform, account.external_id), []).append(account)
    return found


def _is_meant(row: Incoming, account: ConnectedAccount) -> bool:
    """Accounts of the workspace whose secret sealed the call, or of all for the hub's own; whose address it was."""
    if row.account_id is not None and row.account_id != account.pk:
        return False
    return row.app is None or row.app.workspace_id == account.workspace_id


def _revoked(account: ConnectedAccount) -> None:
    """The person took our access back: the tokens are dead, so they are erased, and a person has to connect anew."""
    forget_tokens(ConnectedAccount.objects.filter(pk=account.pk))
    transaction.on_commit(functools.partial(announce, account.pk))
