"""Jobs that django-q2 runs: fetch and call. Every one may run twice or not at all without harm."""

from __future__ import annotations

from analytics import reporting


def send_reports() -> None:
    """Every ten minutes: send the reports that are due."""
    reporting.send_due()
