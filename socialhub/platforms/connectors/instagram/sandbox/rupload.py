"""Sending a video's bytes instead of an address; the upload can be taken up again where it broke
(https://developers.facebook.com/documentation/instagram-platform/content-publishing/resumable-uploads).
"""

from __future__ import annotations

from werkzeug.wrappers import Response

from socialhub.platforms.connectors._graph.sandbox.containers import Container
from socialhub.platforms.connectors._graph.sandbox.errors import debug_info
from socialhub.platforms.connectors._graph.sandbox.pulling import PullError
from socialhub.platforms.connectors._graph.sandbox.simulator import RUPLOAD
from socialhub.platforms.connectors._graph.sandbox.uploads import demand_oauth, receive_rest
from socialhub.platforms.sandbox.simulator import Call, reply

from .containers import start_processing
from .pulling import check_video, pull_video
from .server import linked_account, simulator

DONE = {"success": True, "message": "Upload successful."}


@simulator.route("POST", "/ig-api-upload/<version>/<id>", host=RUPLOAD, scopes=("publish",), streams=True)
def receive(call: Call) -> Response:
    """The bytes from `offset` on, or an address in the header `file_url`."""
    container = _container(call)
    demand_oauth(call)
    address = call.header("file_url")
    if address:
        return _from_address(call, container, address)
    if not container.blob:
        container.blob = call.world.blobs.create()
    container.options["file_size"] = receive_rest(call, container.blob, is_whole=container.is_ready)
    return _finish(call, container)


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
