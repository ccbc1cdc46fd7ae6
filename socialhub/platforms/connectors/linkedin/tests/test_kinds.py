"""Documents, cards, covers, polls, and other words for live posts."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
import requests

from socialhub.platforms.errors import Fault, PlatformError
from socialhub.platforms.sandbox.server import SandboxServer
from socialhub.platforms.testing import Desk, Fragile, Row, Trouble
from socialhub.platforms.tests.samples import file_of, leaflet, picture
from socialhub.platforms.values import Content, Kind

from .desks import CONNECTOR, LINK, MOVING, POSTING, STILL, TEXT, as_member, as_page, asked, live

PDF = file_of(leaflet(), "application/pdf")
LEAFLET = Content(Kind.DOCUMENT, "What we roast", media=(PDF,))
CARD = file_of(picture("brown"), "image/jpeg")
POLL = {
    "poll_options": ["Filter", "Espresso"],
    "poll_question": "How do you drink it?",
    "poll_duration": "ONE_DAY",
}

every_way = pytest.mark.parametrize("way", [as_member, as_page])


@pytest.fixture
def sandbox() -> Iterator[SandboxServer]:
    """A fresh world."""
    with SandboxServer() as server:
        yield server


@pytest.fixture
def page(sandbox: SandboxServer) -> Desk:
    """Northwind Coffee."""
    return as_page(sandbox)


def shown(desk: Desk, row: Row) -> str:
    """The public page of a post."""
    answer = requests.get(row.url.replace("https:/", desk.server.url, 1), timeout=10)
    assert answer.status_code == 200
    return answer.text


def edit(desk: Desk, post_id: str, content: Content) -> None:
    """Give a live post other words."""
    assert CONNECTOR.publishing is not None
    assert CONNECTOR.publishing.edit is not None
    CONNECTOR.publishing.edit(desk.api(), desk.account, post_id, content, {})


@every_way
@pytest.mark.parametrize(("chosen", "title"), [({"title": "Beans"}, "Beans"), ({}, "file.pdf")])
def test_a_document_arrives_whole_and_with_a_title(
    sandbox: SandboxServer, way: Callable[[SandboxServer], Desk], chosen: dict[str, Any], title: str
) -> None:
    desk = way(sandbox)
    row = desk.publish(LEAFLET, chosen)
    (post,) = live(desk)
    assert post["media"][0]["sha256"] == hashlib.sha256(leaflet()).hexdigest()
    assert post["content"]["media"]["title"] == title
    assert title in shown(desk, row)


def test_a_document_that_is_none_is_named_as_the_cause(page: Desk) -> None:
    with pytest.raises(PlatformError) as caught:
        page.publish(Content(Kind.DOCUMENT, "Torn", media=(file_of(b"%PDF-torn", "application/pdf"),)))
    assert (caught.value.kind, live(page)) == (Fault.INVALID_MEDIA, [])


def test_a_document_of_too_many_pages_is_not_ready(page: Desk) -> None:
    long = replace(LEAFLET, media=(replace(PDF, pages=301),))
    assert [violation.code for violation in CONNECTOR.check(long, page.account)] == ["pages_too_many"]
    assert CONNECTOR.check(LEAFLET, page.account) == ()


@every_way
def test_a_link_gets_the_picture_that_was_chosen(
    sandbox: SandboxServer, way: Callable[[SandboxServer], Desk]
) -> None:
    desk = way(sandbox)
    desk.publish(LINK, {"card_image": CARD})
    (post,) = live(desk)
    assert post["content"]["article"]["thumbnail"].startswith("urn:li:image:")
    assert asked(desk, "PUT", "/uploaded-image/") == 1


@pytest.mark.parametrize("way", [as_member, as_page])
def test_a_lost_answer_to_a_link_with_a_picture_is_made_good(
    sandbox: SandboxServer, way: Callable[[SandboxServer], Desk]
) -> None:
    desk = way(sandbox)
    sandbox.control.fault("reset_after", match=POSTING)
    row = desk.publish(LINK, {"card_image": CARD})
    assert (row.held, [row.post_id]) == ("", [post["id"] for post in live(desk)])


def test_a_video_gets_the_picture_that_was_chosen_also_when_an_answer_is_lost(page: Desk) -> None:
    page.transport = Fragile(page.server.url, at=3, trouble=Trouble.LOSE_ANSWER)
    page.publish(MOVING, {"cover": CARD})
    (post,) = live(page)
    assert post["cover"] == hashlib.sha256(picture("brown")).hexdigest()
    assert asked(page, "POST", "initializeUpload") == asked(page, "POST", "finalizeUpload") == 1


def test_a_video_without_a_picture_announces_none(page: Desk) -> None:
    page.publish(MOVING)
    assert (live(page)[0]["cover"], asked(page, "PUT", "/thumbnail")) == ("", 0)


@every_way
def test_a_poll_is_asked(sandbox: SandboxServer, way: Callable[[SandboxServer], Desk]) -> None:
    desk = way(sandbox)
    row = desk.publish(TEXT, POLL)
    poll = live(desk)[0]["content"]["poll"]
    assert poll["options"] == [{"text": "Filter"}, {"text": "Espresso"}]
    assert (poll["question"], poll["settings"]) == ("How do you drink it?", {"duration": "ONE_DAY"})
    assert "How do you drink it?" in shown(desk, row)
    assert "<li>Espresso</li>" in shown(desk, row)


def test_the_text_is_the_question_of_a_poll_without_one_and_one_answer_is_too_few(page: Desk) -> None:
    page.publish(Content(Kind.TEXT, "Filter or not?"), {"poll_options": ["Yes", "No"]})
    assert live(page)[0]["content"]["poll"]["question"] == "Filter or not?"
    lonely = {"poll_options": ["Yes"]}
    assert [violation.code for violation in CONNECTOR.check(TEXT, page.account, lonely)] == ["option_too_few"]
    assert CONNECTOR.check(TEXT, page.account, POLL) == ()
    with pytest.raises(PlatformError) as caught:
        page.publish(Content(Kind.TEXT, "Filter?"), lonely)
    assert caught.value.kind is Fault.INVALID_REQUEST


@every_way
@pytest.mark.parametrize("content", [TEXT, STILL], ids=lambda content: content.kind)
def test_an_edit_changes_the_words_alone_and_a_repeat_nothing_more(
    sandbox: SandboxServer, way: Callable[[SandboxServer], Desk], content: Content
) -> None:
    desk = way(sandbox)
    row = desk.publish(content)
    (before,) = live(desk)
    better = replace(content, text="Fresh roast (Kenya), #coffee_lovers")
    for _ in range(2):
        edit(desk, row.post_id, better)
        (after,) = live(desk)
        assert (after["text"], after["media"]) == (better.text, before["media"])


def test_what_is_gone_or_too_long_is_not_edited(page: Desk) -> None:
    row = page.publish(TEXT)
    with pytest.raises(PlatformError) as gone:
        edit(page, "urn:li:share:1", TEXT)
    with pytest.raises(PlatformError) as long:
        edit(page, row.post_id, replace(TEXT, text="x" * 3001))
    assert (gone.value.kind, long.value.code) == (Fault.NOT_FOUND, "FIELD_LENGTH_TOO_LONG")
