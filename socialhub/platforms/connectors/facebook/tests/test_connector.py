"""Publishing to Facebook Pages: whose token, what proves a post, broken uploads, refusals, deletion."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from socialhub.platforms import registry
from socialhub.platforms.errors import Fault, LoginError, PlatformError
from socialhub.platforms.sandbox.server import SandboxServer
from socialhub.platforms.testing import Desk, Fragile, Row, Trouble, connect
from socialhub.platforms.tests.samples import file_of, film, long_film, picture
from socialhub.platforms.values import Content, Kind, Media

CONNECTOR = registry.get("facebook")
PAGE = CONNECTOR.login("page")


@pytest.fixture
def sandbox() -> Iterator[SandboxServer]:
    """A fresh world."""
    with SandboxServer() as server:
        yield server


@pytest.fixture
def desk(sandbox: SandboxServer) -> Desk:
    """Nora's first Page, connected by an app that wants its proof with every call."""
    return connect(CONNECTOR, PAGE, sandbox, app={"requires_proof": True})


def cup(color: str = "teal", alt: str = "") -> Media:
    """A picture that no platform can fetch."""
    return file_of(picture(color), "image/jpeg", alt=alt)


def clip(data: bytes) -> Media:
    """A video that no platform can fetch."""
    return file_of(data, "video/mp4")


def live(desk: Desk) -> list[dict[str, Any]]:
    """What is live, oldest first."""
    return desk.server.control.posts(platform="facebook")


def asked(desk: Desk, method: str, path: str) -> int:
    """How often Facebook was asked for this."""
    return sum(r["method"] == method and path in r["path"] for r in desk.server.control.requests())


def test_every_page_of_the_consent_comes_with_a_token_of_its_own_without_an_end(
    sandbox: SandboxServer,
) -> None:
    desk = connect(CONNECTOR, PAGE, sandbox)
    tokens = {t.value: t for t in sandbox.world.tokens}
    assert desk.account.tokens is not None
    kept = tokens[desk.account.tokens.access.reveal()]
    assert (kept.kind, kept.account, kept.expires_at) == ("page_token", desk.account.external_id, None)
    assert desk.account.tokens.refresh is None
    assert desk.account.person_id
    assert (desk.account.handle, desk.account.url) == (
        "@northwindcoffee",
        "https://www.facebook.com/northwindcoffee",
    )


def test_a_page_on_which_the_person_may_not_post_is_not_offered(sandbox: SandboxServer) -> None:
    for page in sandbox.world.accounts.where(platform="facebook"):
        page.extra["tasks"] = ["ANALYZE"]
    with pytest.raises(LoginError, match="no_page"):
        connect(CONNECTOR, PAGE, sandbox)


def test_pictures_are_shown_in_order_with_their_alternative_texts(desk: Desk) -> None:
    content = Content(Kind.GALLERY, "Two", media=(cup("teal", "A cup"), cup("brown", "Beans"), cup("white")))
    desk.publish(content)
    assert [media["alt"] for media in live(desk)[0]["media"]] == ["A cup", "Beans", ""]
    assert len({media["sha256"] for media in live(desk)[0]["media"]}) == 3


def test_a_link_post_carries_the_link_beside_the_text(desk: Desk) -> None:
    desk.publish(Content(Kind.LINK, "Read https://northwind.coffee/a", link="https://northwind.coffee/a"))
    assert (live(desk)[0]["kind"], live(desk)[0]["link"]) == ("link", "https://northwind.coffee/a")


def test_a_title_is_sent_with_videos(desk: Desk) -> None:
    desk.publish(Content(Kind.SHORT, "A reel", media=(clip(film()),)), {"title": "Roasting"})
    assert (live(desk)[0]["kind"], live(desk)[0]["title"]) == ("reel", "Roasting")


@pytest.mark.parametrize("lag", [20, 50])
def test_a_lost_answer_is_made_good_also_when_the_list_lags(desk: Desk, lag: int) -> None:
    desk.server.control.fault("lagging_listing", match={"times": 0}, seconds=lag)
    desk.transport = Fragile(desk.server.url, at=1, trouble=Trouble.LOSE_ANSWER)
    row = desk.publish(Content(Kind.TEXT, "Open until nine"))
    assert [post["id"] for post in live(desk)] == [row.post_id]
    assert asked(desk, "POST", "/feed") == 1


def test_a_request_that_never_arrived_is_sent_again(desk: Desk) -> None:
    desk.server.control.fault("reset_before", match={"method": "POST", "path": "/feed"})
    row = desk.publish(Content(Kind.TEXT, "Open until nine"))
    assert [post["id"] for post in live(desk)] == [row.post_id]
    assert asked(desk, "GET", "/published_posts") == 2


def test_a_post_with_pictures_is_told_by_them_and_not_by_its_words(desk: Desk) -> None:
    first = desk.publish(Content(Kind.IMAGE, "Same words", media=(cup(),)))
    desk.transport = Fragile(desk.server.url, at=2, trouble=Trouble.LOSE_ANSWER)
    second = desk.publish(Content(Kind.IMAGE, "Same words", media=(cup(),)))
    assert [post["id"] for post in live(desk)] == [first.post_id, second.post_id]


def test_two_texts_that_fit_are_left_to_a_person(desk: Desk) -> None:
    desk.publish(Content(Kind.TEXT, "Open until nine"))
    desk.publish(Content(Kind.TEXT, "Something else"))
    desk.transport = Fragile(desk.server.url, at=1, trouble=Trouble.LOSE_ANSWER)
    row = desk.publish(Content(Kind.TEXT, "Open until nine"))
    assert "Several posts" in row.held


