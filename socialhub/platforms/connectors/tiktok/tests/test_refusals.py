"""What TikTok takes of a creator in a day, covers, and every refusal that the tables know."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from socialhub.platforms import registry
from socialhub.platforms.errors import PlatformError
from socialhub.platforms.sandbox.server import SandboxServer
from socialhub.platforms.testing import Desk, Row, connect
from socialhub.platforms.tests.samples import PutFile, file_host, file_of, film, picture
from socialhub.platforms.values import Content, Kind

from ..errors import FAILURES
from ..status import AGAIN

CONNECTOR = registry.get("tiktok")
PRIVATE = {"privacy": "SELF_ONLY", "music_usage": "agreed"}
DRAFT = {**PRIVATE, "privacy": "draft"}
CODES = [code for code in CONNECTOR.service.errors.codes if not code.startswith("oauth/")]
GRANTS = [code for code in CONNECTOR.service.errors.codes if code.startswith("oauth/")]
INTENTIONAL = ("spam_risk_too_many_posts", "spam_risk_user_banned_from_posting", "reached_active_user_cap")


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


def a_film() -> Content:
    """A post with a film."""
    return Content(Kind.VIDEO, "From the harbour", media=(file_of(film(), "video/mp4"),))


def three_photos(put: PutFile) -> Content:
    """A post with three photos."""
    files = [picture(color) for color in ("teal", "brown", "navy")]
    media = tuple(file_of(data, "image/jpeg", put(data, "image/jpeg")) for data in files)
    return Content(Kind.GALLERY, "From the harbour", media=media)


def live(desk: Desk) -> list[dict[str, Any]]:
    """The posts that are there, oldest first."""
    return desk.server.control.posts(platform="tiktok")


def test_the_sixteenth_post_within_a_day_waits_for_a_free_place(desk: Desk) -> None:
    for _ in range(15):
        desk.publish(a_film(), PRIVATE)
        desk.server.control.advance(60)
        desk.renew()
    row = Row()
    assert desk.turn(row, a_film(), PRIVATE) == timedelta(hours=1)
    assert len(live(desk)) == 15
    desk.server.control.advance(86_400)
    desk.renew()
    assert desk.publish(a_film(), PRIVATE, row=row).post_id
    assert len(live(desk)) == 16


def test_a_place_that_another_app_took_meanwhile_is_waited_for_too(desk: Desk, put: PutFile) -> None:
    for content, path in ((a_film(), "/video/init/"), (three_photos(put), "/content/init/")):
        desk.server.control.fault("status", match={"path": path}, code="spam_risk_too_many_posts")
        assert desk.publish(content, PRIVATE).post_id
        desk.renew()
    assert len(live(desk)) == 2


def test_the_sixth_draft_of_a_day_is_refused_until_a_person_has_been_there(desk: Desk) -> None:
    for _ in range(5):
        desk.publish(a_film(), DRAFT)
        desk.server.control.advance(60)
    with pytest.raises(PlatformError) as caught:
        desk.publish(a_film(), DRAFT)
    assert caught.value.code == "spam_risk_too_many_pending_share"
    assert (caught.value.retry_after, caught.value.is_retryable) == (None, False)
    assert "drafts" in caught.value.user_message


@pytest.mark.parametrize("code", INTENTIONAL)
def test_a_refusal_that_comes_with_a_good_status_is_heard_before_a_byte_leaves(desk: Desk, code: str) -> None:
    desk.server.control.fault("status", match={"path": "/creator_info/"}, code=code, status=200)
    row = Row()
    if CONNECTOR.service.errors.codes[code].wait:
        assert desk.turn(row, a_film(), PRIVATE) == timedelta(hours=1)
    else:
        with pytest.raises(PlatformError) as caught:
            desk.turn(row, a_film(), PRIVATE)
        assert (caught.value.code, caught.value.http_status) == (code, 200)
    assert not [r for r in desk.server.control.requests() if r["method"] == "PUT"]


def test_a_cover_is_taken_from_the_second_that_was_chosen(desk: Desk) -> None:
    desk.publish(a_film(), {**PRIVATE, "cover_second": "2.5"})
    desk.publish(a_film(), PRIVATE)
    assert [post.get("video_cover_timestamp_ms") for post in live(desk)] == [2500, None]


def test_a_photo_that_was_chosen_stands_in_front_and_one_that_is_not_there_holds_the_post(
    desk: Desk, put: PutFile
) -> None:
    desk.publish(three_photos(put), {**PRIVATE, "cover_picture": "3"})
    desk.publish(three_photos(put), PRIVATE)
    assert [post["cover"] for post in live(desk)] == [2, 0]
    row = desk.publish(three_photos(put), {**PRIVATE, "cover_picture": "4"})
    assert "3 pictures" in row.held
    assert len(live(desk)) == 2


@pytest.mark.parametrize("code", CODES)
def test_every_code_of_the_table_can_be_ordered_and_is_told_apart(desk: Desk, code: str) -> None:
    desk.server.control.fault("status", match={"path": "/video/list/"}, code=code)
    with pytest.raises(PlatformError) as caught:
        desk.api().post("v2/video/list/", params={"fields": "id"}, json_body={})
    assert (caught.value.code, caught.value.kind) == (code, CONNECTOR.service.errors.codes[code].kind)


@pytest.mark.parametrize("code", GRANTS)
def test_every_refusal_of_the_token_endpoint_can_be_ordered(desk: Desk, code: str) -> None:
    desk.server.control.fault("status", match={"path": "/oauth/token"}, code=code)
    with pytest.raises(PlatformError) as caught:
        desk.renew()
    assert (caught.value.code, caught.value.kind) == (code, CONNECTOR.service.errors.codes[code].kind)


@pytest.mark.parametrize("reason", FAILURES)
def test_every_reason_of_a_failed_share_is_told(desk: Desk, reason: str) -> None:
    desk.server.control.fault("rejected_media", match={"method": "PUT", "times": 0}, reason=reason)
    with pytest.raises(PlatformError) as caught:
        desk.publish(a_film(), PRIVATE)
    assert (caught.value.code, caught.value.kind) == (reason, FAILURES[reason].kind)
    begun = [r for r in desk.server.control.requests() if "/video/init/" in r["path"]]
    assert len(begun) == (3 if reason in AGAIN else 1)
    assert live(desk) == []
