"""Every recorded answer of every connector goes through the engine into rows, and comes out as it says.

What is expected stands in the payloads beside the connectors (see :mod:`socialhub.platforms.tests.figures`): the rows
in our units, and what is absent. Figures of posts and of how things stand belong to a night, so that asking ``again``
is the next night; figures of days are said anew for the same day.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from accounts.models import ConnectedAccount, Workspace
from analytics import keeping
from analytics.models import Absence, AccountSnapshot, Payload, PostSnapshot, TrackedPost
from socialhub.platforms import registry
from socialhub.platforms.connector import Connector
from socialhub.platforms.metrics import Findings, Lack, Number, Why
from socialhub.platforms.testing import payloads
from socialhub.platforms.tests.figures import ask

READ_AT = datetime(2026, 11, 27, 2, tzinfo=UTC)
NIGHTS = (date(2026, 11, 27), date(2026, 11, 28))
TOKEN = "a-token-of-northwind"  # what the harness signs in with
RECORDED = [
    pytest.param(connector, payload, id=f"{key}-{name}")
    for key, connector in registry.connectors().items()
    if connector.insights
    for name, payload in payloads(key, "figures")
]
Line = tuple[str, ...]
Row = dict[str, Any]


def account_of(workspace: Workspace, connector: Connector, facts: Mapping[str, Any]) -> ConnectedAccount:
    """Northwind's account there, of the kind that the payload says."""
    return ConnectedAccount.objects.create(
        workspace=workspace,
        platform=connector.key,
        login=facts.get("login", connector.logins[0].key),
        external_id=facts.get("external_id", "100"),
        kind=facts.get("kind", ""),
        handle="northwind",
    )


class Book:
    """The account of one payload, whose readings are kept."""

    def __init__(self, workspace: Workspace, connector: Connector, payload: Mapping[str, Any]) -> None:
        self.connector, self.payload = connector, payload
        self.account = account_of(workspace, connector, payload.get("account", {}))
        self.is_of_posts = payload["ask"] == "posts"
        self.posts = [self._track(facts) for facts in payload.get("posts", [])]

    def _track(self, facts: Mapping[str, Any]) -> TrackedPost:
        at = datetime.fromisoformat(facts["at"]) if "at" in facts else READ_AT - timedelta(hours=1)
        return TrackedPost.objects.create(
            account=self.account, external_id=facts["id"], published_at=at, found_at=at, told_at=at
        )

    def keep(self, night: int = 0, *, minutes: int = 0) -> int:
        """Ask, the second night with the answers of ``again``, and keep what came; how many rows came or changed."""
        insights = self.connector.insights
        assert insights is not None
        _, found = ask(self.connector, self.payload, self.payload["again"] if night else None)
        now = READ_AT + timedelta(days=night, minutes=minutes)
        reading = keeping.Reading(self.account, insights.table, NIGHTS[night], now)
        if not self.is_of_posts:
            return keeping.keep_account(reading, self.payload["ask"], found[""])
        slots = dict.fromkeys(self.posts, NIGHTS[night].isoformat())
        return keeping.keep_posts(reading, slots, found, nightly=True)

    def lines(self) -> dict[Line, Row]:
        """Every figure that is kept, in the words of the payloads, by what it is a figure of."""
        found: dict[Line, Row] = {}
        for row in PostSnapshot.objects.filter(post__account=self.account).select_related("post"):
            found["post", row.post.external_id, row.slot, row.name, row.by] = _told(row)
        for line in AccountSnapshot.objects.filter(account=self.account):
            found["account", line.period, line.day.isoformat(), line.name, line.by] = _told(line)
        return found

    def expected(self, rows: list[Mapping[str, Any]], night: int = 0) -> dict[Line, Row]:
        """What the payload says, in the same form."""
        evening = NIGHTS[night].isoformat()
        found: dict[Line, Row] = {}
        for row in rows:
            place = ("account", "day" if "day" in row else "night", row.get("day", evening))
            if self.is_of_posts:
                place = ("post", row["post"], evening)
            found[(*place, row["name"], row.get("by", ""))] = {
                "metric": row["metric"],
                "value": row.get("value"),
                "groups": row.get("groups"),
                "is_final": row.get("final", True),
            }
        return found

    def absent(self) -> dict[str, str]:
        """Every figure that is noted as absent, and why."""
        return dict(Absence.objects.filter(account=self.account).values_list("name", "why"))

    def everything(self) -> list[Any]:
        """All rows as they are, but for when an absence was seen last."""
        unseen = Absence.objects.filter(account=self.account).order_by("name")
        return [
            [(key, row) for key, row in sorted(self.lines().items())],
            list(AccountSnapshot.objects.order_by("pk").values("pk", "read_at", "restated", "payload")),
            list(PostSnapshot.objects.order_by("pk").values("pk", "read_at", "payload")),
            list(unseen.values("pk", "name", "why", "since")),
            list(TrackedPost.objects.order_by("pk").values("pk", "totals", "night_totals", "before_totals")),
            list(Payload.objects.order_by("pk").values()),
        ]


