"""Figures of Threads that are special to it: profiles without Instagram, sums of a day, lists without links."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from pyfacebook import ThreadsGraphAPI

from socialhub.platforms.connectors.threads.metrics import POST, TOTALS
from socialhub.platforms.errors import Fault, PlatformError
from socialhub.platforms.metrics import Findings, Listing, Published, Span, Why
from socialhub.platforms.testing import Desk, Played
from socialhub.platforms.values import Content, Kind

from .test_connector import CONNECTOR, chain, desk

__all__ = ["desk"]
INSIGHTS = CONNECTOR.insights
assert INSIGHTS is not None
assert INSIGHTS.list_posts is not None
READ, LIST = INSIGHTS.read_posts, INSIGHTS.list_posts
DAY = 86_400


def _part(desk: Desk, name: str, first: date, last: date) -> Findings:
    assert INSIGHTS is not None
    part = next(part for part in INSIGHTS.parts if part.name == name)
    now = desk.server.clock.moment()
    return part.read(desk.api(), desk.account, Span(first, last, INSIGHTS.zone), now)


def _days_ago(desk: Desk, days: int) -> date:
    return desk.server.clock.moment().date() - timedelta(days=days)


def test_a_profile_without_instagram_lacks_a_feature_and_keeps_its_days(desk: Desk) -> None:
    profile = desk.server.world.accounts.get(desk.account.external_id)
    assert profile is not None
    profile.extra["is_unlinked"] = True
    day = _days_ago(desk, 3)
    for name in ("profile", "audience"):
        (lack,) = _part(desk, name, day, day).lacks
        assert lack.why is Why.PERMISSION
        assert "Instagram account" in lack.text
    assert {number.name for number in _part(desk, "day", day, day).numbers} == set(TOTALS)


def test_a_consent_without_the_permission_is_told_as_such(desk: Desk) -> None:
    for token in desk.server.world.tokens.where(platform="threads"):
        token.scopes = [scope for scope in token.scopes if not scope.endswith("insights")]
    day = _days_ago(desk, 3)
    for part in ("profile", "series", "day", "audience"):
        found = _part(desk, part, day, day)
        assert found.numbers == ()
        assert {lack.why for lack in found.lacks} == {Why.PERMISSION}


def test_clicks_of_a_day_are_told_by_link(desk: Desk) -> None:
    day = _days_ago(desk, 3)
    clicks = next(number for number in _part(desk, "day", day, day).numbers if number.name == "clicks")
    assert clicks.by == "link"
    assert clicks.value == sum(clicks.groups.values())
    assert all(link.startswith("https://") for link in clicks.groups)


def test_days_come_late_and_are_no_zeros(desk: Desk) -> None:
    desk.server.control.bend("threads", late_days=1)
    found = _part(desk, "series", _days_ago(desk, 5), _days_ago(desk, 1))
    told = [number.day for number in found.numbers]
    assert _days_ago(desk, 5) in told
    assert _days_ago(desk, 1) not in told
    assert [(lack.name, lack.why) for lack in found.lacks] == [("views", Why.NOT_YET)]


def test_small_audiences_are_kept_private(desk: Desk) -> None:
    desk.server.control.bend("threads", thin=True)
    found = _part(desk, "audience", _days_ago(desk, 1), _days_ago(desk, 1))
    assert [(lack.name, lack.why) for lack in found.lacks] == [("follower_demographics", Why.TOO_FEW)]


def test_a_limit_is_raised_and_nothing_is_called_absent(desk: Desk) -> None:
    body = {"error": {"message": "too many", "type": "THApiException", "code": 4}}
    desk.transport = Played({"status": 400, "body": body})
    with pytest.raises(PlatformError) as caught:
        READ(
            desk.api(),
            desk.account,
            [Published("18", desk.server.clock.moment())],
            desk.server.clock.moment(),
        )
    assert caught.value.kind is Fault.RATE_LIMIT


def test_of_a_chain_the_first_part_is_listed_and_of_the_past_page_after_page(desk: Desk) -> None:
    control = desk.server.control
    first = desk.publish(chain("One", "Two")).post_id
    ids = [control.past(desk.account.external_id, f"Roast {n}", seconds=n * 3600) for n in range(1, 61)]
    now = desk.server.clock.moment()
    cursor: dict[str, Any] = {}
    found: list[str] = []
    for _ in range(2):
        page = LIST(desk.api(), desk.account, Listing(now - timedelta(days=7), now, cursor))
        found += [post.id for post in page.posts]
        cursor = dict(page.cursor)
    assert found == [first, *ids]
    assert not page.is_more


def test_another_client_reads_the_same_figures(desk: Desk) -> None:
    post = desk.publish(Content(Kind.TEXT, "Northwind")).post_id
    desk.server.control.advance(DAY)
    now = desk.server.clock.moment()
    ours = READ(desk.api(), desk.account, [Published(post, now)], now)[post]
    assert desk.account.tokens is not None
    client = ThreadsGraphAPI(
        app_id=desk.app.client_id,
        access_token=desk.account.tokens.access.reveal(),
        base_url=f"{desk.server.url}/graph.threads.net/",
    )
    told = client.get_connection(post, "insights", metric=",".join(POST))["data"]
    assert {number.name: number.value for number in ours.numbers} == {
        line["name"]: line["values"][0]["value"] for line in told
    }
