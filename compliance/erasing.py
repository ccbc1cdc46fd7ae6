"""Carrying requests out, a piece at a time: each piece and the note of how far it came are one transaction, so that
a process that dies leaves nothing half done and whoever comes next goes on.
"""

from __future__ import annotations

import logging
import time
from datetime import datetime, timedelta
from typing import Any

from django.db import DatabaseError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.forgetting import entomb, forget_tokens, words_of
from accounts.models import ConnectedAccount, Workspace
from accounts.signals import announce, tell_deed
from compliance.erasers import ERASERS, Busy, Target
from compliance.models import Erasure, Hold, Request
from compliance.opening import GRACE_KINDS

log = logging.getLogger(__name__)
State = Request.State

CHUNK = 500
BUSY = timedelta(seconds=30)
_BACKOFF = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2))
MISTAKES = (
    AttributeError, LookupError, TypeError, ValueError, ArithmeticError, RuntimeError, AssertionError, OSError,
    DatabaseError,
)  # fmt: skip
_NAMES = [eraser.name for eraser in ERASERS]
_ACCOUNTS = "accounts"
CONNECTED = frozenset({ConnectedAccount.State.ACTIVE, ConnectedAccount.State.PAUSED})


def carry_out(*, seconds: float = 120.0) -> int:
    """Go on with everything that is due, for about that long; how many accounts were finished."""
    end, finished = time.monotonic() + seconds, 0
    for pk in list(_due().values_list("pk", flat=True)[:1000]):
        while time.monotonic() < end:
            state = take_piece(pk)
            if state != State.RUNNING:
                finished += state == State.DONE
                break
    return finished


def take_piece(pk: int) -> str:
    """Do one piece of one erasure; the state it is in then. RUNNING means that there is more to do at once."""
    try:
        with transaction.atomic():
            erasure = Erasure.objects.select_for_update().get(pk=pk)
            if erasure.next_at is None or erasure.next_at > timezone.now():
                return ""
            _piece(erasure)
            erasure.save()
            settle(erasure.request_id)
            return erasure.state
    except Busy:
        Erasure.objects.filter(pk=pk).update(next_at=timezone.now() + BUSY)
        return ""
    except MISTAKES as problem:
        # The words of the problem may name whom it is about, so only its kind is told.
        log.error("erasure %s could not go on: %s", pk, type(problem).__name__)
        _note_failure(pk, problem)
        return State.FAILED


def run_again(request: Request, workspace: Workspace | None = None) -> int:
    """Go on now with what runs or failed, and look once more over what is done; how many accounts that is. Who has
    time to come back keeps it.
    """
    now = timezone.now()
    with transaction.atomic():
        rows = request.erasures.exclude(state__in=[State.HELD, State.CALLED_OFF])
        if workspace is not None:
            rows = rows.filter(workspace_id=workspace.pk)
        again = rows.filter(state__in=[State.RUNNING, State.FAILED]).update(next_at=now, attempts=0)
        again += rows.filter(state=State.DONE, account__isnull=False).update(
            state=State.RUNNING, stage=_NAMES[0], mark=0, next_at=now, finished_at=None
        )
        settle(request.pk)
    return again


def hold(account: ConnectedAccount, *, reason: str, by: Any) -> Hold:
    """Keep the data of an account until somebody releases it. What is erased already is gone."""
    with transaction.atomic():
        held, _ = Hold.objects.update_or_create(account=account, defaults={"reason": reason, "placed_by": by})
        tell_deed(
            "hold.placed", workspace=account.workspace_id, subject=account, by=by, platform=account.platform
        )
        _waiting(account).update(state=State.HELD, next_at=None)
        for erasure in Erasure.objects.filter(account=account):
            settle(erasure.request_id)
    return held


def release(account: ConnectedAccount) -> bool:
    """Let erasing go on; whether there was a hold."""
    with transaction.atomic():
        gone, _ = Hold.objects.filter(account=account).delete()
        if not gone:
            return False
        tell_deed("hold.released", workspace=account.workspace_id, subject=account, platform=account.platform)
        for erasure in Erasure.objects.filter(account=account, state=State.HELD).select_related("request"):
            erasure.state = State.RUNNING if erasure.stage else State.RECEIVED
            erasure.next_at = max(erasure.request.begin_at, timezone.now())
            erasure.save(update_fields=["state", "next_at"])
            settle(erasure.request_id)
    return True


