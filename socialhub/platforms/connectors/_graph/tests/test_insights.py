"""Reading insights edges: halves around dead names, the shapes of answers, the days of series."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

import pytest

from socialhub.platforms.connectors._graph.insights import ZONE, Told, by_day, in_groups, whole, with_gaps
from socialhub.platforms.errors import Fault, PlatformError
from socialhub.platforms.metrics import Span, Why

NAMES = [f"m{number}" for number in range(11)]
NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)


class Edge:
    """Fails a whole question for one dead name, as Meta does."""

    def __init__(self, *dead: str, error: PlatformError | None = None) -> None:
        self.dead = set(dead)
        self.error = error or PlatformError(Fault.INVALID_REQUEST, code="100")
        self.asked = 0

    def __call__(self, names: Sequence[str]) -> list[str]:
        """The names, if all of them live."""
        self.asked += 1
        if self.dead & set(names):
            raise self.error
        return list(names)


@pytest.mark.parametrize("dead", [(), ("m0",), ("m10",), ("m3", "m4"), ("m0", "m5", "m10"), tuple(NAMES)])
def test_dead_names_are_found_by_halves_and_the_others_told(dead: tuple[str, ...]) -> None:
    edge = Edge(*dead)
    parts, lacks = in_groups(NAMES, edge)
    assert [name for part in parts for name in part] == [name for name in NAMES if name not in dead]
    assert [lack.name for lack in lacks] == list(dead)
    assert {lack.why for lack in lacks} <= {Why.UNKNOWN}
    assert edge.asked <= 1 + 2 * len(dead) * math.ceil(math.log2(len(NAMES)))


def test_a_missing_permission_is_asked_about_once() -> None:
    edge = Edge(*NAMES, error=PlatformError(Fault.PERMISSION, code="10"))
    parts, lacks = in_groups(NAMES, edge)
    assert (parts, edge.asked) == ([], 1)
    assert {lack.why for lack in lacks} == {Why.PERMISSION}


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (Fault.RATE_LIMIT, "80002"),
        (Fault.INVALID_TOKEN, "190"),
        (Fault.SERVER_ERROR, "2"),
        (Fault.NOT_FOUND, "100/33"),
    ],
)
def test_limits_tokens_and_troubles_are_raised(kind: Fault, code: str) -> None:
    edge = Edge("m4", error=PlatformError(kind, code=code))
    with pytest.raises(PlatformError) as caught:
        in_groups(NAMES, edge)
    assert caught.value.kind is kind
    assert edge.asked == 1


@pytest.mark.parametrize(
    ("line", "value", "groups", "by"),
    [
        ({"values": [{"value": 0}]}, 0, {}, ""),
        ({"values": [{"value": {"like": 3, "love": None}}]}, None, {"like": 3}, "type"),
        ({"total_value": {"value": 7}}, 7, {}, ""),
        (
            {
                "total_value": {
                    "breakdowns": [
                        {
                            "dimension_keys": ["age", "gender"],
                            "results": [{"dimension_values": ["18-24", "F"], "value": 4}, {"value": 1}],
                        }
                    ]
                }
            },
            None,
            {"18-24/F": 4},
            "type",
        ),
        ({"total_value": {"value": 2, "breakdowns": [{"dimension_keys": ["x"], "results": []}]}}, 2, {}, ""),
    ],
)
def test_every_shape_of_an_answer_is_read(
    line: dict[str, Any], value: Any, groups: dict[str, float], by: str
) -> None:
    (number,) = whole()("m", line)
    assert (number.value, number.groups, number.by) == (value, groups, by)


@pytest.mark.parametrize(
    "line",
    [
        {},
        {"values": []},
        {"values": [{"value": None}]},
        {"values": [{"value": {}}]},
        {"total_value": {}},
        {"values": "x"},
    ],
)
def test_what_is_not_told_is_no_zero(line: dict[str, Any]) -> None:
    found = Told(("m",), ({"name": "m", **line},), ()).figures(whole())
    assert found.numbers == ()
    assert [lack.why for lack in found.lacks] == [Why.NOT_GIVEN]


@pytest.mark.parametrize(
    ("end_time", "day"),
    [
        ("2026-11-26T08:00:00+0000", date(2026, 11, 25)),
        ("2026-07-12T07:00:00+0000", date(2026, 7, 11)),
        ("2026-07-12T08:00:00+0000", date(2026, 7, 11)),
        ("2026-11-26T00:00:00+0000", date(2026, 11, 25)),
        ("2026-11-26T00:00:00-0800", date(2026, 11, 25)),
    ],
)
def test_a_day_of_a_series_is_known_by_its_middle(end_time: str, day: date) -> None:
    (number,) = by_day(Span(day, day, ZONE), NOW)("m", {"values": [{"value": 1, "end_time": end_time}]})
    assert number.day == day


def test_a_series_says_which_days_it_leaves_out_and_takes_none_beside_the_span() -> None:
    span = Span(date(2026, 11, 23), date(2026, 11, 27), ZONE)
    values = [{"value": n, "end_time": f"2026-11-{n}T08:00:00+0000"} for n in (23, 24, 25, 26, 27)]
    found = Told(("m",), ({"name": "M", "values": values},), ()).figures(by_day(span, NOW))
    found = with_gaps(found, span, NOW)
    assert [number.day for number in found.numbers] == list(span.days[:4])
    assert [number.is_final for number in found.numbers] == [True, True, True, False]
    (lack,) = found.lacks
    assert (lack.why, lack.text) == (Why.NOT_YET, "Not told of 2026-11-27.")


def test_what_is_kept_of_an_answer_is_figures_alone() -> None:
    line = {
        "name": "m",
        "title": "M",
        "description": "…",
        "id": "1",
        "period": "day",
        "values": [{"value": 1}],
    }
    found = Told(("m",), (line,), ()).figures(whole())
    assert found.raw == {"data": [{"name": "m", "period": "day", "values": [{"value": 1}]}]}
