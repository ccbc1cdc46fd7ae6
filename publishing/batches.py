"""Acts on many deliveries at once: what an outage left behind, or what one cause kept from going out.

A batch is worked in chunks: by the page that shows its progress, and by a job where the page was closed. A chunk
and how far it came are one transaction, so that nothing is done twice and nothing is left out.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import transaction
from django.db.models import Count, Max, Min, Q, QuerySet

from accounts.clock import database_now
from accounts.models import ConnectedAccount, User, Workspace
from accounts.signals import acting
from publishing import scheduling
from publishing.models import Batch, Delivery
from publishing.scheduling import Blocked, NotAllowed
from publishing.states import State

APART = timedelta(seconds=5)
"""How far apart the posts of one account go out, so that neither its readers nor the platform are flooded."""
CHUNK = 20
LEFT_ALONE = timedelta(minutes=1)
"""After so long without anybody working on it a batch is the job's."""
REFUSALS_KEPT = 50
GROUPS = 50
RETRIED = frozenset({State.FAILED, State.HELD, State.MISSED})
Act = Batch.Act


class Amount(NamedTuple):
    """How many deliveries of one state there are, of how many posts, and when the first and last were due."""

    rows: int
    posts: int
    first: datetime | None
    last: datetime | None


@dataclass(frozen=True)
class Cause:
    """Deliveries that wait for a person for the same reason."""

    state: str
    error_kind: str
    account: ConnectedAccount
    count: int
    message: str
    is_alike: bool
    """Whether the message is that of all of them."""


def amounts(workspace: Workspace, states: Iterable[str]) -> dict[str, Amount]:
    """How much there is of each of the states. One query."""
    rows = Delivery.objects.filter(workspace=workspace, state__in=list(states)).values("state")
    counted = rows.annotate(
        Count("pk"), Count("post", distinct=True), Min("due_at"), Max("due_at")
    ).order_by()
    names = ("state", "pk__count", "post__count", "due_at__min", "due_at__max")
    return {state: Amount(*counts) for state, *counts in counted.values_list(*names)}


def causes(workspace: Workspace, accounts: Mapping[int, ConnectedAccount]) -> list[Cause]:
    """What waits for a person on these accounts, by cause, the most first. One query however many rows there are."""
    waiting = [*RETRIED, State.UNCONFIRMED]
    rows = Delivery.objects.filter(workspace=workspace, state__in=waiting, account__in=list(accounts))
    grouped = rows.values("state", "error_kind", "account").annotate(
        count=Count("pk"), message=Max("error_message"), least=Min("error_message")
    )
    found = list(grouped.order_by("-count", "state", "error_kind", "account")[:GROUPS])
    return [
        Cause(
            row["state"],
            row["error_kind"],
            accounts[row["account"]],
            row["count"],
            row["message"],
            row["message"] == row["least"],
        )
        for row in found
    ]


def spread(count: int) -> timedelta:
    """From the first to the last of so many posts of one account that go out at once."""
    return APART * max(count - 1, 0)


def fullest(workspace: Workspace, state: str) -> int:
    """The most that wait in that state on one account: it is what a batch takes longest for."""
    rows = Delivery.objects.filter(workspace=workspace, state=state).order_by().values("account")
    return max(rows.annotate(count=Count("pk")).values_list("count", flat=True), default=0)


def last_leaves(batch: Batch) -> datetime:
    """When the last of those leaves that a batch has given a time until now."""
    return batch.start_at + spread(max(batch.per_account.values(), default=0))


def seconds_left(batch: Batch) -> float | None:
    """How long giving the others a time will take, at the pace so far; ``None`` before there is one."""
    taken = batch.done + batch.refused
    spent = (batch.worked_at - batch.created_at).total_seconds()
    return (batch.total - taken) * spent / taken if taken and spent > 0 and not batch.finished_at else None


def open_batches(workspace: Workspace) -> list[Batch]:
    """What is being worked on."""
    return list(workspace.batches.filter(finished_at=None)[:5])


