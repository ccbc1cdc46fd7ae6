"""What every connector with figures must keep: recorded answers come out as they say, and the sandbox agrees."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from socialhub.platforms import registry
from socialhub.platforms.connector import Connector
from socialhub.platforms.login import Login
from socialhub.platforms.metrics import MEANINGS, Insights, Listing, Metric, Published, Span
from socialhub.platforms.sandbox.server import SandboxServer
from socialhub.platforms.testing import Desk, connect, payloads
from socialhub.platforms.tests.figures import ask, lacks, rows, wanted
from socialhub.platforms.tests.samples import PutFile, answers, file_host, sample
from socialhub.platforms.values import Capability

CONNECTORS = [each for each in registry.connectors().values() if each.insights]
LOGINS = [(connector, login) for connector in CONNECTORS for login in connector.logins]
RECORDED = [
    (connector, name, payload)
    for connector in CONNECTORS
    for name, payload in payloads(connector.key, "figures")
]
every_connector = pytest.mark.parametrize("connector", CONNECTORS, ids=lambda each: each.key)
every_login = pytest.mark.parametrize(
    ("connector", "login"), LOGINS, ids=lambda each: each.key if hasattr(each, "key") else ""
)
every_answer = pytest.mark.parametrize(
    ("connector", "payload"),
    [(connector, payload) for connector, _, payload in RECORDED],
    ids=[f"{connector.key}-{name}" for connector, name, _ in RECORDED],
)


def insights_of(connector: Connector) -> Insights:
    """How its figures are read."""
    assert connector.insights is not None
    return connector.insights


def in_order(lines: Any) -> list[Any]:
    """Lines in an order of their own."""
    return sorted(lines, key=lambda line: sorted(map(str, line.items())))


def test_the_meaning_of_every_metric_is_told() -> None:
    assert set(MEANINGS) == set(Metric)


@every_connector
def test_every_term_says_what_is_counted_and_where_that_stands(connector: Connector) -> None:
    table = insights_of(connector).table
    assert all(term.meaning.endswith(".") for term in (*table.post, *table.account))
    assert table.source.startswith("https://")
    assert date(2026, 1, 1) <= table.checked <= datetime.now(UTC).date()
    assert all(login.scopes.get(Capability.INSIGHTS) for login in connector.consents)


@every_connector
def test_what_people_look_for_is_there_or_the_reason_is_told(connector: Connector) -> None:
    table = insights_of(connector).table
    given = {term.metric for term in (*table.post, *table.account)}
    looked_for = {
        Metric.VIEWS, Metric.REACH, Metric.LIKES, Metric.COMMENTS, Metric.SAVES, Metric.CLICKS,
        Metric.FOLLOWERS, Metric.WATCH_TIME, Metric.AUDIENCE,
    }  # fmt: skip
    assert looked_for <= given | set(table.left_out)
    assert given & {Metric.SHARES, Metric.REPOSTS} or Metric.SHARES in table.left_out


@every_connector
def test_the_cases_that_go_wrong_elsewhere_are_recorded(connector: Connector) -> None:
    names = {name.partition("__")[2].partition("_")[0] for name, _ in payloads(connector.key, "figures")}
    assert wanted(insights_of(connector)) <= names


@every_answer
def test_recorded_answers_become_these_figures(connector: Connector, payload: Mapping[str, Any]) -> None:
    insights = insights_of(connector)
    played, found = ask(connector, payload)
    assert in_order(rows(insights, found)) == in_order(payload["rows"])
    assert in_order(lacks(found)) == in_order(payload.get("lacks", []))
    terms = insights.table.post if payload["ask"] == "posts" else insights.table.account
    absent = {lack["name"] for lack in payload.get("lacks", [])}
    assert absent <= {term.name for term in terms}, "an absence under a name that never comes would stay"
    assert played.answers == [], "not everything was asked for"
    for asked, said in zip(played.requests, payload["answers"], strict=True):
        assert all(piece in asked.url for piece in said.get("asked", [])), asked.url
    assert all("a-token-of-northwind" not in str(each.raw) for each in found.values())
    if again := payload.get("again"):
        _, found = ask(connector, payload, again)
        assert in_order(rows(insights, found)) == in_order(again["rows"])


@pytest.fixture
def sandbox() -> Iterator[SandboxServer]:
    """A fresh world."""
    with SandboxServer() as server:
        yield server


@pytest.fixture
def put() -> Iterator[PutFile]:
    """A place for files that platforms fetch."""
    with file_host() as put_file:
        yield put_file


def _published(desk: Desk, put: PutFile) -> Published:
    kind = desk.connector.kinds[0]
    row = desk.publish(sample(kind, put), answers(desk.connector.options_for(desk.account), kind))
    return Published(row.post_id, desk.server.clock.moment(), kind, url=row.url)


def _keep_alive(desk: Desk) -> None:
    """Renew what has ended while the clock went on."""
    tokens, now = desk.account.tokens, desk.server.clock.moment()
    if tokens is not None and tokens.expires_at is not None and tokens.expires_at < now + timedelta(hours=1):
        desk.renew()


def _span(insights: Insights, now: datetime) -> Span:
    last = (now - timedelta(days=1)).date()
    days = min(insights.history.days or 1, 10)
    return Span(last - timedelta(days=days - 1), last, insights.zone)


@every_login
def test_the_sandbox_tells_of_a_post_and_its_figures_never_fall(
    connector: Connector, login: Login, sandbox: SandboxServer, put: PutFile
) -> None:
    desk = connect(connector, login, sandbox)
    insights, post = insights_of(connector), _published(desk, put)
    seen: dict[str, float] = {}
    for _ in range(3):
        sandbox.control.advance(36 * 3600)
        if insights.reads_post(post, sandbox.clock.moment()):
            _keep_alive(desk)
            found = insights.read_posts(desk.api(), desk.account, [post], sandbox.clock.moment())[post.id]
            figures = {number.name: number.value or 0.0 for number in found.numbers}
            assert all(figures[name] >= value for name, value in seen.items())
            seen = figures
    known = {insights.table.of_post(name).metric for name in seen}
    assert Metric.LIKES in known or Metric.VIEWS in known
    assert max(seen.values()) > 0


@every_login
def test_the_sandbox_tells_of_the_account_and_twice_the_same(
    connector: Connector, login: Login, sandbox: SandboxServer
) -> None:
    desk = connect(connector, login, sandbox)
    insights, now = insights_of(connector), sandbox.clock.moment()
    span = _span(insights, now)
    names: set[str] = set()
    for part in insights.parts:
        for piece in span.pieces(part.most_days) if part.most_days else [Span(span.last, span.last)]:
            first = part.read(desk.api(), desk.account, piece, now)
            second = part.read(desk.api(), desk.account, piece, now)
            assert [n for n in first.numbers if n.day] == [n for n in second.numbers if n.day]
            assert all(number.day is None or number.day in piece.days for number in first.numbers)
            names |= {number.name for number in first.numbers}
    known = {insights.table.of_account(name).metric for name in names}
    assert Metric.FOLLOWERS in known
    assert names <= {term.name for term in insights.table.account}


@every_login
def test_posts_made_elsewhere_are_found(connector: Connector, login: Login, sandbox: SandboxServer) -> None:
    insights = insights_of(connector)
    if insights.list_posts is None or login.key in insights.unlisted:
        return
    desk = connect(connector, login, sandbox)
    account = next(
        each["id"]
        for each in sandbox.control.call("GET", "accounts")
        if each["platform"] == connector.key and each["id"] in desk.account.external_id
    )
    ids = [sandbox.control.past(account, f"Roast number {n}", seconds=n * 86_400) for n in (2, 5, 9)]
    now = sandbox.clock.moment()
    cursor: dict[str, Any] = {}
    found: list[Published] = []
    for _ in range(5):
        listed = insights.list_posts(desk.api(), desk.account, Listing(now - timedelta(days=7), now, cursor))
        found += listed.posts
        cursor = dict(listed.cursor)
        if not listed.is_more:
            break
    assert [post.id for post in found] == ids[:2]
    assert all(abs((now - post.at).days - days) <= 1 for post, days in zip(found, (2, 5), strict=True))
    assert "Roast number 2" in found[0].text
    read = insights.read_posts(desk.api(), desk.account, found, now)
    assert set(read) == set(ids[:2])


@every_connector
def test_a_name_that_the_sandbox_no_longer_knows_leaves_the_others(
    connector: Connector, sandbox: SandboxServer, put: PutFile
) -> None:
    desk = connect(connector, connector.logins[0], sandbox)
    insights, post = insights_of(connector), _published(desk, put)
    sandbox.control.advance(20 * 3600)
    _keep_alive(desk)
    now = sandbox.clock.moment()
    before = insights.read_posts(desk.api(), desk.account, [post], now)[post.id]
    lost = before.numbers[-1].name
    sandbox.control.bend(connector.key, unknown=[lost])
    after = insights.read_posts(desk.api(), desk.account, [post], now)[post.id]
    assert lost not in {number.name for number in after.numbers}
    assert lost in {lack.name for lack in after.lacks}
    assert {n.name for n in before.numbers} - {n.name for n in after.numbers} == {lost}
