"""Lengths of time in words."""

from __future__ import annotations

from datetime import timedelta


def in_words(length: timedelta) -> str:
    """Days where there are whole ones and more than two, else hours."""
    hours = round(length.total_seconds() / 3600)
    return f"{hours // 24} days" if hours > 48 and hours % 24 == 0 else f"{hours} hours"
