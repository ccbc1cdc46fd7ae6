"""Figures of TikTok: public posts alone, permissions that people untick, photos and videos made in the app."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from socialhub.platforms import registry
from socialhub.platforms.api import Api
from socialhub.platforms.errors import Fault, PlatformError
from socialhub.platforms.metrics import Findings, Insights, Listed, Listing, Published, Span, Why
from socialhub.platforms.sandbox.server import SandboxServer
from socialhub.platforms.testing import Desk, Played, connect
from socialhub.platforms.tests.samples import answers, file_host, file_of, film, sample
from socialhub.platforms.values import Account, Content, Kind, Secret, Tokens

CONNECTOR = registry.get("tiktok")
NOW = datetime(2026, 11, 28, 9, tzinfo=UTC)


@pytest.fixture
def desk() -> Iterator[Desk]:
    """Northwind Coffee in a fresh world."""
    with SandboxServer() as server:
        yield connect(CONNECTOR, CONNECTOR.logins[0], server)


def insights() -> Insights:
    """How figures are read."""
    assert CONNECTOR.insights is not None
    return CONNECTOR.insights


def read(desk: Desk, posts: Sequence[Published]) -> Mapping[str, Findings]:
    """Figures of posts."""
    return insights().read_posts(desk.api(), desk.account, posts, desk.server.clock.moment())


def profile(desk: Desk) -> Findings:
    """Figures of the account."""
    now = desk.server.clock.moment()
    return insights().parts[0].read(desk.api(), desk.account, Span(now.date(), now.date()), now)


def without(desk: Desk, scope: str) -> Account:
    """The account after a person unticked a permission."""
    tokens = desk.account.tokens
    assert tokens is not None
    return desk.account.with_tokens(replace(tokens, scopes=tokens.scopes - {scope}))


def asked(desk: Desk, path: str) -> int:
    """How often TikTok was asked for this since it was connected."""
    return sum(path in request["path"] for request in desk.server.control.requests())


def look(api: Api, account: Account, now: datetime, days: int = 7) -> Listed:
    """Posts of so many days."""
    list_posts = insights().list_posts
    assert list_posts is not None
    return list_posts(api, account, Listing(now - timedelta(days=days), now))


def test_a_post_for_few_has_no_figures_and_costs_no_request(desk: Desk) -> None:
    video = file_of(film(), "video/mp4")
    row = desk.publish(Content(Kind.VIDEO, "For us", media=(video,)), {"privacy": "SELF_ONLY"})
    found = read(desk, [Published(row.post_id, desk.server.clock.moment(), Kind.VIDEO)])
    assert not row.post_id.isdigit()
    assert {lack.why for lack in found[row.post_id].lacks} == {Why.NOT_GIVEN}
    assert "public" in found[row.post_id].lacks[0].text
    assert asked(desk, "/v2/video/query/") == 0


def test_an_unticked_permission_is_told_without_asking(desk: Desk) -> None:
    post = Published("7678907398077074696", desk.server.clock.moment())
    before = asked(desk, "/v2/user/info/")
    desk.account = without(desk, "user.info.stats")
    assert {lack.why for lack in profile(desk).lacks} == {Why.PERMISSION}
    desk.account = without(desk, "video.list")
    assert {lack.why for lack in read(desk, [post])[post.id].lacks} == {Why.PERMISSION}
    assert (asked(desk, "/v2/user/info/"), asked(desk, "/v2/video/query/")) == (before, 0)


def test_twenty_posts_are_one_request_and_strangers_are_left_out(desk: Desk) -> None:
    ids = [
        desk.server.control.past(desk.account.external_id, f"Roast number {n}", seconds=n * 3600)
        for n in range(1, 20)
    ]
    now = desk.server.clock.moment()
    found = read(desk, [Published(number, now) for number in (*ids, "7678907398077074696")])
    assert set(found) == set(ids)
    assert asked(desk, "/v2/video/query/") == 1
    assert insights().batch == 20


def test_a_spent_limit_is_an_error_also_when_it_comes_with_a_good_status() -> None:
    refusal = {"data": {}, "error": {"code": "rate_limit_exceeded", "message": "", "log_id": "1"}}
    for status in (200, 429):
        account = Account("100", "@northwind", tokens=Tokens(Secret("a-token")))
        api = Api("tiktok", CONNECTOR.service, Played({"status": status, "body": refusal}), account=account)
        with pytest.raises(PlatformError) as caught:
            insights().read_posts(api, account, [Published("7678907398077074696", NOW)], NOW)
        assert caught.value.kind is Fault.RATE_LIMIT


def test_photos_and_videos_made_in_the_app_are_told_apart(desk: Desk) -> None:
    with file_host() as put:
        content = sample(Kind.GALLERY, put)
        chosen = answers(CONNECTOR.options_for(desk.account), Kind.GALLERY)
        photos = desk.publish(content, {**chosen, "title": "Two cups"}).post_id
    desk.server.control.advance(60)
    video = desk.server.control.past(desk.account.external_id, "Harbour roast", seconds=86_400)
    listed = look(desk.api(), desk.account, desk.server.clock.moment())
    assert [(post.id, post.kind) for post in listed.posts] == [(photos, Kind.IMAGE), (video, Kind.VIDEO)]
    assert listed.posts[0].text == f"Two cups\n\n{content.text}"
    assert listed.posts[1].url == f"https://www.tiktok.com/@northwindcoffee/video/{video}"


def test_a_look_goes_on_from_the_cursor_and_ends_at_what_is_old(desk: Desk) -> None:
    for n in range(23):
        desk.server.control.past(desk.account.external_id, f"Roast number {n}", seconds=(n + 1) * 7200)
    now = desk.server.clock.moment()
    first = look(desk.api(), desk.account, now)
    assert (len(first.posts), first.is_more) == (20, True)
    assert isinstance(first.cursor["cursor"], int)
    list_posts = insights().list_posts
    assert list_posts is not None
    rest = list_posts(desk.api(), desk.account, Listing(now - timedelta(days=7), now, first.cursor))
    assert (len(rest.posts), rest.is_more, rest.cursor) == (3, False, {})
    assert not look(desk.api(), desk.account, now, days=1).is_more
