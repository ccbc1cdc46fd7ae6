"""Publishing to TikTok: chunks, choices that no longer fit, drafts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from socialhub.platforms import registry
from socialhub.platforms.errors import Fault, PlatformError
from socialhub.platforms.sandbox.server import SandboxServer
from socialhub.platforms.testing import Desk, Fragile, Row, Trouble, connect
from socialhub.platforms.tests.samples import file_of, film, long_film
from socialhub.platforms.values import Content, Kind

from ..uploads import CHUNK, SMALL, plan

CONNECTOR = registry.get("tiktok")
PUBLIC = {"privacy": "PUBLIC_TO_EVERYONE", "music_usage": "agreed"}
PRIVATE = {**PUBLIC, "privacy": "SELF_ONLY"}
DRAFT = {**PUBLIC, "privacy": "draft"}


@pytest.fixture
def sandbox() -> Iterator[SandboxServer]:
    """A fresh world."""
    with SandboxServer() as server:
        yield server


@pytest.fixture
def desk(sandbox: SandboxServer) -> Desk:
    """The account of Northwind Coffee."""
    return connect(CONNECTOR, CONNECTOR.logins[0], sandbox)


def a_film(data: bytes = b"") -> Content:
    """A post with a film."""
    return Content(Kind.VIDEO, "From the harbour", media=(file_of(data or film(), "video/mp4"),))


def live(desk: Desk) -> list[dict[str, Any]]:
    """The posts that are there, oldest first."""
    return desk.server.control.posts(platform="tiktok")


def asked(desk: Desk, path: str) -> int:
    """How often TikTok was asked for this."""
    return sum(path in request["path"] for request in desk.server.control.requests())


@pytest.mark.parametrize(
    ("size", "chunk", "count"),
    [
        (1, 1, 1),
        (4_999_999, 4_999_999, 1),
        (SMALL, SMALL, 1),
        (SMALL + 1, CHUNK, 6),
        (70_000_000, CHUNK, 7),
        (79_999_999, CHUNK, 7),
        (4 * 1024**3, CHUNK, 429),
    ],
)
def test_the_number_of_chunks_is_rounded_down(size: int, chunk: int, count: int) -> None:
    assert plan(size) == (chunk, count)
    assert size - (count - 1) * chunk < 128_000_000


def test_a_large_video_goes_in_chunks_and_goes_on_where_it_broke(desk: Desk) -> None:
    data = long_film(SMALL + 1)
    # creator, init, two chunks: the third breaks.
    desk.transport = Fragile(desk.server.url, at=5, trouble=Trouble.LOSE_ANSWER)
    row = desk.publish(a_film(data), PUBLIC)
    assert [media["size"] for post in live(desk) for media in post["media"]] == [len(data)]
    assert (asked(desk, "/video/init"), asked(desk, "/video/?")) == (1, 6)
    assert row.post_id == live(desk)[0]["id"]


def test_a_chunk_that_broke_midway_is_sent_again(desk: Desk) -> None:
    desk.server.control.fault("reset_midway", match={"method": "PUT"}, bytes=1000)
    desk.publish(a_film(), PUBLIC)
    assert len(live(desk)) == 1


@pytest.mark.parametrize("trouble", [Trouble.DIE_BEFORE, Trouble.DIE_AFTER])
def test_an_upload_in_doubt_begins_anew_only_when_nothing_can_come_of_it(
    desk: Desk, trouble: Trouble
) -> None:
    row, content = Row(), a_film()
    while row.step != "send_chunks":
        desk.turn(row, content, PUBLIC)
    desk.transport = Fragile(desk.server.url, at=1, trouble=trouble)
    with pytest.raises(BaseException, match=r"^$"):
        desk.turn(row, content, PUBLIC)
    desk.server.control.advance(3500)
    desk.publish(content, PUBLIC, row=row)
    assert len(live(desk)) == 1
    assert asked(desk, "/video/init") == (2 if trouble is Trouble.DIE_BEFORE else 1)


def test_the_id_of_a_post_keeps_all_its_digits(desk: Desk) -> None:
    row = desk.publish(a_film(), PUBLIC)
    assert (row.post_id, row.url) == (live(desk)[0]["id"], live(desk)[0]["url"])
    assert len(row.post_id) == 19 or int(row.post_id) > 2**53


def test_a_private_post_has_no_id_and_shows_the_profile(desk: Desk) -> None:
    row = desk.publish(a_film(), PRIVATE)
    assert row.post_id.startswith("v_pub_file")
    assert row.url == "https://www.tiktok.com/@northwindcoffee"
    assert live(desk)[0]["privacy_level"] == "SELF_ONLY"


def test_a_draft_lands_in_the_inbox_and_says_what_to_do(desk: Desk) -> None:
    row = desk.publish(a_film(), DRAFT)
    assert live(desk) == []
    assert len(desk.server.control.call("GET", "platforms/tiktok/drafts")) == 1
    assert "inbox" in row.held
    assert asked(desk, "creator_info") == 1  # when it was connected


def test_nothing_is_ticked_for_the_person_and_what_is_ticked_arrives(desk: Desk) -> None:
    desk.publish(a_film(), PUBLIC)
    ticked = {"allow_comment": True, "allow_duet": True, "own_brand": True, "paid_partnership": True}
    desk.publish(a_film(), {**PUBLIC, **ticked, "made_with_ai": True})
    bare, full = live(desk)
    names = (
        "disable_comment",
        "disable_duet",
        "disable_stitch",
        "brand_organic_toggle",
        "brand_content_toggle",
    )
    assert [bare[name] for name in (*names, "is_aigc")] == [True, True, True, False, False, False]
    assert [full[name] for name in (*names, "is_aigc")] == [False, False, True, True, True, True]


def test_privacy_and_the_music_confirmation_are_asked_of_a_person(desk: Desk) -> None:
    missing = CONNECTOR.check(a_film(), desk.account)
    assert [violation.field for violation in missing] == ["options.privacy", "options.music_usage"]
    levels = {choice.value for choice in CONNECTOR.options_for(desk.account).by_key["privacy"].choices}
    assert levels == {"PUBLIC_TO_EVERYONE", "MUTUAL_FOLLOW_FRIENDS", "SELF_ONLY", "draft"}


@pytest.mark.parametrize(
    ("chosen", "words"),
    [
        ({"privacy": "FOLLOWER_OF_CREATOR"}, "no longer offers that privacy"),
        ({"privacy": "SELF_ONLY", "paid_partnership": True}, "branded content"),
    ],
)
def test_a_choice_that_does_not_fit_is_held_before_anything_is_sent(
    desk: Desk, chosen: dict[str, Any], words: str
) -> None:
    row = desk.publish(a_film(), {**PUBLIC, **chosen})
    assert words in row.held
    assert asked(desk, "/init") == 0


def test_what_the_creator_switched_off_meanwhile_is_held(desk: Desk) -> None:
    account = desk.server.world.accounts.get(desk.account.external_id)
    assert account is not None
    account.extra["duet_disabled"] = True
    row = desk.publish(a_film(), {**PUBLIC, "allow_duet": True})
    assert "switched off duets" in row.held
    account.extra["max_seconds"] = 3
    assert "at most 3 seconds" in desk.publish(a_film(), PUBLIC).held
    assert asked(desk, "/init") == 0


def test_a_video_may_be_as_long_as_this_creator_may_post(desk: Desk) -> None:
    for seconds, broken in ((4, []), (3, ["video_too_long"])):
        account = replace(desk.account, extra={**desk.account.extra, "max_seconds": seconds})
        assert [v.code for v in CONNECTOR.check(a_film(), account, PUBLIC)] == broken


def test_a_text_is_measured_in_utf_16(desk: Desk) -> None:
    for text, broken in (("😀" * 1100, []), ("😀" * 1100 + "x", ["text_too_long"])):
        assert [v.code for v in CONNECTOR.check(replace(a_film(), text=text), desk.account, PUBLIC)] == broken


def test_a_file_that_tiktok_rejects_is_named_as_the_cause(desk: Desk) -> None:
    desk.server.control.fault("rejected_media", match={"method": "PUT"})
    with pytest.raises(PlatformError) as caught:
        desk.publish(a_film(), PUBLIC)
    assert (caught.value.kind, caught.value.code) == (Fault.INVALID_MEDIA, "file_format_check_failed")
    assert live(desk) == []


def test_an_app_that_was_not_audited_is_told_so(sandbox: SandboxServer) -> None:
    desk = connect(CONNECTOR, CONNECTOR.logins[0], sandbox, app={"audited": False})
    with pytest.raises(PlatformError, match="unaudited") as caught:
        desk.publish(a_film(), PUBLIC)
    assert caught.value.kind is Fault.POLICY


def test_a_token_that_ends_midway_is_renewed_with_a_new_refresh_token(desk: Desk) -> None:
    before = desk.account.tokens
    desk.server.control.fault("expired_token", match={"path": "status/fetch"})
    desk.publish(a_film(), PUBLIC)
    assert before is not None
    assert desk.account.tokens is not None
    assert desk.account.tokens.refresh != before.refresh
    assert len(live(desk)) == 1
