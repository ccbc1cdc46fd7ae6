"""The flight recorder: every turn leaves lines that tell what happened, with redacted bodies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from publishing.models import StepLog
from socialhub.platforms.errors import PlatformError
from socialhub.platforms.redaction import redact
from socialhub.platforms.transport import Exchange

MAX_EXCHANGES = 20


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
    return asdict(exchange) | {"headers": dict(exchange.headers)}