def settle(request_id: int) -> None:
    """Say of a request what its accounts say: the worst first."""
    states = set(Erasure.objects.filter(request=request_id).values_list("state", flat=True))
    order = (State.FAILED, State.RUNNING, State.HELD, State.RECEIVED, State.DONE, State.CALLED_OFF)
    state = next((state for state in order if state in states), State.DONE)
    is_over = state in {State.DONE, State.CALLED_OFF}
    rows = Request.objects.filter(pk=request_id)
    rows.exclude(state=state).update(state=state)
    if is_over:
        rows.filter(finished_at=None).update(finished_at=timezone.now())
    else:
        rows.exclude(finished_at=None).update(finished_at=None)


def call_off(account: ConnectedAccount) -> int:
    """The person came back: requests that only waited for that are off; how many."""
    waiting = Erasure.objects.filter(
        account=account, state__in=[State.RECEIVED, State.HELD], request__kind__in=GRACE_KINDS
    )
    with transaction.atomic():
        rows = list(waiting.select_for_update().select_related("request"))
        for erasure in rows:
            _call_off(erasure)
            erasure.save()
            settle(erasure.request_id)
    return len(rows)


def _piece(erasure: Erasure) -> None:
    now = timezone.now()
    account = erasure.account
    if not erasure.stage and _begin(erasure, account, now):
        return
    assert erasure.account_id is not None
    words = tuple(erasure.sought.get("words", ()))
    target = Target(erasure.account_id, erasure.workspace_id, erasure.platform, words)
    eraser = next(one for one in ERASERS if one.name == erasure.stage)
    count, mark = eraser.erase(target, erasure.mark, CHUNK)
    erasure.state, erasure.error = State.RUNNING, ""
    if count:
        erasure.counts[eraser.name] = erasure.counts.get(eraser.name, 0) + count
    if mark is not None:
        erasure.mark = mark
        return
    position = _NAMES.index(eraser.name) + 1
    if position < len(_NAMES):
        erasure.stage, erasure.mark = _NAMES[position], 0
        return
    _finish(erasure, now)


def _begin(erasure: Erasure, account: ConnectedAccount | None, now: datetime) -> bool:
    """The first piece; whether that was all of it for now."""
    if account is None:
        # The workspace was erased meanwhile, and the account with it.
        _finish(erasure, now)
        return True
    if account.state in CONNECTED and erasure.request.kind in GRACE_KINDS:
        _call_off(erasure)
        return True
    if Hold.objects.filter(account=account).exists():
        erasure.state, erasure.next_at = State.HELD, None
        forget_tokens(ConnectedAccount.objects.filter(pk=account.pk))
        return True
    erasure.started_at, erasure.state, erasure.stage = now, State.RUNNING, _NAMES[0]
    if account.erased_at is None:
        erasure.sought = {"words": words_of(account)}
        erasure.counts[_ACCOUNTS] = 1
        entomb(account)
        # Nobody can come back to it any more, so what else was asked for it need not wait.
        Erasure.objects.filter(account=account, state=State.RECEIVED).exclude(pk=erasure.pk).update(
            next_at=now
        )
        pk = account.pk
        transaction.on_commit(lambda: announce(pk))
    return True


def _finish(erasure: Erasure, now: datetime) -> None:
    erasure.state, erasure.next_at, erasure.finished_at = State.DONE, None, now
    erasure.sought, erasure.error, erasure.stage, erasure.mark = {}, "", "", 0
    tell_deed(
        "account.erased", workspace=erasure.workspace_id, subject=erasure.account,
        platform=erasure.platform, kind=erasure.request.kind, rows=sum(erasure.counts.values()),
    )  # fmt: skip


def _call_off(erasure: Erasure) -> None:
    erasure.state, erasure.next_at, erasure.finished_at = State.CALLED_OFF, None, timezone.now()
    tell_deed(
        "erasing.called_off", workspace=erasure.workspace_id, subject=erasure.account,
        platform=erasure.platform, kind=erasure.request.kind,
    )  # fmt: skip


def _note_failure(pk: int, problem: BaseException) -> None:
    with transaction.atomic():
        erasure = Erasure.objects.select_for_update().get(pk=pk)
        wait = _BACKOFF[min(erasure.attempts, len(_BACKOFF) - 1)]
        erasure.attempts += 1
        erasure.state, erasure.next_at = State.FAILED, timezone.now() + wait
        erasure.error = f"{type(problem).__name__} at “{erasure.stage or _ACCOUNTS}”. It is tried again."
        erasure.save(update_fields=["attempts", "state", "next_at", "error"])
        settle(erasure.request_id)


def _due() -> QuerySet[Erasure]:
    return Erasure.objects.filter(next_at__lte=timezone.now()).order_by("next_at")


def _waiting(account: ConnectedAccount) -> QuerySet[Erasure]:
    return Erasure.objects.filter(account=account, next_at__isnull=False)
