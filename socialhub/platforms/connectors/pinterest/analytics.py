"""Reading what Pinterest's analytics answer: days with a status each, sums of a span, sums of a pin's whole life
(https://developers.pinterest.com/docs/api/v5/pins-analytics, read 2026-11).

The status of a day decides. READY and ESTIMATE are figures, and an estimate will change; everything else
(PROCESSING, BEFORE_…) is no figure, whatever number stands beside it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from socialhub.platforms.api import Api
from socialhub.platforms.errors import Fault, PlatformError
from socialhub.platforms.events import mappings
from socialhub.platforms.metrics import Findings, Lack, Number, Span, Why, as_number
from socialhub.platforms.values import Account

from .metrics import DAYS, LIFETIME, MEANS

READY, ESTIMATE, PROCESSING = "READY", "ESTIMATE", "PROCESSING"
TOO_FEW = "_SMALLER_THAN_THRESHOLD"
"""How the states end in which Pinterest keeps a figure private."""
TO_BUSINESS = (
    "Pinterest tells the figures of business accounts alone. Convert this one to a business account in Pinterest's"
    " settings, which is free, and connect it again."
)


@dataclass(frozen=True)
class Told:
    """What one answer says of one subject."""

    lifetime: Mapping[str, Any]
    summary: Mapping[str, Any]
    days: Sequence[Mapping[str, Any]]

    @classmethod
    def of(cls, body: Any) -> Told:
        """Of the part of an answer that is not split: ``{"all": …}``."""
        whole = _mapping(_mapping(body).get("all"))
        summary = _mapping(whole.get("summary_metrics"))
        return cls(
            _mapping(whole.get("lifetime_metrics")), summary, list(mappings(whole.get("daily_metrics")))
        )

    def merged(self, other: Told) -> Told:
        """Answers to two halves of one question."""
        days = {str(day.get("date")): day for day in self.days}
        for day in other.days:
            before = days.get(str(day.get("date")), day)
            metrics = {**_mapping(before.get("metrics")), **_mapping(day.get("metrics"))}
            days[str(day.get("date"))] = {**before, "metrics": metrics}
        return Told(
            {**self.lifetime, **other.lifetime}, {**self.summary, **other.summary}, list(days.values())
        )

    def has(self, *statuses: str) -> bool:
        """Whether any day is in such a state."""
        return any(day.get("data_status") in statuses for day in self.days)

    @property
    def why(self) -> Why:
        """Why nothing is told of any day."""
        if self.has(PROCESSING):
            return Why.NOT_YET
        is_private = any(str(day.get("data_status")).endswith(TOO_FEW) for day in self.days)
        return Why.TOO_FEW if is_private else Why.NOT_GIVEN

    def values(self, name: str) -> list[float]:
        """A figure by day, of the days that are told."""
        told = [
            _mapping(day.get("metrics")) for day in self.days if day.get("data_status") in {READY, ESTIMATE}
        ]
        return [value for day in told if (value := as_number(day.get(name))) is not None]


NOTHING = Told({}, {}, ())


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


@dataclass(frozen=True)
class Reply:
    """What was told, by subject, and the names that Pinterest refused."""

    told: Mapping[str, Told]
    dead: tuple[str, ...] = ()


def ask(
    api: Api,
    path: str,
    names: Sequence[str],
    span: tuple[date, date],
    more: Mapping[str, Any] | None = None,
    *,
    many: bool = False,
) -> Reply:
    """One question. Names refused together are asked for apart, until those that Pinterest refuses stand alone.

    With ``many`` the answer is by pin; else its one subject is ``""``.
    """
    query = {
        **(more or {}),
        "start_date": span[0].isoformat(),
        "end_date": span[1].isoformat(),
        "metric_types": ",".join(names),
    }
    try:
        body = api.get(path, params=query).body
    except PlatformError as error:
        if error.kind is not Fault.INVALID_REQUEST or error.http_status != 400:
            raise
        if len(names) == 1:
            return Reply({}, tuple(names))
        half = len(names) // 2
        first = ask(api, path, names[:half], span, more, many=many)
        return _joined(first, ask(api, path, names[half:], span, more, many=many))
    return Reply(
        {str(pin): Told.of(each) for pin, each in _mapping(body).items()} if many else {"": Told.of(body)}
    )


def _joined(one: Reply, other: Reply) -> Reply:
    subjects = dict.fromkeys((*one.told, *other.told))
    told = {key: one.told.get(key, NOTHING).merged(other.told.get(key, NOTHING)) for key in subjects}
    return Reply(told, one.dead + other.dead)


def read_whole(told: Told, names: Sequence[str], dead: Sequence[str]) -> Findings:
    """All that has come together: sums of the days that are told, means of the span, and figures of a whole life."""
    numbers: list[Number] = []
    lacks = [Lack(name, Why.UNKNOWN) for name in dead]
    is_known = told.has(READY, ESTIMATE)
    why = Why.NOT_GIVEN if is_known else told.why
    whole_life = {term.name for term in LIFETIME}
    for name in (name for name in names if name not in dead):
        if name in whole_life:
            value = as_number(told.lifetime.get(name))
        elif name in MEANS or not told.days:
            value = as_number(told.summary.get(name)) if is_known or not told.days else None
        else:
            values = told.values(name)
            value = sum(values) if values else None
        if value is None:
            lacks.append(Lack(name, Why.NOT_GIVEN if name in whole_life else why))
        else:
            is_final = name in whole_life or not told.has(ESTIMATE)
            numbers.append(Number(name, value, is_final=is_final))
    raw = {"lifetime": told.lifetime, "summary": told.summary}
    return Findings(tuple(numbers), tuple(lacks), raw)


def read_days(api: Api, account: Account, span: Span) -> Findings:
    """The account's own pins day by day, without what was paid for."""
    names = [term.name for term in DAYS]
    only = {"content_type": "ORGANIC", "source": "YOUR_PINS"}
    try:
        reply = ask(api, "user_account/analytics", names, (span.first, span.last), only)
    except PlatformError as error:
        if error.kind is not Fault.PERMISSION:
            raise
        return Findings(lacks=refused(account, names, error))
    told = reply.told.get("", NOTHING)
    numbers = tuple(_numbers(told, names, span))
    given = {number.name for number in numbers}
    lacks = [Lack(name, Why.UNKNOWN) for name in reply.dead]
    for name in (name for name in names if name not in reply.dead):
        if told.has(PROCESSING) or name not in given:
            lacks.append(Lack(name, told.why))
    return Findings(numbers, tuple(lacks), {"days": told.days})


def _numbers(told: Told, names: Sequence[str], span: Span) -> list[Number]:
    found: list[Number] = []
    by_date = {str(day.get("date")): day for day in told.days}
    for day in span.days:
        row = by_date.get(day.isoformat(), {})
        status, metrics = row.get("data_status"), _mapping(row.get("metrics"))
        values = {name: as_number(metrics.get(name)) for name in names}
        if status in {READY, ESTIMATE}:
            found += [
                Number(name, value, day=day, is_final=status == READY)
                for name, value in values.items()
                if value is not None
            ]
    return found


def refused(account: Account, names: Sequence[str], error: PlatformError) -> tuple[Lack, ...]:
    """Why nothing is told: to personal accounts Pinterest tells nothing."""
    text = error.user_message if account.kind == "business" else TO_BUSINESS
    return tuple(Lack(name, Why.PERMISSION, text) for name in names)
