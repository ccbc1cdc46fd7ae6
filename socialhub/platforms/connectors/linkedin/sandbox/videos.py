"""Videos in parts (https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/videos-api): each
PUT answers an ETag, and finalizing names all of them in order.
"""

from __future__ import annotations

import io
import secrets
import shutil

from werkzeug.wrappers import Response

from socialhub.platforms.sandbox.probe import probe
from socialhub.platforms.sandbox.shapes import Field
from socialhub.platforms.sandbox.simulator import Call, RefusalError, reply

from .images import URL_LIFETIME, WRITE, finish, open_upload, opened, upload_url
from .refusing import wrong
from .server import API, SITE, acting, simulator

PART = 4 * 1024 * 1024
SMALLEST, LARGEST = 1, 500 * 1024 * 1024
TYPES = ("video/mp4",)
STILLS = ("image/jpeg", "image/png")
INITIALIZE = {
    "initializeUploadRequest": Field(
        "object",
        required=True,
        fields={
            "owner": Field(required=True),
            "fileSizeBytes": Field("int", required=True),
            "uploadCaptions": Field("bool"),
            "uploadThumbnail": Field("bool"),
        },
    )
}
FINALIZE = {
    "finalizeUploadRequest": Field(
        "object",
        required=True,
        fields={
            "video": Field(required=True),
            "uploadToken": Field(required=True),
            "uploadedPartIds": Field("list", required=True),
        },
    )
}


@simulator.route("POST", "/rest/videos", host=API, scopes=WRITE)
def act(call: Call) -> Response:
    """Open an upload or close it."""
    match call.request.args.get("action"):
        case "initializeUpload":
            return _initialize(call)
        case "finalizeUpload":
            return _finalize(call)
    raise wrong("PARAM_INVALID", "action", "is not known")


def _initialize(call: Call) -> Response:
    wish = call.json(INITIALIZE)["initializeUploadRequest"]
    size = wish["fileSizeBytes"]
    if not SMALLEST <= size <= LARGEST:
        raise wrong("INVALID_VALUE_FOR_FIELD", "initializeUploadRequest/fileSizeBytes", "is out of range")
    media = open_upload(call, "video", wish["owner"], "initializeUploadRequest/owner")
    media.extra["total"] = size
    instructions = [
        {
            "uploadUrl": upload_url(call, media, index),
            "firstByte": first,
            "lastByte": min(first + PART, size) - 1,
        }
        for index, first in enumerate(range(0, size, PART))
    ]
    more = {}
    if wish.get("uploadThumbnail"):
        media.extra["cover_key"] = call.world.issue(
            simulator.key, "upload_address", secrets.token_urlsafe(24)
        )
        name = media.id.rsplit(":", 1)[1]
        more["thumbnailUploadUrl"] = (
            f"https://{SITE}/dms-uploads/{name}/thumbnail?ut={media.extra['cover_key']}"
        )
    until = int((call.now + URL_LIFETIME) * 1000)
    value = {
        "uploadUrlsExpireAt": until,
        "video": media.id,
        "uploadInstructions": instructions,
        "uploadToken": "",
        **more,
    }
    return reply({"value": value})


@simulator.route("PUT", "/dms-uploads/<name>/thumbnail", host=SITE)
def receive_cover(call: Call) -> Response:
    """A picture that stands for the video, without a token, named as a still one."""
    media = call.world.media.get(f"urn:li:video:{call.args['name']}")
    if media is None or call.request.args.get("ut", "") != media.extra.get("cover_key"):
        raise RefusalError(403, {"status": 403, "message": "The upload address is not valid"})
    if call.now > media.created_at + URL_LIFETIME:
        raise wrong("EXPIRED_UPLOAD_URL", "", "The upload address has expired")
    if call.request.headers.get("Authorization") or call.header("media-type-family") != "STILLIMAGE":
        raise RefusalError(400, {"status": 400, "message": "media-type-family must be STILLIMAGE"})
    blob = call.world.blobs.save(io.BytesIO(call.request.get_data()))
    seen = probe(call.world.blobs.path(blob))
    if seen.mime not in STILLS or not seen.is_whole:
        raise RefusalError(400, {"status": 400, "message": "The thumbnail cannot be read"})
    media.extra["cover"] = blob
    return Response("", 201)


@simulator.route("PUT", "/dms-uploads/<name>/uploaded-video/<int:index>", host=SITE)
def receive(call: Call) -> Response:
    """Exactly the bytes of one part, without a token or a version; again is no harm."""
    media = opened(call, "video")
    if call.request.headers.get("Authorization") or call.header("LinkedIn-Version"):
        raise RefusalError(400, {"status": 400, "message": "Only one auth mechanism allowed"})
    index = int(call.args["index"])
    wanted = min(PART, media.extra["total"] - index * PART)
    blob = call.world.blobs.save(io.BytesIO(call.request.get_data()))
    if call.world.blobs.size(blob) != wanted:
        raise RefusalError(400, {"status": 400, "message": f"The part must have {wanted} bytes"})
    media.extra["parts"][str(index)] = blob
    return Response("", 200, {"ETag": f'"{blob}"'})


def _finalize(call: Call) -> Response:
    wish = call.json(FINALIZE)["finalizeUploadRequest"]
    media = call.world.media.get(wish["video"])
    if media is None or media.platform != simulator.key or media.extra["kind"] != "video":
        raise wrong("INVALID_URN_ID", "finalizeUploadRequest/video", "does not exist")
    acting(call, media.extra["owner"], "owner")
    parts = media.extra["parts"]
    held = [parts.get(str(index)) for index in range(len(media.extra["keys"]))]
    if wish["uploadedPartIds"] != held:
        raise wrong(
            "ILLEGAL_ARGUMENT", "finalizeUploadRequest/uploadedPartIds", "do not name all parts in order"
        )
    if not media.extra["is_sent"]:
        media.blob = call.world.blobs.create()
        with call.world.blobs.path(media.blob).open("wb") as target:
            for blob in held:
                with call.world.blobs.path(blob).open("rb") as source:
                    shutil.copyfileobj(source, target, 1 << 20)
        finish(call, media, TYPES)
    return Response("", 200)
