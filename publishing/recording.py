"""The flight recorder: every turn leaves lines that tell what happened, with redacted bodies. Old ones go."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Any

from django.conf import settings
from django.db import transaction

from accounts.clock import database_now, in_line
from publishing.models import StepLog, TallyMark
from publishing.states import AT_REST
from socialhub.platforms.errors import PlatformError
from socialhub.platforms.redaction import redact
from socialhub.platforms.transport import Exchange

MAX_EXCHANGES = 20
CHUNK = 2000
FORGOTTEN = "forgotten"


def line(
    delivery_id: int,
    event: str,
    *,
    at: datetime,
    step: str = "",
    note: str = "",
    seconds: float = 0.0,
    exchanges: Sequence[Exchange] = (),
    error: PlatformError | None = None,
) -> StepLog:
    """A line that is not written yet. Events: queued, ran, polled, found, looked, live, failed, retry, held …"""
    status = exchanges[-1].status if exchanges else 0
    return StepLog(
        delivery_id=delivery_id,
        at=at,
        step=step,
        event=event,
        note=redact(note)[:500],
        seconds=round(seconds, 3),
        status=(error.http_status if error else status) or None,
        code=error.code[:80] if error else "",
        trace_id=error.trace_id[:120] if error else "",
        exchanges=[as_json(exchange) for exchange in exchanges[-MAX_EXCHANGES:]],
    )


def write(delivery_id: int, event: str, *, at: datetime, **facts: Any) -> None:
    """Add one line; see :func:`line`."""
    line(delivery_id, event, at=at, **facts).save(force_insert=True)


def as_json(exchange: Exchange) -> dict[str, Any]:
    """An exchange as it is stored: already redacted by whoever knew its secrets."""
    return vars(exchange) | {"headers": dict(exchange.headers)}


def forget(*, seconds: float) -> int:
    """Delete the lines of posts that are done which are older than ``RECORD_KEEP_DAYS``; how many.

    Goes on where it stopped the last time, for about ``seconds``, so that it never walks what it has seen. A post
    that still waits, or for a person, when its lines come up keeps them as long as it is kept itself.
    """
    if not settings.RECORD_KEEP_DAYS:
        return 0
    before = database_now() - timedelta(days=settings.RECORD_KEEP_DAYS)
    end, gone = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        with in_line(), transaction.atomic():
            count = _forget_some(before)
        if count is None:
            break
        gone += count
    return gone


def _forget_some(before: datetime) -> int | None:
    """The next lines, as long as they are old; ``None`` when there are none."""
    fresh = {"at": before}
    mark, _ = TallyMark.objects.select_for_update().get_or_create(name=FORGOTTEN, defaults=fresh)
    ahead = StepLog.objects.filter(pk__gt=mark.counted).order_by("pk").values_list("pk", "at")[:CHUNK]
    old = [pk for pk, at in takewhile(lambda line: line[1] < before, ahead)]
    if not old:
        return None
    done = StepLog.objects.filter(pk__in=old, delivery__state__in=AT_REST, delivery__next_at=None)
    count, _ = done.delete()
    mark.counted, mark.at = old[-1], database_now()
    mark.save(update_fields=["counted", "at"])
    return count