def begin(
    *,
    workspace: Workspace,
    by: User | None,
    act: Batch.Act,
    state: State,
    account: ConnectedAccount | None = None,
    error_kind: str = "",
    start_at: datetime | None = None,
) -> Batch:
    """Open a batch; nothing is done yet. ``start_at`` is when the first of a rescheduled batch goes out.

    Raises :class:`NotAllowed` where nothing waits any more, for a time that has passed, and while the same is
    being done already.
    """
    now = scheduling.check_time(start_at) if start_at else database_now()
    if act in {Act.PUBLISH, Act.RESCHEDULE, Act.DISCARD} and state not in RETRIED:
        raise NotAllowed("What may be live already is never sent again in one go.")
    rows = _waiting(workspace, state, account, error_kind)
    found = rows.filter(due_at__lte=now).aggregate(total=Count("pk"), first=Min("due_at"))
    if not found["total"]:
        raise NotAllowed("Nothing of this waits any more.")
    same = Batch.objects.filter(
        workspace=workspace, state=state, account=account, error_kind=error_kind, finished_at=None
    )
    with transaction.atomic():
        Workspace.objects.select_for_update(no_key=True).get(pk=workspace.pk)
        if same.exists():
            raise NotAllowed("This is being done already.")
        return Batch.objects.create(
            workspace=workspace, by=by, act=act, state=state, account=account, error_kind=error_kind,
            until=now, start_at=max(start_at or now, now), first_due=found["first"], total=found["total"],
            worked_at=now,
        )  # fmt: skip


def _waiting(
    workspace: Workspace, state: str, account: ConnectedAccount | None = None, error_kind: str = ""
) -> QuerySet[Delivery]:
    rows = Delivery.objects.filter(workspace=workspace, state=state)
    return rows if account is None else rows.filter(account=account, error_kind=error_kind)


def work(batch: Batch, *, seconds: float) -> Batch:
    """Go on for about that long; gives the batch as it is then."""
    end = time.monotonic() + seconds
    while True:
        # Whoever decided did it, also where a job goes on with it.
        with acting(batch.by) if batch.by else nullcontext():
            batch = _chunk(batch.pk)
        if batch.finished_at is not None or time.monotonic() >= end:
            return batch


def work_on_abandoned(*, seconds: float) -> int:
    """Go on with what nobody is watching; gives how many batches were finished."""
    end = time.monotonic() + seconds
    left = Batch.objects.filter(finished_at=None, worked_at__lte=database_now() - LEFT_ALONE).order_by("pk")
    finished = 0
    for batch in left:
        rest = end - time.monotonic()
        if rest <= 0:
            break
        finished += work(batch, seconds=rest).finished_at is not None
    return finished


@transaction.atomic
def _chunk(pk: int) -> Batch:
    batch = Batch.objects.select_for_update(of=("self",)).select_related("workspace", "account").get(pk=pk)
    if batch.finished_at is not None:
        return batch
    rows = list(_next(batch))
    for row in rows:
        try:
            with transaction.atomic():
                _act(batch, row)
        except (NotAllowed, Blocked) as refusal:
            batch.refused += 1
            if len(batch.refusals) < REFUSALS_KEPT:
                batch.refusals[str(row.post_id)] = reason(refusal)
        else:
            batch.done += 1
        batch.after_due, batch.after_id = row.due_at, row.pk
    batch.worked_at = database_now()
    if len(rows) < CHUNK:
        batch.finished_at = batch.worked_at
    batch.save()
    return batch


def _next(batch: Batch) -> Iterator[Delivery]:
    rows = _waiting(batch.workspace, batch.state, batch.account, batch.error_kind)
    rows = rows.filter(due_at__lte=batch.until)
    if batch.after_due is not None:
        later = Q(due_at__gt=batch.after_due) | Q(due_at=batch.after_due, pk__gt=batch.after_id)
        rows = rows.filter(later)
    yield from rows.only("pk", "post_id", "account_id", "due_at", "state").order_by("due_at", "pk")[:CHUNK]


def _act(batch: Batch, row: Delivery) -> None:
    if batch.act == Act.DISCARD:
        scheduling.discard(row)
    elif batch.act == Act.CHECK:
        scheduling.check_now(row)
    elif batch.act == Act.RESCHEDULE:
        assert row.due_at is not None  # only what was due is taken
        # As far apart as they were planned.
        scheduling.retry(row, due_at=_from_now_on(batch, batch.start_at + (row.due_at - batch.first_due)))
    else:
        given = batch.per_account.get(str(row.account_id), 0)
        scheduling.retry(row, due_at=_from_now_on(batch, batch.start_at + APART * given))
        batch.per_account[str(row.account_id)] = given + 1


def _from_now_on(batch: Batch, at: datetime) -> datetime:
    """``at``, or now where that has passed while nobody worked on the batch: then all that follow move with it, and
    stay as far apart.
    """
    late = max(database_now() - at, timedelta(0))
    batch.start_at += late
    return at + late


def reason(refusal: NotAllowed | Blocked) -> str:
    """Why something was not done, in a sentence or more."""
    if isinstance(refusal, Blocked):
        words = dict.fromkeys(each.message for found in refusal.violations.values() for each in found)
        return "The platform's rules forbid this. " + " ".join(words)
    return str(refusal)
