"""Figures of the account: how it stands, its days, its audience
(https://developers.facebook.com/docs/instagram-platform/api-reference/instagram-user/insights, read 2026-06).

Only few figures come as a series; the others are one sum of the window that is asked about, so that a day of them is
a question of its own.
"""

from __future__ import annotations

from datetime import datetime

from socialhub.platforms.api import Api
from socialhub.platforms.connectors._graph.insights import (
    ask,
    ask_fields,
    by_day,
    count_fields,
    is_settled,
    whole,
    why_silent,
    window,
    with_gaps,
)
from socialhub.platforms.metrics import Findings, Span, Why
from socialhub.platforms.values import Account

from .metrics import DEMOGRAPHICS, FLOW, HOURS, PROFILE, SERIES, TABLE, TOTALS

BREAKDOWNS = ("age", "gender", "country", "city")
TIMEFRAME = "this_month"
FEW_FOLLOWERS = "Instagram tells this from 100 followers on, and of the groups that are large enough."


def read_profile(api: Api, account: Account, span: Span, now: datetime) -> Findings:
    """How the account stands."""
    body, lacks = ask_fields(api, account.external_id, {name: name for name in PROFILE})
    return count_fields(body, [TABLE.of_account(name) for name in PROFILE], lacks)


def read_series(api: Api, account: Account, span: Span, now: datetime) -> Findings:
    """What comes day by day, for up to 30 days."""
    path, why = f"{account.external_id}/insights", why_silent(span, now)
    days = ask(api, path, SERIES, {"period": "day", **window(span)}).figures(by_day(span, now), why)
    hours = ask(api, path, (HOURS,), {"period": "lifetime", **window(span)})
    return with_gaps(days + hours.figures(by_day(span, now, by="hour"), why), span, now)


def read_day(api: Api, account: Account, span: Span, now: datetime) -> Findings:
    """The sums of one day."""
    path, why = f"{account.external_id}/insights", why_silent(span, now)
    asked = {"period": "day", "metric_type": "total_value", **window(span)}
    read = whole(day=span.first, is_final=is_settled(span.last, span.zone, now))
    totals = ask(api, path, TOTALS, asked).figures(read, why)
    return totals + ask(api, path, (FLOW,), {**asked, "breakdown": "follow_type"}).figures(read, why)


def read_audience(api: Api, account: Account, span: Span, now: datetime) -> Findings:
    """Who follows, and who does something with posts, by one group after the other."""
    asked = {"period": "lifetime", "metric_type": "total_value", "timeframe": TIMEFRAME}
    found = Findings()
    for by in BREAKDOWNS:
        told = ask(api, f"{account.external_id}/insights", DEMOGRAPHICS, {**asked, "breakdown": by})
        found += told.figures(whole(by=by), Why.TOO_FEW, FEW_FOLLOWERS)
    return Findings(found.numbers, tuple(dict.fromkeys(found.lacks)), found.raw)
