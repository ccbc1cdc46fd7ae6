"""After the good answer: posts that vanish, other words for live ones, and how files look in timelines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from socialhub.platforms import registry
from socialhub.platforms.errors import Fault, PlatformError
from socialhub.platforms.sandbox.server import SandboxServer
from socialhub.platforms.testing import Desk, Fragile, Trouble, connect
from socialhub.platforms.tests.samples import file_of, film, picture
from socialhub.platforms.values import Content, Kind, Part

CONNECTOR = registry.get("mastodon")
HOST = "social.example"
TEXT = Content(Kind.TEXT, "Fresh rost, sorry for the typo")
BETTER = Content(Kind.TEXT, "Fresh roast")
STILL = Content(Kind.IMAGE, "A cup", media=(file_of(picture(), "image/jpeg", alt="Cup"),))
MOVING = Content(Kind.VIDEO, "A film", media=(file_of(film(), "video/mp4"),))
POLL = {"poll_options": ["Yes", "No"], "poll_seconds": "3600"}


@pytest.fixture
def sandbox() -> Iterator[SandboxServer]:
    """A fresh world."""
    with SandboxServer() as server:
        yield server


@pytest.fixture
def desk(sandbox: SandboxServer) -> Desk:
    """An account on a current server."""
    return connect(CONNECTOR, CONNECTOR.logins[0], sandbox)


def live(desk: Desk) -> list[dict[str, Any]]:
    """What is live on the server."""
    return desk.server.control.posts(platform="mastodon", host=HOST)


def edit(desk: Desk, post_id: str, content: Content, **options: Any) -> None:
    """Give a live post other words."""
    assert CONNECTOR.publishing is not None
    assert CONNECTOR.publishing.edit is not None
    chosen = CONNECTOR.options.resolve(content.kind, options)
    CONNECTOR.publishing.edit(desk.api(), desk.account, post_id, content, chosen)


def asked(desk: Desk, method: str, path: str) -> int:
    """How often the server was asked for this."""
    journal = desk.server.control.requests()
    return sum(request["method"] == method and path in request["path"] for request in journal)


def test_a_post_that_the_server_drops_in_silence_is_held_and_never_sent_again(desk: Desk) -> None:
    desk.server.control.call("POST", "platforms/mastodon/servers", {"host": HOST, "drops_silently": True})
    row = desk.publish(TEXT)
    assert "does not show it" in row.held
    assert (row.post_id, live(desk), asked(desk, "POST", "/api/v1/statuses")) == ("", [], 1)


def test_a_post_that_shows_itself_late_is_published(desk: Desk) -> None:
    match = {"method": "GET", "path": r"/api/v1/statuses/\d+$", "times": 2}
    desk.server.control.fault("status", match=match, status=404)
    row = desk.publish(TEXT)
    assert (row.held, row.post_id) == ("", live(desk)[0]["id"])


@pytest.mark.parametrize("status", [401, 429, 503])
def test_trouble_while_looking_is_no_reason_to_doubt_a_good_answer(desk: Desk, status: int) -> None:
    match = {"method": "GET", "path": r"/api/v1/statuses/\d+$", "times": 0}
    desk.server.control.fault("status", match=match, status=status)
    row = desk.publish(Content(Kind.THREAD, parts=(Part("one"), Part("two"))))
    assert (row.held, row.post_id) == ("", live(desk)[0]["id"])


def test_an_edit_keeps_the_files_and_a_repeat_changes_nothing_more(desk: Desk) -> None:
    row = desk.publish(STILL, {"visibility": "unlisted", "spoiler_text": "Coffee"})
    better = Content(Kind.IMAGE, "Another cup", media=STILL.media)
    for _ in range(2):
        edit(desk, row.post_id, better, spoiler_text="Coffee", visibility="unlisted")
    (post,) = live(desk)
    assert (post["text"], post["spoiler_text"], post["visibility"]) == ("Another cup", "Coffee", "unlisted")
    assert (post["media"][0]["alt"], post["edits"], post["sensitive"]) == ("Cup", 1, True)


def test_an_edit_keeps_a_poll_and_its_votes(desk: Desk) -> None:
    row = desk.publish(TEXT, POLL)
    edit(desk, row.post_id, BETTER, **POLL)
    edit(desk, row.post_id, BETTER, **POLL)
    (post,) = live(desk)
    assert (post["text"], post["votes_lost"], post["edits"]) == ("Fresh roast", False, 1)
    assert post["poll"]["options"] == ["Yes", "No"]
    assert abs(post["poll"]["expires_in"] - 3600) < 10


def test_an_edit_that_would_cost_the_poll_is_refused(desk: Desk) -> None:
    row = desk.publish(TEXT, {**POLL, "poll_seconds": "300"})
    with pytest.raises(PlatformError, match="poll_ended") as caught:
        edit(desk, row.post_id, BETTER, **POLL)
    assert (caught.value.kind, live(desk)[0]["text"]) == (Fault.INVALID_REQUEST, TEXT.text)


def test_a_poll_needs_two_answers_while_it_is_written(desk: Desk) -> None:
    for answers, codes in ((["Yes"], ["option_too_few"]), (["Yes", "No"], []), ([], [])):
        broken = CONNECTOR.check(TEXT, desk.account, {"poll_options": answers})
        assert [violation.code for violation in broken] == codes


def test_what_is_gone_cannot_be_edited(desk: Desk) -> None:
    with pytest.raises(PlatformError) as caught:
        edit(desk, "1", BETTER)
    assert caught.value.kind is Fault.NOT_FOUND


def test_a_video_gets_the_picture_that_was_chosen_also_when_an_answer_is_lost(desk: Desk) -> None:
    desk.transport = Fragile(desk.server.url, at=2, trouble=Trouble.LOSE_ANSWER)
    row = desk.publish(MOVING, {"thumbnail": file_of(picture("brown"), "image/jpeg")})
    (post,) = live(desk)
    assert (row.post_id, asked(desk, "POST", "/api/v2/media")) == (post["id"], 1)
    shown = desk.api().get(f"api/v1/statuses/{row.post_id}").body["media_attachments"][0]["preview_url"]
    fetched = requests.get(shown.replace("https:/", desk.server.url, 1), timeout=10)
    assert (fetched.headers["Content-Type"], fetched.content) == ("image/jpeg", picture("brown"))


def test_a_picture_that_the_server_cannot_use_for_the_video_is_named_as_the_cause(desk: Desk) -> None:
    with pytest.raises(PlatformError) as caught:
        desk.publish(MOVING, {"thumbnail": file_of(b"no picture", "image/jpeg")})
    assert (caught.value.kind, live(desk)) == (Fault.INVALID_MEDIA, [])


def test_previews_keep_in_view_what_was_chosen(desk: Desk) -> None:
    top = desk.publish(STILL, {"focus": "0,1"})
    plain = desk.publish(STILL)
    focus = [
        desk.api().get(f"api/v1/statuses/{row.post_id}").body["media_attachments"][0]["meta"].get("focus")
        for row in (top, plain)
    ]
    assert focus == [{"x": 0.0, "y": 1.0}, None]
