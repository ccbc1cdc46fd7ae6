"""Uploading a photo, as a post of its own or unpublished, to be attached to one
(https://developers.facebook.com/docs/graph-api/reference/page/photos).
"""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Response

from socialhub.platforms.connectors._graph.sandbox.errors import graph_error
from socialhub.platforms.connectors._graph.sandbox.pulling import PullError, pull
from socialhub.platforms.connectors._graph.sandbox.simulator import read
from socialhub.platforms.sandbox.probe import probe
from socialhub.platforms.sandbox.records import Account, Media
from socialhub.platforms.sandbox.shapes import Field
from socialhub.platforms.sandbox.simulator import Call, reply

from .server import CALLS, make_post, number, open_page, simulator
from .store import KEY, Photo, photos

LARGEST = 10 * 1024 * 1024
MIMES = ("image/jpeg", "image/png", "image/gif")
BAD_PHOTO = "324/1366046"
PHOTO = {
    "caption": Field(),
    "message": Field(),
    "url": Field(),
    "alt_text_custom": Field(),
    "published": Field("bool"),
    "temporary": Field("bool"),
}


@simulator.route("POST", "/<node>/photos", scopes=("publish",), limit=CALLS)
def upload(call: Call) -> Response:
    """The bytes come as the form's file `source`, or from an address."""
    wish = read(call, PHOTO)
    page = open_page(call)
    photo = _receive(call, page, wish)
    if not wish.get("published", True):
        return reply({"id": photo.id})
    text = wish.get("caption", wish.get("message", ""))
    files = [as_media(call, photo)]
    post = make_post(call, page, text, files, path="photo/?fbid={id}", extra={"kind": "photo"})
    photo.post = post.id
    return reply({"id": photo.id, "post_id": post.id})


def _receive(call: Call, page: Account, wish: dict[str, Any]) -> Photo:
    blob = _fetch(call, wish["url"]) if "url" in wish else receive_file(call)
    seen = probe(call.world.blobs.path(blob))
    is_good = seen.mime in MIMES and seen.is_whole and call.world.blobs.size(blob) <= LARGEST
    if not is_good or call.fault("rejected_media"):
        raise graph_error(BAD_PHOTO)
    alt = wish.get("alt_text_custom", "")
    return photos(call.world).add(
        Photo(number(call.world), page.id, blob, seen.mime, seen.width, seen.height, call.now, alt)
    )


def receive_file(call: Call) -> str:
    """The bytes of the form's one file, `source`."""
    if set(call.request.files) != {"source"}:
        raise graph_error("324", "(#324) Requires upload file")
    source: Any = call.request.files["source"].stream
    return call.world.blobs.save(source)


def _fetch(call: Call, url: str) -> str:
    if call.request.files:
        raise graph_error("100", "(#100) Only one of source, url may be given")
    try:
        return pull(call.world, url, LARGEST, BAD_PHOTO)[0]
    except PullError:
        raise graph_error(BAD_PHOTO) from None


def as_media(call: Call, photo: Photo) -> Media:
    """The photo as a file of a post."""
    size = call.world.blobs.size(photo.blob)
    key = photo.id if call.world.media.get(photo.id) is None else number(call.world)
    media = Media(key, KEY, photo.page, photo.mime, photo.blob, size, call.now, alt=photo.alt)
    media.width, media.height = photo.width, photo.height
    media.extra["target"] = photo.id
    return media
