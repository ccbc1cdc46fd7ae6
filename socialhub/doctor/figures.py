"""Whether the figures of accounts and posts are read. Posts go out without; what is not read in time is lost."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from accounts.heartbeats import COLLECTOR
from analytics import pace
from socialhub import vitals
from socialhub.doctor.findings import Finding, bad, good, warn

PATIENCE = timedelta(hours=2)
"""Longer waits than a limit or an account's own posts explain."""


def reading() -> Iterator[Finding]:
    """Whether a collector beats, and how long accounts have waited for one."""
    seen = vitals.read()
    found = pace.read(seen.now)
    if not found.all:
        yield good("Figures", "No account to read")
        return
    share = f"{found.finished} of {found.all} accounts have had their night"
    hours = found.overdue.total_seconds() / 3600
    failing = ", ".join(f"{name} {count}" for name, count in sorted(found.failing.items()) if count)
    if seen.is_silent(COLLECTOR):
        advice = "Start it: manage.py worker runs one. Posts go out, but what is not read in time is lost."
        yield bad("Figures", "No collector has been seen for a minute", advice, detail=share)
    elif found.overdue > PATIENCE:
        advice = (
            "Raise COLLECTOR_THREADS or start another manage.py collector; look at the log for what fails."
        )
        yield warn(
            "Figures", f"The oldest account has waited {hours:.0f} h to be read", advice, detail=failing
        )
    else:
        yield good("Figures", share, detail=f"failing: {failing}" if failing else "")
