"""Comments and the one level of answers below them
(https://developers.facebook.com/docs/instagram-platform/comment-moderation).
"""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Response

from socialhub.platforms.connectors._graph.sandbox.errors import graph_error
from socialhub.platforms.connectors._graph.sandbox.fields import Reader, Wanted, parse_fields, pick
from socialhub.platforms.connectors._graph.sandbox.listing import graph_time, youngest
from socialhub.platforms.connectors._graph.sandbox.simulator import GRAPH, missing_object, page_of, read
from socialhub.platforms.sandbox.shapes import Field
from socialhub.platforms.sandbox.simulator import Call, reply
from socialhub.platforms.sandbox.world import World

from .reading import find_media
from .server import CALLS, IG_GRAPH, find_comment, make_comment, simulator, tell_comment
from .store import Comment, comments, comments_of

LONGEST = 2200
LISTING = {"fields": Field(), "limit": Field("int"), "after": Field()}
DEFAULT = "timestamp,text,id"


@simulator.route("POST", "/<node>/comments", scopes=("comment",), limit=CALLS)
def comment(call: Call) -> Response:
    """A comment under a post of the account."""
    text = _message(call)
    post = find_media(call)
    if post.extra["product"] == "STORY":
        raise graph_error("100", "(#100) Param message is not valid")
    return _said(call, make_comment(call.world, post, text))


@simulator.route("GET", "/<node>/comments", scopes=("comment",), limit=CALLS)
def list_comments(call: Call) -> Response:
    """Comments under a post, newest first. Answers are below the comments."""
    wish = read(call, LISTING)
    found = [item for item in comments_of(call.world, find_media(call).id) if not item.parent]
    return _listed(call, found[::-1], wish)


@simulator.route("POST", "/<node>/replies", scopes=("comment",), limit=CALLS)
def answer(call: Call) -> Response:
    """An answer by the account. One to an answer is put below the first comment."""
    text = _message(call)
    above = _own_comment(call)
    post = call.world.posts.get(above.media)
    if above.is_hidden or post is None:
        raise graph_error("100", "(#100) Replies to hidden comments are not allowed")
    return _said(call, make_comment(call.world, post, text, parent=above.parent or above.id))


@simulator.route("GET", "/<node>/replies", scopes=("comment",), limit=CALLS)
def list_answers(call: Call) -> Response:
    """The answers below a comment, oldest first."""
    wish = read(call, LISTING)
    return _listed(call, comments(call.world).where(parent=_own_comment(call).id), wish)


@simulator.route("POST", "/<node>", scopes=("comment",), limit=CALLS)
def hide(call: Call) -> Response:
    """Hide a comment or show it again. The account's own stay visible."""
    wish = read(call, {"hide": Field("bool", required=True)})
    item = _own_comment(call)
    item.is_hidden = wish["hide"] and bool(item.author)
    return reply({"success": True})


@simulator.route("DELETE", "/<node>", scopes=(), limit=CALLS)
def delete(call: Call) -> Response:
    """Take a comment down, with the answers below it, or, by Facebook Login alone, a whole post."""
    read(call, {})
    item = find_comment(call)
    if item is not None:
        simulator.demand(call, call.token, "comment")
        _remove(call.world, item)
        return reply({"success": True})
    if call.host == IG_GRAPH and call.world.posts.get(call.args["node"]):
        raise simulator.failure(call, 404, "")
    if call.host == GRAPH:
        simulator.demand(call, call.token, "delete")
    post = find_media(call)
    post.deleted_at = call.now
    return reply({"success": True})


@simulator.control("POST", "removals")
def take_comment_back(world: World, wish: dict[str, Any]) -> dict[str, Any]:
    """The author of the comment `id` takes it back. Nobody is told."""
    item = comments(world).get(wish["id"])
    if item is None:
        raise ValueError("there is no such comment")
    _remove(world, item)
    return {}


def comment_readers(call: Call, item: Comment) -> dict[str, Reader]:
    """The fields of a comment."""

    def answers(inner: Wanted) -> dict[str, Any] | None:
        below = [c for c in comments(call.world).where(parent=item.id) if c.created_at <= youngest(call)]
        return {"data": [pick(inner, comment_readers(call, line)) for line in below]} if below else None

    return {
        "id": lambda inner: item.id,
        "text": lambda inner: item.text,
        "timestamp": lambda inner: graph_time(item.created_at),
        "username": lambda inner: item.writer(call.world)["username"],
        "from": lambda inner: item.writer(call.world),
        "like_count": lambda inner: 0,
        "hidden": lambda inner: item.is_hidden,
        "media": lambda inner: {"id": item.media},
        "parent_id": lambda inner: item.parent or None,
        "replies": answers,
    }


def _message(call: Call) -> str:
    text = str(read(call, {"message": Field(required=True)})["message"])
    if not 0 < len(text) <= LONGEST:
        raise graph_error("100", "(#100) Param message is not valid")
    return text


def _said(call: Call, item: Comment) -> Response:
    tell_comment(call.world, item)
    return reply({"id": item.id})


def _own_comment(call: Call) -> Comment:
    item = find_comment(call)
    if item is None:
        raise missing_object(call.args["node"], call.method.lower())
    return item


def _listed(call: Call, found: list[Comment], wish: dict[str, Any]) -> Response:
    latest = youngest(call)
    seen = [item for item in found if item.created_at <= latest]
    shown, paging = page_of(seen, wish.get("limit", 50), wish.get("after", ""))
    wanted = parse_fields(wish.get("fields", DEFAULT))
    return reply({"data": [pick(wanted, comment_readers(call, item)) for item in shown], **paging})


def _remove(world: World, item: Comment) -> None:
    for below in [item, *comments(world).where(parent=item.id)]:
        comments(world).remove(below.id)
