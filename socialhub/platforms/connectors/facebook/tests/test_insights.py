"""Figures of Pages that are special to them: the two ids of a video, small groups of names, lists."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from facebook_business.adobjects.advideo import AdVideo
from facebook_business.adobjects.page import Page
from facebook_business.adobjects.pagepost import PagePost

from socialhub.platforms.connectors.facebook.metrics import COUNTERS, LINK_CLICKS, POST, REEL, STORY, VIDEO
from socialhub.platforms.errors import Fault, PlatformError
from socialhub.platforms.metrics import Findings, Listing, Published, Span, Why
from socialhub.platforms.sandbox.server import SandboxServer
from socialhub.platforms.testing import Desk, Listening, Played, connect
from socialhub.platforms.tests.samples import film
from socialhub.platforms.values import Content, Kind

from .test_connector import CONNECTOR, PAGE, asked, clip, cup

INSIGHTS = CONNECTOR.insights
assert INSIGHTS is not None
assert INSIGHTS.list_posts is not None
READ, LIST = INSIGHTS.read_posts, INSIGHTS.list_posts
DAY = 86_400
REACTIONS = "page_actions_post_reactions_total"


@pytest.fixture
def desk() -> Iterator[Desk]:
    """Nora's first Page, connected by an app that wants its proof with every call."""
    with SandboxServer() as server:
        yield connect(CONNECTOR, PAGE, server, app={"requires_proof": True})


def _post(desk: Desk, kind: Kind) -> Published:
    media = {Kind.IMAGE: (cup(),), Kind.STORY: (cup(),)}.get(kind, (clip(film()),))
    text = "" if kind is Kind.STORY else f"Roasting, a {kind}"
    row = desk.publish(Content(kind, text, media=media))
    return Published(row.post_id, desk.server.clock.moment(), kind, url=row.url)


def _figures(desk: Desk, post: Published) -> Findings:
    return READ(desk.api(), desk.account, [post], desk.server.clock.moment())[post.id]


def _part(desk: Desk, name: str, first: date, last: date) -> Findings:
    assert INSIGHTS is not None
    part = next(part for part in INSIGHTS.parts if part.name == name)
    now = desk.server.clock.moment()
    return part.read(desk.api(), desk.account, Span(first, last, INSIGHTS.zone), now)


@pytest.mark.parametrize(
    ("kind", "names"),
    [(Kind.IMAGE, POST), (Kind.VIDEO, (*POST, *VIDEO)), (Kind.SHORT, (*POST, *REEL)), (Kind.STORY, STORY)],
)
def test_each_kind_tells_what_there_is_of_it(desk: Desk, kind: Kind, names: tuple[str, ...]) -> None:
    post = _post(desk, kind)
    desk.server.control.advance(2 * DAY)
    found = _figures(desk, post)
    more = set() if kind is Kind.STORY else {*COUNTERS, LINK_CLICKS}
    assert {number.name for number in found.numbers} == {*names} | more
    assert found.lacks == ()


def test_a_video_of_ours_is_no_post_from_elsewhere(desk: Desk) -> None:
    posts = [_post(desk, kind) for kind in (Kind.IMAGE, Kind.VIDEO, Kind.SHORT, Kind.STORY)]
    desk.server.control.advance(60)
    now = desk.server.clock.moment()
    listed = LIST(desk.api(), desk.account, Listing(now - timedelta(days=1), now))
    assert {(post.id, post.kind) for post in listed.posts} == {(post.id, post.kind) for post in posts}
    reel = next(post for post in listed.posts if post.kind is Kind.SHORT)
    assert reel.facts["post"].startswith(desk.account.external_id)
    before = asked(desk, "GET", f"/{reel.id}")
    _figures(desk, reel)
    assert asked(desk, "GET", f"/{reel.id}") == before + 1, "which post shows it is known"


def test_what_was_posted_elsewhere_is_listed_by_pages(desk: Desk) -> None:
    ids = [
        desk.server.control.past(desk.account.external_id, f"Roast {n}", seconds=n * 3600)
        for n in range(1, 61)
    ]
    now, listing, found = desk.server.clock.moment(), None, []
    for _ in range(2):
        listing = Listing(now - timedelta(days=7), now, listing.cursor if listing else {})
        page = LIST(desk.api(), desk.account, listing)
        found += [post.id for post in page.posts]
        listing = Listing(listing.since, now, page.cursor)
    assert found == ids
    assert not page.is_more


def test_a_consent_without_the_permission_still_brings_the_counts(desk: Desk) -> None:
    post = _post(desk, Kind.IMAGE)
    desk.server.control.advance(2 * DAY)
    for token in desk.server.world.tokens.where(platform="facebook"):
        token.scopes = [scope for scope in token.scopes if scope != "read_insights"]
    found = _figures(desk, post)
    assert {number.name for number in found.numbers} == set(COUNTERS)
    assert {(lack.name, lack.why) for lack in found.lacks} == {(name, Why.PERMISSION) for name in POST}


def test_dead_names_leave_the_days_of_the_others(desk: Desk) -> None:
    dead = ["page_views_total", "page_actions_post_reactions_wow_total"]
    desk.server.control.bend("facebook", unknown=dead)
    last = desk.server.clock.moment().date() - timedelta(days=3)
    found = _part(desk, "days", last - timedelta(days=89), last)
    told = {lack.name: lack.text for lack in found.lacks}
    assert set(told) == {"page_views_total", REACTIONS}  # which of the six are missing stands in the text
    assert told[REACTIONS] == "Not told: wow."
    assert {lack.why for lack in found.lacks} == {Why.UNKNOWN}
    reactions = [number for number in found.numbers if number.by == "reaction"]
    assert len(reactions) == 90
    assert all(number.value is None and len(number.groups) == 5 for number in reactions)


def test_a_limit_is_raised_and_nothing_is_called_absent(desk: Desk) -> None:
    body = {"error": {"message": "too many", "type": "OAuthException", "code": 80001}}
    desk.transport = Played({"status": 400, "body": body})
    with pytest.raises(PlatformError) as caught:
        _figures(desk, Published("1_2", desk.server.clock.moment(), Kind.IMAGE))
    assert caught.value.kind is Fault.RATE_LIMIT


def test_small_audiences_are_kept_private(desk: Desk) -> None:
    desk.server.control.bend("facebook", thin=True)
    today = desk.server.clock.moment().date()
    assert {lack.why for lack in _part(desk, "audience", today, today).lacks} == {Why.TOO_FEW}


def test_every_parameter_stands_in_the_tables_of_the_sdk() -> None:
    methods = {"insights": (PagePost, "get_insights"), "video_insights": (AdVideo, "get_video_insights")}
    with SandboxServer() as server:
        transport = Listening(server.url)
        desk = connect(CONNECTOR, PAGE, server, transport=transport)
        for kind in (Kind.IMAGE, Kind.SHORT, Kind.STORY):
            _figures(desk, _post(desk, kind))
        day = desk.server.clock.moment().date() - timedelta(days=2)
        for name in ("days", "audience"):
            _part(desk, name, day, day)
    seen = set()
    for request, response in transport.heard:
        parts = urlsplit(request.url)
        node, _, edge = parts.path.rpartition("/")
        if edge in methods:
            adobject, method = methods[edge]
            if node.endswith(desk.account.external_id):
                adobject = Page
            checker = getattr(adobject("1"), method)(pending=True)._param_checker
            strange = {name for name in parse_qs(parts.query) if checker.get_type(name) is None}
            assert strange <= {"appsecret_proof"}
            assert response.status == 200
            seen.add(adobject)
    assert seen == {Page, PagePost, AdVideo}
