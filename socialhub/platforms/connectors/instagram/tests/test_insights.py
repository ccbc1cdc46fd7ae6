"""Figures of Instagram that are special to it: stories, dead names, days that come late, lists by pages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from facebook_business.adobjects.igmedia import IGMedia
from facebook_business.adobjects.iguser import IGUser
from facebook_business.adobjects.instagraminsightsresult import InstagramInsightsResult

from socialhub.platforms.connectors.instagram.metrics import NAVIGATION, POST_METRICS, TOTAL
from socialhub.platforms.errors import Fault, PlatformError
from socialhub.platforms.metrics import Findings, Listing, Published, Span, Why
from socialhub.platforms.sandbox.server import SandboxServer
from socialhub.platforms.testing import Desk, Listening, Played, connect
from socialhub.platforms.tests.samples import PutFile, file_host, sample
from socialhub.platforms.values import Kind

from .test_connector import CONNECTOR, FACEBOOK, asked, cup

INSIGHTS = CONNECTOR.insights
assert INSIGHTS is not None
assert INSIGHTS.list_posts is not None
READ, LIST = INSIGHTS.read_posts, INSIGHTS.list_posts
DAY = 86_400


@pytest.fixture(params=CONNECTOR.logins, ids=lambda login: login.key)
def desk(request: pytest.FixtureRequest) -> Iterator[Desk]:
    """Nora's account in a fresh world."""
    with SandboxServer() as server:
        yield connect(CONNECTOR, request.param, server)


@pytest.fixture
def put() -> Iterator[PutFile]:
    """A place for files that Instagram fetches."""
    with file_host() as put_file:
        yield put_file


def _post(desk: Desk, put: PutFile, kind: Kind) -> Published:
    content = cup(put) if kind is Kind.IMAGE else sample(kind, put)
    return Published(desk.publish(content).post_id, desk.server.clock.moment(), kind)


def _figures(desk: Desk, post: Published) -> Findings:
    return READ(desk.api(), desk.account, [post], desk.server.clock.moment())[post.id]


def _part(desk: Desk, name: str, first: date, last: date) -> Findings:
    assert INSIGHTS is not None
    part = next(part for part in INSIGHTS.parts if part.name == name)
    now = desk.server.clock.moment()
    return part.read(desk.api(), desk.account, Span(first, last, INSIGHTS.zone), now)


def test_a_story_is_read_while_it_lives_and_says_what_viewers_did_next(desk: Desk, put: PutFile) -> None:
    assert INSIGHTS is not None
    story = _post(desk, put, Kind.STORY)
    desk.server.control.advance(20 * 3600)
    found = _figures(desk, story)
    steps = next(number for number in found.numbers if number.name == NAVIGATION)
    assert found.lacks == ()
    assert {"TAP_FORWARD", "TAP_BACK"} <= set(steps.groups)
    assert INSIGHTS.reads_post(story, desk.server.clock.moment())
    desk.server.control.advance(5 * 3600)
    assert not INSIGHTS.reads_post(story, desk.server.clock.moment())


def test_a_story_that_few_have_seen_is_no_missing_permission(desk: Desk, put: PutFile) -> None:
    story = _post(desk, put, Kind.STORY)
    found = _figures(desk, story)
    assert found.numbers == ()
    assert {lack.why for lack in found.lacks} == {Why.TOO_FEW}
    assert NAVIGATION in {lack.name for lack in found.lacks}


@pytest.mark.parametrize("kind", [Kind.IMAGE, Kind.STORY])
def test_a_consent_without_the_permission_is_told_as_such(desk: Desk, put: PutFile, kind: Kind) -> None:
    post = _post(desk, put, kind)
    desk.server.control.advance(DAY / 2)
    for token in desk.server.world.tokens.where(platform="instagram"):
        token.scopes = [scope for scope in token.scopes if not scope.endswith("insights")]
    tokens = desk.account.tokens
    assert tokens is not None
    granted = frozenset(scope for scope in tokens.scopes if not scope.endswith("insights"))
    desk.account = desk.account.with_tokens(type(tokens)(tokens.access, scopes=granted))
    assert {lack.why for lack in _figures(desk, post).lacks} == {Why.PERMISSION}
    assert not _part(desk, "audience", *[desk.server.clock.moment().date()] * 2).numbers


def test_a_dead_name_costs_its_halves_and_not_the_others(desk: Desk, put: PutFile) -> None:
    post = _post(desk, put, Kind.IMAGE)
    desk.server.control.advance(DAY / 2)
    desk.server.control.bend("instagram", unknown=["views"])
    before = asked(desk, "GET", f"{post.id}/insights")
    found = _figures(desk, post)
    assert [lack.name for lack in found.lacks if lack.why is Why.UNKNOWN] == ["views"]
    assert {"likes", "saved", "profile_visits"} <= {number.name for number in found.numbers}
    assert asked(desk, "GET", f"{post.id}/insights") - before <= 9


