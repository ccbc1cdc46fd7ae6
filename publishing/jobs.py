"""Jobs that django-q2 runs: fetch and call. Every one may run twice or not at all without harm."""

from __future__ import annotations

from accounts.jobs import canary
from publishing import recording
from publishing.batches import work_on_abandoned
from publishing.forecasting import forecast
from publishing.warning import warn


def look_ahead() -> None:
    """Every ten minutes: find what would not go out, and say so once."""
    forecast(sign_of_life=canary)
    warn()


def go_on() -> None:
    """Every minute: finish what was begun for many posts on a page that was closed."""
    work_on_abandoned(seconds=40)


def forget() -> None:
    """Every hour: delete old lines of the flight recorder."""
    recording.forget(seconds=200)
