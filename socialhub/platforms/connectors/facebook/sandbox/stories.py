"""Photo stories, and the list of stories (https://developers.facebook.com/docs/page-stories-api)."""

from __future__ import annotations

from werkzeug.wrappers import Response

from socialhub.platforms.connectors._graph.sandbox.errors import graph_error
from socialhub.platforms.connectors._graph.sandbox.listing import youngest
from socialhub.platforms.connectors._graph.sandbox.simulator import page_of, read
from socialhub.platforms.sandbox.records import Post
from socialhub.platforms.sandbox.shapes import Field
from socialhub.platforms.sandbox.simulator import Call, reply

from .photos import as_media
from .server import CALLS, make_post, open_page, simulator
from .store import photos

LIFETIME = 86_400


@simulator.route("POST", "/<node>/photo_stories", scopes=("publish",), limit=CALLS)
def create(call: Call) -> Response:
    """A story from a photo that was uploaded unpublished."""
    wish = read(call, {"photo_id": Field("any", required=True)})
    page = open_page(call)
    photo = photos(call.world).get(str(wish["photo_id"]))
    if photo is None or photo.page != page.id:
        raise graph_error("100", "(#100) Param photo_id is not valid")
    files = [as_media(call, photo)]
    post = make_post(call, page, "", files, path="stories/{name}/{id}/", extra={"kind": "story"})
    photo.post = post.id
    return reply({"success": True, "post_id": post.id})


@simulator.route("GET", "/<node>/stories", scopes=("read",), limit=CALLS)
def listed(call: Call) -> Response:
    """Stories of the Page, newest first, with the file that each was made from."""
    wish = read(
        call, {"limit": Field("int"), "after": Field(), "status": Field("any"), "since": Field("int")}
    )
    page = open_page(call)
    latest = youngest(call)
    found = [
        post
        for post in reversed(call.world.live_posts(account=page.id))
        if post.extra["kind"] == "story" and wish.get("since", 0) <= post.created_at <= latest
    ]
    shown, paging = page_of(found, wish.get("limit", 25), wish.get("after", ""))
    return reply({"data": [_line(call, post) for post in shown], **paging})


def _line(call: Call, post: Post) -> dict[str, str]:
    file = call.world.media.get(post.media[0])
    is_over = call.now >= post.created_at + LIFETIME
    return {
        "post_id": post.id,
        "status": "archived" if is_over else "published",
        "creation_time": str(int(post.created_at)),
        "media_type": "video" if file and file.mime.startswith("video/") else "photo",
        "media_id": str(file.extra["target"]) if file else "",
        "url": post.url,
    }
