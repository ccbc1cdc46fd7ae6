"""What the insights edges of Meta's platforms have in common: names, lines of answers, days
(https://developers.facebook.com/docs/graph-api/reference/insights).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from socialhub.platforms.sandbox.growth import Bend, bend, on_day
from socialhub.platforms.sandbox.simulator import Call

from .errors import graph_error
from .listing import graph_time

ZONE = "America/Los_Angeles"
DAY = 86_400
Line = dict[str, Any]


def wanted(call: Call, metric: str, known: Collection[str]) -> list[str]:
    """The metrics that are asked for; one that is not known here, or no longer, fails the whole call."""
    bent = bend(call.world, call.simulator.key)
    names = [name.strip() for name in metric.split(",")]
    for place, name in enumerate(names):
        if name not in known or name in bent.unknown:
            text = f"(#100) metric[{place}] must be one of the following values: {', '.join(known)}"
            raise graph_error("100", text)
    return names


def told(call: Call, names: Collection[str]) -> list[str]:
    """Of these names those that are in answers."""
    bent = bend(call.world, call.simulator.key)
    return [name for name in names if bent.tells(name)]


def line(node: str, name: str, period: str, **shape: Any) -> Line:
    """A line of an answer: ``values``, ``total_value`` or ``link_total_values``."""
    title = name.replace("_", " ").capitalize()
    return {
        "name": name,
        "period": period,
        **shape,
        "title": title,
        "description": f"{title}.",
        "id": f"{node}/insights/{name}/{period}",
    }


def lifetime(node: str, name: str, value: object) -> Line:
    """One figure for all time."""
    return line(node, name, "lifetime", values=[{"value": value}])


def total(value: int | None, breakdown: str = "", groups: Mapping[str, int] | None = None) -> dict[str, Any]:
    """A ``total_value``, broken down by one thing or not at all."""
    found: dict[str, Any] = {} if value is None else {"value": value}
    if breakdown:
        results = [{"dimension_values": [group], "value": count} for group, count in (groups or {}).items()]
        found["breakdowns"] = [{"dimension_keys": [breakdown], "results": results}]
    return {"total_value": found}


def days_of(call: Call, since: int | None, until: int | None, *, most: int) -> list[date]:
    """The days in California that lie in the window; without one, yesterday's. ``most`` days may be asked for."""
    end = int(call.now) if until is None else until
    begin = end - 2 * DAY if since is None else since
    if begin > end or end - begin > most * DAY + 3600:
        text = f"(#100) There cannot be more than {most} days ({most * DAY} s) between since and until"
        raise graph_error("100", text)
    first = datetime.fromtimestamp(begin, UTC).astimezone(ZoneInfo(ZONE)).date()
    days = [first + timedelta(days=number) for number in range(most + 2)]
    return [day for day in days if begin <= ends(day - timedelta(days=1)) and ends(day) <= end]


def ends(day: date) -> float:
    """When a day is over there."""
    return datetime.combine(day + timedelta(days=1), datetime.min.time(), ZoneInfo(ZONE)).timestamp()


def daily(call: Call, seed: str, name: str, days: list[date], *, usual: float) -> dict[date, int]:
    """The figures of the days that are told."""
    bent = bend(call.world, call.simulator.key)
    found = {day: _one(call, seed, name, day, usual, bent) for day in days}
    return {day: value for day, value in found.items() if value is not None}


def _one(call: Call, seed: str, name: str, day: date, usual: float, bent: Bend) -> int | None:
    return on_day(seed, name, day, usual=usual, now=call.now, bent=bent, zone=ZONE)


def series(node: str, name: str, figures: Mapping[date, object], *, period: str = "day") -> Line:
    """A value for each day, under the instant at which it ends."""
    values = [{"value": value, "end_time": graph_time(ends(day))} for day, value in figures.items()]
    return line(node, name, period, values=values)
