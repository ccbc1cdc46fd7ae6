"""Asking for statistics: Rest.li queries, what a refusal means, days out of an answer
(https://learn.microsoft.com/en-us/linkedin/shared/api-guide/concepts/protocol-version, read 2026-11).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from socialhub.platforms.api import Api
from socialhub.platforms.errors import Fault, PlatformError
from socialhub.platforms.events import mappings
from socialhub.platforms.metrics import Findings, Lack, Number, Span, Term, Why, as_number

from .metrics import LAG
from .rest import HEADERS, encoded, mapping

SETTLED = timedelta(days=4)
"""LinkedIn is about two days late; what is four days old is taken as final."""
ADMINISTRATORS = "LinkedIn shows the figures of a page to its administrators alone."


@dataclass(frozen=True)
class Told:
    """The elements of an answer, or why there are none. ``is_gone``: what was asked about does not exist."""

    elements: tuple[Mapping[str, Any], ...] = ()
    body: Mapping[str, Any] | None = None
    why: Why | None = None
    is_gone: bool = False

    @property
    def first(self) -> Mapping[str, Any]:
        """The only element, or nothing."""
        return self.elements[0] if self.elements else {}

    def lacks(self, terms: Sequence[Term]) -> Findings:
        """What a refusal leaves of these."""
        why = self.why or Why.NOT_GIVEN
        text = ADMINISTRATORS if why is Why.PERMISSION else ""
        return Findings(lacks=tuple(Lack(term.name, why, text) for term in terms))


def ask(api: Api, resource: str, **query: str) -> Told:
    """One finder. The query goes out as it is, for the brackets of Rest.li must not be encoded.

    What is refused as wrong or not permitted is told; limits, dead tokens and an ended version are raised.
    """
    words = "&".join(f"{name}={value}" for name, value in query.items())
    try:
        body = api.get(f"rest/{resource}?{words}", headers=HEADERS).body
    except PlatformError as error:
        if error.kind is Fault.PERMISSION:
            return Told(why=Why.PERMISSION)
        if error.http_status in {400, 422} and error.kind is Fault.INVALID_REQUEST:
            return Told(why=Why.UNKNOWN)
        if error.kind is Fault.NOT_FOUND:
            return Told(why=Why.UNKNOWN, is_gone=True)
        raise
    return Told(tuple(mappings(mapping(body).get("elements"))), mapping(body))


def urns(values: Sequence[str]) -> str:
    """A list: brackets and commas as they are, what stands between them encoded."""
    return f"List({','.join(encoded(value) for value in values)})"


def intervals(span: Span) -> str:
    """Each day of a span; its end is excluded."""
    start, end = (int(moment.timestamp() * 1000) for moment in (span.begins, span.ends))
    return f"(timeRange:(start:{start},end:{end}),timeGranularityType:DAY)"


def dates(span: Span) -> str:
    """The same for members. Whether its end is excluded is not said, so what lies beyond is left out later."""
    first, after = span.first, span.last + timedelta(days=1)
    return f"(start:{_date(first)},end:{_date(after)})"


def _date(day: date) -> str:
    return f"(year:{day.year},month:{day.month},day:{day.day})"


def day_of(element: Mapping[str, Any]) -> date | None:
    """The day that an element is about."""
    start = mapping(element.get("dateRange")).get("start")
    try:
        if isinstance(start, Mapping):
            return date(int(start["year"]), int(start["month"]), int(start["day"]))
        return datetime.fromtimestamp(int(mapping(element.get("timeRange"))["start"]) / 1000, UTC).date()
    except (KeyError, TypeError, ValueError, OverflowError, OSError):
        return None


def by_day(
    told: Told,
    span: Span,
    terms: Sequence[Term],
    now: datetime,
    value_of: Callable[[Mapping[str, Any], str], Any],
) -> Findings:
    """The figures of each day of a span. A day that is not in the answer has none: only posts left out are zeros."""
    if told.why is not None:
        return told.lacks(terms)
    known = {day: element for element in told.elements if (day := day_of(element)) in span.days}
    numbers, lacks = [], []
    for term in terms:
        missing = []
        for day in span.days:
            value = as_number(value_of(known[day], term.name)) if day in known else None
            if value is None:
                missing.append(day)
            else:
                numbers.append(Number(term.name, value, day=day, is_final=_is_past(day, SETTLED, now)))
        if missing:
            is_late = not any(_is_past(day, LAG, now) for day in missing)
            lacks.append(Lack(term.name, Why.NOT_YET if is_late else Why.NOT_GIVEN))
    return Findings(tuple(numbers), tuple(lacks), [dict(element) for element in told.elements] or None)


def _is_past(day: date, time: timedelta, now: datetime) -> bool:
    return Span(day, day).ends + time <= now
