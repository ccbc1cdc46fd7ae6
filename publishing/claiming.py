"""Claims: taking due deliveries, keeping them while a turn runs, and saving only while they are ours.

A claim moves ``next_at`` past the end of the lease and raises ``lease_token``. Whoever comes later holds a
higher token, and a save names the token it was claimed with, so it changes nothing once the row is another's.
No token stops a request that a suspended process sends on waking: :meth:`Claim.check_wire` is asked at the
last moment before the bytes leave, by the monotonic clock and by the wall clock.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from accounts.clock import database_now, in_line, in_sql, this_moment
from publishing.models import Delivery, StepLog
from publishing.shares import NOBODY, Crowded, Party
from publishing.statements import update_and_insert, update_where
from publishing.states import State
from socialhub.platforms.transport import TooLate


class LostClaim(Exception):
    """The delivery was taken by another or changed by a person while we held it."""


@dataclass
class Claim:
    """A delivery that is ours until ``until`` (database time)."""

    id: int
    token: int
    until: datetime
    monotonic_end: float
    wall_end: float
    party: Party
    taken_at: datetime
    taken_monotonic: float

    def now(self) -> datetime:
        """The database's time, from what it was at the claim and the time that has passed here since."""
        return self.taken_at + timedelta(seconds=time.monotonic() - self.taken_monotonic)

    @property
    def is_aging(self) -> bool:
        """Whether a sixth of the lease is over: most turns end sooner, and need no renewal."""
        return time.monotonic() > self.monotonic_end - lease_length().total_seconds() * 5 / 6

    def check_wire(self) -> None:
        """Raise :class:`TooLate` when the lease may have ended by either clock of this host."""
        if time.monotonic() >= self.monotonic_end or time.time() >= self.wall_end:
            raise TooLate("the lease ended before the request left")


def lease_length() -> timedelta:
    """How long a claim lasts unless it is renewed."""
    return timedelta(seconds=settings.PUBLISHER_LEASE)


def doubt_margin() -> timedelta:
    """How much longer a delivery in doubt is left alone after its lease, so that a late request has landed."""
    return timedelta(seconds=settings.PUBLISHER_DOUBT_MARGIN)


def claim(limit: int, *, crowded: Crowded = NOBODY) -> list[Claim]:
    """Take up to ``limit`` due deliveries in one statement, the most overdue first.

    Left for later are those of ``crowded`` parties and those whose lane is in use.
    """
    started, wall = time.monotonic(), time.time()
    lease = lease_length()
    with in_line():
        now = this_moment()
        rows = _take(limit, now, lease, crowded)
        if not rows:
            return []
        until = rows[0][1] if now is None else now + lease
        rows = _one_a_lane(rows, until - lease)
    seconds = lease.total_seconds()
    return [
        Claim(
            row[0],
            row[2],
            until,
            started + seconds,
            wall + seconds,
            Party(row[3], row[4]),
            until - lease,
            started,
        )
        for row in rows
    ]


