"""What is written, found again, refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from socialhub.platforms.errors import PlatformError
from socialhub.platforms.testing import Desk, Fragile, Row, Trouble
from socialhub.platforms.tests.samples import file_of, film, picture
from socialhub.platforms.values import Content, Kind

from ..limits import read_limits
from ..record import new_keys
from ..rules import NEW_IMAGE_BYTES, OLD_IMAGE_BYTES
from .desks import CONNECTOR, OTHER, OWN, TEXT, THREAD, row_before_the_post


def records(desk: Desk) -> list[dict[str, Any]]:
    """The records that are live, oldest first."""
    return [post["record"] for post in desk.server.control.posts(platform="bluesky")]


def test_an_expired_token_is_renewed_and_the_post_goes_out_once(desk: Desk) -> None:
    desk.server.control.advance(7300)
    row = desk.publish(TEXT)
    assert [post["id"] for post in desk.server.control.posts()] == [row.post_id]


def test_handles_are_looked_up_and_what_nobody_has_stays_text(desk: Desk) -> None:
    desk.publish(TEXT, {"language": "en"})
    record = records(desk)[0]
    features = [facet["features"][0] for facet in record["facets"]]
    nora = next(
        one for one in desk.server.control.call("GET", "accounts") if one["handle"] == "@nora.pds.example"
    )
    assert features == [
        {"$type": "app.bsky.richtext.facet#mention", "did": nora["id"]},
        {"$type": "app.bsky.richtext.facet#tag", "tag": "coffee"},
    ]
    assert record["langs"] == ["en"]
    created = datetime.fromisoformat(record["createdAt"])
    assert abs(created - desk.server.clock.moment()) < timedelta(minutes=1)


def test_a_link_has_a_card_that_says_what_was_typed(desk: Desk) -> None:
    url = "https://www.northwind.coffee/beans"
    desk.publish(Content(Kind.LINK, f"New: {url}", link=url))
    desk.publish(Content(Kind.LINK, f"Again: {url}", link=url), {"card_title": "Beans", "card_text": "Fresh"})
    cards = [record["embed"]["external"] for record in records(desk)]
    assert cards == [
        {"uri": url, "title": "northwind.coffee", "description": ""},
        {"uri": url, "title": "Beans", "description": "Fresh"},
    ]


def test_pictures_carry_their_words_their_ratio_and_a_warning(desk: Desk) -> None:
    files = tuple(
        file_of(picture(color), "image/jpeg", alt=alt) for color, alt in (("teal", "Cup"), ("tan", ""))
    )
    desk.publish(Content(Kind.GALLERY, "Two cups", media=files), {"label": "graphic-media"})
    record = records(desk)[0]
    images = record["embed"]["images"]
    assert [(image["alt"], image["aspectRatio"]) for image in images] == [
        ("Cup", {"width": 640, "height": 640}),
        ("", {"width": 640, "height": 640}),
    ]
    assert [image["image"]["size"] for image in images] == [len(picture("teal")), len(picture("tan"))]
    assert record["labels"]["values"] == [{"val": "graphic-media"}]


def test_each_part_of_a_thread_answers_the_one_before(desk: Desk) -> None:
    row = desk.publish(THREAD)
    posts = desk.server.control.posts(platform="bluesky")
    replies = [post["record"].get("reply") for post in posts]
    named = [{"uri": post["id"], "cid": post["cid"]} for post in posts]
    assert replies == [None, *({"root": named[0], "parent": parent} for parent in named[:2])]
    assert [post["id"] for post in posts] == sorted(post["id"] for post in posts)
    assert CONNECTOR.publishing is not None
    assert CONNECTOR.publishing.live_ids(row.post_id, row.facts) == tuple(post["id"] for post in posts)


@pytest.mark.parametrize("has_noop", [True, False])
@pytest.mark.parametrize("content", [TEXT, THREAD], ids=["text", "thread"])
def test_a_blind_repeat_is_harmless_whatever_the_server_answers(
    desk: Desk, content: Content, has_noop: bool
) -> None:
    desk.server.control.call("POST", "platforms/bluesky/servers", {"host": OWN, "has_noop": has_noop})
    before = row_before_the_post(desk, content)
    first = desk.publish(content, row=clone(before))
    again = desk.publish(content, row=clone(before))
    assert again.post_id == first.post_id
    assert [post["text"] for post in desk.server.control.posts()] == [part.text for part in content.posts]


def clone(row: Row) -> Row:
    """Another process's idea of the same delivery."""
    return replace(row, facts=dict(row.facts), steps=[])


