"""The upload host: a file in one request or several, each from the byte that is held on
(https://developers.facebook.com/docs/video-api/guides/reels-publishing).
"""

from __future__ import annotations

from werkzeug.exceptions import ClientDisconnected

from socialhub.platforms.sandbox.simulator import Call, DroppedError

from .errors import debug_info

PIECE = 1 << 18


def receive_rest(call: Call, blob: str, *, is_whole: bool) -> int:
    """Append the body to the file `blob` and hand back the length that it must have in the end.

    Raises the host's own refusal for a wrong offset, and for a file that is not whole yet.
    """
    offset_text, size_text = (call.header(name) or "" for name in ("offset", "file_size"))
    if not offset_text.isdigit() or not size_text.isdigit():
        raise debug_info(400, "HeaderError", "offset and file_size are required", is_retriable=False)
    offset, total = int(offset_text), int(size_text)
    held = call.world.blobs.size(blob)
    if offset != held or is_whole:
        text = f"The offset {offset} does not match the {held} bytes received"
        raise debug_info(400, "OffsetInvalidError", text, is_retriable=True)
    _store(call, blob)
    held = call.world.blobs.size(blob)
    if held < total:
        raise debug_info(
            400, "PartialRequestError", "Partial request (did not match length of file)", is_retriable=True
        )
    if held > total:
        raise debug_info(400, "ProcessingFailedError", "More bytes than file_size", is_retriable=False)
    return total


def demand_oauth(call: Call) -> None:
    """This host wants the scheme OAuth."""
    if not call.bearer("OAuth"):
        raise debug_info(
            401, "NotAuthorizedError", "The header must read Authorization: OAuth <token>", is_retriable=False
        )


def _store(call: Call, blob: str) -> None:
    """Append what arrives, piece by piece; what came before a break is kept."""
    cut = call.fault("reset_midway")
    left = int(cut.details.get("bytes", 1)) if cut else None
    with call.world.blobs.path(blob).open("ab") as target:
        while True:
            try:
                piece = call.request.stream.read(PIECE if left is None else min(PIECE, left))
            except ClientDisconnected:
                raise DroppedError from None
            target.write(piece)
            if left is not None:
                left -= len(piece)
                if left <= 0:
                    target.flush()
                    raise DroppedError
            if not piece:
                return