def _take(limit: int, now: datetime | None, lease: timedelta, crowded: Crowded) -> list[Any]:
    """The statement, a transaction of its own; gives ``(id, lease_until, lease_token, workspace, server, lane)``.

    Without ``now`` it is the database's time when the statement begins, which costs no further way to it and back.
    """
    table = connection.ops.quote_name(Delivery._meta.db_table)
    lock = "FOR UPDATE SKIP LOCKED" if connection.features.has_select_for_update_skip_locked else ""
    marks, left_out = _left_out(crowded)
    moment, at = ("%s", [in_sql(now)]) if now else ("statement_timestamp()", [])
    end, until = ("%s", [in_sql(now + lease)]) if now else ("statement_timestamp() + %s", [lease])
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH due AS MATERIALIZED (
              SELECT id FROM {table}
               WHERE next_at <= {moment} {marks}
                 AND (lane = '' OR lane NOT IN (
                       SELECT lane FROM {table} WHERE lane <> '' AND lease_until > {moment}))
               ORDER BY next_at LIMIT %s {lock})
            UPDATE {table} SET lease_token = lease_token + 1, lease_until = {end}, next_at = {end},
                   state = CASE WHEN state = %s THEN %s ELSE state END
             WHERE id IN (SELECT id FROM due)
            RETURNING id, lease_until, lease_token, workspace_id, server, lane
            """,  # noqa: S608 (the table's own name, constants, and as many marks as there are values)
            [*at, *left_out, *at, limit, *until, *until, State.SCHEDULED.value, State.PUBLISHING.value],
        )
        return sorted(cursor.fetchall())


def _left_out(crowded: Crowded) -> tuple[str, list[Any]]:
    """The conditions, with their values, that leave crowded parties out."""
    conditions, values = "", []
    for column, found in (("workspace_id", crowded.workspaces), ("server", crowded.servers)):
        if found:
            conditions += f" AND {column} NOT IN ({', '.join(['%s'] * len(found))})"
            values += sorted(found, key=str)
    return conditions, values


def _one_a_lane(rows: list[Any], now: datetime) -> list[Any]:
    """Give back all but the first of each lane: they come again when it is free.

    Two publishers may have claimed at the same moment, when neither statement saw the other. The one that commits
    last sees it here and steps back; where each sees the other, both do, and whoever comes first takes it anew.
    """
    kept: list[Any] = []
    taken = {row[5] for row in rows} - {""}
    leased = Delivery.objects.filter(lane__in=taken, lease_until__gt=now)
    others = leased.exclude(pk__in=[row[0] for row in rows])
    lanes = set(others.values_list("lane", flat=True)) if taken else set()
    for row in rows:
        if row[5] and row[5] in lanes:
            update_where(Delivery, {"lease_until": None, "next_at": now}, id=row[0], lease_token=row[2])
        else:
            lanes.add(row[5])
            kept.append(row)
    return kept


def next_due() -> datetime | None:
    """When the next delivery may be taken, or ``None`` when nothing waits."""
    rows = Delivery.objects.filter(next_at__isnull=False).order_by("next_at")
    moment: datetime | None = rows.values_list("next_at", flat=True).first()
    return moment.astimezone(UTC) if moment else None


def seconds_to_next() -> float | None:
    """How long until the next delivery may be taken, below zero where one may be; ``None`` when nothing waits.

    Asked after every round that found nothing, so on PostgreSQL it is one statement by the database's own clock.
    """
    if connection.vendor != "postgresql":
        due = next_due()
        return (due - database_now()).total_seconds() if due else None
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT EXTRACT(EPOCH FROM next_at - statement_timestamp()) FROM {Delivery._meta.db_table}"  # noqa: S608 (a name)
            " WHERE next_at IS NOT NULL ORDER BY next_at LIMIT 1"
        )
        row = cursor.fetchone()
    return float(row[0]) if row else None


def unclaimed() -> QuerySet[Delivery, datetime | None]:
    """When those came due that wait for a claim, the most overdue first; by the database's time.

    One whose lane is in use does not wait for a publisher but for its turn there.
    """
    busy = Delivery.objects.filter(lane=OuterRef("lane"), lease_until__gt=Now()).exclude(lane="")
    rows = Delivery.objects.filter(~Exists(busy) | Q(lane=""), next_at__lte=Now())
    return rows.order_by("next_at").values_list("next_at", flat=True)


def renew(claims: Iterable[Claim]) -> None:
    """Lengthen the leases of running turns; a claim that was lost meanwhile stays lost."""
    lease = lease_length()
    for held in claims:
        started, wall = time.monotonic(), time.time()
        margin = doubt_margin()
        with in_line():
            updated = _renewed(held, lease, margin)
        if updated:
            held.monotonic_end = started + lease.total_seconds()
            held.wall_end = wall + lease.total_seconds()


def _renewed(held: Claim, lease: timedelta, margin: timedelta) -> int:
    until = database_now() + lease
    held.until = (
        until  # before the row: a turn that enters doubt in between then counts from the longer lease
    )
    # A turn that was saved meanwhile has given its claim back, with the same token.
    running = _ours(held).filter(lease_until__isnull=False)
    updated = running.filter(in_doubt=False).update(lease_until=until, next_at=until)
    return updated or running.filter(in_doubt=True).update(lease_until=until, next_at=until + margin)


def enter_doubt(held: Claim, now: datetime, step: str, unsaved: Mapping[str, Any]) -> None:
    """Commit that the public step begins, with what is ``unsaved`` of the steps before it.

    Raises :class:`LostClaim` when the row is no longer ours.
    """
    values = {
        **unsaved,
        "in_doubt": True,
        "sent_at": now,
        "step": step,
        "next_at": held.until + doubt_margin(),
    }
    with in_line():
        updated = update_where(Delivery, values, id=held.id, lease_token=held.token)
    if not updated:
        raise LostClaim(f"delivery {held.id}")


def save(held: Claim, *, keep: bool = False, lines: Sequence[StepLog] = (), **values: Any) -> None:
    """Write the outcome of a step with its ``lines`` for the record, and give the claim back or ``keep`` it.

    Raises :class:`LostClaim` when it is not ours; then nothing was written.
    """
    values |= {"next_at": held.until} if keep else {"lease_until": None}
    if not update_and_insert(Delivery, values, lines, id=held.id, lease_token=held.token):
        raise LostClaim(f"delivery {held.id}")


def lift_leases(deliveries: QuerySet[Delivery]) -> int:
    """Take the claims of these deliveries from whoever holds them: their saves will change nothing."""
    return deliveries.update(lease_token=F("lease_token") + 1, lease_until=None)


def _ours(held: Claim) -> QuerySet[Delivery]:
    return Delivery.objects.filter(pk=held.id, lease_token=held.token)
