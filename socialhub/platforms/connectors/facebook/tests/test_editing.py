"""What is done to a Page's post beside publishing it: covers, and other words while it is live."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace

import pytest
import requests

from socialhub.platforms.errors import Fault, PlatformError
from socialhub.platforms.sandbox.server import SandboxServer
from socialhub.platforms.testing import Desk, Row, connect
from socialhub.platforms.tests.samples import film, picture
from socialhub.platforms.transport import Transport
from socialhub.platforms.values import Content, Kind, Media

from .test_connector import CONNECTOR, PAGE, clip, cup, live


@pytest.fixture
def desk() -> Iterator[Desk]:
    """Nora's first Page in a fresh world."""
    with SandboxServer() as server:
        yield connect(CONNECTOR, PAGE, server)


@pytest.mark.parametrize("kind", [Kind.TEXT, Kind.IMAGE, Kind.VIDEO, Kind.SHORT])
def test_a_live_post_gets_other_words_and_twice_changes_nothing_more(desk: Desk, kind: Kind) -> None:
    assert CONNECTOR.publishing is not None
    assert CONNECTOR.publishing.edit is not None
    media = {Kind.TEXT: (), Kind.IMAGE: (cup(),)}.get(kind, (clip(film()),))
    chosen = {"title": "Roasting"} if media and media[0].is_video else {}
    row = desk.publish(Content(kind, "Open until nin", media=media), chosen)
    better = Content(kind, "Open until nine", media=media)
    for _ in range(2):
        CONNECTOR.publishing.edit(desk.api(), desk.account, row.post_id, better, chosen)
    post = live(desk)[0]
    assert (post["id"], post["text"], len(post["media"])) == (row.post_id, "Open until nine", len(media))
    assert post.get("title", "") == chosen.get("title", "")
    shown = requests.get(Transport(sandbox_url=desk.server.url).address(row.url), timeout=10).text
    assert "Open until nine" in shown
    assert "Open until nin<" not in shown


def test_a_story_and_a_post_that_is_gone_are_not_edited(desk: Desk) -> None:
    assert CONNECTOR.publishing is not None
    assert CONNECTOR.publishing.edit is not None
    assert CONNECTOR.publishing.delete is not None
    story = desk.publish(Content(Kind.STORY, media=(clip(film()),)))
    with pytest.raises(PlatformError, match="edit_not_offered"):
        CONNECTOR.publishing.edit(desk.api(), desk.account, story.post_id, Content(Kind.STORY), {})
    row = desk.publish(Content(Kind.TEXT, "Away"))
    CONNECTOR.publishing.delete(desk.api(), desk.account, row.post_id)
    with pytest.raises(PlatformError) as caught:
        CONNECTOR.publishing.edit(desk.api(), desk.account, row.post_id, Content(Kind.TEXT, "Back"), {})
    assert caught.value.kind is Fault.NOT_FOUND


@pytest.mark.parametrize("kind", [Kind.VIDEO, Kind.SHORT])
def test_a_cover_of_its_own_is_shown_with_the_video(desk: Desk, kind: Kind) -> None:
    cover = cup("brown")
    row = desk.publish(Content(kind, "A film", media=(clip(film()),)), {"cover": cover})
    assert live(desk)[0]["cover"] == hashlib.sha256(picture("brown")).hexdigest()
    shown = requests.get(Transport(sandbox_url=desk.server.url).address(row.url), timeout=10).text
    assert 'alt="Cover"' in shown


def test_a_cover_that_facebook_refuses_leaves_the_post_live(desk: Desk) -> None:
    desk.server.control.fault("rejected_media", match={"path": "/thumbnails$"})
    row = Row()
    with pytest.raises(PlatformError) as caught:
        desk.publish(Content(Kind.SHORT, "A reel", media=(clip(film()),)), {"cover": cup()}, row=row)
    assert (caught.value.kind, row.step) == (Fault.INVALID_MEDIA, "set_cover")
    assert [post["id"] for post in live(desk)] == [row.post_id]


@pytest.mark.parametrize(
    ("cover", "expected"),
    [
        (cup(), []),
        (replace(cup(), mime="image/webp"), ["media_type"]),
        (replace(cup(), size=10 * 1024 * 1024), []),
        (replace(cup(), size=10 * 1024 * 1024 + 1), ["media_too_large"]),
    ],
)
def test_a_cover_is_checked_while_the_post_is_written(desk: Desk, cover: Media, expected: list[str]) -> None:
    content = Content(Kind.VIDEO, "A film", media=(clip(film()),))
    found = CONNECTOR.check(content, desk.account, {"cover": cover})
    assert [violation.code for violation in found] == expected
