"""Changing what is live: the words of a post or video, the cover of a video; taking it down
(https://developers.facebook.com/docs/pages-api/posts,
https://developers.facebook.com/docs/graph-api/reference/video/thumbnails).
"""

from __future__ import annotations

from werkzeug.wrappers import Response

from socialhub.platforms.connectors._graph.sandbox.errors import graph_error
from socialhub.platforms.connectors._graph.sandbox.simulator import missing_object, read
from socialhub.platforms.sandbox.probe import probe
from socialhub.platforms.sandbox.records import Media
from socialhub.platforms.sandbox.shapes import Field
from socialhub.platforms.sandbox.simulator import Call, reply

from .comments import hide, own_comment, remove_comment
from .feed import LONGEST_TEXT
from .photos import BAD_PHOTO, receive_file
from .reading import own_post
from .server import CALLS, number, simulator
from .store import KEY, films, photos
from .videos import own_film

LONGEST_TITLE = 255
LARGEST_COVER = 10 * 1024 * 1024
COVER_MIMES = ("image/jpeg", "image/png", "image/gif", "image/bmp", "image/tiff")


@simulator.route("POST", "/<node>", scopes=(), limit=CALLS)
def change(call: Call) -> Response:
    """A post gets other words, a comment is hidden or shown."""
    item = own_comment(call)
    if item is not None:
        return hide(call, item)
    simulator.demand(call, call.token, "publish")
    return edit(call)


def edit(call: Call) -> Response:
    """Other words. What a post shows cannot be swapped, and a story has no words."""
    film = films(call.world).get(call.args["node"])
    names = ("description", "name") if film else ("message",)
    wish = read(call, {name: Field() for name in names})
    post = own_post(call)
    if not any(name in wish for name in names) or post.extra["kind"] == "story":
        raise graph_error("100", f"(#100) The parameter {names[0]} is required")
    text = wish.get(names[0], post.text)
    if len(text) > LONGEST_TEXT or len(wish.get("name", "")) > LONGEST_TITLE:
        raise graph_error("100", f"(#100) Param {names[0]} is too long")
    if not text.strip() and not post.media and not post.extra.get("link"):
        raise graph_error("100", "(#100) The parameter message is required")
    post.text = text
    if "name" in wish:
        post.extra["title"] = wish["name"]
    return reply({"success": True})


@simulator.route("POST", "/<node>/thumbnails", scopes=("publish",), limit=CALLS)
def add_cover(call: Call) -> Response:
    """The bytes come as the form's file `source`; without `is_preferred` nothing shows them."""
    wish = read(call, {"is_preferred": Field("bool")})
    film = own_film(call)
    blob = receive_file(call)
    seen = probe(call.world.blobs.path(blob))
    is_small = call.world.blobs.size(blob) <= LARGEST_COVER
    if seen.mime not in COVER_MIMES or not seen.is_whole or not is_small or call.fault("rejected_media"):
        raise graph_error(BAD_PHOTO)
    if wish.get("is_preferred"):
        size = call.world.blobs.size(blob)
        cover = Media(number(call.world), KEY, film.page, seen.mime, blob, size, call.now, alt="Cover")
        film.cover = call.world.media.add(cover).id
    return reply({"success": True})


@simulator.route("DELETE", "/<node>", scopes=(), limit=CALLS)
def delete(call: Call) -> Response:
    """Take down a comment, a post, a video with its post, or a photo that no post shows."""
    read(call, {})
    if remove_comment(call):
        return reply({"success": True})
    simulator.demand(call, call.token, "publish")
    node = call.args["node"]
    post, photo, film = call.world.posts.get(node), photos(call.world).get(node), films(call.world).get(node)
    owner = (
        post.account if post and post.platform == KEY else photo.page if photo else film.page if film else ""
    )
    if not owner or owner != call.token.account or (post and post.deleted_at is not None):
        raise missing_object(node, "delete")
    if photo is not None:
        photos(call.world).remove(node)
    if film is not None:
        films(call.world).remove(node)
    if post is not None:
        post.deleted_at = call.now
    return reply({"success": True})
