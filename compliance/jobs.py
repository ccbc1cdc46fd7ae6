"""Jobs that django-q2 runs: fetch and call. Every one may run twice or not at all without harm."""

from __future__ import annotations

from accounts.jobs import canary
from compliance import erasing, exporting, leaving, news, retention


def carry_out() -> None:
    """Every minute, and at once when somebody asks: erase what is due."""
    erasing.carry_out()
    canary()


def watch() -> None:
    """Every hour: start the clock of sign-ins that were lost for good."""
    news.find_lost()


def retain() -> None:
    """Every hour: erase what was held as long as the platforms' terms allow."""
    retention.sweep()


def export() -> None:
    """Every minute, and at once when somebody asks: make what is waited for."""
    while exporting.make_next() is not None:
        canary()


def leave() -> None:
    """Every hour: erase people and workspaces whose time has come, and exports that are old."""
    exporting.expire()
    leaving.carry_out()
