"""Attachments: images are ready at once, moving pictures and sound after some processing
(https://docs.joinmastodon.org/methods/media/).
"""

from __future__ import annotations

from typing import Any

from werkzeug.utils import send_file
from werkzeug.wrappers import Response

from socialhub.platforms.sandbox.probe import probe
from socialhub.platforms.sandbox.records import Media
from socialhub.platforms.sandbox.shapes import Field
from socialhub.platforms.sandbox.simulator import Call, Limit, reply

from .server import GENERAL, IMAGES, MOVING, refuse, simulator

UPLOADS = Limit("media", 30, 1800)
UNATTACHED_LIFETIME = 86_400
"""Seconds after which a file without a post is removed (MediaAttachmentsVacuum TTL)."""
PREVIEW = ".preview"
DETAILS = {"description": Field(), "focus": Field(), "thumbnail": Field("file")}
EXTENSIONS = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/gif": "gif",
    "image/webp": "webp",
    "video/mp4": "mp4",
    "video/quicktime": "mov",
    "video/webm": "webm",
    "audio/mpeg": "mp3",
    "audio/ogg": "ogg",
}


@simulator.route("POST", "/api/v2/media", scopes=("write:media",), limit=UPLOADS)
def upload(call: Call) -> Response:
    """200 with a finished image, 202 for what is still processed. Older servers know only the first
    version.
    """
    if not simulator.server(call).has_v2_media:
        raise refuse(404)
    media = _receive(call)
    return reply(media_json(call, media), 200 if media.ready_at <= call.now else 202)


@simulator.route("POST", "/api/v1/media", scopes=("write:media",), limit=UPLOADS)
def upload_v1(call: Call) -> Response:
    """The synchronous first version: the answer comes when the file is ready."""
    media = _receive(call)
    if media.failure:
        raise refuse(422, media.failure)
    media.ready_at = call.now
    return reply(media_json(call, media))


@simulator.route("GET", "/api/v1/media/<id>", scopes=("write:media",), limit=GENERAL)
def read(call: Call) -> Response:
    """200 ready, 206 in work, 422 failed, 404 not mine or already part of a post."""
    media = _unattached(call)
    if media.ready_at > call.now:
        return reply(media_json(call, media), 206)
    if media.failure:
        raise refuse(422, media.failure)
    return reply(media_json(call, media))


@simulator.route("PUT", "/api/v1/media/<id>", scopes=("write:media",), limit=GENERAL)
def describe(call: Call) -> Response:
    """Alt text and focus, as long as the file is in no post."""
    media = _unattached(call)
    is_form = call.request.mimetype == "multipart/form-data"
    _set_details(call, media, call.form(DETAILS) if is_form else call.body(DETAILS))
    return reply(media_json(call, media))


@simulator.route("DELETE", "/api/v1/media/<id>", scopes=("write:media",), limit=GENERAL)
def remove(call: Call) -> Response:
    """Since 4.4: drop a file that is in no post."""
    call.world.media.remove(_unattached(call).id)
    return reply({})


@simulator.route("GET", "/system/media_attachments/<name>")
def show(call: Call) -> Response:
    """The file under its public address, or the picture that stands for it."""
    name = call.args["name"]
    media = call.world.media.get(name.partition(".")[0])
    if media is None:
        raise refuse(404)
    if name.endswith(PREVIEW) and "thumbnail" in media.extra:
        path = call.world.blobs.path(media.extra["thumbnail"])
        return send_file(path, call.request.environ, mimetype=probe(path).mime, conditional=True)
    return send_file(
        call.world.blobs.path(media.blob), call.request.environ, mimetype=media.mime, conditional=True
    )


def _receive(call: Call) -> Media:
    server = simulator.server(call)
    form = call.form({**DETAILS, "file": Field("file", required=True)})
    blob = call.world.blobs.save(form["file"].stream)
    seen = probe(call.world.blobs.path(blob))
    size = call.world.blobs.size(blob)
    if seen.mime not in IMAGES + MOVING or (seen.mime in IMAGES and not seen.is_whole):
        raise refuse(422, "Validation failed: File content type is invalid, File is invalid")
    limit = server.image_size_limit if seen.mime in IMAGES else server.video_size_limit
    if size > limit:
        raise refuse(422, f"Validation failed: File file size must be less than {limit // 1048576} MB")
    fails = not seen.is_whole or call.fault("rejected_media") is not None
    if fails and seen.mime in IMAGES:
        raise refuse(422, "Validation failed: File content type is invalid, File is invalid")
    slow = seen.mime in MOVING or seen.frames > 1
    media = Media(
        id=call.world.snowflake(),
        platform=simulator.key,
        account=call.token.account,
        mime=seen.mime,
        blob=blob,
        size=size,
        host=call.host,
        created_at=call.now,
        ready_at=call.now + server.processing_seconds if slow else call.now,
        width=seen.width,
        height=seen.height,
        seconds=seen.seconds,
        failure="Error processing thumbnail for uploaded media" if fails else "",
    )
    _set_details(call, media, form)
    return call.world.media.add(media)


def _set_details(call: Call, media: Media, form: dict[str, Any]) -> None:
    if len(form.get("description", "")) > simulator.server(call).description_limit:
        raise refuse(422, "Validation failed: Description is too long")
    media.alt = form.get("description", media.alt)
    if "thumbnail" in form:
        blob = call.world.blobs.save(form["thumbnail"].stream)
        seen = probe(call.world.blobs.path(blob))
        if seen.mime not in IMAGES or not seen.is_whole:
            raise refuse(422, "Validation failed: Thumbnail content type is invalid, Thumbnail is invalid")
        media.extra["thumbnail"] = blob
    if "focus" in form:
        try:
            x, y = (float(part) for part in form["focus"].split(","))
        except ValueError:
            raise refuse(422, "Validation failed: Focus is invalid") from None
        if max(abs(x), abs(y)) > 1:
            raise refuse(422, "Validation failed: Focus is invalid")
        media.extra["focus"] = dict(zip("xy", (x, y), strict=True))


def find_unattached(call: Call, media_id: str) -> Media | None:
    """A file of this account that is in no post and not yet swept away."""
    media = call.world.media.get(media_id)
    if media is None or media.account != call.token.account or media.host != call.host or media.post:
        return None
    return None if call.now > media.created_at + UNATTACHED_LIFETIME else media


def _unattached(call: Call) -> Media:
    media = find_unattached(call, call.args["id"])
    if media is None:
        raise refuse(404)
    return media


def media_json(call: Call, media: Media) -> dict[str, Any]:
    """A MediaAttachment entity."""
    url = f"https://{media.host}/system/media_attachments/{media.id}.{EXTENSIONS.get(media.mime, 'bin')}"
    kind = media.mime.partition("/")[0]
    return {
        "id": media.id,
        "type": "gifv" if media.mime == "image/gif" and media.ready_at > media.created_at else kind,
        "url": None if media.ready_at > call.now else url,
        "preview_url": url + PREVIEW if "thumbnail" in media.extra else url,
        "remote_url": None,
        "meta": {
            "original": {"width": media.width, "height": media.height},
            **{key: media.extra[key] for key in ("focus",) if key in media.extra},
        },
        "description": media.alt or None,
        "blurhash": None,
    }
