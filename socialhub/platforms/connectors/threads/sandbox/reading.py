"""Reading back: the profile, containers, posts, lists, the quota."""

from __future__ import annotations

from werkzeug.wrappers import Response

from socialhub.platforms.connectors._graph.sandbox.containers import DAY, Container, posts_of_day
from socialhub.platforms.connectors._graph.sandbox.fields import Reader, parse_fields, pick
from socialhub.platforms.connectors._graph.sandbox.listing import graph_time, list_of_posts
from socialhub.platforms.connectors._graph.sandbox.simulator import read
from socialhub.platforms.sandbox.records import Account, Post
from socialhub.platforms.sandbox.shapes import Field
from socialhub.platforms.sandbox.simulator import Call, reply

from .server import CALLS, HOSTS, SITE, own_account, simulator


def read_node(call: Call) -> Response:
    """The profile, a container or a post."""
    node = call.args["node"]
    wanted = parse_fields(read(call, {"fields": Field()}).get("fields", "id"))
    container, post = simulator.containers(call.world).get(node), call.world.posts.get(node)
    if container is not None and container.account == call.token.account:
        return reply(pick(wanted, _container_readers(call, container)))
    is_live = post is not None and post.deleted_at is None
    if post is not None and is_live and post.account == call.token.account:
        return reply(pick(wanted, _post_readers(call, post)))
    return reply(pick(wanted, _account_readers(own_account(call))))


for _host in HOSTS:
    simulator.route("GET", "/<node>", host=_host, scopes=("basic",), limit=CALLS)(read_node)


def _account_readers(account: Account) -> dict[str, Reader]:
    return {
        "id": lambda inner: account.id,
        "username": lambda inner: account.handle[1:],
        "name": lambda inner: account.name,
        "threads_profile_picture_url": lambda inner: f"https://{SITE}/images/{account.id}.jpg",
        "threads_biography": lambda inner: account.bio,
        "is_verified": lambda inner: False,
    }


def _container_readers(call: Call, container: Container) -> dict[str, Reader]:
    """The post's id is not among the fields."""
    state = container.told(call)
    return {
        "id": lambda inner: container.id,
        "status": lambda inner: state,
        "error_message": lambda inner: container.problem if state == "ERROR" else None,
    }


@simulator.route("GET", "/<node>/threads", scopes=("basic",), limit=CALLS)
def list_posts(call: Call) -> Response:
    """Posts of the profile, newest first, answers left out."""
    return _list(call, is_answer=False)


@simulator.route("GET", "/<node>/replies", scopes=("replies",), limit=CALLS)
def list_replies(call: Call) -> Response:
    """What the profile answered, newest first."""
    return _list(call, is_answer=True)


def _list(call: Call, *, is_answer: bool) -> Response:
    return list_of_posts(
        call, own_account, lambda post: bool(post.reply_to) == is_answer, _post_readers, has_links=False
    )


def _post_readers(call: Call, post: Post) -> dict[str, Reader]:
    account = call.world.accounts.get(post.account)
    return {
        "id": lambda inner: post.id,
        "text": lambda inner: post.text or None,
        "permalink": lambda inner: post.url,
        "shortcode": lambda inner: post.extra["shortcode"],
        "timestamp": lambda inner: graph_time(post.created_at),
        "media_type": lambda inner: post.extra["type"],
        "media_product_type": lambda inner: "THREADS",
        "username": lambda inner: account.handle[1:] if account else None,
        "is_reply": lambda inner: bool(post.reply_to),
        "replied_to": lambda inner: {"id": post.reply_to} if post.reply_to else None,
        "link_attachment_url": lambda inner: post.extra["link"] or None,
    }


@simulator.route("GET", "/<node>/threads_publishing_limit", scopes=("publish",), limit=CALLS)
def read_quota(call: Call) -> Response:
    """How much of the quota is used."""
    wish = read(call, {"fields": Field()})
    account = own_account(call)
    readers: dict[str, Reader] = {
        "quota_usage": lambda inner: posts_of_day(call, account.id, reply_to=""),
        "config": lambda inner: {"quota_total": simulator.habits(call.world).quota, "quota_duration": DAY},
        "id": lambda inner: None,
    }
    return reply({"data": [pick(parse_fields(wish.get("fields", "quota_usage")), readers)]})
