"""Reading posts back, for organizations alone, changing and deleting them."""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Response

from socialhub.platforms.sandbox.records import Post
from socialhub.platforms.sandbox.shapes import Field
from socialhub.platforms.sandbox.simulator import Call, reply

from .images import READ, WRITE
from .littletext import normalised, shown
from .posts import check_length
from .refusing import named, wrong
from .server import API, acting, member_urn, simulator

LISTING = {
    "q": Field(required=True, choices=("author",)),
    "author": Field(required=True),
    "count": Field("int"),
    "start": Field("int"),
    "sortBy": Field(choices=("CREATED", "LAST_MODIFIED")),
    "viewContext": Field(choices=("AUTHOR", "READER")),
}
CHANGES = {"$set": Field("object", required=True, fields={"commentary": Field(required=True)})}
CHANGE = {"patch": Field("object", required=True, fields=CHANGES)}


@simulator.route("GET", "/rest/posts", host=API, scopes=READ)
def list_posts(call: Call) -> Response:
    """An author's posts, newest first."""
    if call.header("X-RestLi-Method") != "FINDER":
        raise wrong("PARAM_INVALID", "X-RestLi-Method", "must be FINDER")
    wish = call.query(LISTING)
    author = acting(call, wish["author"], "author")
    start, count = wish.get("start", 0), wish.get("count", 10)
    if not 0 < count <= 100:
        raise wrong("PARAM_INVALID", "count", "must be between 1 and 100")
    lag = call.fault("lagging_listing")
    youngest = call.now - float(lag.details.get("seconds", 60)) if lag else call.now
    posts = [
        post
        for post in call.world.live_posts(account=author.id, platform=simulator.key)
        if post.created_at <= youngest
    ]
    posts.sort(key=lambda post: post.created_at, reverse=True)
    elements = [_json(call, post) for post in posts[start : start + count]]
    return reply({"elements": elements, "paging": {"start": start, "count": count, "links": []}})


@simulator.route("GET", "/rest/posts/<urn>", host=API, scopes=READ)
def read_post(call: Call) -> Response:
    """One post."""
    post = simulator.live_post(call.world, call.args["urn"])
    if post is None:
        raise named("NOT_FOUND")
    return reply(_json(call, post))


def _json(call: Call, post: Post) -> dict[str, Any]:
    author = call.world.accounts.get(post.account)
    at, changed = int(post.created_at * 1000), int(post.extra.get("changed_at", post.created_at) * 1000)
    body = {
        "id": post.id,
        "author": member_urn(author) if author else "",
        "commentary": normalised(post.extra["commentary"]),
        "visibility": post.extra["visibility"],
        "lifecycleState": "PUBLISHED",
        "createdAt": at,
        "publishedAt": at,
        "lastModifiedAt": changed,
        "isReshareDisabledByAuthor": post.extra["no_reshare"],
    }
    return {**body, "content": post.extra["content"]} if post.extra["content"] else body


@simulator.route("POST", "/rest/posts/<urn>", host=API, scopes=WRITE)
def change(call: Call) -> Response:
    """A partial update: the text alone, by the author alone."""
    if call.header("X-RestLi-Method") != "PARTIAL_UPDATE":
        raise wrong("PARAM_INVALID", "X-RestLi-Method", "must be PARTIAL_UPDATE")
    wish = call.json(CHANGE)["patch"]["$set"]["commentary"]
    post = simulator.live_post(call.world, call.args["urn"])
    author = call.world.accounts.get(post.account) if post else None
    if post is None or author is None:
        raise named("NOT_FOUND")
    acting(call, member_urn(author), "author")
    check_length(wish)
    post.text = shown(wish)
    post.extra |= {"commentary": wish, "changed_at": call.now}
    return Response("", 204)


@simulator.route("DELETE", "/rest/posts/<urn>", host=API, scopes=WRITE)
def delete(call: Call) -> Response:
    """Gone; again is 204 too."""
    if call.header("X-RestLi-Method") != "DELETE":
        raise wrong("PARAM_INVALID", "X-RestLi-Method", "must be DELETE")
    post = simulator.live_post(call.world, call.args["urn"])
    author = call.world.accounts.get(post.account) if post else None
    if post is not None and author is not None:
        acting(call, member_urn(author), "author")
        post.deleted_at = call.now
    return Response("", 204)
