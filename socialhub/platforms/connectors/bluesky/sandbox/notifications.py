"""What an account is told (lexicon app.bsky.notification.listNotifications), and likes (app.bsky.feed.like)."""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Response

from socialhub.platforms.sandbox.clock import iso
from socialhub.platforms.sandbox.records import Account, Post
from socialhub.platforms.sandbox.shapes import Field
from socialhub.platforms.sandbox.simulator import Call, reply
from socialhub.platforms.sandbox.world import World

from .server import GENERAL, refuse, simulator
from .view import check_view
from .visitors import likes, write

LISTING = {
    "limit": Field("int"),
    "cursor": Field("int"),
    "reasons": Field(),
    "priority": Field("bool"),
    "seenAt": Field(),
}


@simulator.route("GET", "/xrpc/app.bsky.notification.listNotifications", scopes=("access",), limit=GENERAL)
def list_notifications(call: Call) -> Response:
    """Answers and mentions of others, newest first."""
    check_view(call)
    wish, reasons = call.query(LISTING), call.request.args.getlist("reasons")
    size, start = wish.get("limit", 50), wish.get("cursor", 0)
    if not 1 <= size <= 100:
        raise refuse(400, "InvalidRequest", "Error: limit can not be greater than 100")
    posts = sorted(
        call.world.live_posts(platform=simulator.key), key=lambda post: post.created_at, reverse=True
    )
    told = [(post, reason) for post in posts if (reason := _reason(call.account, post))]
    told = [(post, reason) for post, reason in told if not reasons or reason in reasons]
    page = told[start : start + size]
    more = {"cursor": str(start + size)} if page else {}
    lines = [_notification(call, post, reason) for post, reason in page]
    return reply({**more, "notifications": lines, "priority": False, "seenAt": iso(call.now)})


def _reason(me: Account, post: Post) -> str:
    record = post.extra["record"]
    above = [record.get("reply", {}).get(name, {}).get("uri", "") for name in ("parent", "root")]
    if post.account == me.id:
        return ""
    if any(uri.startswith(f"at://{me.id}/") for uri in above):
        return "reply"
    named = [feature.get("did") for facet in record.get("facets", ()) for feature in facet["features"]]
    return "mention" if me.id in named else ""


def _notification(call: Call, post: Post, reason: str) -> dict[str, Any]:
    author = call.world.accounts.get(post.account)
    line: dict[str, Any] = {
        "uri": post.id,
        "cid": post.extra["cid"],
        "reason": reason,
        "record": post.extra["record"],
        "isRead": False,
        "indexedAt": iso(post.created_at, "milliseconds"),
        "author": {
            "did": post.account,
            "handle": author.handle.removeprefix("@") if author else "handle.invalid",
            "displayName": author.name if author else "",
        },
    }
    return {**line, "reasonSubject": post.reply_to} if reason == "reply" else line


@simulator.control("POST", "mentions")
def mention(world: World, wish: dict[str, Any]) -> dict[str, Any]:
    """Somebody (`person`) writes `text` and mentions `account` (DID or handle)."""
    account = simulator.find(world, str(wish["account"]))
    if account is None:
        raise ValueError(f"no account {wish['account']}")
    return {"id": write(simulator, world, str(wish["person"]), str(wish["text"]), named=account)}


@simulator.control("GET", "likes")
def list_likes(world: World, wish: dict[str, Any]) -> list[dict[str, Any]]:
    """All likes."""
    return [{"account": one.account, "subject": one.record["subject"]["uri"]} for one in likes(world)]
