"""Uploads in segments, processing, alt text (https://docs.x.com/x-api/media/quickstart/media-upload-
chunked).
"""

from __future__ import annotations

import base64
import binascii
import io
import shutil
from typing import Any

from werkzeug.wrappers import Response

from socialhub.platforms.sandbox.probe import Probe, probe
from socialhub.platforms.sandbox.records import Media
from socialhub.platforms.sandbox.shapes import Field
from socialhub.platforms.sandbox.simulator import Call, Limit, reply
from socialhub.platforms.sandbox.world import World

from .attaching import LIFETIME, PROCESSED, is_expired, pays
from .server import API, invalid, problem, simulator

LARGEST_SEGMENT = 8 * 1024 * 1024
MOST_SEGMENTS = 1000
LARGEST_TOTAL = 17_179_869_184
LONGEST_ALT = 1000
PROCESSING = 3.0
"""Seconds that a video or an animated image is processed."""
IMAGE_TYPES = ("image/jpeg", "image/gif", "image/bmp", "image/png", "image/webp", "image/pjpeg", "image/tiff")
TYPES = ("video/mp4", "video/webm", "video/mp2t", "video/quicktime", "text/srt", "text/vtt", *IMAGE_TYPES)
CATEGORIES = (
    "tweet_image",
    "tweet_gif",
    "tweet_video",
    "amplify_video",
    "dm_image",
    "dm_gif",
    "dm_video",
    "subtitles",
)
LARGEST = {"image": 5_242_880, "gif": 15_728_640, "video": 536_870_912}
LARGEST_GIF = (1280, 1080)
MOST_FRAMES, MOST_GIF_PIXELS = 350, 300_000_000
SHORTEST_VIDEO = 0.5
SCOPES = ("media.write",)
STEP = Limit("media step", 1875, 900)
INITIALIZE = {
    "media_type": Field(required=True, choices=TYPES),
    "total_bytes": Field("int", required=True),
    "media_category": Field(choices=CATEGORIES),
    "additional_owners": Field("list"),
    "shared": Field("bool"),
}
METADATA = {
    "id": Field(required=True),
    "metadata": Field(
        "object", required=True, fields={"alt_text": Field("object", fields={"text": Field(required=True)})}
    ),
}


@simulator.route("POST", "/2/media/upload/initialize", host=API, scopes=SCOPES, limit=STEP)
def initialize(call: Call) -> Response:
    """Open an upload."""
    wish = call.json(INITIALIZE)
    if not 0 < wish["total_bytes"] <= LARGEST_TOTAL:
        raise invalid(f"$.total_bytes: must be between 1 and {LARGEST_TOTAL}", "total_bytes")
    media = _open(call, wish["media_type"], wish.get("media_category", ""))
    media.extra["total"] = wish["total_bytes"]
    return reply({"data": {"id": media.id, "media_key": media.extra["key"], "expires_after_secs": LIFETIME}})


def _open(call: Call, mime: str, category: str) -> Media:
    media_id = call.world.snowflake(22)
    number = {"tweet_gif": 16}.get(category, 13 if mime.startswith("video/") else 3)
    extra = {"key": f"{number}_{media_id}", "category": category, "segments": {}, "is_final": False}
    media = Media(media_id, simulator.key, call.token.account, mime, "", 0, call.now, extra=extra)
    return call.world.media.add(media)


@simulator.route("POST", "/2/media/upload/<id>/append", host=API, scopes=SCOPES, limit=STEP)
def append(call: Call) -> Response:
    """One segment; sending it again replaces it."""
    media = _own(call, call.args["id"])
    if call.request.mimetype == "application/json":
        wish = call.json({"segment_index": Field("int", required=True), "media": Field(required=True)})
        try:
            source = io.BytesIO(base64.b64decode(wish["media"], validate=True))
        except binascii.Error:
            raise invalid("$.media: is not base64", "media") from None
    else:
        wish = call.form(
            {"segment_index": Field("int", required=True), "media": Field("file", required=True)}
        )
        source = wish["media"].stream
    if media.extra["is_final"]:
        raise invalid("The upload is already finalized.", "id")
    if not 0 <= wish["segment_index"] < MOST_SEGMENTS:
        raise invalid(f"$.segment_index: must be between 0 and {MOST_SEGMENTS - 1}", "segment_index")
    blob = call.world.blobs.save(source)
    if not 0 < call.world.blobs.size(blob) <= LARGEST_SEGMENT:
        raise problem(413, "The segment is empty or larger than the maximum.")
    media.extra["segments"][str(wish["segment_index"])] = blob
    return reply({"data": {"expires_at": int(media.created_at + LIFETIME)}})


@simulator.route("POST", "/2/media/upload/<id>/finalize", host=API, scopes=SCOPES, limit=STEP)
def finalize(call: Call) -> Response:
    """Put the segments together. What has to be processed says so."""
    media = _own(call, call.args["id"])
    if not media.extra["is_final"]:
        segments = media.extra["segments"]
        if sorted(map(int, segments)) != list(range(len(segments))) or not segments:
            raise invalid("Segments do not add up: a segment is missing.", "id")
        if sum(call.world.blobs.size(blob) for blob in segments.values()) != media.extra["total"]:
            raise invalid("Segments do not add up to provided total file size.", "id")
        _finish(call, media, _join(call.world, segments))
    return reply({"data": _media_json(call, media)})


