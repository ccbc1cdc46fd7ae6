"""Comments under posts and videos (https://developers.facebook.com/docs/graph-api/reference/object/comments)."""

from __future__ import annotations

from werkzeug.wrappers import Response

from socialhub.platforms.connectors._graph.sandbox.errors import graph_error
from socialhub.platforms.connectors._graph.sandbox.fields import Reader, parse_fields, pick
from socialhub.platforms.connectors._graph.sandbox.listing import graph_time, youngest
from socialhub.platforms.connectors._graph.sandbox.simulator import page_of, read
from socialhub.platforms.sandbox.shapes import Field
from socialhub.platforms.sandbox.simulator import Call, reply

from .reading import own_post
from .server import CALLS, number, simulator
from .store import Comment, comments

LONGEST = 8000


@simulator.route("POST", "/<node>/comments", scopes=("comment",), limit=CALLS)
def create(call: Call) -> Response:
    """A comment by the Page under its own post."""
    wish = read(call, {"message": Field(required=True)})
    post = own_post(call)
    if not 0 < len(wish["message"]) <= LONGEST or post.extra["kind"] == "story":
        raise graph_error("100", "(#100) Param message is not valid")
    key = f"{post.id.rpartition('_')[2]}_{number(call.world)}"
    comments(call.world).add(Comment(key, post.id, post.account, wish["message"], call.now))
    return reply({"id": key})


@simulator.route("GET", "/<node>/comments", scopes=("read",), limit=CALLS)
def listed(call: Call) -> Response:
    """Comments under a post, oldest first."""
    fields = {
        "fields": Field(),
        "limit": Field("int"),
        "after": Field(),
        "filter": Field(choices=("stream", "toplevel")),
        "order": Field(choices=("chronological", "reverse_chronological")),
    }
    wish = read(call, fields)
    post = own_post(call)
    latest = youngest(call)
    found = [item for item in comments(call.world).where(post=post.id) if item.created_at <= latest]
    if wish.get("order") == "reverse_chronological":
        found.reverse()
    shown, paging = page_of(found, wish.get("limit", 25), wish.get("after", ""))
    wanted = parse_fields(wish.get("fields", "created_time,from,message,id"))
    return reply({"data": [pick(wanted, _readers(call, item)) for item in shown], **paging})


def _readers(call: Call, item: Comment) -> dict[str, Reader]:
    page = call.world.accounts.get(item.page)
    return {
        "id": lambda inner: item.id,
        "message": lambda inner: item.text,
        "created_time": lambda inner: graph_time(item.created_at),
        "from": lambda inner: {"id": item.page, "name": page.name if page else ""},
        "is_hidden": lambda inner: False,
        "like_count": lambda inner: 0,
    }
