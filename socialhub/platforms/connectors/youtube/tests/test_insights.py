"""Figures of YouTube: reports that are late, refused in part or not permitted, and videos uploaded elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from socialhub.platforms import registry
from socialhub.platforms.errors import Fault, PlatformError
from socialhub.platforms.metrics import Findings, Insights, Listing, Published, Span, Why
from socialhub.platforms.sandbox.server import SandboxServer
from socialhub.platforms.testing import Desk, connect
from socialhub.platforms.tests.samples import file_of, film
from socialhub.platforms.values import Content, Kind

from ..login import FORCE_SSL

CONNECTOR = registry.get("youtube")
INSIGHTS = CONNECTOR.insights
CHOSEN = {"title": "Fresh roast", "made_for_kids": "no", "privacy": "public"}
REPORTS = "/v2/reports"


@pytest.fixture
def desk() -> Iterator[Desk]:
    """The channel of Northwind Coffee in a fresh world."""
    with SandboxServer() as server:
        yield connect(CONNECTOR, CONNECTOR.logins[0], server)


def insights() -> Insights:
    """How figures are read."""
    assert INSIGHTS is not None
    return INSIGHTS


def read(desk: Desk, name: str, *, first: int = 1, last: int = 1) -> Findings:
    """A part about the days from ``first`` to ``last`` days ago."""
    part = next(part for part in insights().parts if part.name == name)
    now = desk.server.clock.moment()
    span = Span((now - timedelta(days=first)).date(), (now - timedelta(days=last)).date(), insights().zone)
    return part.read(desk.api(), desk.account, span, now)


def read_video(desk: Desk, video: str, days: int) -> Findings:
    """A video that came out so many days ago."""
    now = desk.server.clock.moment()
    post = Published(video, now - timedelta(days=days), Kind.VIDEO)
    return insights().read_posts(desk.api(), desk.account, [post], now)[video]


def reports_asked(desk: Desk) -> int:
    """How often a report was asked for."""
    return sum(REPORTS in request["path"] for request in desk.server.control.requests())


def look(desk: Desk, days: int) -> tuple[Published, ...]:
    """The videos of so many days."""
    list_posts, now = insights().list_posts, desk.server.clock.moment()
    assert list_posts is not None
    return list_posts(desk.api(), desk.account, Listing(now - timedelta(days=days), now)).posts


def test_days_that_are_late_are_not_there_yet_and_never_zero(desk: Desk) -> None:
    desk.server.control.bend("youtube", late_days=3)
    found = read(desk, "days", first=9, last=2)
    told = {number.day for number in found.numbers}
    assert len(told) in {5, 6}
    assert {lack.why for lack in found.lacks} == {Why.NOT_YET}
    assert found.numbers[0].name == "views"


def test_a_day_is_told_again_until_it_is_final(desk: Desk) -> None:
    desk.server.control.bend("youtube", settles_days=4, early=0.5)
    first = read(desk, "days", first=3, last=3).numbers[0]
    desk.server.control.advance(6 * 86_400)
    desk.renew()
    then = read(desk, "days", first=9, last=9).numbers[0]
    assert first.day == then.day
    assert (first.is_final, then.is_final) == (False, True)
    assert (then.value or 0) > (first.value or 0)


def test_a_report_that_was_not_permitted_leaves_the_counters(desk: Desk) -> None:
    video = desk.server.control.past(desk.account.external_id, "Harbour roast", seconds=5 * 86_400)
    before = reports_asked(desk)
    assert desk.account.tokens is not None
    desk.account = desk.account.with_tokens(replace(desk.account.tokens, scopes=frozenset({FORCE_SSL})))
    found = read_video(desk, video, 5)
    assert [number.name for number in found.numbers] == ["viewCount", "likeCount", "commentCount"]
    assert {lack.why for lack in found.lacks} == {Why.PERMISSION}
    assert {lack.why for lack in read(desk, "viewers").lacks} == {Why.PERMISSION}
    assert reports_asked(desk) == before


def test_a_refused_consent_looks_the_same_as_an_unticked_one(desk: Desk) -> None:
    desk.server.control.fault("status", match={"path": REPORTS}, code="insufficientPermissions")
    assert {lack.why for lack in read(desk, "days").lacks} == {Why.PERMISSION}


def test_two_dead_names_cost_a_few_calls_and_no_other_figure(desk: Desk) -> None:
    video = desk.server.control.past(desk.account.external_id, "Harbour roast", seconds=5 * 86_400)
    before = {number.name for number in read_video(desk, video, 5).numbers}
    asked = reports_asked(desk)
    desk.server.control.bend("youtube", unknown=["shares", "dislikes"])
    found = read_video(desk, video, 5)
    assert before - {number.name for number in found.numbers} == {"shares", "dislikes"}
    assert {lack.name for lack in found.lacks if lack.why is Why.UNKNOWN} == {"shares", "dislikes"}
    assert reports_asked(desk) - asked < 16


def test_a_spent_quota_and_a_broken_server_are_errors_not_lacks(desk: Desk) -> None:
    for code, kind in (("quotaExceeded", Fault.QUOTA_EXCEEDED), ("backendError", Fault.SERVER_ERROR)):
        desk.server.control.fault("status", match={"path": REPORTS, "times": 1}, code=code)
        with pytest.raises(PlatformError) as caught:
            read(desk, "days")
        assert caught.value.kind is kind


def test_few_viewers_are_kept_private(desk: Desk) -> None:
    told = read(desk, "viewers").numbers
    assert [number.by for number in told] == ["age", "gender"]
    assert sum(told[0].groups.values()) == pytest.approx(100, abs=1)
    desk.server.control.bend("youtube", thin=True)
    assert [(lack.name, lack.why) for lack in read(desk, "viewers").lacks] == [
        ("viewerPercentage", Why.TOO_FEW)
    ]


def test_subscribers_have_three_figures_that_count(desk: Desk) -> None:
    value = next(n.value for n in read(desk, "profile").numbers if n.name == "subscriberCount")
    assert value == float(f"{value:.3g}")


def test_uploads_elsewhere_are_told_from_shorts_and_private_ones_are_not_out(desk: Desk) -> None:
    old = desk.server.control.past(desk.account.external_id, "Harbour roast", seconds=5 * 86_400)
    content = Content(Kind.VIDEO, "From the harbour", media=(file_of(film(), "video/mp4"),))
    short = desk.publish(content, CHOSEN).post_id
    desk.publish(content, {**CHOSEN, "privacy": "private"})
    found = look(desk, 7)
    assert [(post.id, post.kind) for post in found] == [(short, Kind.SHORT), (old, Kind.VIDEO)]
    assert found[0].url.endswith(f"/shorts/{short}")
    assert found[0].text == "Fresh roast\n\nFrom the harbour"
    assert look(desk, 4) == found[:1]
