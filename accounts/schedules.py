"""Recurring jobs: each app keeps its rows in django-q2's table, installed after every migration.

django-q2 looks every 30 s, so these are for housekeeping only; a post is never scheduled here.
"""

from __future__ import annotations

from django_q.models import Schedule


def every(minutes: int, func: str, *, name: str) -> None:
    """Run a function without arguments every so many minutes. `func` is its dotted path.

    The name is the identity: calling again changes the row instead of adding one.
    """
    Schedule.objects.update_or_create(
        name=name,
        defaults={"func": func, "schedule_type": Schedule.MINUTES, "minutes": minutes, "repeats": -1},
    )