def test_a_post_that_a_person_deleted_in_doubt_is_not_sent_again_after_an_hour(desk: Desk) -> None:
    row = row_before_the_post(desk, TEXT)
    desk.transport = Fragile(desk.server.url, at=1, trouble=Trouble.LOSE_ANSWER)
    desk.turn(row, TEXT, {})
    assert row.in_doubt
    post = desk.server.control.posts()[0]
    assert CONNECTOR.publishing is not None
    assert CONNECTOR.publishing.delete is not None
    CONNECTOR.publishing.delete(desk.api(), desk.account, post["id"])
    desk.server.control.advance(3700)
    desk.renew()
    assert "been deleted" in desk.publish(TEXT, row=row).held
    assert desk.server.control.posts() == []


def test_files_that_were_swept_away_are_sent_anew(desk: Desk) -> None:
    content = Content(Kind.IMAGE, "A cup", media=(file_of(picture(), "image/jpeg", alt="Cup"),))
    row = row_before_the_post(desk, content)
    desk.server.control.advance(3700)
    desk.publish(content, row=row)
    assert row.steps.count("upload_blobs") == 2
    assert len(desk.server.control.posts()[0]["media"]) == 1


def test_files_that_keep_vanishing_are_not_sent_for_ever(desk: Desk) -> None:
    content = Content(Kind.IMAGE, "A cup", media=(file_of(picture(), "image/jpeg"),))
    desk.server.control.fault(
        "status", match={"path": "putRecord", "times": 0}, status=400, code="BlobNotFound"
    )
    with pytest.raises(PlatformError, match="BlobNotFound"):
        desk.publish(content)
    uploads = [entry for entry in desk.server.control.requests() if "uploadBlob" in entry["path"]]
    assert len(uploads) == 3


def test_a_thread_that_is_refused_midway_is_held_with_what_is_live(desk: Desk) -> None:
    desk.server.control.fault("status", match={"path": "putRecord", "nth": 2}, status=400)
    row = desk.publish(THREAD)
    assert row.held.startswith("1 of 3 posts")
    assert len(row.facts["posts"]) == 1


def test_deleting_twice_is_as_good_as_once(desk: Desk) -> None:
    assert CONNECTOR.publishing is not None
    assert CONNECTOR.publishing.delete is not None
    row = desk.publish(TEXT)
    for _ in range(2):
        CONNECTOR.publishing.delete(desk.api(), desk.account, row.post_id)
    assert desk.server.control.posts() == []


def test_rules_follow_the_server_of_the_account(desk: Desk) -> None:
    elsewhere = replace(desk.account, extra={"pds": f"https://{OTHER}", "blob_limit": 5_242_880})
    own, other = (CONNECTOR.rules_for(account).kinds for account in (desk.account, elsewhere))
    image, older, video = own[Kind.IMAGE].image, other[Kind.IMAGE].image, other[Kind.VIDEO].video
    assert image
    assert older
    assert video
    assert (image.max_bytes, older.max_bytes) == (NEW_IMAGE_BYTES, OLD_IMAGE_BYTES)
    assert video.max_bytes == 5_242_880


def test_a_video_is_shown_with_its_words(desk: Desk) -> None:
    desk.publish(Content(Kind.VIDEO, "Pouring", media=(file_of(film(), "video/mp4", alt="Hot water"),)))
    embed = records(desk)[0]["embed"]
    assert (embed["$type"], embed["alt"], embed["video"]["mimeType"]) == (
        "app.bsky.embed.video",
        "Hot water",
        "video/mp4",
    )


def test_keys_are_tids_that_sort_in_time() -> None:
    now = datetime(2026, 11, 22, 12, tzinfo=UTC)
    keys = new_keys(now, 3) + new_keys(now + timedelta(seconds=1), 1)
    assert all(len(key) == 13 for key in keys)
    assert keys == sorted(keys)
    assert keys[0][0] == "3"
    assert new_keys(now, 1)[0][:11] == keys[0][:11]


def test_limits_are_read_in_seconds_of_the_epoch() -> None:
    now = datetime(2026, 11, 22, tzinfo=UTC)
    headers: Mapping[str, str] = {
        "ratelimit-limit": "5000",
        "ratelimit-remaining": "0",
        "ratelimit-reset": "1795363200",
        "ratelimit-policy": "5000;w=3600",
    }
    (reading,) = read_limits(headers, now)
    assert reading.is_spent
    assert reading.resets_at == datetime.fromtimestamp(1795363200, UTC)
    assert read_limits({}, now) == ()
