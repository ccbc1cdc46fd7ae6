"""Making pins (https://developers.pinterest.com/docs/api/v5/pins-create, read 2026-11).
A pin is live with the answer.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from socialhub.platforms.api import Api
from socialhub.platforms.connector import Publishing
from socialhub.platforms.errors import Fault, PlatformError
from socialhub.platforms.flow import Flow, Job, Live, Outcome, Step
from socialhub.platforms.values import Account, Content, Kind, Media

from .finding import find_pin, note_twins, permalink
from .inline import json_with_files
from .media import UPLOAD_TIMEOUT, await_media, send_file
from .options import place

BETWEEN_ALTS = "; "


def create_pin(job: Job) -> Outcome:
    """The one request that pins. A video is named by its id, pictures travel inside."""
    body = json_with_files(lambda data: pin_of(job, data), _inline(job))
    answer = job.api.post("pins", body=body, timeout=UPLOAD_TIMEOUT)
    pin_id = answer.text("id")
    return Live(pin_id, permalink(pin_id))


def _inline(job: Job) -> tuple[Media, ...]:
    """The pictures that travel inside the request: those of the pin, or the cover of a video."""
    if job.content.kind is not Kind.VIDEO:
        return job.content.media
    cover = job.options.get("cover")
    return (cover,) if isinstance(cover, Media) else ()


def pin_of(job: Job, data: Sequence[str]) -> dict[str, Any]:
    """What is sent; ``data`` is the base64 of the pictures, in order."""
    words = words_of(job.content, job.options)
    return {**{name: value for name, value in words.items() if value}, "media_source": _source(job, data)}


def words_of(content: Content, options: Mapping[str, Any]) -> dict[str, str | None]:
    """Everything of a pin but its media; ``None`` where it has no such thing."""
    board, section = place(str(options["board"]))
    words = {
        "board_id": board,
        "board_section_id": section,
        "title": str(options.get("title") or "").strip(),
        "description": content.text,
        "link": str(options.get("link") or "").strip(),
        # One alternative text for the whole pin.
        "alt_text": BETWEEN_ALTS.join(media.alt for media in content.media if media.alt),
    }
    return {name: value or None for name, value in words.items()}


def _source(job: Job, data: Sequence[str]) -> dict[str, Any]:
    if job.content.kind is Kind.VIDEO:
        # Past the end Pinterest takes the last frame; without any cover it refuses the pin.
        cover: dict[str, Any] = {
            "cover_image_key_frame_time": int(float(job.options.get("cover_second") or 0))
        }
        for picture, text in zip(_inline(job), data, strict=True):
            cover = {"cover_image_content_type": picture.mime, "cover_image_data": text}
        return {"source_type": "video_id", "media_id": job.facts["media_id"], **cover}
    cards = [
        {"content_type": media.mime, "data": text}
        for media, text in zip(job.content.media, data, strict=True)
    ]
    if len(cards) == 1:
        return {"source_type": "image_base64", **cards[0]}
    return {"source_type": "multiple_image_base64", "items": cards, "index": 0}


def edit(api: Api, account: Account, post_id: str, content: Content, options: Mapping[str, Any]) -> None:
    """Change words, link and place of a pin. Pinterest lets not every app do that."""
    try:
        api.call("PATCH", f"pins/{post_id}", json_body=words_of(content, options))
    except PlatformError as error:
        if error.http_status != 403 or error.kind is not Fault.PERMISSION:
            raise
        raise PlatformError(
            Fault.PERMISSION,
            platform=error.platform,
            code=error.code,
            http_status=error.http_status,
            raw=error.raw,
            user_message="Pinterest does not let every app change live pins, or this account may not use the board."
            " You can delete the pin and publish it again; its numbers are then lost.",
        ) from None


def delete(api: Api, account: Account, post_id: str) -> None:
    """Delete a pin; one that is gone already is as good as deleted."""
    api.delete(f"pins/{post_id}", expect=(404,))


PIN = (
    Step("note_twins", note_twins, label="Note pins like this one"),
    Step(
        "create_pin",
        create_pin,
        find=find_pin,
        deadline=timedelta(hours=2),
        settle=timedelta(seconds=30),
        label="Pin",
    ),
)
STILL = Flow(PIN)
publishing = Publishing(
    flows={
        Kind.IMAGE: STILL,
        Kind.GALLERY: STILL,
        Kind.VIDEO: Flow(
            (
                Step("send_file", send_file, deadline=timedelta(hours=2), label="Send the video"),
                Step("await_media", await_media, label="Wait for Pinterest to process it"),
                *PIN,
            )
        ),
    },
    delete=delete,
    edit=edit,
    edit_options=frozenset({"title", "link", "board"}),
    left_out={
        Kind.TEXT: "Every pin needs a picture or a video.",
        Kind.LINK: "A pin's link is one of its options.",
        Kind.SHORT: "A short video is a video here.",
        Kind.STORY: "Pinterest closed its idea pins.",
        Kind.DOCUMENT: "The platform has none.",
        Kind.THREAD: "The platform has none.",
    },
    # Several writes to one board at once are refused as too many (API reference, code 8, read 2026-07).
    lane=lambda account, options: place(str(options.get("board") or ""))[0],
    link=re.compile(r"https://(?:\w+\.)?pinterest\.[a-z.]{2,6}/pin/(?:[^/]*--)?(?P<id>\d+)"),
)