def _join(world: World, segments: dict[str, str]) -> str:
    blob = world.blobs.create()
    with world.blobs.path(blob).open("wb") as target:
        for index in range(len(segments)):
            with world.blobs.path(segments[str(index)]).open("rb") as source:
                shutil.copyfileobj(source, target, 1 << 20)
            world.blobs.path(segments[str(index)]).unlink()
    return blob


def _finish(call: Call, media: Media, blob: str) -> None:
    seen = probe(call.world.blobs.path(blob))
    media.blob, media.size = blob, call.world.blobs.size(blob)
    media.width, media.height, media.seconds = seen.width, seen.height, seen.seconds
    media.extra.update(
        is_final=True, fault=_fault(call, media, seen) if not call.fault("rejected_media") else "InvalidMedia"
    )
    media.ready_at = call.now
    if media.extra["category"] in PROCESSED:
        media.ready_at = call.now + PROCESSING
        media.failure = media.extra["fault"]
    elif seen.mime.startswith("video/"):
        media.extra["fault"] = "InvalidMedia"  # without the category no processing runs and the id is no use


def _fault(call: Call, media: Media, seen: Probe) -> str:
    """What is wrong with the file, if anything."""
    kind = "gif" if media.extra["category"] == "tweet_gif" else seen.mime.partition("/")[0]
    of_kind = seen.mime == media.mime or {seen.mime, media.mime} <= {"video/mp4", "video/quicktime"}
    too_short = kind == "video" and 0 < seen.seconds < SHORTEST_VIDEO
    largest = LARGEST_TOTAL if kind == "video" and pays(call) else LARGEST.get(kind, 0)
    good = seen.is_whole and of_kind and media.size <= largest and not too_short
    return "" if good and (kind != "gif" or _is_small(seen)) else "InvalidMedia"


def _is_small(seen: Probe) -> bool:
    return (
        seen.width <= LARGEST_GIF[0]
        and seen.height <= LARGEST_GIF[1]
        and seen.frames <= MOST_FRAMES
        and seen.width * seen.height * seen.frames <= MOST_GIF_PIXELS
    )


@simulator.route("GET", "/2/media/upload", host=API, scopes=SCOPES, limit=Limit("media status", 1000, 900))
def read_status(call: Call) -> Response:
    """How far processing is; there is no address of its own for this."""
    wish = call.query({"media_id": Field(required=True), "command": Field(choices=("STATUS",))})
    return reply({"data": _media_json(call, _own(call, wish["media_id"]))})


@simulator.route("POST", "/2/media/upload", host=API, scopes=SCOPES, limit=Limit("media one-shot", 500, 900))
def upload_image(call: Call) -> Response:
    """An image in one request."""
    wish = call.form(
        {
            "media": Field("file", required=True),
            "media_category": Field(required=True, choices=("tweet_image", "dm_image", "subtitles")),
            "media_type": Field(choices=TYPES),
            "additional_owners": Field("list"),
            "shared": Field("bool"),
        }
    )
    blob = call.world.blobs.save(wish["media"].stream)
    media = _open(call, probe(call.world.blobs.path(blob)).mime, wish["media_category"])
    _finish(call, media, blob)
    return reply({"data": _media_json(call, media)})


@simulator.route(
    "POST", "/2/media/metadata", host=API, scopes=SCOPES, limit=Limit("media metadata", 500, 900)
)
def describe(call: Call) -> Response:
    """Alt text, before the post is made."""
    wish = call.json(METADATA)
    media = _own(call, wish["id"])
    text = wish["metadata"].get("alt_text", {}).get("text", "")
    if len(text) > LONGEST_ALT:
        raise invalid(f"$.metadata.alt_text.text: must be at most {LONGEST_ALT} characters long", "alt_text")
    media.alt = text
    return reply({"data": {"id": media.id, "associated_metadata": {"alt_text": {"text": text}}}})


def _own(call: Call, media_id: str) -> Media:
    media = call.world.media.get(media_id)
    if (
        media is None
        or media.platform != simulator.key
        or media.account != call.token.account
        or is_expired(call, media)
    ):
        raise problem(404, f"Could not find media with id: [{media_id}].")
    return media


def _media_json(call: Call, media: Media) -> dict[str, Any]:
    left = int(media.created_at + LIFETIME - call.now)
    body: dict[str, Any] = {
        "id": media.id,
        "media_key": media.extra["key"],
        "size": media.size,
        "expires_after_secs": left,
    }
    if media.extra["is_final"] and media.extra["category"] in PROCESSED:
        body["processing_info"] = _processing(call, media)
    return body


def _processing(call: Call, media: Media) -> dict[str, Any]:
    done = 1 - (media.ready_at - call.now) / PROCESSING
    if done <= 0.1:
        return {"state": "pending", "check_after_secs": 1}
    if done < 1:
        return {"state": "in_progress", "check_after_secs": 1, "progress_percent": int(done * 100)}
    if media.failure:
        error = {"code": 1, "name": media.failure, "message": "file is currently unsupported"}
        return {"state": "failed", "progress_percent": 100, "error": error}
    return {"state": "succeeded", "progress_percent": 100}
