"""Figures as people read them, in the active locale."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache, lru_cache

from django.utils.dateformat import format as format_date
from django.utils.formats import get_format, number_format
from django.utils.translation import get_language

_STEPS = ((1_000_000_000, "bn"), (1_000_000, "m"), (1_000, "k"))


def written(value: float | None, *, is_share: bool = False, is_time: bool = False) -> str:
    """A figure in full: 184,320 · 5.3 % · 12 min 40 s. An absent one is a dash."""
    if value is None:
        return "—"
    if is_share:
        return f"{_number(100 * value, 1)} %"
    if is_time:
        return _time(value)
    return _number(value, 0 if float(value).is_integer() or abs(value) >= 1000 else 1)


def short(value: float, *, is_share: bool = False) -> str:
    """A figure for the edge of a chart: 7.5 k."""
    if is_share:
        return f"{_plain(100 * value)} %"
    for size, unit in _STEPS:
        if abs(value) >= size:
            return f"{_plain(value / size)} {unit}"
    return _plain(value)


def changed(change: float, *, is_share: bool = False) -> str:
    """How much it moved, without its sign: 12.4 %, for shares 0.2 pt."""
    moved = abs(100 * change)
    return f"{_number(moved, 1 if is_share or moved < 100 else 0)} {'pt' if is_share else '%'}"


def day_words(day: date) -> str:
    """Sat 28 Nov 2026. Tables of days say the same ones again and again."""
    return _day_words(day, get_language())


@lru_cache(maxsize=4096)
def _day_words(day: date, language: str | None) -> str:
    return format_date(day, "D j M Y")


def lag_words(lag: timedelta) -> str:
    """How late: 6 hours, 2 days; empty for at once."""
    hours = round(lag.total_seconds() / 3600)
    if hours == 0:
        return ""
    amount, unit = (hours, "hour") if hours < 48 else (round(hours / 24), "day")
    return f"{amount} {unit}{'' if amount == 1 else 's'}"


def _number(value: float, places: int) -> str:
    marks = _marks(get_language() or "")
    if marks is None:
        return number_format(round(value, places), places, use_l10n=True, force_grouping=True)
    return f"{value:,.{places}f}".translate(marks)


@cache
def _marks(language: str) -> dict[int, str] | None:
    """What stands for comma and point in a locale; ``None`` where figures are not grouped by three.

    A page has hundreds of figures, and Django looks up the locale's formats for each of them.
    """
    grouping, thousands, point = (
        get_format(name, language or None)
        for name in ("NUMBER_GROUPING", "THOUSAND_SEPARATOR", "DECIMAL_SEPARATOR")
    )
    return {ord(","): str(thousands), ord("."): str(point)} if grouping == 3 else None


def _plain(value: float) -> str:
    return _number(
        value, 0 if round(value, 2) == int(value) else 1 if round(value, 1) == round(value, 2) else 2
    )


def _time(seconds: float) -> str:
    if seconds < 60:
        return f"{_number(seconds, 0 if float(seconds).is_integer() else 1)} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{_number(hours, 0)} h {minutes} min" if minutes else f"{_number(hours, 0)} h"
