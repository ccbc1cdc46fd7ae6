"""Publishing a finished container, and the quota."""

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
from socialhub.platforms.connectors._graph.sandbox.simulator import read
from socialhub.platforms.sandbox.records import Account, Post
from socialhub.platforms.sandbox.shapes import Field
from socialhub.platforms.sandbox.simulator import Call, reply

from .server import CALLS, SITES, open_account, simulator
from .store import KEY


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
