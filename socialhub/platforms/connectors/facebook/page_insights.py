"""Figures of the Page: how it stands, its days, where its followers are
(https://developers.facebook.com/docs/graph-api/reference/insights, read 2026-06).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

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
from socialhub.platforms.metrics import Findings, Lack, Number, Span, Why
from socialhub.platforms.values import Account

from .metrics import DAY_REACTION_KINDS, DAY_REACTIONS, DAYS, PLACES, PROFILE, TABLE

FEW_LIKES = "Facebook tells this of Pages with 100 likes or more."


def read_profile(api: Api, account: Account, span: Span, now: datetime) -> Findings:
    """How the Page stands."""
    body, lacks = ask_fields(api, account.external_id, {name: name for name in PROFILE})
    return count_fields(body, [TABLE.of_account(name) for name in PROFILE], lacks)


def read_days(api: Api, account: Account, span: Span, now: datetime) -> Findings:
    """What comes day by day, for up to 90 days; reactions kind by kind, in a question of their own."""
    path, why = f"{account.external_id}/insights", why_silent(span, now)
    asked = {"period": "day", **window(span)}
    days = ask(api, path, DAYS, asked).figures(by_day(span, now), why)
    kinds = ask(api, path, tuple(DAY_REACTION_KINDS), asked).figures(by_day(span, now), why)
    reactions = Findings(tuple(_together(kinds.numbers, span, now)), (), kinds.raw)
    found = with_gaps(days + reactions, span, now)
    if not kinds.lacks or any(lack.name == DAY_REACTIONS for lack in found.lacks):
        return found
    # Absent under the name by which they come, or the absence would outlast them.
    missing = ", ".join(DAY_REACTION_KINDS[lack.name] for lack in kinds.lacks)
    return found + Findings(lacks=(Lack(DAY_REACTIONS, kinds.lacks[0].why, f"Not told: {missing}."),))


def _together(numbers: Iterable[Number], span: Span, now: datetime) -> Iterable[Number]:
    """The kinds of a day as one figure, whose sum is known where no kind is missing."""
    days: dict[date, dict[str, float]] = {}
    for number in numbers:
        if number.day is not None and number.value is not None:
            days.setdefault(number.day, {})[DAY_REACTION_KINDS[number.name]] = number.value
    for day, kinds in sorted(days.items()):
        total = sum(kinds.values()) if len(kinds) == len(DAY_REACTION_KINDS) else None
        yield Number(DAY_REACTIONS, total, kinds, "reaction", day, is_settled(day, span.zone, now))


def read_audience(api: Api, account: Account, span: Span, now: datetime) -> Findings:
    """Where followers are. Some say that Facebook ceased to tell this in March 2026; then it is absent."""
    told = ask(api, f"{account.external_id}/insights", tuple(PLACES), {"period": "day"})
    return told.figures(lambda name, line: whole(by=PLACES[name])(name, line), Why.TOO_FEW, FEW_LIKES)
