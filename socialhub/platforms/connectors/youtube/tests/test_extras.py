"""What belongs to a video: playlist, captions, cover; other words for a live one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from socialhub.platforms import registry
from socialhub.platforms.errors import Fault, PlatformError
from socialhub.platforms.sandbox.server import SandboxServer
from socialhub.platforms.testing import Desk, Fragile, Trouble, connect
from socialhub.platforms.tests.samples import file_of, film, picture
from socialhub.platforms.values import Account, Content, Kind, Media

CONNECTOR = registry.get("youtube")
CHOSEN = {"title": "Fresh roast", "made_for_kids": "no", "privacy": "public"}
SUBTITLES = b"WEBVTT\n\n00:00.000 --> 00:02.000\nFresh from the harbour\n"


@pytest.fixture
def desk() -> Iterator[Desk]:
    """The channel of Northwind Coffee in a fresh world."""
    with SandboxServer() as server:
        yield connect(CONNECTOR, CONNECTOR.logins[0], server)


def a_film() -> Content:
    """A post with a film."""
    return Content(Kind.VIDEO, "From the harbour", media=(file_of(film(), "video/mp4"),))


def extras(desk: Desk) -> dict[str, Any]:
    """All that can be added to a video."""
    return {
        **CHOSEN,
        "playlist": desk.account.extra["playlists"][0]["id"],
        "captions": subtitles(),
        "captions_language": "de",
        "thumbnail": cover(),
    }


def subtitles(data: bytes = SUBTITLES) -> Media:
    """A WebVTT file of the library."""
    return replace(file_of(data, "text/vtt"), width=None, height=None)


def cover(data: bytes | None = None) -> Media:
    """A picture of the library."""
    return file_of(data or picture(), "image/jpeg")


def live(desk: Desk) -> list[dict[str, Any]]:
    """The videos that are there."""
    return desk.server.control.posts(platform="youtube")


def listed(desk: Desk) -> list[str]:
    """The videos in the channel's own playlist."""
    found = desk.server.control.call("GET", "platforms/youtube/playlists")
    return next(one["videos"] for one in found if one["id"] == desk.account.extra["playlists"][0]["id"])


def changing(desk: Desk) -> list[str]:
    """The writing calls that YouTube got after the upload, in order."""
    calls = [
        r for r in desk.server.control.requests() if r["platform"] == "youtube" and r["method"] == "POST"
    ]
    names = ("playlistItems", "captions", "thumbnails")
    return [name for call in calls for name in names if name in call["path"] and call["status"] == 200]


def test_playlist_captions_and_cover_are_added_once_each_after_processing(desk: Desk) -> None:
    row = desk.publish(a_film(), extras(desk))
    video = live(desk)[0]
    assert (row.held, row.post_id) == ("", video["id"])
    assert listed(desk) == [video["id"]]
    assert video["captions"] == [{"language": "de", "name": "", "status": "serving", "size": len(SUBTITLES)}]
    assert video["cover"].endswith(".jpeg")
    assert changing(desk) == ["playlistItems", "captions", "thumbnails"]
    assert row.steps.index("await_processing") < row.steps.index("set_thumbnail")


@pytest.mark.parametrize("trouble", Trouble)
@pytest.mark.parametrize("lag", [0, 90])
def test_whatever_breaks_the_video_is_once_in_the_playlist_with_its_captions(
    desk: Desk, trouble: Trouble, lag: int
) -> None:
    if lag:
        desk.server.control.fault(
            "lagging_listing", match={"path": "/playlistItems", "method": "GET", "times": 0}, seconds=lag
        )
    chosen = extras(desk)
    for at in range(1, 20):
        desk.transport = transport = Fragile(desk.server.url, at=at, trouble=trouble)
        row = desk.publish(a_film(), chosen)
        video = live(desk)[-1]
        assert (row.held, row.post_id) == ("", video["id"]), f"request {at}"
        assert listed(desk).count(video["id"]) == 1, f"request {at}"
        assert (len(video["captions"]), "cover" in video) == (1, True), f"request {at}"
        if transport.count < at:
            return
    raise AssertionError("a flow of more than 20 requests")


