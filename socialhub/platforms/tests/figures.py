"""Recorded answers about figures, and what must come of them: ``tests/payloads/figures__<variant>.json``.

A file says what is asked (``ask``: ``posts`` or the name of a part), of which ``posts`` or ``days`` (first and last),
by which ``account`` (where it matters), when (``now``), what the platform answers (``answers``, in order), and which
figures come of it (``rows``, all of them) and which are absent (``lacks``). ``again`` asks once more with answers of
its own and says what the rows are then. Variants that a connector must have are named in ``wanted``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from socialhub.platforms.api import Api
from socialhub.platforms.connector import Connector
from socialhub.platforms.metrics import Findings, Insights, Metric, Published, Span
from socialhub.platforms.testing import Played
from socialhub.platforms.values import Account, App, Kind, Secret, Tokens

NOW = "2026-11-27T02:00:00+00:00"


def wanted(insights: Insights) -> set[str]:
    """The variants that a connector shows: what is absent and what lost its name, always; the rest as it applies."""
    names = {"plain", "absent", "renamed"}
    if insights.history:
        names |= {"late", "restated"}
    if any(term.metric in {Metric.AUDIENCE, Metric.VIEWERS} for term in insights.table.account):
        names.add("breakdown")
    return names


def ask(
    connector: Connector, payload: Mapping[str, Any], more: Mapping[str, Any] | None = None
) -> tuple[Played, dict[str, Findings]]:
    """What the connector makes of recorded answers, by post id; under ``""`` what is about the account.

    ``more`` stands in for what the payload says (its ``again``).
    """
    told = {**payload, **(more or {})}
    insights = connector.insights
    assert insights is not None
    played = Played(*told["answers"])
    account = _account(connector, payload.get("account", {}))
    now = datetime.fromisoformat(told.get("now", NOW))
    app = App("app-id", Secret("an-app-secret"))
    api = Api(connector.key, connector.service, played, account=account, app=app, clock=lambda: now)
    if payload["ask"] == "posts":
        posts = [_post(each, now) for each in payload["posts"]]
        return played, dict(insights.read_posts(api, account, posts, now))
    part = next(part for part in insights.parts if part.name == payload["ask"])
    first, last = (date.fromisoformat(day) for day in payload.get("days", ["2026-11-26", "2026-11-26"]))
    return played, {"": part.read(api, account, Span(first, last, insights.zone), now)}


def _account(connector: Connector, facts: Mapping[str, Any]) -> Account:
    usual = {"external_id": "100", "handle": "@northwind", "host": "social.example"}
    usual |= {"login": connector.logins[0].key}
    return Account(**{**usual, **facts}, tokens=Tokens(Secret("a-token-of-northwind")))


def _post(facts: Mapping[str, Any], now: datetime) -> Published:
    kind = Kind(facts["kind"]) if "kind" in facts else None
    at = datetime.fromisoformat(facts["at"]) if "at" in facts else now
    return Published(facts["id"], at, kind, url=facts.get("url", ""), facts=facts.get("facts", {}))


def rows(insights: Insights, found: Mapping[str, Findings]) -> Iterator[dict[str, Any]]:
    """Every figure under our name and in our unit; what is usual is left away."""
    for subject, findings in found.items():
        table = insights.table
        for number in findings.numbers:
            term = table.of_post(number.name) if subject else table.of_account(number.name)
            row: dict[str, Any] = {"name": number.name, "metric": str(term.metric)}
            row |= {"post": subject} if subject else {}
            row |= {"value": term.value(number.value)} if number.value is not None else {}
            row |= {"by": number.by, "groups": dict(number.groups)} if number.by else {}
            row |= {"day": number.day.isoformat()} if number.day else {}
            row |= {} if number.is_final else {"final": False}
            yield row


def lacks(found: Mapping[str, Findings]) -> Iterator[dict[str, Any]]:
    """Everything that is absent, and why."""
    for subject, findings in found.items():
        for lack in findings.lacks:
            row = {"name": lack.name, "why": str(lack.why)}
            yield row | ({"post": subject} if subject else {})