def _told(row: PostSnapshot | AccountSnapshot) -> Row:
    return {name: getattr(row, name) for name in ("metric", "value", "groups", "is_final")}


def _lacking(payload: Mapping[str, Any]) -> dict[str, str]:
    """Of posts only what none of them got; of the account also what one of several days does not have."""
    come = {row["name"] for row in payload["rows"] if "post" in row}
    return {lack["name"]: lack["why"] for lack in payload.get("lacks", []) if lack["name"] not in come}


@pytest.mark.parametrize(("connector", "payload"), RECORDED)
def test_a_recorded_answer_becomes_the_rows_that_it_says(
    northwind: Workspace, connector: Connector, payload: Mapping[str, Any]
) -> None:
    book = Book(northwind, connector, payload)
    assert book.keep() == len(payload["rows"])
    assert book.lines() == book.expected(payload["rows"])
    assert book.absent() == _lacking(payload)
    assert bool(payload["rows"]) == Payload.objects.filter(asked=payload["ask"]).exists()
    assert all(TOKEN not in str(body) for body in Payload.objects.values_list("body", flat=True))

    before = book.everything()
    assert book.keep(minutes=5) == 0
    assert book.everything() == before

    if again := payload.get("again"):
        first, second = book.expected(payload["rows"]), book.expected(again["rows"], 1)
        book.keep(1)
        assert book.lines() == first | second
        _said_before(book, first, second)
        before = book.everything()
        assert book.keep(1, minutes=5) == 0
        assert book.everything() == before


def _said_before(book: Book, first: Mapping[Line, Row], second: Mapping[Line, Row]) -> None:
    """A day that is told otherwise keeps what was said before; what is told as before has nothing beside it."""
    for row in AccountSnapshot.objects.filter(account=book.account, period="day"):
        line = ("account", "day", row.day.isoformat(), row.name, row.by)
        old, new = first.get(line), second.get(line)
        if old is None or new is None or (old["value"], old["groups"]) == (new["value"], new["groups"]):
            assert row.restated is None
        else:
            assert row.restated == [[READ_AT.isoformat(), old["value"], old["groups"]]]
            assert row.read_at == READ_AT + timedelta(days=1)


def _reading(workspace: Workspace) -> keeping.Reading:
    connector = next(each for each in registry.connectors().values() if each.insights)
    assert connector.insights is not None
    return keeping.Reading(account_of(workspace, connector, {}), connector.insights.table, NIGHTS[0], READ_AT)


def test_a_day_that_is_late_stays_an_absence_however_often_it_is_asked_for(northwind: Workspace) -> None:
    reading = _reading(northwind)
    found = Findings((Number("shown", 5.0, day=date(2026, 11, 25)),), (Lack("shown", Why.NOT_YET),))
    for _ in range(3):
        keeping.keep_account(reading, "days", found)
        assert Absence.objects.get(name="shown").since == READ_AT
    keeping.keep_account(reading, "days", Findings((Number("shown", 6.0, day=date(2026, 11, 26)),)))
    assert not Absence.objects.exists()


@pytest.mark.parametrize("order", [("plain", "video"), ("video", "plain")])
def test_what_one_post_of_several_has_is_not_absent(northwind: Workspace, order: tuple[str, str]) -> None:
    reading = _reading(northwind)
    posts = [
        TrackedPost.objects.create(
            account=reading.account, external_id=name, published_at=READ_AT, found_at=READ_AT, told_at=READ_AT
        )
        for name in order
    ]
    found = {
        "video": Findings((Number("played", 3.0),)),
        "plain": Findings((), (Lack("played", Why.NOT_GIVEN),)),
    }
    for _ in range(2):
        keeping.keep_posts(reading, dict.fromkeys(posts, "2026-11-27"), found, nightly=True)
        assert not Absence.objects.exists()
    assert PostSnapshot.objects.count() == 1
