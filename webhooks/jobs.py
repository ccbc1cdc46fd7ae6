"""Jobs that django-q2 runs. Every one may run twice or not at all without harm."""

from __future__ import annotations

from webhooks import processing


def process_waiting() -> None:
    """Every minute: read what the reader of the worker has left, should it not run."""
    processing.process_all()


def sweep_calls() -> None:
    """Every hour: forget old calls."""
    processing.sweep()
