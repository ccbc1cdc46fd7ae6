"""Comments under posts and videos (https://developers.facebook.com/docs/graph-api/reference/object/comments)."""

from __future__ import annotations

from werkzeug.wrappers import Response

from socialhub.platforms.connectors._graph.sandbox.errors import graph_error
from socialhub.platforms.connectors._graph.sandbox.fields import Reader, parse_fields, pick
from socialhub.platforms.connectors._graph.sandbox.listing import graph_time, youngest
from socialhub.platforms.connectors._graph.sandbox.simulator import GRAPH, missing_object, page_of, read
from socialhub.platforms.sandbox.shapes import Field
from socialhub.platforms.sandbox.simulator import Call, reply

from .reading import own_post
from .server import CALLS, number, simulator, tell_comment
from .store import Comment, comments

LONGEST = 8000


@simulator.route("POST", "/<node>/comments", scopes=("comment",), limit=CALLS)
def create(call: Call) -> Response:
    """A comment by the Page under its own post, or below a comment there."""
    wish = read(call, {"message": Field(required=True)})
    above = own_comment(call)
    post = own_post(call, above.post if above else "")
    if not 0 < len(wish["message"]) <= LONGEST or post.extra["kind"] == "story":
        raise graph_error("100", "(#100) Param message is not valid")
    key = f"{post.id.rpartition('_')[2]}_{number(call.world)}"
    parent = above.id if above else ""
    comments(call.world).add(Comment(key, post.id, post.account, wish["message"], call.now, parent=parent))
    tell_comment(call.world, key, "add")
    return reply({"id": key})


@simulator.route("GET", "/<node>/comments", scopes=("read",), limit=CALLS)
def listed(call: Call) -> Response:
    """Comments under a post or a comment, oldest first. `stream` is all levels."""
    fields = {
        "fields": Field(),
        "limit": Field("int"),
        "after": Field(),
        "filter": Field(choices=("stream", "toplevel")),
        "order": Field(choices=("chronological", "reverse_chronological")),
    }
    wish = read(call, fields)
    above = own_comment(call)
    post = own_post(call, above.post if above else "")
    latest = youngest(call)
    found = [item for item in comments(call.world).where(post=post.id) if item.created_at <= latest]
    if above is not None:
        found = [item for item in found if item.parent == above.id]
    elif wish.get("filter") == "toplevel":
        found = [item for item in found if not item.parent]
    if wish.get("order") == "reverse_chronological":
        found.reverse()
    shown, paging = page_of(found, wish.get("limit", 25), wish.get("after", ""))
    wanted = parse_fields(wish.get("fields", "created_time,from,message,id"))
    return reply({"data": [pick(wanted, _readers(call, item)) for item in shown], **paging})


def hide(call: Call, item: Comment) -> Response:
    """Hide a visitor's comment or show it again."""
    simulator.demand(call, call.token, "comment")
    wish = read(call, {"is_hidden": Field("bool", required=True)})
    item.is_hidden = wish["is_hidden"]
    tell_comment(call.world, item.id, "hide" if item.is_hidden else "unhide")
    return reply({"success": True})


@simulator.route("POST", "/<node>/likes", scopes=("comment",), limit=CALLS)
def like(call: Call) -> Response:
    """The Page likes a comment; again changes nothing."""
    read(call, {})
    item = own_comment(call)
    if item is None:
        raise missing_object(call.args["node"], "post")
    item.likes = sorted({*item.likes, call.token.account})
    return reply({"success": True})


@simulator.route("DELETE", "/<node>/likes", scopes=("comment",), limit=CALLS)
def unlike(call: Call) -> Response:
    """The Page takes its like back."""
    read(call, {})
    item = own_comment(call)
    if item is None:
        raise missing_object(call.args["node"], "delete")
    item.likes = [who for who in item.likes if who != call.token.account]
    return reply({"success": True})


def remove_comment(call: Call) -> bool:
    """Delete the comment that the path names, with what is below it; whether it names one."""
    item = own_comment(call)
    if item is None:
        return False
    simulator.demand(call, call.token, "comment")
    for below in [item, *comments(call.world).where(parent=item.id)]:
        tell_comment(call.world, below.id, "remove")
        comments(call.world).remove(below.id)
    return True


def own_comment(call: Call) -> Comment | None:
    """The comment that the path names, under a post of the token's Page."""
    item = comments(call.world).get(call.args["node"])
    return item if item is not None and item.page == call.token.account else None


def _readers(call: Call, item: Comment) -> dict[str, Reader]:
    sees_others = not item.author or set(simulator.capabilities["others"][GRAPH]) <= set(call.token.scopes)
    return {
        "id": lambda inner: item.id,
        "message": lambda inner: item.text,
        "created_time": lambda inner: graph_time(item.created_at),
        # Without pages_read_user_content nobody is named.
        "from": lambda inner: (
            {"id": item.author_id, "name": item.author_name(call.world)} if sees_others else None
        ),
        "parent": lambda inner: {"id": item.parent} if item.parent else None,
        "is_hidden": lambda inner: item.is_hidden,
        "like_count": lambda inner: len(item.likes),
        "permalink_url": lambda inner: f"https://www.facebook.com/{item.post}?comment_id={item.id}",
    }
