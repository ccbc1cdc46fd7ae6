"""Figures on the Graph API: how the answer of an insights edge is read, and how one dead name spoils nothing
(https://developers.facebook.com/docs/graph-api/reference/insights, read 2026-06).

A line of an answer has ``values`` (one for all time, or one a day with ``end_time``) or ``total_value`` (a sum of the
window, with ``breakdowns`` where one was asked for). Days begin at midnight in California.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from socialhub.platforms.api import Api
from socialhub.platforms.errors import Fault, PlatformError
from socialhub.platforms.events import mappings
from socialhub.platforms.metrics import (
    Findings,
    Lack,
    Number,
    Span,
    Term,
    Why,
    as_number,
    counted,
    midnight,
)

ZONE = "America/Los_Angeles"
SETTLES = timedelta(hours=48)
"""So long after a day's end its figures come in and are mended."""
DEAD = "100"
NO_PERMISSION = "Meta says that the permission for figures is missing. Reconnect the account."
KEPT = ("name", "period", "values", "total_value", "link_total_values")
Line = Mapping[str, Any]
Answer = TypeVar("Answer")
Read = Callable[[str, Line], Iterable[Number]]
"""The figures of a line, under the name by which they were asked for."""
Refusal = Callable[[PlatformError], tuple[Why, str] | None]
"""What a refusal says of the figures; ``None`` where it says nothing of them and is to be raised."""


def no_permission(error: PlatformError) -> tuple[Why, str] | None:
    """Only a missing permission speaks of figures; limits, tokens and Meta's own troubles do not."""
    return (Why.PERMISSION, NO_PERMISSION) if error.kind is Fault.PERMISSION else None


def in_groups(
    names: Sequence[str], question: Callable[[Sequence[str]], Answer], refusal: Refusal = no_permission
) -> tuple[list[Answer], list[Lack]]:
    """What ``question`` brings for these names, and what is said of the others.

    One dead name fails a whole question with code 100, without naming it: so the names are asked in halves until the
    culprit stands alone. Nothing is remembered: what is dead for one post may live for the next.
    """
    if not names:
        return [], []
    try:
        return [question(names)], []
    except PlatformError as error:
        said = refusal(error)
        if said is not None:
            return [], [Lack(name, *said) for name in names]
        if error.code != DEAD:
            raise
    if len(names) == 1:
        return [], [Lack(names[0], Why.UNKNOWN)]
    half = (len(names) + 1) // 2
    first, second = (in_groups(part, question, refusal) for part in (names[:half], names[half:]))
    return first[0] + second[0], first[1] + second[1]


@dataclass(frozen=True)
class Told:
    """What an insights edge answered to some names."""

    names: tuple[str, ...]
    lines: tuple[Line, ...]
    lacks: tuple[Lack, ...]

    def figures(self, read: Read, why: Why = Why.NOT_GIVEN, text: str = "") -> Findings:
        """The numbers by ``read``; a name that brought none is absent for the reason given here."""
        numbers: list[Number] = []
        lacks, known = list(self.lacks), {lack.name for lack in self.lacks}
        for name in self.names:
            lines = [line for line in self.lines if str(line.get("name", "")).lower() == name.lower()]
            found = [number for line in lines for number in read(name, line)]
            numbers += found
            if not found and name not in known:
                lacks.append(Lack(name, why, text))
        return Findings(tuple(numbers), tuple(lacks), {"data": [_kept(line) for line in self.lines]})


def _kept(line: Line) -> dict[str, Any]:
    return {key: line[key] for key in KEPT if key in line}


def ask(
    api: Api,
    path: str,
    names: Sequence[str],
    params: Mapping[str, object] | None = None,
    *,
    refusal: Refusal = no_permission,
) -> Told:
    """Ask an insights edge for metrics."""

    def question(part: Sequence[str]) -> list[Line]:
        body = api.get(path, params={"metric": ",".join(part), **(params or {})}).body
        return list(mappings(body.get("data"))) if isinstance(body, Mapping) else []

    answers, lacks = in_groups(names, question, refusal)
    return Told(tuple(names), tuple(line for lines in answers for line in lines), tuple(lacks))


