"""Publishing to LinkedIn: little text, parts with ETags, doubt with and without a list to look at."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from socialhub.platforms.errors import Fault, PlatformError
from socialhub.platforms.sandbox.server import SandboxServer
from socialhub.platforms.testing import Desk, Fragile, Row, Trouble
from socialhub.platforms.tests.samples import file_of, long_film
from socialhub.platforms.values import Content, Kind

from ..littletext import escape, plain
from ..sandbox.littletext import normalised, shown
from .desks import CONNECTOR, LINK, MOVING, POSTING, STILL, TEXT, as_member, as_page, asked, live

MEGABYTE = 1024 * 1024
LISTS = {"method": "GET", "path": "/rest/posts", "times": 0}


@pytest.fixture
def sandbox() -> Iterator[SandboxServer]:
    """A fresh world."""
    with SandboxServer() as server:
        yield server


@pytest.fixture
def member(sandbox: SandboxServer) -> Desk:
    """Nora Lindqvist."""
    return as_member(sandbox)


@pytest.fixture
def page(sandbox: SandboxServer) -> Desk:
    """Northwind Coffee."""
    return as_page(sandbox)


@pytest.mark.parametrize(
    "text",
    [
        "plain",
        r"all of them: | { } @ [ ] ( ) < > # \ * _ ~",
        "#coffee #two_words, (#three) and #1 and C# and a&#39;b",
        "https://northwind.coffee/a_b(c)?d=~e#top",
        r"back\slash \# {hashtag|\#|typed} nora@northwind.coffee",
        "日本語 #日本 😀 #é",
    ],
)
def test_a_reader_sees_what_was_written(text: str) -> None:
    assert shown(escape(text)) == text
    assert plain(normalised(escape(text))) == plain(escape(text))


def test_hashtags_and_mentions_become_elements() -> None:
    assert escape("#a_b") == r"{hashtag|\#|a\_b}"
    mention = "@[Northwind (Coffee)](urn:li:organization:12)"
    assert escape(mention) == r"@[Northwind \(Coffee\)](urn:li:organization:12)"
    assert shown(escape(mention)) == "Northwind (Coffee)"


def test_a_text_that_is_not_escaped_is_cut_without_an_error() -> None:
    assert shown("Fresh roast (Kenya)") == "Fresh roast "


def test_options_arrive(member: Desk) -> None:
    member.publish(LINK, {"visibility": "CONNECTIONS", "title": "Beans", "description": "All of them"})
    member.publish(TEXT, {"no_reshare": True})
    link, text = live(member)
    article = {"source": "https://northwind.coffee/beans", "title": "Beans", "description": "All of them"}
    assert (link["visibility"], link["content"]) == ("CONNECTIONS", {"article": article})
    assert (text["visibility"], text["no_reshare"], text["content"]) == ("PUBLIC", True, {})


def test_a_card_without_a_title_names_the_host(page: Desk) -> None:
    page.publish(LINK)
    assert live(page)[0]["content"]["article"]["title"] == "northwind.coffee"


def test_a_video_goes_in_the_parts_that_were_told_and_on_where_it_broke(page: Desk) -> None:
    data = long_film(9 * MEGABYTE + 17)
    page.transport = Fragile(page.server.url, at=3, trouble=Trouble.LOSE_ANSWER)
    page.publish(Content(Kind.VIDEO, "Long", media=(file_of(data, "video/mp4"),)), {"title": "A title"})
    (post,) = live(page)
    assert post["media"][0]["size"] == len(data)
    assert post["content"]["media"]["title"] == "A title"
    assert asked(page, "PUT", "/uploaded-video/") == 4
    assert asked(page, "POST", "initializeUpload") == 1


def test_an_upload_that_expired_begins_anew(page: Desk) -> None:
    row = Row()
    page.turn(row, MOVING, {})
    page.server.control.advance(2 * 86_400)
    page.publish(MOVING, row=row)
    assert asked(page, "POST", "initializeUpload") == 2
    assert len(live(page)) == 1


def test_a_file_that_linkedin_cannot_use_is_named_as_the_cause(page: Desk) -> None:
    page.server.control.fault("rejected_media", match={"path": "finalizeUpload|/rest/videos", "nth": 2})
    with pytest.raises(PlatformError) as caught:
        page.publish(MOVING)
    assert (caught.value.kind, live(page)) == (Fault.INVALID_MEDIA, [])


def test_a_file_that_is_not_ready_is_waited_for(member: Desk) -> None:
    match = {**POSTING, "times": 3}
    member.server.control.fault("status", match=match, code="MEDIA_ASSET_PROCESSING")
    row = member.publish(STILL)
    assert (row.held, len(live(member)), asked(member, "POST", "/rest/posts")) == ("", 1, 4)


@pytest.mark.parametrize("content", [TEXT, LINK, STILL], ids=lambda content: content.kind)
@pytest.mark.parametrize("lag", [0, 90])
def test_a_lost_answer_to_a_page_is_made_good_also_when_lists_lag(
    page: Desk, content: Content, lag: int
) -> None:
    if lag:
        page.server.control.fault("lagging_listing", match=LISTS, seconds=lag)
    page.server.control.fault("reset_after", match=POSTING)
    row = page.publish(content)
    assert (row.held, [row.post_id]) == ("", [post["id"] for post in live(page)])
    assert asked(page, "POST", "/rest/posts") == 1


def test_a_list_that_lags_too_long_is_made_good_by_the_refusal_of_the_second_try(page: Desk) -> None:
    page.server.control.fault("lagging_listing", match=LISTS, seconds=10**6)
    page.server.control.fault("reset_after", match=POSTING)
    row = page.publish(TEXT)
    assert (row.held, [row.post_id]) == ("", [post["id"] for post in live(page)])


def test_a_member_s_text_is_sent_once_more_and_the_first_is_adopted(member: Desk) -> None:
    member.server.control.fault("reset_after", match=POSTING)
    row = member.publish(TEXT)
    assert (row.held, [row.post_id]) == ("", [post["id"] for post in live(member)])
    assert asked(member, "POST", "/rest/posts") == 2


def test_a_member_s_text_is_not_sent_a_third_time(member: Desk) -> None:
    member.server.control.fault("reset_before", match={**POSTING, "times": 0})
    row = member.publish(TEXT)
    assert "sent twice" in row.held
    assert asked(member, "POST", "/rest/posts") == 2


@pytest.mark.parametrize("trouble", ["reset_before", "reset_after"])
def test_a_member_s_post_with_files_in_doubt_is_left_to_a_person(member: Desk, trouble: str) -> None:
    member.server.control.fault(trouble, match=POSTING)
    row = member.publish(STILL)
    assert "does not show us" in row.held
    assert asked(member, "POST", "/rest/posts") == 1


@pytest.mark.parametrize("way", [as_member, as_page])
def test_a_text_that_a_person_posted_before_is_held_and_never_adopted(
    sandbox: SandboxServer, way: Callable[[SandboxServer], Desk]
) -> None:
    desk = way(sandbox)
    desk.publish(TEXT)
    desk.server.control.advance(600)
    row = desk.publish(TEXT)
    assert "posted the same already" in row.held
    assert (row.post_id, len(live(desk))) == ("", 1)


def test_the_ghost_of_a_deleted_post_is_never_adopted(page: Desk) -> None:
    ghost = page.publish(TEXT)
    assert CONNECTOR.publishing is not None
    assert CONNECTOR.publishing.delete is not None
    CONNECTOR.publishing.delete(page.api(), page.account, ghost.post_id)
    page.server.control.fault("reset_before", match=POSTING)
    row = page.publish(TEXT)
    assert "posted the same already" in row.held
    assert row.post_id == ""


def test_a_post_of_another_delivery_is_never_adopted(page: Desk) -> None:
    first = page.publish(STILL)
    page.taken = frozenset({first.post_id})
    page.server.control.fault("reset_after", match=POSTING)
    row = page.publish(STILL)
    assert row.post_id not in ("", first.post_id)
    assert len(live(page)) == 2
