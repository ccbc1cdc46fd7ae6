"""Files: named by their content, swept away when no record wants them (https://atproto.com/specs/blob)."""

from __future__ import annotations

import io
from typing import Any

from werkzeug.wrappers import Response

from socialhub.platforms.sandbox.probe import probe
from socialhub.platforms.sandbox.records import Media
from socialhub.platforms.sandbox.simulator import Call, Limit, reply
from socialhub.platforms.sandbox.world import World

from .cids import cid_of
from .server import refuse, simulator

UPLOADS = Limit("uploads", 1000, 86_400)
UNUSED_SECONDS = 3600
"""The least that the specification promises a file without a record."""


@simulator.route("POST", "/xrpc/com.atproto.repo.uploadBlob", scopes=("access",), limit=UPLOADS)
def upload_blob(call: Call) -> Response:
    """Take the bytes; what they are is found out from them, not from the header."""
    data = call.request.get_data()
    declared = call.request.mimetype
    if not declared or not data:
        raise refuse(400, "InvalidRequest", "Request encoding (Content-Type) required but not provided")
    if len(data) > simulator.server_of(call.world, call.account).blob_bytes:
        raise refuse(413)
    blob = call.world.blobs.save(io.BytesIO(data))
    seen = probe(call.world.blobs.path(blob))
    if call.fault("rejected_media"):
        raise refuse(400, "InvalidMimeType", "Wrong type of file")
    cid = cid_of(data, 0x55)
    media = Media(
        id=f"{call.account.id}/{cid}",
        platform=simulator.key,
        account=call.account.id,
        mime=declared if seen.mime == "application/octet-stream" else seen.mime,
        blob=blob,
        size=len(data),
        created_at=call.now,
        width=seen.width,
        height=seen.height,
        seconds=seen.seconds,
    )
    known = call.world.media.get(media.id)
    if known is not None and known.post:
        media.post, media.alt = known.post, known.alt
    call.world.media.add(media)
    return reply({"blob": blob_json(media)})


def blob_json(media: Media) -> dict[str, Any]:
    """How records speak of a file."""
    cid = media.id.rpartition("/")[2]
    return {"$type": "blob", "ref": {"$link": cid}, "mimeType": media.mime, "size": media.size}


def find_blob(world: World, did: str, cid: str) -> Media | None:
    """A file of this account that has not been swept away."""
    media = world.media.get(f"{did}/{cid}")
    if media is None or (not media.post and world.clock.now() > media.created_at + UNUSED_SECONDS):
        return None
    return media