def ask_fields(api: Api, path: str, fields: Mapping[str, str]) -> tuple[dict[str, Any], list[Lack]]:
    """Fields of an object: by their names, how each is asked for."""

    def question(part: Sequence[str]) -> Any:
        return api.get(path, params={"fields": ",".join(fields[name] for name in part)}).body

    answers, lacks = in_groups(list(fields), question)
    body: dict[str, Any] = {}
    for answer in answers:
        body |= answer if isinstance(answer, Mapping) else {}
    return body, lacks


def count_fields(body: Mapping[str, Any], terms: Iterable[Term], lacks: Sequence[Lack]) -> Findings:
    """The figures that stand in the fields of an object, beside what was refused."""
    refused = {lack.name for lack in lacks}
    asked = [term for term in terms if term.name not in refused]
    found = counted(body, asked)
    raw = {term.name: body[term.name] for term in asked if term.name in body}
    return Findings(found.numbers, (*lacks, *found.lacks), raw)


def whole(*, by: str = "", day: date | None = None, is_final: bool = True) -> Read:
    """Reads the one figure of a line: how things stand, or the sum of a window that is ``day``."""

    def read(name: str, line: Line) -> Iterator[Number]:
        value, groups = _value(line)
        if value is not None or groups:
            yield Number(name, value, groups, (by or "type") if groups else "", day, is_final)

    return read


def by_day(span: Span, now: datetime, *, by: str = "") -> Read:
    """Reads a figure for each day of the span that the line tells."""

    def read(name: str, line: Line) -> Iterator[Number]:
        for told in mappings(line.get("values")):
            day = _day(told.get("end_time"), span.zone)
            value, groups = _plain(told.get("value"))
            if day in span.days and (value is not None or groups):
                is_final = is_settled(day, span.zone, now)
                yield Number(name, value, groups, (by or "type") if groups else "", day, is_final)

    return read


def is_settled(day: date, zone: str, now: datetime) -> bool:
    """Whether the figures of a day stay as they are."""
    return now - midnight(day + timedelta(days=1), zone) >= SETTLES


def why_silent(span: Span, now: datetime) -> Why:
    """Why figures of days are absent: the last ones are told late, older ones are not told at all."""
    return Why.NOT_GIVEN if is_settled(span.last, span.zone, now) else Why.NOT_YET


def with_gaps(found: Findings, span: Span, now: datetime) -> Findings:
    """Says of a series which days it leaves out: the last ones are still to come."""
    lacks = list(found.lacks)
    for name in dict.fromkeys(number.name for number in found.numbers):
        told = {number.day for number in found.numbers if number.name == name}
        missing = [day for day in span.days if day not in told]
        if missing:
            late = not any(is_settled(day, span.zone, now) for day in missing)
            days = ", ".join(day.isoformat() for day in missing[-3:])
            lacks.append(Lack(name, Why.NOT_YET if late else Why.NOT_GIVEN, f"Not told of {days}."))
    return Findings(found.numbers, tuple(lacks), found.raw)


def window(span: Span) -> dict[str, int]:
    """The days as the edges want them."""
    return {"since": int(span.begins.timestamp()), "until": int(span.ends.timestamp())}


def _value(line: Line) -> tuple[float | None, dict[str, float]]:
    """Value and groups."""
    total = line.get("total_value")
    if isinstance(total, Mapping):
        value, groups = _plain(total.get("value"))
        breakdown = next(iter(mappings(total.get("breakdowns"))), None)
        return value, groups if breakdown is None else _results(breakdown)
    values = list(mappings(line.get("values")))
    return _plain(values[-1].get("value")) if values else (None, {})


def _results(breakdown: Mapping[str, Any]) -> dict[str, float]:
    found: dict[str, float] = {}
    for result in mappings(breakdown.get("results")):
        number = as_number(result.get("value"))
        names = [str(value) for value in result.get("dimension_values") or ()]
        if number is not None and names:
            found["/".join(names)] = number
    return found


def _plain(value: Any) -> tuple[float | None, dict[str, float]]:
    """A number, or an object of numbers."""
    if not isinstance(value, Mapping):
        return as_number(value), {}
    numbers = {str(key): as_number(each) for key, each in value.items()}
    return None, {key: number for key, number in numbers.items() if number is not None}


def _day(end_time: Any, zone: str) -> date | None:
    """The day that ends there. Midnight there or in UTC, an hour sooner or later: its middle is in the same day."""
    try:
        ends = datetime.fromisoformat(str(end_time))
    except ValueError:
        return None
    return (ends - timedelta(hours=12)).astimezone(ZoneInfo(zone)).date() if ends.tzinfo else None