def test_the_post_of_another_delivery_is_not_adopted(desk: Desk) -> None:
    first = desk.publish(Content(Kind.TEXT, "Open until nine"))
    desk.publish(Content(Kind.TEXT, "Something else"))
    desk.taken = frozenset({first.post_id})
    desk.transport = Fragile(desk.server.url, at=1, trouble=Trouble.LOSE_ANSWER)
    row = desk.publish(Content(Kind.TEXT, "Open until nine"))
    assert row.post_id == live(desk)[-1]["id"] != first.post_id


def test_the_same_text_twice_in_a_row_is_refused(desk: Desk) -> None:
    desk.publish(Content(Kind.TEXT, "Open until nine"))
    with pytest.raises(PlatformError) as caught:
        desk.publish(Content(Kind.TEXT, "Open until nine"))
    assert caught.value.kind is Fault.DUPLICATE
    assert not caught.value.is_ambiguous
    assert len(live(desk)) == 1


def test_the_refusal_of_a_double_after_an_unanswered_attempt_leads_to_the_first_one(desk: Desk) -> None:
    """The list hides the post for three minutes: it looks absent, is sent again, and Facebook knows better."""
    desk.server.control.fault("lagging_listing", match={"path": "/published_posts", "times": 0}, seconds=180)
    desk.transport = Fragile(desk.server.url, at=1, trouble=Trouble.LOSE_ANSWER)
    row = desk.publish(Content(Kind.TEXT, "Open until nine"))
    assert [post["id"] for post in live(desk)] == [row.post_id]
    assert asked(desk, "POST", "/feed") >= 2


def test_a_video_goes_up_in_chunks_and_on_after_one_that_broke(desk: Desk) -> None:
    desk.server.control.call("POST", "platforms/facebook/habits", {"chunk": 500_000})
    desk.server.control.fault("reset_after", match={"path": "/videos$", "method": "POST", "nth": 3})
    data = long_film(2_000_000)
    row = desk.publish(Content(Kind.VIDEO, "A film", media=(clip(data),)))
    assert [post["id"] for post in live(desk)] == [row.post_id]
    assert live(desk)[0]["media"][0]["size"] == len(data)
    assert row.url == live(desk)[0]["url"]


def test_a_broken_reel_goes_on_at_the_byte_that_facebook_holds(desk: Desk) -> None:
    data = long_film(2_000_000)
    desk.server.control.fault(
        "reset_midway", match={"host": "rupload.facebook.com", "method": "POST"}, bytes=1_200_000
    )
    desk.transport = transport = Fragile(desk.server.url)
    desk.publish(Content(Kind.SHORT, "A reel", media=(clip(data),)))
    sent = [record.sent for record in transport.records if "rupload" in record.url]
    assert [media["size"] for media in live(desk)[0]["media"]] == [len(data)]
    assert sent == ["application/octet-stream, 2000000 bytes", "application/octet-stream, 800000 bytes"]


@pytest.mark.parametrize("kind", [Kind.VIDEO, Kind.SHORT, Kind.STORY])
@pytest.mark.parametrize("lag", [0, 90])
def test_a_video_whose_finish_was_not_answered_is_asked_for_and_never_finished_twice(
    desk: Desk, kind: Kind, lag: int
) -> None:
    if lag:
        desk.server.control.fault("lagging_listing", match={"times": 0}, seconds=lag)
    finish = 4 if kind is not Kind.VIDEO else 3
    desk.transport = Fragile(desk.server.url, at=finish, trouble=Trouble.LOSE_ANSWER)
    text = "" if kind is Kind.STORY else "A film"
    row = desk.publish(Content(kind, text, media=(clip(film()),)))
    assert [post["id"] for post in live(desk)] == [row.post_id]
    assert row.url == live(desk)[0]["url"]


def test_a_video_that_fails_in_processing_is_told_as_faulty(desk: Desk) -> None:
    desk.server.control.fault("rejected_media", match={"host": "rupload.facebook.com"})
    with pytest.raises(PlatformError) as caught:
        desk.publish(Content(Kind.SHORT, "A reel", media=(clip(film()),)))
    assert caught.value.kind is Fault.INVALID_MEDIA
    assert not caught.value.is_ambiguous
    assert live(desk) == []


def test_the_first_comment_stands_under_every_kind_that_takes_one(desk: Desk) -> None:
    for kind, media in ((Kind.TEXT, ()), (Kind.IMAGE, (cup(),)), (Kind.SHORT, (clip(film()),))):
        desk.publish(Content(kind, f"A {kind.value}", media=media, first_comment="First!"))
    assert [post["comments"] for post in live(desk)] == [["First!"]] * 3


def test_a_story_is_over_after_a_day_and_no_post(desk: Desk) -> None:
    row: Row = desk.publish(Content(Kind.STORY, media=(clip(film()),)))
    assert live(desk)[0]["kind"] == "story"
    assert row.url.startswith("https://www.facebook.com/stories/")


@pytest.mark.parametrize("kind", [Kind.TEXT, Kind.IMAGE, Kind.VIDEO, Kind.SHORT])
def test_posts_of_every_kind_can_be_deleted_and_twice_is_no_error(desk: Desk, kind: Kind) -> None:
    assert CONNECTOR.publishing is not None
    assert CONNECTOR.publishing.delete is not None
    media = {Kind.TEXT: (), Kind.IMAGE: (cup(),)}.get(kind, (clip(film()),))
    row = desk.publish(Content(kind, "Away", media=media))
    for _ in range(2):
        CONNECTOR.publishing.delete(desk.api(), desk.account, row.post_id)
    assert live(desk) == []
