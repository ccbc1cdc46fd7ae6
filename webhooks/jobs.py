"""Jobs that django-q2 runs. Every one may run twice or not at all without harm."""

from __future__ import annotations

from webhooks import processing, subscribing, watching


def process_waiting() -> None:
    """Every minute: read what the reader of the worker has left, should it not run."""
    processing.process_all()


def sweep_calls() -> None:
    """Every hour: forget old calls."""
    processing.sweep()


def watch_accounts() -> None:
    """Every minute: every account that can be asked or subscribed has a row with a time."""
    watching.ensure()
    subscribing.ensure()
