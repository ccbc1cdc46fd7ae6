"""Charts as numbers for SVG: a plane of 1000 × 300 that is stretched, every word beside it in HTML."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from django.utils.dateformat import format as format_date

from analytics.queries.figures import Figure, Point
from analytics.wording import short, written

WIDE, HIGH, LINES = 1000.0, 300.0, 4


class Rule(NamedTuple):
    """A level of the scale."""

    y: str
    word: str
    is_base: bool


class Day(NamedTuple):
    """A day of the chart and of the table that says the same."""

    day: date
    x: str
    y: str
    value: float | None
    former: float | None
    former_day: date | None
    is_gap: bool
    posts: int


@dataclass(frozen=True)
class Chart:
    """All that a template draws. ``posts`` are dots on the line, where posts went out."""

    line: str
    area: str
    before: str
    gaps: list[tuple[str, str]]
    rules: list[Rule]
    days: list[Day]
    posts: str
    ticks: list[str]
    said: str


def chart(figure: Figure, posts_on: Mapping[date, int], *, compares: bool) -> Chart:
    """The days of a figure, those of the period before under them."""
    points, former = figure.points, figure.former if compares else ()
    values = [point.value for point in (*points, *former) if point.value is not None]
    low, high = scale(values, from_zero=not figure.tile.is_level)
    xs = [round(WIDE * index / max(1, len(points) - 1), 1) for index in range(len(points))]

    def y(value: float) -> float:
        return round(HIGH - HIGH * (value - low) / (high - low), 1)

    def runs_of(these: Sequence[Point]) -> list[list[Spot]]:
        pairs = zip(xs, these, strict=False)
        return _runs([(x, y(point.value)) if point.value is not None else None for x, point in pairs])

    runs, earlier = runs_of(points), runs_of(former)
    steps = [low + (high - low) * index / LINES for index in range(LINES, -1, -1)]
    days = [
        Day(
            point.day, f"{x:.1f}", f"{y(point.value):.1f}" if point.value is not None else "",
            point.value, former[index].value if former else None, former[index].day if former else None,
            point.is_gap, posts_on.get(point.day, 0),
        )
        for index, (x, point) in enumerate(zip(xs, points, strict=True))
    ]  # fmt: skip
    return Chart(
        line="".join(_path(run) for run in runs),
        area="".join(f"{_path(run)} V{HIGH:.0f} H{run[0][0]:.1f}Z" for run in runs if len(run) > 1),
        before="".join(_path(run) for run in earlier),
        gaps=_gaps(points, xs),
        rules=[
            Rule(f"{y(step):.1f}", short(step, is_share=figure.tile.is_share), step == low) for step in steps
        ],
        days=days,
        posts="".join(f"M{day.x} {day.y}h0" for day in days if day.posts and day.y),
        ticks=_ticks([point.day for point in points]),
        said=_said(figure, points),
    )


def scale(values: Sequence[float], *, from_zero: bool = True) -> tuple[float, float]:
    """The least and the most of an axis: round numbers whose quarters are round too."""
    if not values:
        return 0.0, 4.0
    least = 0.0 if from_zero else min(values)
    span = max(values) - least
    if span <= 0:
        span = abs(max(values)) * 0.1 or 4.0
    step = _round_up(span / LINES)
    low = math.floor(least / step) * step
    while low + LINES * step < max(values):
        step = _round_up(step * 1.01)
        low = math.floor(least / step) * step
    return low, low + LINES * step


def _round_up(step: float) -> float:
    size = 10.0 ** math.floor(math.log10(step))
    return next(size * part for part in (1, 1.5, 2, 2.5, 3, 4, 5, 7.5, 10) if size * part >= step * 0.9999)


Spot = tuple[float, float]


def _runs(spots: Sequence[Spot | None]) -> list[list[Spot]]:
    runs: list[list[Spot]] = [[]]
    for spot in spots:
        if spot is None:
            runs.append([])
        else:
            runs[-1].append(spot)
    return [run for run in runs if run]


def _path(run: Sequence[Spot]) -> str:
    (x, y), *rest = run
    drawn = f"M{x:.1f} {y:.1f}" + "".join(f" {a:.1f} {b:.1f}" for a, b in rest)
    return drawn if rest else f"{drawn}h0"


def _gaps(points: Sequence[Point], xs: Sequence[float]) -> list[tuple[str, str]]:
    """Where it begins and how wide it is, of each run of days that were not read in time."""
    step = WIDE / max(1, len(points) - 1)
    found: list[list[float]] = []
    for index, point in enumerate(points):
        if not point.is_gap:
            continue
        if found and index and points[index - 1].is_gap:
            found[-1][1] = xs[index] + step / 2
        else:
            found.append([xs[index] - step / 2, xs[index] + step / 2])
    edges = [(max(0.0, start), min(WIDE, end)) for start, end in found]
    return [(f"{start:.1f}", f"{end - start:.1f}") for start, end in edges]


def _ticks(days: Sequence[date]) -> list[str]:
    places = sorted({round(index * (len(days) - 1) / 3) for index in range(4)})
    return [format_date(days[place], "j M") for place in places]


def _said(figure: Figure, points: Sequence[Point]) -> str:
    """What a person who does not see the chart is told; the table says every day."""
    known = [point for point in points if point.value is not None]
    first, last = (format_date(point.day, "j F") for point in (points[0], points[-1]))
    span = f"{figure.tile.label} a day from {first} to {last}."
    if not known:
        return f"{span} No figures."
    best = max(known, key=lambda point: point.value or 0)
    share = figure.tile.is_share
    gap = f" No data on {figure.unread} days." if figure.unread else ""
    return (
        f"{span} From {written(known[0].value, is_share=share)} to {written(known[-1].value, is_share=share)}, "
        f"most on {format_date(best.day, 'j F')}: {written(best.value, is_share=share)}.{gap}"
    )


class Spark(NamedTuple):
    """A line of 100 × 30 without words."""

    line: str
    area: str
    end: str


def spark(values: Sequence[float | None]) -> Spark | None:
    """``None`` where fewer than two values are known."""
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return None
    low, high = min(known), max(known)
    spread = (high - low) or 1.0
    step = 100 / (len(values) - 1)
    spots = [
        (index * step, 28 - 26 * (value - low) / spread) if value is not None else None
        for index, value in enumerate(values)
    ]
    runs = _runs(spots)
    x, y = runs[-1][-1]
    area = "".join(f"{_path(run)} V30 H{run[0][0]:.1f}Z" for run in runs if len(run) > 1)
    return Spark("".join(_path(run) for run in runs), area, f"M{x:.1f} {y:.1f}h0")


class Stage(NamedTuple):
    """A reading of a post on its curve."""

    x: str
    y: str
    at: datetime
    slot: str
    value: float


@dataclass(frozen=True)
class Curve:
    """How a figure of a post came together. The way across is the root of its age: the first hours show."""

    line: str
    area: str
    rules: list[Rule]
    stages: list[Stage]
    ticks: list[tuple[str, str]]


def curve(
    born: datetime, readings: Sequence[tuple[datetime, str, float]], marks: Mapping[str, float]
) -> Curve | None:
    """``readings`` are (when, slot, value), the oldest first; ``marks`` are ages in seconds by name."""
    if len(readings) < 2:
        return None
    ages = [max(0.0, (at - born).total_seconds()) for at, _, _ in readings]
    longest = max(ages) or 1.0
    low, high = scale([value for _, _, value in readings])

    def x(age: float) -> float:
        return round(WIDE * math.sqrt(age / longest), 1)

    def y(value: float) -> float:
        return round(HIGH - HIGH * (value - low) / (high - low), 1)

    spots = [(x(age), y(value)) for age, (_, _, value) in zip(ages, readings, strict=True)]
    steps = [low + (high - low) * index / LINES for index in range(LINES, -1, -1)]
    stages = [
        Stage(f"{a:.1f}", f"{b:.1f}", at, slot, value)
        for (a, b), (at, slot, value) in zip(spots, readings, strict=True)
    ]
    rules = [Rule(f"{y(step):.1f}", short(step), step == low) for step in steps]
    ticks = [(name, f"{x(age):.1f}") for name, age in marks.items() if age <= longest]
    return Curve(_path(spots), f"{_path(spots)} V{HIGH:.0f} H{spots[0][0]:.1f}Z", rules, stages, ticks)
