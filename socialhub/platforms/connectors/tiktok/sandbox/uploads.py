"""Receiving a video in chunks: bare HTTP, no envelope
(https://developers.tiktok.com/doc/content-posting-api-media-transfer-guide).
"""

from __future__ import annotations

import re

from werkzeug.exceptions import ClientDisconnected
from werkzeug.wrappers import Response

from socialhub.platforms.sandbox.probe import probe
from socialhub.platforms.sandbox.records import Media
from socialhub.platforms.sandbox.simulator import Call, DroppedError

from .pulling import send_out
from .server import UPLOAD, Share, simulator

PIECE = 1 << 18
LIFETIME = 3600
RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+)$")
TYPES = ("video/mp4", "video/quicktime", "video/webm")


@simulator.route("PUT", "/video/", host=UPLOAD, streams=True)
def receive(call: Call) -> Response:
    """The next chunk, exactly as the init announced it. The address is the only key."""
    found = simulator.shares(call.world).where(upload_key=call.request.args.get("upload_token", "-"))
    if not found or call.request.args.get("upload_id") != found[0].id[-12:]:
        return Response("", 404)
    share = found[0]
    if call.now > share.created_at + LIFETIME:
        return Response("", 403)
    said = RANGE.match(call.header("Content-Range") or "")
    length = int(call.request.headers.get("Content-Length", "0"))
    if said is None or call.request.mimetype not in TYPES or call.request.headers.get("Authorization"):
        return Response("", 400)
    first, last, total = int(said[1]), int(said[2]), int(said[3])
    if length != last - first + 1 or total != share.size:
        return Response("", 400)
    held = call.world.blobs.size(share.blob)
    if share.done_at or first != held or last != _end_of(share, held // share.chunk):
        return Response("", 416, {"Content-Range": f"bytes 0-{held}/{total}"})
    _store(call, share, length)
    held = call.world.blobs.size(share.blob)
    headers = {"Content-Range": f"bytes 0-{held}/{total}"}
    if held < total:
        return Response("", 206, headers)
    with call.world.lock:
        _finish(call, share)
    return Response("", 201, headers)


def _end_of(share: Share, index: int) -> int:
    """The last byte of a chunk; the last chunk swallows the remainder."""
    return share.size - 1 if index >= share.count - 1 else (index + 1) * share.chunk - 1


def _store(call: Call, share: Share, length: int) -> None:
    """Take in a chunk, whole or not at all."""
    cut = call.fault("reset_midway")
    path = call.world.blobs.path(share.blob)
    before = path.stat().st_size
    with path.open("ab") as target:
        while True:
            try:
                piece = call.request.stream.read(PIECE)
            except ClientDisconnected:
                piece = b""
            target.write(piece)
            is_over = not piece or (cut and target.tell() - before >= int(cut.details.get("bytes", 1)))
            if is_over and (cut or target.tell() - before < length):
                target.truncate(before)
                raise DroppedError
            if not piece:
                return


def _finish(call: Call, share: Share) -> None:
    seen = probe(call.world.blobs.path(share.blob))
    account = call.world.accounts.get(share.account)
    fault = call.fault("rejected_media")
    if fault:
        share.failure = str(fault.details.get("reason", "file_format_check_failed"))
    elif seen.mime not in TYPES or not seen.is_whole:
        share.failure = "file_format_check_failed"
    elif account is not None and seen.seconds > account.extra["max_seconds"]:
        share.failure = "duration_check_failed"
    media = Media(
        call.world.snowflake(), simulator.key, share.account, seen.mime, share.blob, share.size, call.now,
        width=seen.width, height=seen.height, seconds=seen.seconds,
    )  # fmt: skip
    send_out(call, share, [call.world.media.add(media).id])
