"""Counting uses of quotas in rolling windows, in days of other zones, and by the platform's own word."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from accounts.tally import Tally, Told, as_stored, uses_from
from socialhub.platforms.policy import Quota

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
ROLLING = Quota("posts", 3, 24 * HOUR)
PACIFIC = Quota("uploads", 3, 24 * HOUR, resets="America/Los_Angeles")


def used(quota: Quota, *moments: datetime) -> Tally:
    tally = Tally(quota)
    for moment in moments:
        tally = tally.add(1, moment)
    return tally


def test_a_rolling_window_frees_each_use_a_window_after_it() -> None:
    tally = used(ROLLING, NOON, NOON + HOUR, NOON + 2 * HOUR)
    late = NOON + 3 * HOUR
    assert not tally.fits(1, late)
    assert tally.free_at(1, late) == NOON + 24 * HOUR
    assert tally.free_at(2, late) == NOON + 25 * HOUR
    assert tally.fits(1, NOON + 24 * HOUR)
    assert not tally.fits(1, NOON + 24 * HOUR - timedelta(seconds=1))


def test_uses_close_to_each_other_are_one_line_that_never_frees_too_early() -> None:
    tally = used(ROLLING, NOON, NOON + timedelta(minutes=5), NOON + timedelta(minutes=9))
    assert len(tally.uses) == 1
    assert tally.free_at(1, NOON + HOUR) == NOON + timedelta(hours=24, minutes=9)


def test_many_uses_do_not_make_a_long_row() -> None:
    tally = Tally(Quota("posts", 100_000, 24 * HOUR))
    for minute in range(3 * 24 * 60):
        tally = tally.add(1, NOON + timedelta(minutes=minute))
    assert len(tally.uses) <= 98
    assert 24 * 60 <= tally.used(NOON + timedelta(days=3)) <= 24 * 60 + 16


@pytest.mark.parametrize(
    ("used_at", "free"),
    [
        ("2026-07-01T06:59:00+00:00", "2026-07-01T07:00:00+00:00"),  # summer: midnight is 07:00 UTC
        ("2026-07-01T07:00:00+00:00", "2026-07-02T07:00:00+00:00"),
        ("2026-11-01T06:59:00+00:00", "2026-11-01T07:00:00+00:00"),
        ("2026-11-01T12:00:00+00:00", "2026-11-02T08:00:00+00:00"),  # the clocks went back: 25 hours
        ("2026-03-08T12:00:00+00:00", "2026-03-09T07:00:00+00:00"),  # the clocks went forward: 23 hours
    ],
)
def test_a_day_of_quota_ends_at_midnight_there_over_changes_of_the_clocks(used_at: str, free: str) -> None:
    moment = datetime.fromisoformat(used_at)
    tally = used(PACIFIC, moment, moment, moment)
    assert tally.free_at(1, moment) == datetime.fromisoformat(free)
    assert tally.used(datetime.fromisoformat(free)) == 0


def test_the_platforms_own_count_is_believed_as_long_as_it_is_fresh() -> None:
    tally = used(ROLLING, NOON)
    told = Told(used=2, limit=4, at=NOON + HOUR, until=NOON + 2 * HOUR)
    tally = Tally(ROLLING, tally.uses, told).add(1, NOON + HOUR + timedelta(minutes=30))
    soon = NOON + HOUR + timedelta(minutes=40)
    assert (tally.used(soon), tally.limit(soon)) == (3, 4)
    assert (tally.used(NOON + 2 * HOUR), tally.limit(NOON + 2 * HOUR)) == (2, 3)


def test_the_platform_is_not_believed_to_have_counted_less_than_we_know() -> None:
    tally = Tally(ROLLING, used(ROLLING, NOON, NOON).uses, Told(0, 3, NOON, NOON + HOUR))
    assert tally.used(NOON + timedelta(minutes=1)) == 2


def test_what_came_to_nothing_is_taken_back_once() -> None:
    tally = used(ROLLING, NOON, NOON + timedelta(minutes=1), NOON + 5 * HOUR)
    less = tally.take_back(1, NOON + timedelta(minutes=1))
    assert less.used(NOON + 6 * HOUR) == 2
    assert less.take_back(1, NOON + 3 * HOUR) == less


def test_a_use_that_waited_for_the_lock_and_comes_with_an_earlier_time_is_taken_back_too() -> None:
    tally = Tally(ROLLING).add(1, NOON).add(1, NOON - timedelta(seconds=1))
    assert tally.take_back(1, NOON - timedelta(seconds=1)).used(NOON) == 1


def test_what_no_window_could_take_is_left_to_the_platform() -> None:
    assert Tally(ROLLING).fits(5, NOON)
    assert not used(ROLLING, NOON).fits(5, NOON)


def test_a_row_keeps_what_was_counted() -> None:
    tally = used(ROLLING, NOON, NOON + HOUR)
    assert uses_from(as_stored(tally.uses)) == tally.uses
