"""Jobs that django-q2 runs: fetch and call. Every one may run twice or not at all without harm."""

from __future__ import annotations

from accounts.clock import database_now
from analytics import reporting, tracking


def ensure_collections() -> None:
    """Every minute: every account whose figures can be read has a row with a time."""
    tracking.ensure(database_now())


def send_reports() -> None:
    """Every ten minutes: send the reports that are due."""
    reporting.send_due()
