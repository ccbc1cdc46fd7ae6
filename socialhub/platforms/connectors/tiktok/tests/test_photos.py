"""Photos on TikTok: when an answer is lost, a list may show the post, and nothing shows that it is not there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from socialhub.platforms import registry
from socialhub.platforms.sandbox.server import SandboxServer
from socialhub.platforms.testing import Desk, Fragile, Trouble, connect
from socialhub.platforms.tests.samples import PutFile, file_host, file_of, picture
from socialhub.platforms.values import Content, Kind

CONNECTOR = registry.get("tiktok")
PUBLIC = {"privacy": "PUBLIC_TO_EVERYONE", "music_usage": "agreed"}
PRIVATE = {**PUBLIC, "privacy": "SELF_ONLY"}
DRAFT = {**PUBLIC, "privacy": "draft"}


@pytest.fixture
def desk() -> Iterator[Desk]:
    """The account of Northwind Coffee in a fresh world."""
    with SandboxServer() as server:
        yield connect(CONNECTOR, CONNECTOR.logins[0], server)


@pytest.fixture
def put() -> Iterator[PutFile]:
    """A place for files that TikTok fetches."""
    with file_host() as put_file:
        yield put_file


def photos(put: PutFile) -> Content:
    """A post with two photos."""
    files = tuple(
        file_of(picture(color), "image/jpeg", put(picture(color), "image/jpeg"))
        for color in ("teal", "brown")
    )
    return Content(Kind.GALLERY, "From the harbour", media=files)


def live(desk: Desk) -> list[dict[str, Any]]:
    """The posts that are there, oldest first."""
    return desk.server.control.posts(platform="tiktok")


def test_photos_go_out_with_their_title_and_settings(desk: Desk, put: PutFile) -> None:
    desk.publish(photos(put), {**PUBLIC, "title": "Harbour", "allow_comment": True, "add_music": True})
    post = live(desk)[0]
    assert (post["title"], post["text"], len(post["media"])) == ("Harbour", "From the harbour", 2)
    assert (post["disable_comment"], post["auto_add_music"]) == (False, True)


def test_a_draft_of_photos_lands_in_the_inbox(desk: Desk, put: PutFile) -> None:
    row = desk.publish(photos(put), DRAFT)
    assert (live(desk), "inbox" in row.held) == ([], True)


@pytest.mark.parametrize("chosen", [PUBLIC, PRIVATE])
def test_photos_whose_answer_was_lost_are_found_or_left_to_a_person(
    desk: Desk, put: PutFile, chosen: dict[str, Any]
) -> None:
    desk.transport = Fragile(desk.server.url, at=2, trouble=Trouble.LOSE_ANSWER)
    row = desk.publish(photos(put), chosen)
    assert len(live(desk)) == 1
    assert (row.post_id == live(desk)[0]["id"]) == (chosen is PUBLIC)
    assert (row.held != "") == (chosen is PRIVATE)


def test_photos_that_were_never_sent_are_left_to_a_person_and_not_sent_again(
    desk: Desk, put: PutFile
) -> None:
    desk.transport = Fragile(desk.server.url, at=2, trouble=Trouble.DIE_BEFORE)
    row = desk.publish(photos(put), PUBLIC)
    assert (live(desk), row.in_doubt) == ([], True)
    assert "decide" in row.held


def test_a_twin_of_another_delivery_is_never_adopted(desk: Desk, put: PutFile) -> None:
    first = desk.publish(photos(put), PUBLIC)
    desk.taken = frozenset({first.post_id})
    desk.transport = Fragile(desk.server.url, at=2, trouble=Trouble.DIE_BEFORE)
    assert desk.publish(photos(put), PUBLIC).post_id == ""
