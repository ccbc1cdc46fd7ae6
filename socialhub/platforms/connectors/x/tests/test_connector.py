"""Publishing to X: segments, duplicates, threads that stop midway, tokens that end midway."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from socialhub.platforms import registry
from socialhub.platforms.errors import Fault, PlatformError
from socialhub.platforms.sandbox.server import SandboxServer
from socialhub.platforms.testing import Desk, Fragile, Row, Trouble, connect
from socialhub.platforms.tests.samples import file_of, film, long_film, picture
from socialhub.platforms.values import Account, Content, Kind, Media, Part

from ..finding import text_of
from ..limits import read_limits
from ..media import CHUNK, category_of

CONNECTOR = registry.get("x")
TEXT = Content(Kind.TEXT, "Fresh roast & <more>: northwind.coffee and https://northwind.coffee/beans?a=1&b=2")
THREAD = Content(Kind.THREAD, parts=(Part("one"), Part("two"), Part("three")))


@pytest.fixture
def sandbox() -> Iterator[SandboxServer]:
    """A fresh world."""
    with SandboxServer() as server:
        yield server


@pytest.fixture
def desk(sandbox: SandboxServer) -> Desk:
    """An account of Northwind Coffee."""
    return connect(CONNECTOR, CONNECTOR.logins[0], sandbox)


def live(desk: Desk) -> list[str]:
    """The texts that are live, oldest first."""
    return [post["text"] for post in desk.server.control.posts(platform="x")]


def asked(desk: Desk, path: str) -> int:
    """How often X was asked for this."""
    return sum(path in request["path"] for request in desk.server.control.requests())


def test_a_broken_upload_goes_on_at_the_last_acknowledged_segment(desk: Desk) -> None:
    data = long_film(3 * CHUNK + 1000)
    desk.transport = Fragile(desk.server.url, at=4)
    desk.publish(Content(Kind.VIDEO, "A film", media=(file_of(data, "video/mp4"),)))
    sizes = [media["size"] for post in desk.server.control.posts(platform="x") for media in post["media"]]
    assert sizes == [len(data)]
    assert asked(desk, "/append") == 4
    assert asked(desk, "/initialize") == 1


def test_a_file_is_cut_into_at_most_a_thousand_segments(desk: Desk) -> None:
    small = file_of(film(), "video/mp4")
    row = Row()
    desk.turn(row, Content(Kind.VIDEO, "A film", media=(replace(small, size=16 * 10**9),)), {})
    (upload,) = row.facts["media"].values()
    assert -(-16 * 10**9 // upload["chunk"]) <= 1000


@pytest.mark.parametrize(
    ("mime", "category"),
    [("video/mp4", "tweet_video"), ("image/gif", "tweet_gif"), ("image/png", "tweet_image")],
)
def test_each_kind_of_file_has_its_category(mime: str, category: str) -> None:
    assert category_of(Media("1", mime, 1)) == category


@pytest.mark.parametrize("lag", [0, 40, 100])
def test_a_lost_answer_is_made_good_also_when_lists_lag(desk: Desk, lag: int) -> None:
    if lag:
        desk.server.control.fault("lagging_listing", match={"path": "/tweets", "times": 0}, seconds=lag)
    desk.transport = Fragile(desk.server.url, at=1, trouble=Trouble.LOSE_ANSWER)
    row = desk.publish(TEXT)
    assert (len(live(desk)), row.held) == (1, "")
    assert row.post_id == desk.server.control.posts(platform="x")[0]["id"]


def test_a_list_that_lags_too_long_is_made_good_by_the_refusal_of_the_second_try(desk: Desk) -> None:
    desk.server.control.fault("lagging_listing", match={"path": "/tweets", "times": 0}, seconds=200)
    desk.transport = Fragile(desk.server.url, at=1, trouble=Trouble.LOSE_ANSWER)
    row = desk.publish(TEXT)
    assert (len(live(desk)), row.held) == (1, "")
    assert row.post_id == desk.server.control.posts(platform="x")[0]["id"]


def test_a_text_that_a_person_posted_before_is_held_and_never_adopted(desk: Desk) -> None:
    desk.publish(TEXT)
    desk.server.control.advance(600)
    row = desk.publish(TEXT)
    assert "posted the same one already" in row.held
    assert (row.post_id, len(live(desk))) == ("", 1)


def test_a_refused_part_holds_the_thread_and_the_rest_follows_later(desk: Desk) -> None:
    desk.server.control.fault("status", match={"method": "POST", "path": "/2/tweets", "nth": 2}, code="reply")
    row = desk.publish(THREAD)
    assert row.held.startswith("1 of 3 posts of the thread are live")
    assert live(desk) == ["one"]
    row.held, row.in_doubt = "", False
    desk.publish(THREAD, row=row)
    assert live(desk) == ["one", "two", "three"]
    posts = desk.server.control.posts(platform="x")
    assert [post["reply_to"] for post in posts] == ["", posts[0]["id"], posts[1]["id"]]
    assert row.post_id == posts[0]["id"]


def test_uploads_that_grew_too_old_are_sent_again(desk: Desk) -> None:
    content = Content(Kind.IMAGE, "A cup", media=(file_of(picture(), "image/jpeg", alt="A cup"),))
    row = Row()
    while row.step != "post":
        desk.turn(row, content, {})
    desk.server.control.advance(23.5 * 3600)
    desk.renew()
    desk.publish(content, row=row)
    assert asked(desk, "/initialize") == 2
    assert desk.server.control.posts(platform="x")[0]["media"][0]["alt"] == "A cup"


def test_a_token_that_ends_midway_is_renewed_and_the_thread_goes_on(desk: Desk) -> None:
    desk.server.control.fault("expired_token", match={"method": "POST", "path": "/2/tweets", "nth": 2})
    before = desk.account.tokens
    desk.publish(THREAD)
    assert live(desk) == ["one", "two", "three"]
    assert desk.account.tokens != before


def test_a_film_that_x_cannot_process_is_named_as_the_cause(desk: Desk) -> None:
    desk.server.control.fault("rejected_media", match={"path": "/finalize"})
    with pytest.raises(PlatformError) as caught:
        desk.publish(Content(Kind.VIDEO, "A film", media=(file_of(film(), "video/mp4"),)))
    assert (caught.value.kind, caught.value.code) == (Fault.INVALID_MEDIA, "InvalidMedia")
    assert live(desk) == []


def test_options_arrive(desk: Desk) -> None:
    options = {
        "reply_settings": "following",
        "made_with_ai": True,
        "poll_options": ["A", "B"],
        "poll_minutes": "60",
    }
    desk.publish(TEXT, options)
    post = desk.server.control.posts(platform="x")[0]
    assert (post["reply_settings"], post["made_with_ai"]) == ("following", True)
    assert post["poll"] == {"options": ["A", "B"], "duration_minutes": 60}


def test_a_deleted_post_is_gone_and_deleting_it_again_is_no_error(desk: Desk) -> None:
    row = desk.publish(TEXT)
    assert CONNECTOR.publishing is not None
    assert CONNECTOR.publishing.delete is not None
    for _ in range(2):
        CONNECTOR.publishing.delete(desk.api(), desk.account, row.post_id)
    assert live(desk) == []


def test_paying_accounts_may_write_long_posts() -> None:
    content = Content(Kind.TEXT, "x" * 281)
    assert CONNECTOR.check(content, Account("1", "@ann")) != ()
    assert CONNECTOR.check(content, Account("1", "@ann", extra={"subscription": "PremiumPlus"})) == ()


@pytest.mark.parametrize(
    ("item", "text"),
    [
        ({"text": "a &amp; b &lt;c&gt;"}, "a & b <c>"),
        (
            {
                "text": "see https://t.co/a1 https://t.co/m1",
                "entities": {
                    "urls": [
                        {"url": "https://t.co/a1", "expanded_url": "https://northwind.coffee/x?a=1&b=2"},
                        {"url": "https://t.co/m1", "expanded_url": "https://x.com/p", "media_key": "3_1"},
                    ]
                },
                "attachments": {"media_keys": ["3_1"]},
            },
            "see https://northwind.coffee/x?a=1&b=2",
        ),
        ({"text": "short…", "note_tweet": {"text": "the long form &amp; more"}}, "the long form & more"),
    ],
)
def test_what_x_does_to_a_text_is_undone(item: dict[str, Any], text: str) -> None:
    assert text_of(item) == text


def test_limits_of_the_window_and_of_the_day_are_read(sandbox: SandboxServer) -> None:
    now = sandbox.clock.moment()
    headers = {
        "x-rate-limit-limit": "100",
        "x-rate-limit-remaining": "99",
        "x-rate-limit-reset": "1795366652",
        "x-user-limit-24hour-limit": "50",
        "x-user-limit-24hour-remaining": "0",
        "x-app-limit-24hour-limit": "strange",
    }
    window, day = read_limits(headers, now)
    assert (window.name, window.remaining, window.is_spent) == ("requests", 99, False)
    assert (day.name, day.is_spent, day.resets_at) == ("user_day", True, None)