def test_what_youtube_refuses_after_the_video_is_told_and_the_rest_goes_on(desk: Desk) -> None:
    desk.server.control.fault("status", match={"path": "/playlistItems"}, code="playlistNotFound")
    desk.server.control.fault("status", match={"path": "/thumbnails"}, code="forbidden")
    row = desk.publish(a_film(), extras(desk))
    assert row.post_id == live(desk)[0]["id"]
    assert "not its playlist" in row.held
    assert "telephone" in row.held
    assert changing(desk) == ["captions"]


def test_nothing_is_added_to_a_video_that_youtube_rejected(desk: Desk) -> None:
    desk.server.control.fault("rejected_media", match={"method": "PUT"}, reason="codec")
    row = desk.publish(a_film(), extras(desk))
    assert "another format" in row.held
    assert changing(desk) == []


def test_too_many_covers_of_a_day_wait_for_the_next(desk: Desk) -> None:
    desk.server.control.fault("status", match={"path": "/thumbnails"}, code="uploadRateLimitExceeded")
    before = desk.server.clock.now()
    desk.publish(a_film(), extras(desk))
    assert "cover" in live(desk)[0]
    assert desk.server.clock.now() - before > 86_400


@pytest.mark.parametrize(
    ("key", "media", "codes"),
    [
        ("thumbnail", Media("1", "image/gif", 10), ["media_type"]),
        ("thumbnail", Media("1", "image/png", 50 * 1024 * 1024 + 1), ["media_too_large"]),
        ("thumbnail", Media("1", "image/png", 10, width=639, height=360), ["width_too_small"]),
        ("captions", Media("1", "text/plain", 10), ["media_type"]),
        ("captions", Media("1", "application/x-subrip", 10), []),
    ],
)
def test_files_that_youtube_would_refuse_are_told_while_composing(
    key: str, media: Media, codes: list[str]
) -> None:
    found = CONNECTOR.check(a_film(), Account("UC1", "@ann"), {**CHOSEN, key: media})
    assert [violation.code for violation in found] == codes


def test_the_playlists_of_a_channel_can_be_chosen(desk: Desk) -> None:
    option = CONNECTOR.options_for(desk.account).by_key["playlist"]
    assert [choice.label for choice in option.choices] == ["All about coffee"]
    found = CONNECTOR.check(a_film(), desk.account, {**CHOSEN, "playlist": "PLgone"})
    assert [violation.code for violation in found] == ["option_unknown"]


def edit(desk: Desk, video: str, text: str, **options: Any) -> None:
    """Change a video as the product does."""
    assert CONNECTOR.publishing is not None
    assert CONNECTOR.publishing.edit is not None
    CONNECTOR.publishing.edit(desk.api(), desk.account, video, Content(Kind.VIDEO, text), options)


def test_an_edit_changes_what_was_asked_and_loses_nothing_else(desk: Desk) -> None:
    chosen = {**CHOSEN, "tags": ["coffee"], "category": "26", "synthetic": True, "made_for_kids": "yes"}
    row = desk.publish(a_film(), chosen)
    edit(desk, row.post_id, "From the roastery", title="Fresher roast", privacy="unlisted")
    video = live(desk)[0]
    assert {
        "title": "Fresher roast",
        "text": "From the roastery",
        "privacyStatus": "unlisted",
        "tags": ["coffee"],
        "categoryId": "26",
        "containsSyntheticMedia": True,
        "selfDeclaredMadeForKids": True,
    }.items() <= video.items()


def test_an_edit_that_changes_nothing_costs_no_update(desk: Desk) -> None:
    row = desk.publish(a_film(), CHOSEN)
    for _ in range(2):
        edit(desk, row.post_id, "Other words", tags=["beans"], category="27")
    puts = [r for r in desk.server.control.requests() if r["method"] == "PUT" and "/upload/" not in r["path"]]
    assert len(puts) == 1
    assert (live(desk)[0]["tags"], live(desk)[0]["categoryId"]) == (["beans"], "27")


def test_only_what_an_update_carries_is_offered_for_a_live_video() -> None:
    assert CONNECTOR.publishing is not None
    fixed = {option.key for option in CONNECTOR.options.items} - CONNECTOR.publishing.edit_options
    assert fixed == {"notify", "playlist", "thumbnail", "captions", "captions_language"}


def test_an_edit_of_a_video_that_is_gone_says_so(desk: Desk) -> None:
    with pytest.raises(PlatformError) as caught:
        edit(desk, "gone", "Other words")
    assert caught.value.kind is Fault.NOT_FOUND
