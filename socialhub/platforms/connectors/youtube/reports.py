"""Reports of the YouTube Analytics API
(https://developers.google.com/youtube/analytics/channel_reports, read 2026-11).

A report is a table with its headers; a day, a video or a group without data has no row. The answer ends at the last
day that YouTube has worked through, two to three days ago.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from socialhub.platforms.api import Api
from socialhub.platforms.errors import Fault, PlatformError
from socialhub.platforms.metrics import Findings, Lack, Number, Published, Span, Why, as_number
from socialhub.platforms.values import Account

from .errors import PACIFIC
from .metrics import ASIDE, DAYS, LATE, VIEWERS, WATCHED

REPORTS = "https://youtubeanalytics.googleapis.com/v2/reports"
SCOPE = "https://www.googleapis.com/auth/yt-analytics.readonly"
AGAIN = 7
"""For so many days YouTube may mend what it told of a day."""
PERIOD = timedelta(days=89)
MOST_COUNTRIES = 50
NOT_ALLOWED = "The permission for reports was not given. Reconnect the channel and leave it ticked."


@dataclass(frozen=True)
class Report:
    """Figures by what each row is about, and the names that no row can have."""

    rows: Mapping[tuple[str, ...], Mapping[str, float]] = field(default_factory=dict)
    lacks: tuple[Lack, ...] = ()
    raw: tuple[Any, ...] = ()

    def __add__(self, other: Report) -> Report:
        keys = dict.fromkeys((*self.rows, *other.rows))
        rows = {key: {**self.rows.get(key, {}), **other.rows.get(key, {})} for key in keys}
        return Report(rows, self.lacks + other.lacks, self.raw + other.raw)


def ask(
    api: Api, account: Account, names: Sequence[str], by: Sequence[str], span: Span, **more: str
) -> Report:
    """One report. Names that YouTube refuses together are asked for apart, until those it refuses stand alone."""
    if account.tokens and account.tokens.scopes and SCOPE not in account.tokens.scopes:
        return _without(names, Why.PERMISSION, NOT_ALLOWED)
    query = {
        "ids": "channel==MINE",
        "startDate": span.first.isoformat(),
        "endDate": span.last.isoformat(),
        "metrics": ",".join(names),
        "dimensions": ",".join(by),
        **more,
    }
    try:
        body = api.get(REPORTS, params=query).body
    except PlatformError as error:
        if error.kind is Fault.PERMISSION:
            return _without(names, Why.PERMISSION, error.user_message)
        if error.kind is not Fault.INVALID_REQUEST or error.http_status != 400:
            raise
        if len(names) == 1:
            return _without(names, Why.UNKNOWN)
        half = len(names) // 2
        first, second = names[:half], names[half:]
        return ask(api, account, first, by, span, **more) + ask(api, account, second, by, span, **more)
    return _read(body, names, by)


def _without(names: Sequence[str], why: Why, text: str = "") -> Report:
    return Report(lacks=tuple(Lack(name, why, text) for name in names))


def _read(body: Any, names: Sequence[str], by: Sequence[str]) -> Report:
    """Columns go by their headers."""
    table = body if isinstance(body, Mapping) else {}
    heads = [str(head.get("name")) for head in table.get("columnHeaders") or () if isinstance(head, Mapping)]
    found: dict[tuple[str, ...], dict[str, float]] = {}
    for cells in table.get("rows") or ():
        row = dict(zip(heads, cells, strict=False)) if isinstance(cells, list) else {}
        if all(name in row for name in by):
            known = {name: number for name in names if (number := as_number(row.get(name))) is not None}
            found[tuple(str(row[name]) for name in by)] = known
    return Report(found, raw=({"columns": heads, "rows": table.get("rows") or []},))


def read_days(api: Api, account: Account, span: Span, now: datetime) -> Findings:
    """The channel day by day."""
    names = [term.name for term in DAYS]
    report = ask(api, account, names, ("day",), span)
    today = now.astimezone(ZoneInfo(PACIFIC)).date()
    rows = {day: report.rows[(day.isoformat(),)] for day in span.days if (day.isoformat(),) in report.rows}
    numbers = tuple(
        Number(name, value, day=day, is_final=today - day >= timedelta(days=AGAIN))
        for day, row in rows.items()
        for name, value in row.items()
    )
    is_late = span.last not in rows and today - span.last <= LATE
    given = {number.name for number in numbers if not is_late} | {lack.name for lack in report.lacks}
    why = Why.NOT_YET if is_late else Why.NOT_GIVEN
    lacks = tuple(Lack(name, why) for name in names if name not in given)
    return Findings(numbers, report.lacks + lacks, list(report.raw) or None)


def read_viewers(api: Api, account: Account, span: Span, now: datetime) -> Findings:
    """Who watched, by age and by gender."""
    report = ask(api, account, [VIEWERS.name], ("ageGroup", "gender"), _period(span))
    ages: dict[str, float] = {}
    genders: dict[str, float] = {}
    for (age, gender), row in report.rows.items():
        share = row.get(VIEWERS.name, 0.0)
        ages[_age(age)] = round(ages.get(_age(age), 0.0) + share, 2)
        genders[gender] = round(genders.get(gender, 0.0) + share, 2)
    groups = {"age": ages, "gender": genders} if ages else {}
    numbers = tuple(Number(VIEWERS.name, groups=found, by=by) for by, found in groups.items())
    return _grouped(report, VIEWERS.name, numbers, Why.TOO_FEW)


def _age(theirs: str) -> str:
    """``age25-34`` and ``age65-`` as people write them."""
    ages = theirs.removeprefix("age")
    return f"{ages[:-1]}+" if ages.endswith("-") else ages


def read_countries(api: Api, account: Account, span: Span, now: datetime) -> Findings:
    """Where videos were started in the last 90 days."""
    more = {"sort": "-views", "maxResults": str(MOST_COUNTRIES)}
    report = ask(api, account, ["views"], ("country",), _period(span), **more)
    groups = {country: row["views"] for (country,), row in report.rows.items() if "views" in row}
    numbers = (Number("views", groups=groups, by="country"),) if groups else ()
    return _grouped(report, "views", numbers, Why.NOT_GIVEN)


def _period(span: Span) -> Span:
    return Span(span.last - PERIOD, span.last, span.zone)


def _grouped(report: Report, name: str, numbers: tuple[Number, ...], why: Why) -> Findings:
    lacks = report.lacks or (() if numbers else (Lack(name, why),))
    return Findings(numbers, lacks, list(report.raw) or None)


def read_watched(
    api: Api, account: Account, posts: Iterable[Published], now: datetime
) -> Mapping[str, Findings]:
    """How videos were watched since they came out: one row for each, as they are both filter and dimension."""
    asked = {post.id: post.at.astimezone(ZoneInfo(PACIFIC)).date() for post in posts}
    today = now.astimezone(ZoneInfo(PACIFIC)).date()
    span = Span(min(*asked.values(), today), today, PACIFIC)
    names = [term.name for term in (*WATCHED, *ASIDE)]
    report = ask(api, account, names, ("video",), span, filters=f"video=={','.join(asked)}")
    return {video: _watched(report, names, video, born, today) for video, born in asked.items()}


def _watched(report: Report, names: Sequence[str], video: str, born: date, today: date) -> Findings:
    row, refused = report.rows.get((video,), {}), {lack.name for lack in report.lacks}
    why = Why.NOT_YET if not row and today - born <= LATE else Why.NOT_GIVEN
    return Findings(
        tuple(Number(name, row[name]) for name in names if name in row),
        report.lacks + tuple(Lack(name, why) for name in names if name not in row and name not in refused),
        {"report": row} if row else None,
    )
