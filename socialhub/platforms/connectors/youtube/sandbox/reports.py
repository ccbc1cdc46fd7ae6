"""The YouTube Analytics API (https://developers.google.com/youtube/analytics/reference/reports/query)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from werkzeug.wrappers import Response

from socialhub.platforms.sandbox.growth import bend, on_day, split
from socialhub.platforms.sandbox.shapes import Field
from socialhub.platforms.sandbox.simulator import Call, Limit, RefusalError, reply

from .figures import WATCHED, told_until, watched
from .refusals import error
from .server import ANALYTICS, PACIFIC, SCOPE, simulator

READ = tuple(
    SCOPE + name
    for name in ("yt-analytics.readonly", "yt-analytics-monetary.readonly", "youtube", "youtube.readonly")
)
QUERIES = Limit("report queries", 100_000, 86_400)
QUERY = {
    "ids": Field(required=True),
    "startDate": Field(required=True),
    "endDate": Field(required=True),
    "metrics": Field(required=True),
    "dimensions": Field(),
    "filters": Field(),
    "sort": Field(),
    "maxResults": Field("int"),
    "startIndex": Field("int"),
    "currency": Field(),
    "includeHistoricalChannelData": Field("bool"),
    "alt": Field(choices=("json",)),
}
ACTIVITY = {*WATCHED, "averageViewDuration", "averageViewPercentage"}
FLOATS = {"averageViewPercentage", "viewerPercentage"}
REPORTS = {
    (): ACTIVITY,
    ("day",): ACTIVITY,
    ("video",): ACTIVITY,
    ("country",): ACTIVITY - {"subscribersGained", "subscribersLost", "cardClicks"},
    ("ageGroup", "gender"): {"viewerPercentage"},
}
"""Which figures go with which dimensions."""
USUAL = {name: most / 2 for name, most in WATCHED.items()} | {
    "averageViewDuration": 45.0,
    "averageViewPercentage": 50.0,
}
AGES = ("age25-34", "age35-44", "age18-24", "age45-54", "age55-64", "age65-", "age13-17")
GENDERS = ("female", "male", "user_specified")
COUNTRIES = ("DE", "AT", "US", "GB", "CH", "NL", "FR")
MOST_VIDEOS = 500
VIDEO = re.compile(r"video==([\w-]+(?:,[\w-]+)*)$")


@simulator.route("GET", "/v2/reports", host=ANALYTICS, scopes=READ, limit=QUERIES)
def query_report(call: Call) -> Response:
    """A table; without data it has no rows."""
    query = call.query(QUERY)
    by = tuple(filter(None, query.get("dimensions", "").split(",")))
    names = query["metrics"].split(",")
    if query["ids"] not in {"channel==MINE", f"channel=={call.account.id}"}:
        raise error(403, "forbidden", "Forbidden")
    first, last = _day(query, "startDate"), _day(query, "endDate")
    if last < first:
        raise error(400, "badRequest", "The end date is before the start date.")
    _check(call, by, names, query)
    rows = [list(row) for row in _rows(call, by, names, query, first, last)]
    for key in reversed([key for key in query.get("sort", "").split(",") if key]):
        place = (*by, *names).index(key.lstrip("-"))
        rows.sort(key=lambda row: row[place], reverse=key.startswith("-"))
    begin = query.get("startIndex", 1) - 1
    rows = rows[begin : begin + query.get("maxResults", len(rows) or 1)]
    told = [name for name in names if name not in bend(call.world, simulator.key).missing]
    keep = [place for place, name in enumerate((*by, *names)) if name in by or name in told]
    body: dict[str, Any] = {"kind": "youtubeAnalytics#resultTable", "columnHeaders": _heads(by, told)}
    return reply({**body, "rows": [[row[place] for place in keep] for row in rows]} if rows else body)


def _day(query: dict[str, Any], name: str) -> date:
    try:
        return date.fromisoformat(query[name])
    except ValueError:
        raise error(400, "badRequest", f"Invalid value ({query[name]}) for {name}.") from None


def _check(call: Call, by: tuple[str, ...], names: list[str], query: dict[str, Any]) -> None:
    """Names must exist, then go together."""
    known = set.union(*REPORTS.values()) - set(bend(call.world, simulator.key).unknown)
    for name in names:
        if name not in known:
            raise error(400, "badRequest", f"Unknown identifier ({name}) given in field parameters.metrics.")
    sorts = {key.lstrip("-") for key in query.get("sort", "").split(",") if key}
    filters, is_top = query.get("filters", ""), by == ("video",) and "filters" not in query
    fits = (
        by in REPORTS
        and set(names) <= REPORTS[by]
        and sorts <= {*by, *names}
        and (not filters or (VIDEO.match(filters) and len(filters.split(",")) <= MOST_VIDEOS))
        and (not is_top or (sorts and query.get("maxResults", 201) <= 200))
    )
    if not fits:
        raise unsupported()


def unsupported() -> RefusalError:
    """The answer to names, dimensions and filters that exist and do not go together."""
    said = "The query is not supported. Check the documentation for supported queries."
    return error(400, "badRequest", said)


def _heads(by: tuple[str, ...], names: list[str]) -> list[dict[str, str]]:
    dimensions = [{"name": name, "columnType": "DIMENSION", "dataType": "STRING"} for name in by]
    return dimensions + [
        {"name": name, "columnType": "METRIC", "dataType": "FLOAT" if name in FLOATS else "INTEGER"}
        for name in names
    ]


def _rows(
    call: Call, by: tuple[str, ...], names: list[str], query: dict[str, Any], first: date, last: date
) -> Iterator[list[Any]]:
    bent, now = bend(call.world, simulator.key), call.now
    if by == ("video",):
        wanted = VIDEO.match(query.get("filters", ""))
        for post in call.world.live_posts(account=call.token.account):
            seen = watched(call.world, post)
            if seen and (wanted is None or post.id in wanted[1].split(",")):
                yield [post.id, *(seen[name] for name in names)]
        return
    until = min(last, (datetime.fromtimestamp(told_until(call.world, simulator.key), PACIFIC)).date())
    days = [first + timedelta(days=n) for n in range((until - first).days + 1)]
    if by == ("day",):
        for day in days:
            found: dict[str, float | None] = {
                name: on_day(
                    call.account.id, name, day, usual=USUAL[name], now=now, bent=bent, zone=PACIFIC.key
                )
                for name in names
            }
            if any(value is not None for value in found.values()):
                yield [day.isoformat(), *(found[name] or 0 for name in names)]
    elif by == ("ageGroup", "gender") and not bent.thin:
        for age, gender in [(age, gender) for age in AGES for gender in GENDERS]:
            shares = split(call.account.id, 10_000, tuple(f"{a} {g}" for a in AGES for g in GENDERS))
            yield [age, gender, shares[f"{age} {gender}"] / 100]
    elif by == ("country",) and not bent.thin:
        parts = {name: split(call.account.id, USUAL[name] * len(days), COUNTRIES) for name in names}
        for country in COUNTRIES:
            yield [country, *(parts[name][country] for name in names)]
    elif by == ():
        yield [int(USUAL[name] * len(days)) for name in names]
