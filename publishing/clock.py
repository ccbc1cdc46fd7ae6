"""The database's time: the clocks of several hosts may differ, the rows have one."""

from __future__ import annotations

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


def in_sql(moment: datetime) -> Any:
    """``moment`` as raw SQL of the present database takes it."""
    return connection.ops.adapt_datetimefield_value(moment)
