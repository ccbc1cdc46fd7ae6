"""Sending a video's bytes instead of an address; the upload can be taken up again where it broke
(https://developers.facebook.com/documentation/instagram-platform/content-publishing/resumable-uploads).
"""

from __future__ import annotations

from werkzeug.exceptions import ClientDisconnected
from werkzeug.wrappers import Response

from socialhub.platforms.sandbox.simulator import Call, DroppedError, reply

from .containers import start_processing
from .pulling import PullError, check_video, pull_video
from .server import RUPLOAD, debug_info, linked_account, simulator
from .store import Container

PIECE = 1 << 18
DONE = {"success": True, "message": "Upload successful."}


@simulator.route("POST", "/ig-api-upload/<version>/<id>", host=RUPLOAD, scopes=("publish",), streams=True)
def receive(call: Call) -> Response:
    """The bytes from `offset` on, or an address in the header `file_url`."""
    container = _container(call)
    address, offset_text, size_text = (call.header(name) for name in ("file_url", "offset", "file_size"))
    if not call.bearer("OAuth"):
        raise debug_info(
            401, "NotAuthorizedError", "The header must read Authorization: OAuth <token>", is_retriable=False
        )
    if address:
        return _from_address(call, container, address)
    if not (offset_text or "").isdigit() or not (size_text or "").isdigit():
        raise debug_info(400, "HeaderError", "offset and file_size are required", is_retriable=False)
    offset, total = int(offset_text or 0), int(size_text or 0)
    if not container.blob:
        container.blob = call.world.blobs.create()
    held = call.world.blobs.size(container.blob)
    if offset != held or container.is_ready:
        text = f"The offset {offset} does not match the {held} bytes received"
        raise debug_info(400, "OffsetInvalidError", text, is_retriable=True)
    container.options["file_size"] = total
    _store(call, container)
    held = call.world.blobs.size(container.blob)
    if held < total:
        raise debug_info(
            400, "PartialRequestError", "Partial request (did not match length of file)", is_retriable=True
        )
    if held > total:
        raise debug_info(400, "ProcessingFailedError", "More bytes than file_size", is_retriable=False)
    return _finish(call, container)


def _store(call: Call, container: Container) -> None:
    """Append what arrives, piece by piece; what came before a break is kept."""
    cut = call.fault("reset_midway")
    left = int(cut.details.get("bytes", 1)) if cut else None
    with call.world.blobs.path(container.blob).open("ab") as target:
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


def _from_address(call: Call, container: Container, url: str) -> Response:
    try:
        pull_video(call.world, container, url)
    except PullError as error:
        raise debug_info(
            400, "ProcessingFailedError", f"The file could not be fetched: {error.code}", is_retriable=False
        ) from None
    return _finish(call, container)


def _finish(call: Call, container: Container) -> Response:
    try:
        check_video(call.world, container)
    except PullError as error:
        container.problem = error.code
    if call.fault("rejected_media"):
        container.problem = "352/2207026"
    start_processing(call.world, container)
    return reply(DONE)


@simulator.route("GET", "/ig-api-upload/<version>/<id>", host=RUPLOAD, scopes=("publish",))
def tell_offset(call: Call) -> Response:
    """How many bytes are held."""
    container = _container(call)
    return reply({"offset": call.world.blobs.size(container.blob) if container.blob else 0})


def _container(call: Call) -> Container:
    container = simulator.containers(call.world).get(call.args["id"])
    pages = [call.world.accounts.get(key) for key in (call.token.account, *call.token.accounts)]
    reachable = [account.id for page in pages if page and (account := linked_account(call, page))]
    if container is None or container.account not in reachable:
        raise debug_info(404, "ResourceNotFoundError", "No such upload", is_retriable=False)
    return container
