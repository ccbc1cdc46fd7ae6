"""The calendar's arithmetic at year ends and where clocks change."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from publishing.views import grid

LONDON = ZoneInfo("Europe/London")
NEW_YORK = ZoneInfo("America/New_York")
CAIRO = ZoneInfo("Africa/Cairo")


def test_december_shows_the_first_days_of_january() -> None:
    weeks = grid.month_weeks(date(2026, 12, 5))
    assert (weeks[0][0], weeks[-1][-1]) == (date(2026, 11, 30), date(2027, 1, 3))


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 12, 31), 1, date(2027, 1, 1)),
        (date(2026, 1, 31), -1, date(2025, 12, 1)),
        (date(2026, 1, 31), 1, date(2026, 2, 1)),
    ],
)
def test_months_turn_over_at_the_year_end(day: date, months: int, expected: date) -> None:
    assert grid.shift_month(day, months) == expected


def test_the_week_of_new_year_has_days_of_both_years() -> None:
    span = grid.week_span(date(2027, 1, 1), LONDON)
    assert (span.first, span.last, len(span.days)) == (date(2026, 12, 28), date(2027, 1, 3), 7)


def test_a_day_lasts_23_hours_in_spring_and_25_in_autumn() -> None:
    def length(day: date) -> timedelta:
        span = grid.Span(day, day, NEW_YORK)
        return span.ends_at - span.starts_at

    assert length(date(2026, 3, 8)) == timedelta(hours=23)
    assert length(date(2026, 11, 1)) == timedelta(hours=25)
    assert length(date(2026, 11, 2)) == timedelta(hours=24)


def test_a_post_at_half_past_midnight_belongs_to_the_local_day() -> None:
    span = grid.Span(date(2026, 7, 1), date(2026, 7, 1), LONDON)
    half_past_midnight = datetime(2026, 6, 30, 23, 30, tzinfo=UTC)
    assert span.starts_at <= half_past_midnight < span.ends_at


def test_a_day_whose_midnight_does_not_exist_begins_when_the_clocks_jump() -> None:
    assert grid.midnight(date(2026, 4, 24), CAIRO) == datetime(2026, 4, 23, 22, tzinfo=UTC)


def test_the_hour_that_the_clocks_jump_over_is_not_offered() -> None:
    assert 1 not in grid.hours_of(date(2026, 3, 29), LONDON)
    assert len(grid.hours_of(date(2026, 3, 29), LONDON)) == 23
    assert len(grid.hours_of(date(2026, 10, 25), LONDON)) == 24


def test_days_on_which_the_clocks_change_say_so() -> None:
    assert grid.clock_change(date(2026, 3, 29), LONDON) == "Clocks go forward"
    assert grid.clock_change(date(2026, 10, 25), LONDON) == "Clocks go back"
    assert grid.clock_change(date(2026, 10, 26), LONDON) == ""
