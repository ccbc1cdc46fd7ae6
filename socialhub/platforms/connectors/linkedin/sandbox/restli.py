"""Queries of Rest.li 2.0: brackets, colons and commas of the structure stand raw, values between them are encoded
(https://learn.microsoft.com/en-us/linkedin/shared/api-guide/concepts/protocol-version).
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from urllib.parse import unquote

from socialhub.platforms.sandbox.growth import DAY
from socialhub.platforms.sandbox.shapes import Fields
from socialhub.platforms.sandbox.simulator import Call

from .refusing import wrong

YEAR = 366 * DAY
_PART = re.compile(r"(\w+):(\w+|\((?:[^()]|\([^()]*\))*\))(?:,|$)")


def query(call: Call, fields: Fields) -> dict[str, str]:
    """The query, checked; brackets that were encoded are no structure."""
    wish = call.query(fields)
    raw = call.request.query_string.decode()
    if re.search(r"%28|%29", raw, re.I) or any("urn:li:" in part for part in raw.split("&")):
        raise wrong("PARAM_INVALID", "", "Invalid query parameters passed to request")
    return wish


def urns(text: str, field: str) -> list[str]:
    """What stands in `List(...)`."""
    if not (text.startswith("List(") and text.endswith(")")):
        raise wrong("PARAM_INVALID", field, "must be a list")
    return [unquote(part) for part in text[5:-1].split(",")]


def record(text: str, field: str) -> dict[str, str]:
    """What stands in `(name:value,...)`; records inside stay as they are. The order of names is free."""
    inner = text[1:-1]
    found = {part[1]: part[2] for part in _PART.finditer(inner)}
    whole = ",".join(f"{name}:{value}" for name, value in found.items())
    if not (text.startswith("(") and text.endswith(")")) or whole != inner:
        raise wrong("PARAM_INVALID", field, "is no record")
    return found


def days(call: Call, text: str, field: str) -> list[date]:
    """The days of `timeIntervals`: its end is excluded, and it lies within a year."""
    wish = record(text, field)
    if set(wish) != {"timeRange", "timeGranularityType"} or wish["timeGranularityType"] != "DAY":
        raise wrong("PARAM_INVALID", field, "must have a timeRange and a granularity")
    start, end = (number / 1000 for number in _numbers(wish["timeRange"], field, "start", "end"))
    if start % DAY or end % DAY or start >= end or start < call.now - YEAR:
        raise wrong("PARAM_INVALID", field, "must be whole days of the last twelve months")
    first = datetime.fromtimestamp(start, UTC).date()
    return [first + timedelta(days=number) for number in range(int((end - start) // DAY))]


def dates(text: str, field: str) -> list[date]:
    """The days of `dateRange`, its end excluded."""
    wish = record(text, field)
    if set(wish) != {"start", "end"}:
        raise wrong("PARAM_INVALID", field, "must have a start and an end")
    first, after = (date(*_numbers(wish[name], field, "year", "month", "day")) for name in ("start", "end"))
    return [first + timedelta(days=number) for number in range((after - first).days)]


def _numbers(text: str, field: str, *names: str) -> list[int]:
    wish = record(text, field)
    if set(wish) != set(names) or not all(value.isdigit() for value in wish.values()):
        raise wrong("PARAM_INVALID", field, f"must have {', '.join(names)}")
    return [int(wish[name]) for name in names]


def milliseconds(day: date) -> dict[str, int]:
    """A day as a `timeRange`."""
    start = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000)
    return {"start": start, "end": start + int(DAY * 1000)}


def spelled(day: date) -> dict[str, dict[str, int]]:
    """A day as a `dateRange`."""
    start, end = (
        {"year": one.year, "month": one.month, "day": one.day} for one in (day, day + timedelta(days=1))
    )
    return {"start": start, "end": end}
