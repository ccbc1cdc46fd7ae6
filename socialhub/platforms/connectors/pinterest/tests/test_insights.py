"""Figures of Pinterest: the status of a day decides, personal accounts are told nothing, pins beyond 90 days."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from socialhub.platforms import registry
from socialhub.platforms.errors import Fault, PlatformError
from socialhub.platforms.metrics import Findings, Insights, Listing, Published, Span, Why
from socialhub.platforms.sandbox.server import SandboxServer
from socialhub.platforms.testing import Desk, connect
from socialhub.platforms.values import Kind

from ..analytics import TO_BUSINESS
from .desks import MOVING, STILL, publish

CONNECTOR = registry.get("pinterest")


@pytest.fixture
def sandbox() -> Iterator[SandboxServer]:
    """A fresh world."""
    with SandboxServer() as server:
        yield server


@pytest.fixture
def desk(sandbox: SandboxServer) -> Desk:
    """Northwind Coffee, a business."""
    return connect(CONNECTOR, CONNECTOR.logins[0], sandbox)


def insights() -> Insights:
    """How figures are read."""
    assert CONNECTOR.insights is not None
    return CONNECTOR.insights


def days(desk: Desk, *, first: int, last: int) -> Findings:
    """The account from so many to so many days ago."""
    now = desk.server.clock.moment()
    part = next(part for part in insights().parts if part.name == "days")
    span = Span((now - timedelta(days=first)).date(), (now - timedelta(days=last)).date())
    return part.read(desk.api(), desk.account, span, now)


def past(desk: Desk, text: str, ago: int) -> Published:
    """A pin that was made elsewhere so many days ago."""
    pin = desk.server.control.past(desk.account.external_id, text, seconds=ago * 86_400)
    return Published(pin, desk.server.clock.moment() - timedelta(days=ago), Kind.IMAGE)


def read(desk: Desk, posts: Sequence[Published]) -> Mapping[str, Findings]:
    """Figures of pins."""
    return insights().read_posts(desk.api(), desk.account, posts, desk.server.clock.moment())


def asked(desk: Desk, piece: str) -> int:
    """How often an address with this in it was asked."""
    return sum(piece in request["path"] for request in desk.server.control.requests())


def names(found: Findings) -> set[str]:
    """What was told."""
    return {number.name for number in found.numbers}


def test_a_day_that_is_processed_is_no_nought_and_an_estimate_is_not_final(desk: Desk) -> None:
    desk.server.control.bend("pinterest", late_days=1, settles_days=3, early=0.5)
    found = days(desk, first=6, last=0)
    told = {number.day: number.is_final for number in found.numbers}
    assert sorted(told.values()) == [False, False, True, True, True]
    assert {lack.why for lack in found.lacks} == {Why.NOT_YET}
    assert all(number.value for number in found.numbers)


def test_a_personal_account_is_told_how_to_get_figures(desk: Desk) -> None:
    desk.server.control.fault("status", match={"path": "/v5/user_account/analytics"}, code="no_analytics")
    desk.account = replace(desk.account, kind="pinner")
    found = days(desk, first=3, last=1)
    assert found.numbers == ()
    assert {(lack.why, lack.text) for lack in found.lacks} == {(Why.PERMISSION, TO_BUSINESS)}


def test_stills_and_videos_are_asked_apart_with_their_own_lists(desk: Desk) -> None:
    still, moving = publish(desk, STILL).post_id, publish(desk, MOVING).post_id
    now = desk.server.clock.moment()
    posts = [Published(still, now, Kind.IMAGE), Published(moving, now, Kind.VIDEO)]
    desk.server.control.advance(3 * 86_400)
    found = read(desk, posts)
    assert asked(desk, "/v5/pins/analytics?") == 2
    assert "PROFILE_VISIT" in names(found[still]) - names(found[moving])
    assert {"VIDEO_V50_WATCH_TIME", "VIDEO_AVG_WATCH_TIME"} <= names(found[moving]) - names(found[still])


def test_many_pins_are_one_request_and_one_that_is_gone_does_not_lose_the_others(desk: Desk) -> None:
    posts = [past(desk, f"Roast number {n}", n) for n in (2, 3, 4)]
    assert set(read(desk, posts)) == {post.id for post in posts}
    assert asked(desk, "/analytics?") == 1
    gone = Published("549000000000000000", posts[0].at, Kind.IMAGE)
    assert set(read(desk, [*posts, gone])) == {post.id for post in posts}
    assert asked(desk, "/analytics?") == 6


def test_an_app_that_may_not_ask_for_many_asks_one_by_one(sandbox: SandboxServer) -> None:
    desk = connect(CONNECTOR, CONNECTOR.logins[0], sandbox, app={"many": False})
    posts = [past(desk, f"Roast number {n}", n) for n in (2, 3)]
    found = read(desk, posts)
    assert all("IMPRESSION" in names(each) for each in found.values())
    assert asked(desk, "/analytics?") == 3


def test_of_an_old_pin_only_its_whole_life_is_told(desk: Desk) -> None:
    old, young = past(desk, "Spring roast", 120), past(desk, "Autumn roast", 20)
    found = read(desk, [old, young])
    assert names(found[old.id]) == {
        "IMPRESSION", "OUTBOUND_CLICK", "PIN_CLICK", "TOTAL_COMMENTS", "TOTAL_REACTIONS",
    }  # fmt: skip
    assert {lack.why for lack in found[old.id].lacks} == {Why.NOT_GIVEN}
    assert "SAVE" in names(found[young.id])


def test_a_spent_limit_is_an_error_and_no_lack(desk: Desk) -> None:
    desk.server.control.fault("status", match={"path": "/v5/user_account/analytics"}, status=429)
    with pytest.raises(PlatformError) as caught:
        days(desk, first=3, last=1)
    assert caught.value.kind is Fault.RATE_LIMIT


def test_pins_made_elsewhere_have_their_kind_and_a_look_goes_on_over_pages(desk: Desk) -> None:
    moving = publish(desk, MOVING).post_id
    for n in range(104):
        past(desk, f"Roast number {n}", 8)
    list_posts, now = insights().list_posts, desk.server.clock.moment()
    assert list_posts is not None
    first = list_posts(desk.api(), desk.account, Listing(now - timedelta(days=9), now))
    assert (first.posts[0].id, first.posts[0].kind) == (moving, Kind.VIDEO)
    assert first.posts[0].url == f"https://www.pinterest.com/pin/{moving}/"
    assert (len(first.posts), first.is_more) == (100, True)
    rest = list_posts(desk.api(), desk.account, Listing(now - timedelta(days=9), now, first.cursor))
    assert (len(rest.posts), rest.is_more) == (5, False)
