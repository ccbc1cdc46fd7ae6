"""Publishing a finished container, the quota, deletion."""

from __future__ import annotations

import base64

from werkzeug.wrappers import Response

from socialhub.platforms.connectors._graph.sandbox.errors import graph_error
from socialhub.platforms.connectors._graph.sandbox.simulator import missing_object, read
from socialhub.platforms.sandbox.records import Account, Media, Post
from socialhub.platforms.sandbox.shapes import Field
from socialhub.platforms.sandbox.simulator import Call, reply

from .server import CALLS, SITE, own_account, simulator
from .store import KEY, Container, containers, habits

DAY = 86_400
TYPES = {"TEXT": "TEXT_POST", "IMAGE": "IMAGE", "VIDEO": "VIDEO", "CAROUSEL": "CAROUSEL_ALBUM"}


@simulator.route("POST", "/<node>/threads_publish", scopes=("publish",), limit=CALLS)
def publish(call: Call) -> Response:
    """Make the container's post public."""
    wish = read(call, {"creation_id": Field("any", required=True)})
    account = own_account(call)
    container = containers(call.world).get(str(wish["creation_id"]))
    if container is None or container.account != account.id or container.is_child:
        raise graph_error("24/4279009")
    state = container.status(call.now)
    if state == "IN_PROGRESS" or (state == "PUBLISHED" and habits(call.world).republish == "refuse"):
        raise graph_error("24/4279009")
    if state in ("ERROR", "EXPIRED"):
        raise graph_error("100", "(#100) The container cannot be published")
    if not container.reply_to and used(call, account) >= habits(call.world).quota:
        raise graph_error("9/2207042", status=403)
    post = _make_post(call, account, container)
    container.published_at = call.now
    return reply({"id": post.id})


def used(call: Call, account: Account) -> int:
    """Posts of the last 24 hours that answer nothing, deleted ones among them."""
    posts = call.world.posts.where(account=account.id, reply_to="")
    return len([post for post in posts if post.created_at > call.now - DAY])


def _make_post(call: Call, account: Account, container: Container) -> Post:
    post_id = f"18{call.world.serial() * 15_485_863 + 10**15}"
    parts = [item for key in container.children if (item := containers(call.world).get(key))]
    files = [_make_media(call, post_id, item) for item in parts or [container] if item.blob]
    code = base64.urlsafe_b64encode(int(post_id).to_bytes(8, "big")).rstrip(b"=").decode()
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
                "link": container.link,
                "options": container.options,
            },
        )
    )


def _make_media(call: Call, post_id: str, item: Container) -> Media:
    key, size = f"18{call.world.serial() * 15_485_863 + 10**15}", call.world.blobs.size(item.blob)
    media = Media(key, KEY, item.account, item.mime, item.blob, size, call.now, alt=item.alt, post=post_id)
    media.width, media.height, media.seconds = item.width, item.height, item.seconds
    return call.world.media.add(media)


@simulator.route("DELETE", "/<node>", scopes=("delete",), limit=CALLS)
def delete(call: Call) -> Response:
    """Take a post down; answers to it stay."""
    read(call, {})
    node = call.args["node"]
    post = call.world.posts.get(node)
    if post is None or post.account != call.token.account or post.deleted_at is not None:
        raise missing_object(node, "delete")
    post.deleted_at = call.now
    return reply({"success": True, "deleted_id": node})
