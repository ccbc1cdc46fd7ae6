"""Reading back: the profile, containers, posts, lists, the quota."""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Response

from socialhub.platforms.connectors._graph.sandbox.containers import DAY, Container, posts_of_day
from socialhub.platforms.connectors._graph.sandbox.fields import Reader, parse_fields, pick
from socialhub.platforms.connectors._graph.sandbox.listing import graph_time, list_of_posts, youngest
from socialhub.platforms.connectors._graph.sandbox.simulator import missing_object, page_of, read
from socialhub.platforms.sandbox.records import Account, Post
from socialhub.platforms.sandbox.shapes import Field
from socialhub.platforms.sandbox.simulator import Call, reply

from . import talk
from .server import CALLS, HOSTS, KEY, SITE, own_account, simulator

PAGE = 25


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
    """What the profile answered, or what stands right below a post; newest first."""
    if call.world.posts.get(call.args["node"]) is None:
        return _list(call, is_answer=True)
    top = _own_thread(call)
    return _answers(call, [post for post in talk.below(call.world, top) if post.reply_to == top.id])


@simulator.route("GET", "/<node>/conversation", scopes=("replies",), limit=CALLS)
def list_conversation(call: Call) -> Response:
    """Everything below a post, in one list."""
    return _answers(call, talk.below(call.world, _own_thread(call)))


@simulator.route("GET", "/<node>/mentions", scopes=("mentions",), limit=CALLS)
def list_mentions(call: Call) -> Response:
    """Posts of others that name the profile, newest first."""
    wish = read(call, {"fields": Field(), "after": Field(), "since": Field("int"), "until": Field("int")})
    account, latest = own_account(call), youngest(call)
    found = [
        post
        for post in call.world.live_posts(platform=KEY)
        if account in talk.mentioned(call.world, simulator, post)
        and wish.get("since", 0) <= post.created_at <= min(latest, wish.get("until", latest))
    ]
    return _page(call, found[::-1], wish)


@simulator.route("POST", "/<node>/manage_reply", scopes=("manage_replies",), limit=CALLS)
def manage_reply(call: Call) -> Response:
    """Hide an answer right below a post of the profile, or show it again; what is below it follows."""
    wish = read(call, {"hide": Field("bool", required=True)})
    post = simulator.live_post(call.world, call.args["node"])
    above = call.world.posts.get(post.reply_to) if post else None
    if post is None or above is None or above.account != call.token.account:
        raise missing_object(call.args["node"], "post")
    post.extra = {**post.extra, "is_hidden": wish["hide"]}
    return reply({"success": True})


def _own_thread(call: Call) -> Post:
    """The post that the path names, in a conversation below a post of the profile."""
    post = simulator.live_post(call.world, call.args["node"])
    if post is None or talk.root_of(call.world, post).account != call.token.account:
        raise missing_object(call.args["node"])
    return post


def _answers(call: Call, found: list[Post]) -> Response:
    wish = read(call, {"fields": Field(), "reverse": Field("bool"), "after": Field(), "before": Field()})
    latest = youngest(call)
    seen = [post for post in found if post.created_at <= latest]
    return _page(call, seen[::-1] if wish.get("reverse", True) else seen, wish)


def _page(call: Call, found: list[Post], wish: dict[str, Any]) -> Response:
    """Cursors, and no links."""
    shown, paging = page_of(found, PAGE, wish.get("after", ""))
    if paging:
        paging["paging"].pop("next", None)
    wanted = parse_fields(wish.get("fields", "id"))
    return reply({"data": [pick(wanted, _post_readers(call, post)) for post in shown], **paging})


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
        "is_reply_owned_by_me": lambda inner: post.account == call.token.account,
        "replied_to": lambda inner: {"id": post.reply_to} if post.reply_to else None,
        "root_post": lambda inner: {"id": talk.root_of(call.world, post).id} if post.reply_to else None,
        "has_replies": lambda inner: bool(talk.below(call.world, post)),
        "hide_status": lambda inner: "HIDDEN" if talk.is_hidden(call.world, post) else "NOT_HUSHED",
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
