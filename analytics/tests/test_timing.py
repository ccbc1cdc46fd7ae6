"""When to post: a suggestion has evidence, one post moves nothing, and thin data says nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from analytics.queries.samples import Sample
from analytics.timing import LEAST_POSTS, Slot, heat, suggest

LONDON = ZoneInfo("Europe/London")
MONDAY = datetime(2026, 1, 5, tzinfo=UTC)


def sample(
    at: datetime, engagements: float | None, reach: float | None = 100, views: float | None = None
) -> Sample:
    def rate(base: float | None) -> float | None:
        return engagements / base if engagements is not None and base else None

    return Sample(1, 1, at, "image", engagements, reach, views, rate(reach), rate(views))


def weekly(hour: int, value: float, weeks: int, day: int = 0) -> list[Sample]:
    return [sample(MONDAY + timedelta(days=7 * week + day, hours=hour), value) for week in range(weeks)]


def test_the_best_hour_comes_with_its_median_posts_and_weeks() -> None:
    found = suggest([*weekly(9, 5, 16), *weekly(18, 9, 6, day=3)], LONDON)
    assert found.cell is not None
    assert found.cell.slot == Slot(3, 18)
    assert found.cell.value == pytest.approx(0.09)
    assert (found.cell.posts, found.cell.weeks, found.posts) == (6, 6, 22)
    assert found.usual == pytest.approx(0.05)
    assert found.times == pytest.approx(1.8)
    assert found.basis.key == "rate_by_reach"


def test_hours_are_those_of_the_workspace_on_both_sides_of_a_clock_change() -> None:
    winter, summer = datetime(2026, 3, 23, 9, tzinfo=UTC), datetime(2026, 3, 30, 8, tzinfo=UTC)
    cells = heat([sample(winter, 5), sample(summer, 7)], LONDON).cells
    assert list(cells) == [Slot(0, 9)]
    assert cells[Slot(0, 9)].posts == 2


def test_one_post_that_went_through_the_roof_makes_no_hour_the_best() -> None:
    posts = [*weekly(9, 5, 20), *weekly(12, 5, 2, day=1), sample(MONDAY + timedelta(days=15, hours=12), 5000)]
    found = suggest(posts, LONDON)
    assert found.cell is None
    assert "No hour stands out" in found.reason


def test_two_high_posts_of_three_are_not_enough_when_the_best_is_left_out() -> None:
    hour = [
        sample(MONDAY + timedelta(days=1 + 7 * week, hours=12), value)
        for week, value in enumerate((1, 6, 900))
    ]
    assert suggest([*weekly(9, 5, 20), *hour], LONDON).cell is None


@pytest.mark.parametrize(
    ("posts", "reason"),
    [
        ([], "0 of the 20 posts"),
        (weekly(9, 5, LEAST_POSTS - 1), "19 of the 20 posts"),
        ([sample(MONDAY + timedelta(hours=7 * n), 5) for n in range(24)], "No hour has 3 posts yet"),
        (weekly(9, 5, 30), "No hour stands out"),
        ([sample(MONDAY + timedelta(hours=n), None) for n in range(30)], "0 of the 20 posts"),
    ],
)
def test_thin_data_gives_no_suggestion_but_the_reason(posts: list[Sample], reason: str) -> None:
    found = suggest(posts, LONDON)
    assert found.cell is None
    assert reason in found.reason


def test_the_basis_is_reach_else_views_else_engagements() -> None:
    def basis(reach: float | None, views: float | None) -> str:
        return heat([sample(MONDAY, 5, reach, views)] * 4, LONDON).basis.key

    assert basis(100, 100) == "rate_by_reach"
    assert basis(None, 100) == "rate_by_views"
    assert basis(None, None) == "engagements"


def test_a_post_without_the_figure_is_counted_as_left_out_not_as_zero() -> None:
    found = heat([*weekly(9, 5, 3), sample(MONDAY, None, None)], LONDON)
    assert (found.posts, found.left_out) == (3, 1)
    assert Slot(0, 0) not in found.cells


def test_tints_go_by_rank() -> None:
    posts = [post for hour, value in enumerate((1, 2, 3, 4, 10_000)) for post in weekly(hour, value, 2)]
    assert [heat(posts, LONDON).cells[Slot(0, hour)].level for hour in range(5)] == [1, 2, 3, 4, 5]
