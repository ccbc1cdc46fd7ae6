"""Making pins (https://developers.pinterest.com/docs/api/v5/pins-create, read 2026-11).
A pin is live with the answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from socialhub.platforms.api import Api
from socialhub.platforms.connector import Publishing
from socialhub.platforms.flow import Flow, Job, Live, Outcome, Step
from socialhub.platforms.values import Account, Kind

from .finding import find_pin, note_twins, permalink
from .inline import json_with_files
from .media import UPLOAD_TIMEOUT, await_media, send_file
from .options import place

BETWEEN_ALTS = "; "


def create_pin(job: Job) -> Outcome:
    """The one request that pins. A video is named by its id, pictures travel inside."""
    files = () if job.content.kind is Kind.VIDEO else job.content.media
    body = json_with_files(lambda data: pin_of(job, data), files)
    answer = job.api.post("pins", body=body, timeout=UPLOAD_TIMEOUT)
    pin_id = answer.text("id")
    return Live(pin_id, permalink(pin_id))


def pin_of(job: Job, data: Sequence[str]) -> dict[str, Any]:
    """What is sent; ``data`` is the base64 of the pictures, in order."""
    board, section = place(str(job.options["board"]))
    pin = {
        "board_id": board,
        "board_section_id": section,
        "title": str(job.options.get("title") or "").strip(),
        "description": job.content.text,
        "link": str(job.options.get("link") or "").strip(),
        # One alternative text for the whole pin.
        "alt_text": BETWEEN_ALTS.join(media.alt for media in job.content.media if media.alt),
    }
    return {**{name: value for name, value in pin.items() if value}, "media_source": _source(job, data)}


def _source(job: Job, data: Sequence[str]) -> dict[str, Any]:
    if job.content.kind is Kind.VIDEO:
        return {
            "source_type": "video_id",
            "media_id": job.facts["media_id"],
            # Past the end Pinterest takes the last frame; without any cover it refuses the pin.
            "cover_image_key_frame_time": int(float(job.options.get("cover_second") or 0)),
        }
    cards = [
        {"content_type": media.mime, "data": text}
        for media, text in zip(job.content.media, data, strict=True)
    ]
    if len(cards) == 1:
        return {"source_type": "image_base64", **cards[0]}
    return {"source_type": "multiple_image_base64", "items": cards, "index": 0}


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
)
