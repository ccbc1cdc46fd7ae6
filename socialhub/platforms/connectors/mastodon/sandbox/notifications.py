"""What an account is told, and favourites (https://docs.joinmastodon.org/methods/notifications/,
https://docs.joinmastodon.org/methods/statuses/#favourite).
"""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Response

from socialhub.platforms.sandbox.clock import iso
from socialhub.platforms.sandbox.records import Post
from socialhub.platforms.sandbox.shapes import Field
from socialhub.platforms.sandbox.simulator import Call, reply
from socialhub.platforms.sandbox.world import World

from .entities import account_json, find_status, is_named, status_json
from .server import GENERAL, refuse, simulator
from .statuses import VISIBILITIES
from .visitors import write

OFFSET = 5
"""Notifications have numbers of their own, which grow as those of statuses do."""
LISTING = {
    "max_id": Field(),
    "since_id": Field(),
    "min_id": Field(),
    "limit": Field("int"),
    "types": Field("list"),
    "exclude_types": Field("list"),
}


@simulator.route("GET", "/api/v1/notifications", scopes=("read:notifications",), limit=GENERAL)
def list_notifications(call: Call) -> Response:
    """Who mentioned the account, newest first: the only kind that the sandbox knows."""
    wish = call.query(LISTING)
    wanted = "mention" in wish.get("types", ["mention"]) and "mention" not in wish.get("exclude_types", [])
    posts = [post for post in call.world.live_posts(platform=simulator.key, host=call.host) if wanted]
    posts = [post for post in posts if _is_told(call, post) and _is_inside(post, wish)]
    posts.sort(key=lambda post: int(post.id), reverse="min_id" not in wish)
    page = sorted(
        posts[: max(1, min(wish.get("limit", 40), 80))], key=lambda post: int(post.id), reverse=True
    )
    return reply([_notification(call, post) for post in page])


def _is_told(call: Call, post: Post) -> bool:
    return post.account != call.token.account and is_named(call.account, post)


def _is_inside(post: Post, wish: dict[str, Any]) -> bool:
    number = int(post.id) + OFFSET
    try:
        lowest = max(int(wish.get("since_id", 0)), int(wish.get("min_id", 0)))
        return lowest < number < int(wish.get("max_id", number + 1))
    except ValueError:
        return False


def _notification(call: Call, post: Post) -> dict[str, Any]:
    account = call.world.accounts.get(post.account)
    return {
        "id": str(int(post.id) + OFFSET),
        "type": "mention",
        "group_key": f"ungrouped-{int(post.id) + OFFSET}",
        "created_at": iso(post.created_at),
        "account": account_json(call, account) if account else None,
        "status": status_json(call, post),
    }


@simulator.route("POST", "/api/v1/statuses/<id>/favourite", scopes=("write:favourites",), limit=GENERAL)
def favourite(call: Call) -> Response:
    """The account likes a status; again changes nothing."""
    post = find_status(call, call.args["id"])
    post.extra["favourites"] = sorted({*post.extra.get("favourites", ()), call.token.account})
    return reply(status_json(call, post))


@simulator.route("POST", "/api/v1/statuses/<id>/unfavourite", scopes=("write:favourites",), limit=GENERAL)
def unfavourite(call: Call) -> Response:
    """It takes that back."""
    post = find_status(call, call.args["id"])
    post.extra["favourites"] = [who for who in post.extra.get("favourites", ()) if who != call.token.account]
    return reply(status_json(call, post))


@simulator.control("POST", "mentions")
def mention(world: World, wish: dict[str, Any]) -> dict[str, Any]:
    """Somebody (`person`) writes `text` that reaches `host`, with a `visibility` and a `spoiler_text` if wanted."""
    visibility = str(wish.get("visibility", "public"))
    if visibility not in VISIBILITIES or not simulator.claims(world, str(wish["host"])):
        raise refuse(422)
    key = write(
        simulator,
        world,
        wish["host"],
        wish["person"],
        wish["text"],
        visibility=visibility,
        warning=str(wish.get("spoiler_text", "")),
    )
    return {"id": key}
