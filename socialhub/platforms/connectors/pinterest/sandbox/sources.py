"""Where a pin's pictures and videos come from (https://developers.pinterest.com/docs/api/v5/pins-create)."""

from __future__ import annotations

import base64
import binascii
import io
from typing import Any

from socialhub.platforms.sandbox.probe import probe
from socialhub.platforms.sandbox.records import Media
from socialhub.platforms.sandbox.shapes import Field, MisfitError, check
from socialhub.platforms.sandbox.simulator import Call

from .media import state_of
from .server import refusal, simulator, wrong

INLINE = ("image/jpeg", "image/png")
LARGEST_IMAGE = 20 * 1024 * 1024
CARD = {
    "content_type": Field(required=True, choices=INLINE),
    "data": Field(required=True),
    "title": Field(),
    "description": Field(),
    "link": Field(),
}
SOURCES: dict[str, dict[str, Field]] = {
    "image_base64": {
        "content_type": Field(required=True, choices=INLINE),
        "data": Field(required=True),
        "is_standard": Field("bool"),
    },
    "multiple_image_base64": {
        "items": Field("list", required=True, items=Field("object", fields=CARD)),
        "index": Field("int"),
    },
    "video_id": {
        "media_id": Field(required=True),
        "cover_image_url": Field(),
        "cover_image_content_type": Field(),
        "cover_image_data": Field(),
        "cover_image_key_frame_time": Field("int"),
    },
}


def files_of(call: Call, source: Any) -> tuple[str, list[Media], int]:
    """Kind of pin, its files, and which second or card is the cover."""
    kind = source.get("source_type") if isinstance(source, dict) else None
    if kind not in SOURCES:
        raise wrong("'media_source.source_type' is not one of the known ones.")
    fields = {"source_type": Field(required=True), **SOURCES[kind]}
    try:
        wish = check(source, fields, from_text=False, prefix="media_source.")
    except MisfitError as misfit:
        raise simulator.misfit(call, misfit) from None
    if kind == "video_id":
        return "video", [_video(call, wish)], wish.get("cover_image_key_frame_time", -1)
    if kind == "image_base64":
        return "image", [_image(call, wish)], 0
    if not 2 <= len(wish["items"]) <= 5:
        raise wrong("'media_source.items' must have 2 to 5 items.")
    return "multiple_images", [_image(call, item) for item in wish["items"]], wish.get("index", 0)


def _image(call: Call, wish: dict[str, Any]) -> Media:
    try:
        data = base64.b64decode(wish["data"], validate=True)
    except binascii.Error:
        raise wrong("'data' is not base64.") from None
    blob = call.world.blobs.save(io.BytesIO(data))
    seen = probe(call.world.blobs.path(blob))
    bad = seen.mime != wish["content_type"] or not seen.is_whole or len(data) > LARGEST_IMAGE
    if bad or call.fault("rejected_media"):
        raise refusal("image")
    media_id = simulator.new_id(call.world)
    account = call.token.account
    media = Media(media_id, simulator.key, account, seen.mime, blob, len(data), call.now, call.now)
    media.width, media.height = seen.width, seen.height
    return call.world.media.add(media)


def _video(call: Call, wish: dict[str, Any]) -> Media:
    media = call.world.media.get(wish["media_id"])
    if media is None or media.account != call.token.account or state_of(call, media) != "succeeded":
        raise wrong("The media is not ready or not yours.")
    inline = "cover_image_content_type" in wish and "cover_image_data" in wish
    if inline:
        cover = {"content_type": wish["cover_image_content_type"], "data": wish["cover_image_data"]}
        media.extra["cover"] = _image(call, cover).blob
    frame = wish.get("cover_image_key_frame_time")
    if not ("cover_image_url" in wish or inline or frame is not None):
        raise wrong("A cover image is required.")
    if frame is not None and frame < 0:
        raise wrong("'cover_image_key_frame_time' must be 0 or more.")
    return media
