"""The calendar's arithmetic: which days a view shows and which instants they begin and end at.

A day is a local day of the workspace's zone. It has 24 hours except where the clocks change; its bounds are
midnights, so a post at 00:30 belongs to the day that people there call it.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Span:
    """Whole local days, `first` to `last`, and the instants between which they lie."""

    first: date
    last: date
    zone: ZoneInfo

    @property
    def starts_at(self) -> datetime:
        """The instant of the first midnight, in UTC."""
        return midnight(self.first, self.zone)

    @property
    def ends_at(self) -> datetime:
        """The instant of the midnight after the last day, in UTC."""
        return midnight(self.last + timedelta(days=1), self.zone)

    @property
    def days(self) -> list[date]:
        """Every day of the span, in order."""
        return [self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1)]


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The instant at which a local day begins, in UTC, also where the clocks jump over midnight."""
    return datetime.combine(day, time.min, zone).astimezone(UTC)


def month_weeks(day: date) -> list[list[date]]:
    """The weeks, Monday first, that a page for the month of `day` shows, with days of its neighbours."""
    return calendar.Calendar(firstweekday=0).monthdatescalendar(day.year, day.month)


def month_span(day: date, zone: ZoneInfo) -> Span:
    """All the days that the page for the month of `day` shows."""
    weeks = month_weeks(day)
    return Span(weeks[0][0], weeks[-1][-1], zone)


def week_span(day: date, zone: ZoneInfo) -> Span:
    """Monday to Sunday around `day`."""
    monday = day - timedelta(days=day.weekday())
    return Span(monday, monday + timedelta(days=6), zone)


def shift_month(day: date, months: int) -> date:
    """The first day of the month that lies `months` away."""
    index = day.year * 12 + day.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


def clock_change(day: date, zone: ZoneInfo) -> str:
    """A word for the day on which the clocks change, or nothing."""
    before = datetime.combine(day, time.min, zone).utcoffset()
    after = datetime.combine(day + timedelta(days=1), time.min, zone).utcoffset()
    if before is None or after is None or before == after:
        return ""
    return "Clocks go forward" if after > before else "Clocks go back"


def hours_of(day: date, zone: ZoneInfo) -> list[int]:
    """The wall-clock hours that exist on `day`; the hour that the clocks jump over is absent."""
    found = []
    for hour in range(24):
        wall = datetime.combine(day, time(hour), zone)
        if wall.astimezone(UTC).astimezone(zone).hour == hour:
            found.append(hour)
    return found
