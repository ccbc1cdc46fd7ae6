"""Figures as people read them, in the active locale."""

from __future__ import annotations

from datetime import timedelta

from django.utils.formats import number_format

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


def lag_words(lag: timedelta) -> str:
    """How late: 6 hours, 2 days; empty for at once."""
    hours = round(lag.total_seconds() / 3600)
    if hours == 0:
        return ""
    amount, unit = (hours, "hour") if hours < 48 else (round(hours / 24), "day")
    return f"{amount} {unit}{'' if amount == 1 else 's'}"


def _number(value: float, places: int) -> str:
    return number_format(round(value, places), places, use_l10n=True, force_grouping=True)


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