def test_a_limit_is_raised_and_nothing_is_called_absent(desk: Desk) -> None:
    body = {"error": {"message": "too many", "type": "OAuthException", "code": 80002}}
    desk.transport = Played({"status": 400, "body": body})
    with pytest.raises(PlatformError) as caught:
        _figures(desk, Published("18", desk.server.clock.moment(), Kind.IMAGE))
    assert caught.value.kind is Fault.RATE_LIMIT


def test_the_last_days_are_late_and_then_mended(desk: Desk) -> None:
    desk.server.control.advance(5 * DAY)
    day = desk.server.clock.moment().date() - timedelta(days=2)
    desk.server.control.bend("instagram", late_days=2)
    assert {lack.why for lack in _part(desk, "day", day, day).lacks} == {Why.NOT_YET}
    desk.server.control.bend("instagram", settles_days=2, early=0.5)
    early = {n.name: n for n in _part(desk, "day", day, day).numbers}
    desk.server.control.advance(3 * DAY)
    later = {n.name: n for n in _part(desk, "day", day, day).numbers}
    assert (early["views"].is_final, later["views"].is_final) == (False, True)
    assert (early["views"].value or 0) < (later["views"].value or 0)


def test_new_followers_are_told_for_thirty_days_and_reach_for_longer(desk: Desk) -> None:
    last = desk.server.clock.moment().date() - timedelta(days=40)
    found = _part(desk, "series", last - timedelta(days=29), last)
    assert len([number for number in found.numbers if number.name == "reach"]) == 30
    assert [(lack.name, lack.why) for lack in found.lacks] == [("follower_count", Why.UNKNOWN)]


def test_small_audiences_are_kept_private(desk: Desk) -> None:
    desk.server.control.bend("instagram", thin=True)
    today = desk.server.clock.moment().date()
    found = _part(desk, "audience", today, today)
    assert found.numbers == ()
    assert {lack.why for lack in found.lacks} == {Why.TOO_FEW}


def test_what_was_posted_elsewhere_is_listed_by_pages_and_stories_with_the_first(
    desk: Desk, put: PutFile
) -> None:
    story = _post(desk, put, Kind.STORY)
    control = desk.server.control
    ids = [control.past(desk.account.external_id, f"Roast {n}", seconds=n * 3600) for n in range(1, 61)]
    now = desk.server.clock.moment()
    first = LIST(desk.api(), desk.account, Listing(now - timedelta(days=7), now))
    assert [post.id for post in first.posts] == [*ids[:50], story.id]
    assert (first.posts[-1].kind, first.posts[-1].facts["product"]) == (Kind.STORY, "STORY")
    assert first.is_more
    second = LIST(desk.api(), desk.account, Listing(now - timedelta(days=7), now, first.cursor))
    assert [post.id for post in second.posts] == ids[50:]
    assert not second.is_more


def test_every_parameter_and_name_stands_in_the_tables_of_the_sdk(put: PutFile) -> None:
    named = {name for names in POST_METRICS.values() for name in names} | {*TOTAL, NAVIGATION}
    assert named <= set(vars(InstagramInsightsResult.Metric).values())
    with SandboxServer() as server:
        transport = Listening(server.url)
        desk = connect(CONNECTOR, FACEBOOK, server, transport=transport)
        story = _post(desk, put, Kind.STORY)
        server.control.advance(20 * 3600)
        _figures(desk, story)
        day = desk.server.clock.moment().date() - timedelta(days=2)
        for name in ("series", "day", "audience"):
            _part(desk, name, day, day)
    calls = [r for r, _ in transport.heard if urlsplit(r.url).path.endswith("/insights")]
    for request in calls:
        parts = urlsplit(request.url)
        sent = parse_qs(parts.query)
        of_media = parts.path.split("/")[-2] == story.id
        checker = (IGMedia if of_media else IGUser)("1").get_insights(pending=True)._param_checker
        assert {name for name in sent if checker.get_type(name) is None} <= {"appsecret_proof"}
        known = {
            "breakdown": {
                *vars(InstagramInsightsResult.Breakdown).values(),
                "age",
                "gender",
                "country",
                "city",
            },
            "timeframe": set(vars(InstagramInsightsResult.Timeframe).values()),
            "metric_type": set(vars(InstagramInsightsResult.MetricType).values()),
        }
        assert all(set(sent.get(name, [])) <= values for name, values in known.items())
    assert len(calls) == 10
