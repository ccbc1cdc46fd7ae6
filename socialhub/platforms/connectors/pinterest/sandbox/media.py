"""Videos: register, send to the address that was given, wait (https://developers.pinterest.com/docs/api/v5/media-create)."""

from __future__ import annotations

import secrets
from typing import Any

from werkzeug.wrappers import Response

from socialhub.platforms.sandbox.probe import probe
from socialhub.platforms.sandbox.records import Media
from socialhub.platforms.sandbox.shapes import Field
from socialhub.platforms.sandbox.simulator import Call, reply

from .server import API, READ, UPLOADS, WRITE, refusal, simulator, xml_refusal

POLICY_LIFETIME = 3600
PROCESSING = 5.0
LARGEST = 2 * 1024**3
SECONDS = (4.0, 900.0)
SIGNED = (
    "x-amz-date",
    "x-amz-signature",
    "x-amz-security-token",
    "x-amz-algorithm",
    "key",
    "policy",
    "x-amz-credential",
    "Content-Type",
)
SECRET = ("x-amz-signature", "x-amz-security-token")


@simulator.route("POST", "/v5/media", host=API, scopes=("pins:read", "pins:write"), limit=WRITE)
def register(call: Call) -> Response:
    """An id, and a form that opens the storage for an hour."""
    call.json({"media_type": Field(required=True, choices=("video",))})
    media_id = simulator.new_id(call.world)
    parameters = {name: secrets.token_hex(24) for name in SIGNED}
    parameters |= {"key": f"uploads/{media_id}", "Content-Type": "multipart/form-data"}
    for name in SECRET:
        call.world.issue(simulator.key, name, parameters[name])
    media = Media(media_id, simulator.key, call.token.account, "video/mp4", "", 0, call.now)
    media.extra = {"parameters": parameters, "state": "registered"}
    call.world.media.add(media)
    return reply(
        {**_json(call, media), "upload_url": f"https://{UPLOADS}/", "upload_parameters": parameters}, 201
    )


@simulator.route("POST", "/", host=UPLOADS)
def receive(call: Call) -> Response:
    """The file with every field of the form unchanged, and no token."""
    fields: dict[str, Field] = {name: Field(required=True) for name in SIGNED}
    form = call.form({**fields, "file": Field("file", required=True)})
    media = call.world.media.get(form["key"].removeprefix("uploads/"))
    given = {name: form[name] for name in SIGNED}
    if media is None or media.platform != simulator.key or given != media.extra["parameters"]:
        raise xml_refusal(403, "SignatureDoesNotMatch", "The signature does not match.")
    if call.request.headers.get("Authorization"):
        raise xml_refusal(400, "InvalidArgument", "Only one auth mechanism allowed.")
    if call.now > media.created_at + POLICY_LIFETIME:
        raise xml_refusal(403, "AccessDenied", "Invalid according to Policy: Policy expired.")
    media.blob = call.world.blobs.save(form["file"].stream)
    seen = probe(call.world.blobs.path(media.blob))
    media.mime, media.size = seen.mime, call.world.blobs.size(media.blob)
    media.width, media.height, media.seconds = seen.width, seen.height, seen.seconds
    of_kind = seen.mime in ("video/mp4", "video/quicktime") and seen.is_whole
    of_length = not seen.seconds or (SECONDS[0] <= seen.seconds + 0.5 and seen.seconds <= SECONDS[1])
    good = of_kind and of_length and media.size <= LARGEST and not call.fault("rejected_media")
    media.failure = "" if good else "failed"
    media.extra["state"] = "processing"
    media.ready_at = call.now + PROCESSING
    return Response("", 204)


def state_of(call: Call, media: Media) -> str:
    """registered, processing, succeeded or failed."""
    if media.extra["state"] == "processing" and call.now >= media.ready_at:
        return media.failure or "succeeded"
    return str(media.extra["state"])


def _json(call: Call, media: Media) -> dict[str, Any]:
    return {"media_id": media.id, "media_type": "video", "status": state_of(call, media)}


@simulator.route("GET", "/v5/media/<media>", host=API, scopes=("pins:read",), limit=READ)
def read_state(call: Call) -> Response:
    """How far it is; a failure has no reason."""
    call.query({})
    media = call.world.media.get(call.args["media"])
    if media is None or media.platform != simulator.key or media.account != call.token.account:
        raise refusal("50")
    return reply(_json(call, media))
