"""Publishing to Threads: chains, doubt, counting, containers that fail or expire, tokens that renew themselves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from socialhub.platforms import registry
from socialhub.platforms.errors import Fault, PlatformError
from socialhub.platforms.login import OAuth2
from socialhub.platforms.sandbox.server import SandboxServer
from socialhub.platforms.testing import Desk, connect
from socialhub.platforms.tests.samples import PutFile, file_host, file_of, film, picture
from socialhub.platforms.values import Account, Content, Kind, Part

CONNECTOR = registry.get("threads")
LOGIN = CONNECTOR.logins[0]


@pytest.fixture
def desk() -> Iterator[Desk]:
    """Nora's profile in a fresh world."""
    assert isinstance(LOGIN, OAuth2)
    with SandboxServer() as server:
        yield connect(CONNECTOR, LOGIN, server)


@pytest.fixture
def put() -> Iterator[PutFile]:
    """A place for files that Threads fetches."""
    with file_host() as put_file:
        yield put_file


def live(desk: Desk) -> list[dict[str, Any]]:
    """What is live, oldest first."""
    return desk.server.control.posts(platform="threads")


def chain(*texts: str) -> Content:
    """A thread of words."""
    return Content(Kind.THREAD, parts=tuple(Part(text) for text in texts))


def test_each_part_of_a_chain_answers_the_part_before(desk: Desk) -> None:
    row = desk.publish(chain("One", "Two", "Three"))
    posts = live(desk)
    assert [post["reply_to"] for post in posts] == ["", posts[0]["id"], posts[1]["id"]]
    assert row.post_id == posts[0]["id"]
    assert CONNECTOR.publishing is not None
    assert CONNECTOR.publishing.live_ids(row.post_id, row.facts) == tuple(post["id"] for post in posts)


def test_a_chain_whose_second_part_is_refused_keeps_the_first_and_is_held(desk: Desk) -> None:
    desk.server.control.fault("status", match={"path": "/threads$", "nth": 2}, status=400, code="100")
    row = desk.publish(chain("One", "Two"))
    assert "1 of 2 posts of the thread are live" in row.held
    assert [post["text"] for post in live(desk)] == ["One"]


def test_an_emoji_counts_as_its_bytes_and_other_letters_as_one(desk: Desk) -> None:
    def broken(text: str) -> list[str]:
        return [v.code for v in CONNECTOR.check(Content(Kind.TEXT, text), desk.account)]

    assert broken("é" * 500) == []
    assert broken("☕" * 166 + "ab") == []
    assert broken("👨‍👩‍👧‍👦" * 20) == []
    assert broken("👨‍👩‍👧‍👦" * 20 + "a") == ["text_too_long"]
    desk.publish(Content(Kind.TEXT, "👨‍👩‍👧‍👦" * 20))
    assert len(live(desk)) == 1


def test_a_link_is_attached_to_a_post_without_files(desk: Desk) -> None:
    address = "https://northwind.coffee/a"
    desk.publish(Content(Kind.LINK, f"Read {address}", link=address), {"topic_tag": "#coffee"})
    assert live(desk)[0]["link"] == address
    assert live(desk)[0]["options"] == {"topic_tag": "coffee"}


@pytest.mark.parametrize("lag", [30, 90])
@pytest.mark.parametrize("index", [0, 1])
def test_a_lost_answer_is_made_good_also_when_lists_and_flags_lag(desk: Desk, lag: int, index: int) -> None:
    desk.server.control.fault("lagging_listing", match={"times": 0}, seconds=lag)
    desk.server.control.fault(
        "reset_after", match={"path": "/threads_publish$", "method": "POST", "nth": index + 1}
    )
    row = desk.publish(chain("One", "Two"))
    assert [post["text"] for post in live(desk)] == ["One", "Two"]
    assert row.facts["posts"] == [post["id"] for post in live(desk)]


def test_the_post_of_another_delivery_is_not_adopted(desk: Desk) -> None:
    first = desk.publish(Content(Kind.TEXT, "Open until nine"))
    desk.taken = frozenset({first.post_id})
    desk.server.control.fault("reset_after", match={"path": "/threads_publish$"})
    second = desk.publish(Content(Kind.TEXT, "Open until nine"))
    assert [post["id"] for post in live(desk)] == [first.post_id, second.post_id]


def test_two_posts_that_fit_are_left_to_a_person(desk: Desk) -> None:
    desk.publish(Content(Kind.TEXT, "Open until nine"))
    desk.server.control.fault("reset_after", match={"path": "/threads_publish$"})
    row = desk.publish(Content(Kind.TEXT, "Open until nine"))
    assert "Several posts" in row.held


def test_a_container_that_is_not_known_yet_is_published_a_little_later(desk: Desk) -> None:
    desk.server.control.fault("status", match={"path": "/threads_publish$"}, status=400, code="24/4279009")
    row = desk.publish(Content(Kind.TEXT, "Open until nine"))
    assert [post["id"] for post in live(desk)] == [row.post_id]


def test_a_video_that_fails_in_processing_is_told_as_faulty(desk: Desk, put: PutFile) -> None:
    desk.server.control.fault("rejected_media", match={"path": "/threads$"})
    media = file_of(film(), "video/mp4", put(film(), "video/mp4"))
    with pytest.raises(PlatformError) as caught:
        desk.publish(Content(Kind.VIDEO, "A film", media=(media,)))
    assert (caught.value.kind, caught.value.code) == (Fault.INVALID_MEDIA, "FAILED_PROCESSING_VIDEO")


def test_a_carousel_mixes_pictures_and_videos_in_order(desk: Desk, put: PutFile) -> None:
    still = file_of(picture(), "image/jpeg", put(picture(), "image/jpeg"), alt="A cup")
    moving = file_of(film(), "video/mp4", put(film(), "video/mp4"))
    desk.publish(Content(Kind.GALLERY, "Both", media=(still, moving)))
    assert [(m["mime"], m["alt"]) for m in live(desk)[0]["media"]] == [
        ("image/jpeg", "A cup"),
        ("video/mp4", ""),
    ]


def test_a_token_renews_itself_from_a_day_of_age_on(desk: Desk) -> None:
    with pytest.raises(PlatformError):
        desk.renew()
    desk.server.control.advance(2 * 86_400)
    before: Account = desk.account
    desk.renew()
    assert before.tokens is not None
    assert desk.account.tokens is not None
    assert desk.account.tokens.expires_at is not None
    assert before.tokens.expires_at is not None
    assert desk.account.tokens.expires_at > before.tokens.expires_at
    assert desk.account.tokens.scopes == before.tokens.scopes
    desk.publish(Content(Kind.TEXT, "Still here"))
    assert len(live(desk)) == 1


def test_deleting_a_post_twice_is_no_error(desk: Desk) -> None:
    row = desk.publish(Content(Kind.TEXT, "Away"))
    assert CONNECTOR.publishing is not None
    assert CONNECTOR.publishing.delete is not None
    for _ in range(2):
        CONNECTOR.publishing.delete(desk.api(), desk.account, row.post_id)
    assert live(desk) == []
