"""Publishing a finished container, the quota, comments, deletion."""

from __future__ import annotations

from werkzeug.wrappers import Response

from socialhub.platforms.connectors._graph.sandbox.containers import (
    DAY,
    Container,
    files_of,
    new_id,
    posts_of_day,
    shortcode_of,
)
from socialhub.platforms.connectors._graph.sandbox.errors import graph_error
from socialhub.platforms.connectors._graph.sandbox.fields import parse_fields, pick
from socialhub.platforms.connectors._graph.sandbox.listing import youngest
from socialhub.platforms.connectors._graph.sandbox.simulator import GRAPH, missing_object, page_of, read
from socialhub.platforms.sandbox.records import Account, Post
from socialhub.platforms.sandbox.shapes import Field
from socialhub.platforms.sandbox.simulator import Call, reply

from .reading import comment_readers, find_media
from .server import CALLS, SITES, open_account, simulator
from .store import KEY, Comment, comments, comments_of

LONGEST_COMMENT = 2200


@simulator.route("POST", "/<node>/media_publish", scopes=("publish",), limit=CALLS)
def publish(call: Call) -> Response:
    """Make the container's post public."""
    wish = read(call, {"creation_id": Field("any", required=True)})
    account = open_account(call, call.args["node"])
    container = simulator.containers(call.world).get(str(wish["creation_id"]))
    if container is None or container.account != account.id:
        raise graph_error("24/2207008")
    habits = simulator.habits(call.world)
    state = container.status(call.now)
    refusals = {"IN_PROGRESS": "9007/2207027", "EXPIRED": "-2/2207020", "ERROR": container.problem}
    if state in refusals or container.is_child:
        raise graph_error(refusals.get(state, "100"))
    if state == "PUBLISHED" and habits.republish == "refuse":
        raise graph_error("24/2207006")
    if posts_of_day(call, account.id) >= habits.quota:
        raise graph_error("9/2207042", status=403)
    post = _make_post(call, account, container)
    container.published_at = call.now
    return reply({"id": post.id})


@simulator.route("GET", "/<node>/content_publishing_limit", scopes=("publish",), limit=CALLS)
def read_quota(call: Call) -> Response:
    """How much of the quota is used."""
    wish = read(call, {"fields": Field(), "since": Field("int")})
    account = open_account(call, call.args["node"])
    quota, since = simulator.habits(call.world).quota, wish.get("since", call.now)
    if not call.now - DAY <= since <= call.now:
        raise graph_error("100", "(#100) Param since must lie within the last 24 hours")
    readers = {
        "quota_usage": lambda inner: posts_of_day(call, account.id, wish.get("since", 0)),
        "config": lambda inner: {"quota_total": quota, "quota_duration": DAY},
        "id": lambda inner: None,
    }
    return reply({"data": [pick(parse_fields(wish.get("fields", "quota_usage")), readers)]})


def _make_post(call: Call, account: Account, container: Container) -> Post:
    post_id = new_id(call.world)
    parts = [item for key in container.children if (item := simulator.containers(call.world).get(str(key)))]
    files = files_of(call, KEY, post_id, parts or [container])
    is_video = files[0].mime.startswith("video/")
    product = {"REELS": "REELS", "STORIES": "STORY"}.get(container.kind, "FEED")
    shortcode = shortcode_of(post_id)
    path = {"REELS": f"reel/{shortcode}/", "STORY": f"stories/{account.handle[1:]}/{post_id}/"}.get(
        product, f"p/{shortcode}/"
    )
    return call.world.posts.add(
        Post(
            id=post_id,
            platform=simulator.key,
            account=account.id,
            text=container.text,
            created_at=call.now,
            host=SITES[0],
            url=f"https://{SITES[0]}/{path}",
            media=[item.id for item in files],
            client_id=call.token.client_id,
            extra={
                "product": product,
                "type": "CAROUSEL_ALBUM" if parts else "VIDEO" if is_video else "IMAGE",
                "shortcode": shortcode,
                "container": container.id,
                "options": container.options,
                "cover": container.cover,
            },
        )
    )


@simulator.route("POST", "/<node>/comments", scopes=("comment",), limit=CALLS)
def comment(call: Call) -> Response:
    """A comment under a post of the account."""
    wish = read(call, {"message": Field(required=True)})
    post = find_media(call)
    if not 0 < len(wish["message"]) <= LONGEST_COMMENT or post.extra["product"] == "STORY":
        raise graph_error("100", "(#100) Param message is not valid")
    comment_id = f"179{call.world.serial() * 15_485_863 + 10**14}"
    comments(call.world).add(Comment(comment_id, post.id, post.account, wish["message"], call.now))
    return reply({"id": comment_id})


@simulator.route("GET", "/<node>/comments", scopes=("comment",), limit=CALLS)
def list_comments(call: Call) -> Response:
    """Comments under a post, newest first."""
    wish = read(call, {"fields": Field(), "limit": Field("int"), "after": Field()})
    post = find_media(call)
    latest = youngest(call)
    found = [item for item in comments_of(call.world, post.id) if item.created_at <= latest]
    shown, paging = page_of(found[::-1], wish.get("limit", 50), wish.get("after", ""))
    wanted = parse_fields(wish.get("fields", "timestamp,text,id"))
    return reply({"data": [pick(wanted, comment_readers(call, item)) for item in shown], **paging})


@simulator.route("DELETE", "/<node>", host=GRAPH, scopes=("delete",), limit=CALLS)
def delete(call: Call) -> Response:
    """Take a whole post down; only by Facebook Login."""
    read(call, {})
    post = find_media(call)
    if post.deleted_at is not None:
        raise missing_object(call.args["node"], "delete")
    post.deleted_at = call.now
    return reply({"success": True})
