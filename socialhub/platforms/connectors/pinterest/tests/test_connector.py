"""Publishing to Pinterest: boards, base64 in ranges, videos by form, twins, Trial access, rotating tokens."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from socialhub.platforms.errors import Fault, PlatformError
from socialhub.platforms.sandbox.server import SandboxServer
from socialhub.platforms.testing import Desk, Fragile, Row, Trouble, connect
from socialhub.platforms.tests.samples import file_of, long_film, picture
from socialhub.platforms.values import Account, Content, Kind

from ..finding import made_at
from ..inline import json_with_files
from .desks import CONNECTOR, MOVING, PICTURE, STILL, choices, chosen, pins, publish

LISTS = {"path": "/pins", "method": "GET", "times": 0}


@pytest.fixture
def sandbox() -> Iterator[SandboxServer]:
    """A fresh world."""
    with SandboxServer() as server:
        yield server


@pytest.fixture
def desk(sandbox: SandboxServer) -> Desk:
    """An account of Northwind Coffee."""
    return connect(CONNECTOR, CONNECTOR.logins[0], sandbox)


def test_a_post_without_a_board_is_not_ready() -> None:
    (violation,) = CONNECTOR.check(STILL, Account("1", "@ann"))
    assert (violation.code, violation.field) == ("option_missing", "options.board")


def test_options_and_alternative_texts_arrive(desk: Desk) -> None:
    board = choices(desk)["Brewing › Espresso"]
    cards = (PICTURE, file_of(picture("brown"), "image/jpeg", alt="Beans"))
    options = {"board": board, "title": "Crema", "link": "https://northwind.coffee/crema"}
    publish(desk, Content(Kind.GALLERY, "Two", media=cards), options)
    publish(desk, MOVING, {"board": choices(desk)["The roastery"], "cover_second": 2})
    carousel, video = pins(desk)
    assert f"{carousel['board']}/{carousel['section']}" == board
    assert (carousel["title"], carousel["link"]) == ("Crema", "https://northwind.coffee/crema")
    assert (carousel["alt_text"], carousel["kind"]) == ("A cup; Beans", "multiple_images")
    assert (video["cover"], video["alt_text"], video["kind"]) == (2, "Steam over a cup", "video")


@pytest.mark.parametrize("size", [0, 1, 2, 3, 4, 299_998, 299_999, 300_000, 600_001])
@pytest.mark.parametrize("most", [1 << 20, 70_001])
def test_files_travel_as_base64_in_ranges_of_any_length(size: int, most: int) -> None:
    data = bytes(number % 251 for number in range(size))
    media = file_of(data, "image/png")
    media = replace(media, read=lambda offset, length: data[offset : offset + min(length, most)])
    body = json_with_files(lambda texts: {"first": texts[0], "ä": texts[1], "end": "ü"}, (media, media))
    reader, pieces = body.open(), []
    assert not isinstance(reader, bytes)
    while piece := reader.read(16_384):
        pieces.append(piece)
    text = base64.b64encode(data).decode()
    assert b"".join(pieces).decode() == f'{{"first": "{text}", "ä": "{text}", "end": "ü"}}'
    assert sum(map(len, pieces)) == body.length
    assert text not in body.shown or size < 3


def test_a_storage_that_refuses_once_gets_a_new_form_and_the_video_again(desk: Desk) -> None:
    desk.server.control.fault("status", match={"method": "POST", "path": "^/$"}, status=403)
    publish(desk, MOVING)
    asked = [request["path"] for request in desk.server.control.requests()]
    assert (asked.count("/v5/media"), asked.count("/")) == (2, 2)
    assert len(pins(desk)) == 1


def test_a_storage_that_refuses_always_is_an_error_of_the_file(desk: Desk) -> None:
    desk.server.control.fault("status", match={"method": "POST", "path": "^/$", "times": 0}, status=403)
    with pytest.raises(PlatformError) as caught:
        publish(desk, MOVING)
    assert (caught.value.kind, pins(desk)) == (Fault.INVALID_MEDIA, [])


def test_the_form_that_opens_the_storage_is_neither_stored_nor_written_down(desk: Desk) -> None:
    transport = Fragile(desk.server.url)
    desk.transport = transport
    row = publish(desk, MOVING)
    written = str(transport.records) + str(row.facts)
    secrets = [item["value"] for item in desk.server.control.issued() if item["kind"].startswith("x-amz")]
    assert len(secrets) == 2
    assert [value for value in secrets if value in written] == []


def test_a_video_that_cannot_be_processed_is_named_as_the_cause(desk: Desk) -> None:
    desk.server.control.fault("rejected_media", match={"path": "^/$"})
    with pytest.raises(PlatformError) as caught:
        publish(desk, MOVING)
    assert (caught.value.kind, caught.value.code) == (Fault.INVALID_MEDIA, "failed")


def test_a_large_video_arrives_whole(desk: Desk) -> None:
    data = long_film(9 * 1024 * 1024 + 17)
    publish(desk, Content(Kind.VIDEO, "Long", media=(file_of(data, "video/mp4"),)))
    (pin,) = pins(desk)
    assert pin["media"][0]["size"] == len(data)


@pytest.mark.parametrize("lag", [0, 90, 250])
def test_a_lost_answer_is_made_good_also_when_lists_lag(desk: Desk, lag: int) -> None:
    if lag:
        desk.server.control.fault("lagging_listing", match=LISTS, seconds=lag)
    desk.transport = Fragile(desk.server.url, at=2, trouble=Trouble.LOSE_ANSWER)
    row = publish(desk, STILL)
    assert (row.held, [row.post_id]) == ("", [pin["id"] for pin in pins(desk)])


def test_a_pin_that_was_never_seen_is_sent_once_more_but_no_third_time(desk: Desk) -> None:
    desk.server.control.fault("lagging_listing", match=LISTS, seconds=10**6)
    match = {"method": "POST", "path": "/v5/pins", "times": 0}
    desk.server.control.fault("reset_before", match=match)
    row = publish(desk, STILL)
    sent = [request for request in desk.server.control.requests() if request["method"] == "POST"]
    assert "sent twice" in row.held
    assert [request["path"] for request in sent].count("/v5/pins") == 2


def test_the_same_pin_by_a_person_is_never_adopted(desk: Desk) -> None:
    twin = publish(desk, STILL)
    desk.transport = Fragile(desk.server.url, at=2, trouble=Trouble.LOSE_ANSWER)
    row = publish(desk, STILL)
    assert row.post_id not in ("", twin.post_id)
    assert len(pins(desk)) == 2


def test_a_pin_of_another_delivery_is_never_adopted(desk: Desk) -> None:
    row = Row()
    desk.turn(row, STILL, chosen(desk))
    desk.taken = frozenset({publish(desk, STILL).post_id})
    desk.transport = Fragile(desk.server.url, at=1)
    assert publish(desk, STILL, row=row).post_id not in desk.taken


def test_a_pin_that_agrees_only_in_part_is_left_to_a_person(desk: Desk) -> None:
    row = Row()
    desk.turn(row, STILL, chosen(desk))
    publish(desk, STILL, {"title": "Another title"})
    desk.transport = Fragile(desk.server.url, at=1)
    assert "look like this one" in publish(desk, STILL, row=row).held


def test_a_token_that_ends_midway_is_renewed_and_the_pin_is_made(desk: Desk) -> None:
    desk.server.control.fault("expired_token", match={"method": "POST", "path": "/v5/pins"})
    publish(desk, STILL)
    assert len(pins(desk)) == 1


def test_a_board_that_is_gone_asks_for_another_one(desk: Desk) -> None:
    with pytest.raises(PlatformError) as caught:
        publish(desk, STILL, {"board": "1"})
    assert (caught.value.kind, caught.value.code) == (Fault.NOT_FOUND, "40")


def test_a_deleted_pin_is_gone_and_deleting_it_again_is_no_error(desk: Desk) -> None:
    row = publish(desk, STILL)
    assert CONNECTOR.publishing is not None
    assert CONNECTOR.publishing.delete is not None
    for _ in range(2):
        CONNECTOR.publishing.delete(desk.api(), desk.account, row.post_id)
    assert pins(desk) == []


def test_times_come_with_and_without_a_zone() -> None:
    assert made_at({"created_at": "2026-11-22T10:00:00"}) == made_at({"created_at": "2026-11-22T10:00:00Z"})
    assert made_at({"created_at": "soon"}).year == 1


def edit(desk: Desk, post_id: str, content: Content, **options: Any) -> None:
    """Give a live pin other words."""
    assert CONNECTOR.publishing is not None
    assert CONNECTOR.publishing.edit is not None
    CONNECTOR.publishing.edit(desk.api(), desk.account, post_id, content, {**chosen(desk), **options})


def test_a_video_gets_the_cover_that_was_chosen(desk: Desk) -> None:
    data = picture("brown")
    publish(desk, MOVING, {"cover": file_of(data, "image/jpeg"), "cover_second": 2})
    (pin,) = pins(desk)
    assert (pin["cover_image"], pin["cover"]) == (hashlib.sha256(data).hexdigest(), -1)


def test_a_cover_that_pinterest_cannot_read_is_named_as_the_cause(desk: Desk) -> None:
    with pytest.raises(PlatformError) as caught:
        publish(desk, MOVING, {"cover": file_of(b"no picture", "image/jpeg")})
    assert (caught.value.kind, pins(desk)) == (Fault.INVALID_MEDIA, [])


@pytest.mark.parametrize("count", [1, 6])
def test_a_carousel_has_two_to_five_pictures(desk: Desk, count: int) -> None:
    content = Content(Kind.GALLERY, "Many", media=(PICTURE,) * count)
    assert len(CONNECTOR.check(content, desk.account, chosen(desk, Kind.GALLERY))) == 1
    with pytest.raises(PlatformError) as caught:
        publish(desk, replace(content, media=(PICTURE,) * 6))
    assert caught.value.kind is Fault.INVALID_REQUEST


def test_an_edit_changes_words_link_and_place_and_a_repeat_nothing_more(desk: Desk) -> None:
    row = publish(desk, STILL, {"title": "Crema", "link": "https://northwind.coffee/crema"})
    places = choices(desk)
    content = Content(Kind.IMAGE, "Slow & fresh", media=STILL.media)
    for board in (places["Brewing › Espresso"], places["The roastery"], places["The roastery"]):
        edit(desk, row.post_id, content, title="Foam", board=board)
    (pin,) = pins(desk)
    assert (pin["text"], pin["title"], pin["link"], pin["alt_text"]) == ("Slow & fresh", "Foam", "", "A cup")
    assert (pin["board"], pin["section"]) == (places["The roastery"], "")


def test_an_app_that_may_not_edit_is_told_what_to_do_and_the_account_stays_connected(
    sandbox: SandboxServer,
) -> None:
    desk = connect(CONNECTOR, CONNECTOR.logins[0], sandbox, app={"edits": False})
    row = publish(desk, STILL)
    with pytest.raises(PlatformError) as caught:
        edit(desk, row.post_id, replace(STILL, text="Other words"))
    assert (caught.value.kind, caught.value.requires_reauth) == (Fault.PERMISSION, False)
    assert "delete the pin and publish it again" in caught.value.user_message
    assert pins(desk)[0]["text"] == STILL.text


def test_what_is_gone_is_not_edited(desk: Desk) -> None:
    with pytest.raises(PlatformError) as caught:
        edit(desk, "1", STILL)
    assert (caught.value.kind, caught.value.code) == (Fault.NOT_FOUND, "50")
