"""Figures of posts: what the index tells, what a server without one leaves, and posts made elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from atproto import Client

from socialhub.platforms.errors import Fault, PlatformError
from socialhub.platforms.inbox import Act, Item, ItemKind
from socialhub.platforms.metrics import Findings, Listing, Published, Span, Why
from socialhub.platforms.sandbox.server import SandboxServer
from socialhub.platforms.testing import Desk, Listening
from socialhub.platforms.tests.samples import file_of, film, picture
from socialhub.platforms.values import Content, Kind, Part

from ..inbox import inbox
from ..insights import insights, list_posts, read_posts
from .desks import OTHER, OWN

CUP = file_of(picture(), "image/jpeg", alt="A cup")
LINK = "https://northwind.coffee/beans"
CONTENTS = {
    Kind.TEXT: Content(Kind.TEXT, "Fresh roast"),
    Kind.LINK: Content(Kind.LINK, f"New: {LINK}", link=LINK),
    Kind.IMAGE: Content(Kind.IMAGE, "A cup", media=(CUP,)),
    Kind.GALLERY: Content(Kind.GALLERY, "Two", media=(CUP, CUP)),
    Kind.VIDEO: Content(Kind.VIDEO, "Pouring", media=(file_of(film(), "video/mp4"),)),
}


@pytest.fixture(params=["desk", "bound"])
def either(request: pytest.FixtureRequest) -> Desk:
    """An account by app password, and one by OAuth."""
    found: Desk = request.getfixturevalue(request.param)
    return found


def now(desk: Desk) -> Any:
    """World time."""
    return desk.server.clock.moment()


def read(desk: Desk, *ids: str) -> Mapping[str, Findings]:
    """The figures of posts."""
    return read_posts(desk.api(), desk.account, [Published(one, now(desk)) for one in ids], now(desk))


def profile(desk: Desk) -> Findings:
    """How the account stands."""
    today = now(desk).date()
    return insights.parts[0].read(desk.api(), desk.account, Span(today, today), now(desk))


def listed(desk: Desk, days: float = 7) -> list[Published]:
    """What a look finds, page by page."""
    found: list[Published] = []
    cursor: Mapping[str, Any] = {}
    for _ in range(9):
        page = list_posts(
            desk.api(), desk.account, Listing(now(desk) - timedelta(days=days), now(desk), cursor)
        )
        found, cursor = [*found, *page.posts], page.cursor
        if not page.is_more:
            break
    return found


def without_view(desk: Desk, host: str) -> None:
    """The server asks no index from now on."""
    wish = {"host": host, "has_app_view": False}
    desk.server.control.call("POST", "platforms/bluesky/servers", wish)


def test_the_account_s_own_server_is_asked_for_all_posts_at_once(either: Desk) -> None:
    ids = [either.publish(Content(Kind.TEXT, f"Roast {number}")).post_id for number in range(3)]
    transport = either.transport = Listening(either.server.url)
    assert set(read(either, *ids)) == set(ids)
    asked = {request.url for request, _ in transport.heard if "getPosts" in request.url}
    (parts,) = map(urlsplit, asked)  # once more where the nonce was old
    assert (parts.hostname, parse_qs(parts.query)) == (OWN, {"uris": ids})


def test_a_like_and_an_answer_are_counted(desk: Desk) -> None:
    post = desk.publish(Content(Kind.TEXT, "Open until nine"))
    before = {number.name: number.value or 0 for number in read(desk, post.post_id)[post.post_id].numbers}
    desk.server.control.say("bluesky", post.post_id, "Oat milk?", person="ravi")
    cid = desk.server.control.posts(platform="bluesky")[0]["cid"]
    item = Item(ItemKind.COMMENT, post.post_id, at=now(desk), facts={"cid": cid})
    inbox.acts[Act.LIKE](desk.api(), desk.account, item)
    after = {number.name: number.value or 0 for number in read(desk, post.post_id)[post.post_id].numbers}
    gained = {name: after[name] - before[name] for name in after}
    assert (gained["likeCount"], gained["replyCount"]) == (1, 1)


def test_a_post_that_is_gone_is_not_told_of(desk: Desk) -> None:
    post = desk.publish(Content(Kind.TEXT, "Gone soon")).post_id
    assert desk.connector.publishing is not None
    assert desk.connector.publishing.delete is not None
    desk.connector.publishing.delete(desk.api(), desk.account, post)
    assert read(desk, post) == {}


def test_a_server_that_asks_no_index_tells_no_figures_and_says_so(either: Desk) -> None:
    post = either.publish(Content(Kind.TEXT, "Open until nine")).post_id
    without_view(either, OWN)
    for found in (read(either, post)[post], profile(either)):
        assert found.numbers == ()
        assert {lack.why for lack in found.lacks} == {Why.PERMISSION}
        assert all("index" in lack.text for lack in found.lacks)
    assert [one.id for one in listed(either)] == [post]


@pytest.mark.parametrize(
    ("status", "kind"), [(429, Fault.RATE_LIMIT), (502, Fault.SERVER_ERROR), (401, Fault.INVALID_TOKEN)]
)
def test_trouble_is_told_as_trouble(desk: Desk, status: int, kind: Fault) -> None:
    post = desk.publish(Content(Kind.TEXT, "Open until nine")).post_id
    desk.server.control.fault("status", match={"path": "app.bsky", "times": 2}, status=status)
    for reading in (lambda: read(desk, post), lambda: profile(desk)):
        with pytest.raises(PlatformError) as caught:
            reading()
        assert caught.value.kind is kind


def test_an_account_that_moved_is_followed(desk: Desk) -> None:
    post = desk.publish(Content(Kind.TEXT, "Open until nine")).post_id
    wish = {"account": desk.account.external_id, "host": OTHER}
    desk.server.control.call("POST", "platforms/bluesky/accounts", wish)
    assert [one.id for one in listed(desk)] == [post]


@pytest.mark.parametrize("kind", CONTENTS)
def test_posts_are_found_with_their_kind(desk: Desk, kind: Kind) -> None:
    row = desk.publish(CONTENTS[kind])
    (found,) = listed(desk)
    assert (found.id, found.kind, found.url) == (row.post_id, kind, row.url)
    assert abs(found.at - now(desk)) < timedelta(minutes=5)


def test_of_a_thread_only_its_beginning_is_a_post(desk: Desk) -> None:
    row = desk.publish(Content(Kind.THREAD, parts=(Part("One"), Part("Two"))))
    assert [post.text for post in listed(desk)] == ["One"]
    assert listed(desk)[0].id == row.post_id


def test_older_posts_come_page_by_page(desk: Desk) -> None:
    ids = [
        desk.server.control.past(desk.account.external_id, str(number), seconds=number * 600)
        for number in range(1, 131)
    ]
    assert [post.id for post in listed(desk)] == ids
    assert [post.id for post in listed(desk, days=0.5)] == ids[:71]


def test_a_client_that_is_not_ours_reads_the_same(desk: Desk, sandbox: SandboxServer) -> None:
    post = desk.publish(Content(Kind.TEXT, "Open until nine")).post_id
    desk.server.control.advance(3600)
    typed = sandbox.control.typed("bluesky", "nora")
    client = Client(base_url=f"{sandbox.url}/{OWN}")
    client.login(typed["handle"].lstrip("@"), typed["password"], fetch_bsky_profile=False)
    (view,) = client.get_posts([post]).posts
    ours = {number.name: number.value for number in read(desk, post)[post].numbers}
    assert (view.like_count, view.repost_count, view.bookmark_count) == (
        ours["likeCount"], ours["repostCount"], ours["bookmarkCount"],
    )  # fmt: skip
    stands = {number.name: number.value for number in profile(desk).numbers}
    assert client.get_profile(desk.account.external_id).followers_count == stands["followersCount"]
