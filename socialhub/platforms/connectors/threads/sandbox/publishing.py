"""Publishing a finished container, the quota, deletion."""

from __future__ import annotations

from werkzeug.wrappers import Response

from socialhub.platforms.connectors._graph.sandbox.containers import (
    Container,
    files_of,
    new_id,
    posts_of_day,
    shortcode_of,
)
from socialhub.platforms.connectors._graph.sandbox.errors import graph_error
from socialhub.platforms.connectors._graph.sandbox.simulator import missing_object, read
from socialhub.platforms.sandbox.records import Account, Post
from socialhub.platforms.sandbox.shapes import Field
from socialhub.platforms.sandbox.simulator import Call, reply

from . import talk
from .server import CALLS, KEY, SITE, own_account, simulator

TYPES = {"TEXT": "TEXT_POST", "IMAGE": "IMAGE", "VIDEO": "VIDEO", "CAROUSEL": "CAROUSEL_ALBUM"}


@simulator.route("POST", "/<node>/threads_publish", scopes=("publish",), limit=CALLS)
def publish(call: Call) -> Response:
    """Make the container's post public."""
    wish = read(call, {"creation_id": Field("any", required=True)})
    account = own_account(call)
    container = simulator.containers(call.world).get(str(wish["creation_id"]))
    if container is None or container.account != account.id or container.is_child:
        raise graph_error("24/4279009")
    state = container.status(call.now)
    if state == "IN_PROGRESS" or (
        state == "PUBLISHED" and simulator.habits(call.world).republish == "refuse"
    ):
        raise graph_error("24/4279009")
    if state in ("ERROR", "EXPIRED"):
        raise graph_error("100", "(#100) The container cannot be published")
    if (
        not container.reply_to
        and posts_of_day(call, account.id, reply_to="") >= simulator.habits(call.world).quota
    ):
        raise graph_error("9/2207042", status=403)
    post = _make_post(call, account, container)
    container.published_at = call.now
    talk.tell_of(call.world, simulator, post)
    return reply({"id": post.id})


def _make_post(call: Call, account: Account, container: Container) -> Post:
    post_id = new_id(call.world)
    parts = [item for key in container.children if (item := simulator.containers(call.world).get(key))]
    files = files_of(call, KEY, post_id, parts or [container])
    code = shortcode_of(post_id)
    return call.world.posts.add(
        Post(
            id=post_id,
            platform=KEY,
            account=account.id,
            text=container.text,
            created_at=call.now,
            host=SITE,
            url=f"https://{SITE}/{account.handle}/post/{code}",
            media=[item.id for item in files],
            reply_to=container.reply_to,
            client_id=call.token.client_id,
            extra={
                "type": TYPES[container.kind],
                "shortcode": code,
                "link": container.options.get("link_attachment", ""),
                "options": {k: v for k, v in container.options.items() if k != "link_attachment"},
            },
        )
    )


@simulator.route("DELETE", "/<node>", scopes=("delete",), limit=CALLS)
def delete(call: Call) -> Response:
    """Take a post down; answers to it stay."""
    read(call, {})
    node = call.args["node"]
    post = call.world.posts.get(node)
    if post is None or post.account != call.token.account or post.deleted_at is not None:
        raise missing_object(node, "delete")
    post.deleted_at = call.now
    talk.tell_deletion(call.world, simulator, post)
    return reply({"success": True, "deleted_id": node})
