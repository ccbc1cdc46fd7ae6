"""Publishing to YouTube: chunks, sessions that end, videos that are not what was asked for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from socialhub.platforms import registry
from socialhub.platforms.errors import Fault, PlatformError
from socialhub.platforms.sandbox.server import SandboxServer
from socialhub.platforms.testing import Desk, Fragile, Row, Trouble, connect
from socialhub.platforms.tests.samples import file_of, film, long_film
from socialhub.platforms.values import Account, Content, Kind, Media

from ..uploads import CHUNK, permalink

CONNECTOR = registry.get("youtube")
CHOSEN = {"title": "Fresh roast", "made_for_kids": "no", "privacy": "public"}
WEEK_AND_A_DAY = 8 * 86_400


@pytest.fixture
def sandbox() -> Iterator[SandboxServer]:
    """A fresh world."""
    with SandboxServer() as server:
        yield server


@pytest.fixture
def desk(sandbox: SandboxServer) -> Desk:
    """The channel of Northwind Coffee."""
    return connect(CONNECTOR, CONNECTOR.logins[0], sandbox)


def a_film(data: bytes = b"") -> Content:
    """A post with a film."""
    return Content(Kind.VIDEO, "From the harbour", media=(file_of(data or film(), "video/mp4"),))


def live(desk: Desk) -> list[dict[str, Any]]:
    """The videos that are there, oldest first."""
    return desk.server.control.posts(platform="youtube")


def asked(desk: Desk, method: str, path: str) -> int:
    """How often YouTube was asked for this."""
    requests = desk.server.control.requests()
    return sum(path in request["path"] and request["method"] == method for request in requests)


def in_doubt(desk: Desk, trouble: Trouble, content: Content) -> Row:
    """A delivery whose only chunk met trouble."""
    row = Row()
    desk.turn(row, content, CHOSEN)
    desk.transport = Fragile(desk.server.url, at=1, trouble=trouble)
    with pytest.raises(BaseException, match=r"^$"):
        desk.turn(row, content, CHOSEN)
    assert row.in_doubt
    return row


def test_a_broken_upload_goes_on_at_the_last_acknowledged_byte(desk: Desk) -> None:
    data = long_film(3 * CHUNK + 1000)
    desk.transport = Fragile(desk.server.url, at=3)
    row = desk.publish(a_film(data), CHOSEN)
    assert [media["size"] for post in live(desk) for media in post["media"]] == [len(data)]
    assert asked(desk, "POST", "/upload/") == 1
    assert asked(desk, "PUT", "/upload/") == 4 + 1  # four chunks, one question
    assert row.post_id == live(desk)[0]["id"]


def test_what_arrived_before_a_connection_broke_is_not_sent_again(desk: Desk) -> None:
    data = long_film(CHUNK)
    fault = {"method": "PUT", "path": "/upload/"}
    desk.server.control.fault("reset_midway", match=fault, bytes=3 * 262_144 + 7)
    row = Row()
    desk.publish(a_film(data), CHOSEN, row=row)
    assert row.facts["offset"] == 3 * 262_144
    assert [media["size"] for post in live(desk) for media in post["media"]] == [len(data)]


def test_an_upload_that_expired_midway_begins_anew(desk: Desk) -> None:
    row, content = Row(), a_film(long_film(2 * CHUNK))
    for _ in range(2):
        desk.turn(row, content, CHOSEN)
    desk.server.control.advance(WEEK_AND_A_DAY)
    desk.renew()
    desk.publish(content, CHOSEN, row=row)
    assert asked(desk, "POST", "/upload/") == 2
    assert len(live(desk)) == 1


@pytest.mark.parametrize("lag", [0, 300])
def test_a_video_whose_session_is_gone_is_found_by_the_name_of_its_file(desk: Desk, lag: int) -> None:
    content = a_film()
    row = in_doubt(desk, Trouble.DIE_AFTER, content)
    desk.server.control.fault("status", match={"method": "PUT", "times": 0}, status=404)
    if lag:
        desk.server.control.fault(
            "lagging_listing", match={"path": "/playlistItems", "times": 0}, seconds=lag
        )
    desk.publish(content, CHOSEN, row=row)
    assert [post["id"] for post in live(desk)] == [row.post_id]


def test_a_twin_of_another_delivery_is_never_adopted(desk: Desk) -> None:
    content = a_film()
    desk.publish(content, CHOSEN)
    row = in_doubt(desk, Trouble.DIE_BEFORE, content)
    desk.server.control.advance(WEEK_AND_A_DAY)
    desk.renew()
    desk.publish(content, CHOSEN, row=row)
    assert len(live(desk)) == 2
    assert row.post_id == live(desk)[1]["id"]


def test_everything_that_was_chosen_arrives(desk: Desk) -> None:
    chosen = {
        "title": "Roast & grind",
        "privacy": "unlisted",
        "made_for_kids": "yes",
        "category": "26",
        "tags": ["coffee", "cold brew"],
        "synthetic": True,
        "notify": False,
    }
    desk.publish(a_film(), chosen)
    video = live(desk)[0]
    assert {
        "title": "Roast & grind",
        "privacyStatus": "unlisted",
        "selfDeclaredMadeForKids": True,
        "categoryId": "26",
        "tags": ["coffee", "cold brew"],
        "containsSyntheticMedia": True,
        "notify": False,
    }.items() <= video.items()


def test_title_and_made_for_kids_are_asked_of_a_person_and_privacy_is_careful(desk: Desk) -> None:
    missing = CONNECTOR.check(a_film(), desk.account)
    assert [violation.field for violation in missing] == ["options.title", "options.made_for_kids"]
    assert CONNECTOR.options.resolve(Kind.VIDEO, {})["privacy"] == "private"


def test_a_wrong_title_is_refused_before_the_first_byte(desk: Desk) -> None:
    with pytest.raises(PlatformError) as caught:
        desk.publish(a_film(), {**CHOSEN, "title": "Roast <3"})
    assert (caught.value.kind, caught.value.code) == (Fault.INVALID_REQUEST, "invalidTitle")
    assert asked(desk, "PUT", "/upload/") == 0


def test_a_spent_quota_is_waited_for_and_a_missing_permission_is_not(desk: Desk) -> None:
    announcing = {"method": "POST", "path": "/upload/"}
    for reason in ("quotaExceeded", "uploadLimitExceeded"):
        desk.server.control.fault("status", match=announcing, code=reason)
        row = Row()
        wait = desk.turn(row, a_film(), CHOSEN)
        assert wait is not None
        assert timedelta(0) < wait <= timedelta(hours=25)
        desk.server.control.advance(wait.total_seconds())
        desk.renew()
        assert desk.publish(a_film(), CHOSEN, row=row).post_id
    desk.server.control.fault("status", match=announcing, code="forbidden")
    with pytest.raises(PlatformError) as caught:
        desk.publish(a_film(), CHOSEN)
    assert (caught.value.kind, caught.value.is_retryable) == (Fault.PERMISSION, False)


@pytest.mark.parametrize(
    ("reason", "words"), [("codec", "another format"), ("duplicate", "same one already")]
)
def test_a_video_that_youtube_rejects_later_is_told_to_a_person(desk: Desk, reason: str, words: str) -> None:
    desk.server.control.fault("rejected_media", match={"method": "PUT"}, reason=reason)
    row = desk.publish(a_film(), CHOSEN)
    assert words in row.held
    assert row.post_id == live(desk)[0]["id"]


def test_a_project_that_was_not_audited_is_told_that_its_videos_stay_private(sandbox: SandboxServer) -> None:
    desk = connect(CONNECTOR, CONNECTOR.logins[0], sandbox, app={"audited": False})
    row = desk.publish(a_film(), CHOSEN)
    assert "audited" in row.held
    assert live(desk)[0]["privacyStatus"] == "private"
    assert desk.publish(a_film(), {**CHOSEN, "privacy": "private"}).held == ""


def test_a_token_that_ends_midway_is_renewed_and_the_upload_goes_on(desk: Desk) -> None:
    fault = {"method": "PUT", "path": "/upload/", "nth": 2}
    desk.server.control.fault("expired_token", match=fault)
    before = desk.account.tokens
    desk.publish(a_film(long_film(2 * CHUNK)), CHOSEN)
    assert desk.account.tokens != before
    assert (asked(desk, "POST", "/upload/"), len(live(desk))) == (1, 1)


def test_a_deleted_video_is_gone_and_deleting_it_again_is_no_error(desk: Desk) -> None:
    row = desk.publish(a_film(), CHOSEN)
    assert CONNECTOR.publishing is not None
    assert CONNECTOR.publishing.delete is not None
    for _ in range(2):
        CONNECTOR.publishing.delete(desk.api(), desk.account, row.post_id)
    assert live(desk) == []


def test_long_videos_are_for_channels_that_youtube_lets_upload_them() -> None:
    long = Content(Kind.VIDEO, media=(Media("1", "video/mp4", 1000, seconds=901),))
    for told, broken in (("allowed", []), ("eligible", ["video_too_long"])):
        account = Account("UC1", "@ann", extra={"long_uploads": told})
        assert [v.code for v in CONNECTOR.check(long, account, CHOSEN)] == broken


def test_a_text_is_measured_in_bytes_and_has_no_angle_brackets() -> None:
    account = Account("UC1", "@ann")
    cases: tuple[tuple[str, list[str]], ...] = (
        ("é" * 2500, []),
        ("é" * 2500 + "x", ["text_too_long"]),
        ("I <3 coffee", ["text_invalid"]),
    )
    for text, broken in cases:
        content = Content(Kind.VIDEO, text, media=(Media("1", "video/mp4", 1000),))
        assert [v.code for v in CONNECTOR.check(content, account, CHOSEN)] == broken


@pytest.mark.parametrize(
    ("kind", "size", "seconds", "path"),
    [
        (Kind.SHORT, (1080, 1920), 60, "shorts/v1"),
        (Kind.VIDEO, (1080, 1920), 60, "shorts/v1"),
        (Kind.VIDEO, (1080, 1920), 181, "watch?v=v1"),
        (Kind.VIDEO, (1920, 1080), 60, "watch?v=v1"),
    ],
)
def test_a_link_is_that_of_what_youtube_makes_of_the_video(
    desk: Desk, kind: Kind, size: tuple[int, int], seconds: int, path: str
) -> None:
    media = Media("1", "video/mp4", 1000, width=size[0], height=size[1], seconds=seconds)
    assert permalink(Content(kind, media=(media,)), "v1") == f"https://www.youtube.com/{path}"
