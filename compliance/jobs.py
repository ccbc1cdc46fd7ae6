"""Jobs that django-q2 runs: fetch and call. Every one may run twice or not at all without harm."""

from __future__ import annotations

from accounts.jobs import canary
from compliance import erasing, news


def carry_out() -> None:
    """Every minute, and at once when somebody asks: erase what is due."""
    erasing.carry_out()
    canary()


def watch() -> None:
    """Every hour: start the clock of sign-ins that were lost for good."""
    news.find_lost()
