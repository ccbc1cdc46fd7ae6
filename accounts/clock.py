"""The database's time, which all hosts share, and its one writer where it has but one."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from django.db import connection


def database_now() -> datetime:
    """Aware UTC now, by the database's clock (on SQLite that is this host's)."""
    if connection.vendor == "sqlite":
        return datetime.now(UTC)
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        row = cursor.fetchone()
    now: datetime = row[0]
    return now.astimezone(UTC)


def this_moment() -> datetime | None:
    """Now where the database has no clock that all hosts share; ``None`` where a statement asks it for itself."""
    return datetime.now(UTC) if connection.vendor == "sqlite" else None


def in_sql(moment: datetime) -> Any:
    """``moment`` as raw SQL of the present database takes it."""
    return connection.ops.adapt_datetimefield_value(moment)


_line = threading.RLock()


@contextmanager
def in_line() -> Iterator[None]:
    """Write one thread after the other on SQLite.

    Left to itself SQLite lets waiting threads sleep for longer and longer and wakes whoever asks at the right
    moment, so that under load some wait for seconds. PostgreSQL needs none of this.
    """
    if connection.vendor != "sqlite":
        yield
        return
    with _line:
        yield
