"""The early life of a post: read at these ages, so that posts are compared at the same age."""

from __future__ import annotations

from datetime import datetime, timedelta

MARKS: dict[str, timedelta] = {
    "1h": timedelta(hours=1),
    "6h": timedelta(hours=6),
    "24h": timedelta(hours=24),
    "3d": timedelta(days=3),
    "7d": timedelta(days=7),
    "28d": timedelta(days=28),
}
TOLERANCE = 1.5
"""A reading stands for a mark up to this many times its age; after that the mark is missed."""


def due_mark(age: timedelta) -> str | None:
    """The mark that a reading at this age may stand for: the last one that was passed, and not by much."""
    passed = [name for name, length in MARKS.items() if length <= age <= length * TOLERANCE]
    return passed[-1] if passed else None


def next_mark_at(published_at: datetime, now: datetime) -> datetime | None:
    """When the next mark after ``now`` is due, ``None`` after the last."""
    return next((published_at + length for length in MARKS.values() if published_at + length > now), None)
