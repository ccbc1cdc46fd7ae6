"""Covers and captions (https://developers.google.com/youtube/v3/docs/thumbnails/set and /captions/insert)."""

from __future__ import annotations

import io
import json
import secrets
from email import message_from_bytes
from typing import Any

from werkzeug.wrappers import Response

from socialhub.platforms.sandbox.clock import iso
from socialhub.platforms.sandbox.probe import probe
from socialhub.platforms.sandbox.records import Post
from socialhub.platforms.sandbox.shapes import Field, MisfitError, check
from socialhub.platforms.sandbox.simulator import Call, reply

from .reading import parts_of
from .refusals import error, refusal
from .server import API, API_TOO, SCOPE, UNITS, simulator
from .uploads import WRITE

CAPTION_SCOPE = (SCOPE + "youtube.force-ssl",)
LARGEST_COVER = 50 * 1024 * 1024
COVER_TYPES = ("image/jpeg", "image/png")
ALT = Field(choices=("json",))
CAPTION = {
    "snippet": Field(
        "object",
        required=True,
        fields={
            "videoId": Field(required=True),
            "language": Field(required=True),
            "name": Field(required=True),
            "isDraft": Field("bool"),
        },
    )
}


@simulator.route("POST", "/upload/youtube/v3/thumbnails/set", host=API, scopes=WRITE, limit=UNITS)
@simulator.route("POST", "/upload/youtube/v3/thumbnails/set", host=API_TOO, scopes=WRITE, limit=UNITS)
def set_cover(call: Call) -> Response:
    """Take a picture as the cover of a video; the one before it goes."""
    query = call.query({"videoId": Field(required=True), "uploadType": Field(choices=("media",)), "alt": ALT})
    post = _own_video(call, query["videoId"])
    data = call.request.get_data()
    if not data:
        raise refusal("mediaBodyRequired")
    if call.request.mimetype not in (*COVER_TYPES, "application/octet-stream"):
        raise error(400, "badContent", f"Media type '{call.request.mimetype}' is not supported.")
    if not call.account.extra["telephone"]:
        raise refusal("forbidden")
    blob = call.world.blobs.save(io.BytesIO(data))
    seen = probe(call.world.blobs.path(blob))
    if seen.mime not in COVER_TYPES or not seen.is_whole or len(data) > LARGEST_COVER:
        raise refusal("invalidImage")
    post.extra["cover"] = f"{blob}.{seen.mime.partition('/')[2]}"
    image = {"url": f"https://i.ytimg.com/vi/{post.id}/default.jpg", "width": 120, "height": 90}
    items = [{"default": image, "medium": image, "high": image}]
    return reply({"kind": "youtube#thumbnailSetResponse", "etag": "e", "items": items})


def _own_video(call: Call, video_id: str) -> Post:
    post = simulator.live_post(call.world, video_id)
    if post is None:
        raise refusal("videoNotFound")
    if post.account != call.token.account:
        raise refusal("forbidden")
    return post


@simulator.route("POST", "/upload/youtube/v3/captions", host=API, scopes=CAPTION_SCOPE, limit=UNITS)
@simulator.route("POST", "/upload/youtube/v3/captions", host=API_TOO, scopes=CAPTION_SCOPE, limit=UNITS)
def add_captions(call: Call) -> Response:
    """Take in a track; a language and a name are there once."""
    query = call.query(
        {"part": Field(required=True), "uploadType": Field(choices=("multipart",)), "alt": ALT}
    )
    parts_of(query, {"id", "snippet"})
    said, data = _related(call)
    post = _own_video(call, said["videoId"])
    if len(said["name"]) > 150:
        raise refusal("nameTooLong")
    if not data.strip():
        raise refusal("contentRequired")
    tracks = post.extra.setdefault("captions", [])
    if [track for track in tracks if (track["language"], track["name"]) == (said["language"], said["name"])]:
        raise refusal("captionExists")
    text = data.decode("utf-8", "replace")
    status = "serving" if "-->" in text else "failed"
    tracks.append({"language": said["language"], "name": said["name"], "status": status, "size": len(data)})
    shown: dict[str, Any] = {
        "videoId": post.id,
        "language": said["language"],
        "name": said["name"],
        "lastUpdated": iso(call.now),
        "trackKind": "standard",
        "isDraft": said.get("isDraft", False),
        "status": status,
    }
    return reply({"kind": "youtube#caption", "etag": "e", "id": secrets.token_urlsafe(24), "snippet": shown})


def _related(call: Call) -> tuple[dict[str, Any], bytes]:
    """The metadata and the file of a multipart/related body (RFC 2387)."""
    kind = call.request.headers.get("Content-Type", "")
    message = message_from_bytes(f"Content-Type: {kind}\r\n\r\n".encode() + call.request.get_data())
    parts = list(message.walk())[1:]
    if call.request.mimetype != "multipart/related" or len(parts) != 2:
        raise error(400, "badRequest", "Two parts are expected: metadata and media.")
    first, second = (part.get_payload(decode=True) for part in parts)
    assert isinstance(first, bytes)
    assert isinstance(second, bytes)
    try:
        said = check(json.loads(first), CAPTION, from_text=False)
    except ValueError:
        raise error(400, "parseError", "Parse Error") from None
    except MisfitError as misfit:
        raise simulator.misfit(call, misfit) from None
    return said["snippet"], second
