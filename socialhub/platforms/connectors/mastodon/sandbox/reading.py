"""Reading statuses back: one, its source, its thread, and the pages of an account's list."""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Response

from socialhub.platforms.sandbox.records import Post
from socialhub.platforms.sandbox.shapes import Field
from socialhub.platforms.sandbox.simulator import Call, Limit, reply

from .entities import ancestors, descendants, find_own, find_status, is_visible, recognise, status_json
from .server import GENERAL, simulator

PAGING = Limit("paging", 300, 900)
LISTING = {
    "max_id": Field(),
    "since_id": Field(),
    "min_id": Field(),
    "limit": Field("int"),
    "exclude_reblogs": Field("bool"),
    "exclude_replies": Field("bool"),
    "only_media": Field("bool"),
    "pinned": Field("bool"),
}


@simulator.route("GET", "/api/v1/statuses", limit=GENERAL)
def read_statuses(call: Call) -> Response:
    """Several statuses; those that the caller may not see are left out without a word."""
    recognise(call)
    wanted = call.query({"id": Field("list", required=True)})["id"]
    found = [post for key in wanted if is_visible(call, key) and (post := call.world.posts.get(key))]
    return reply([status_json(call, post) for post in found])


@simulator.route("GET", "/api/v1/statuses/<id>", limit=GENERAL)
def read_status(call: Call) -> Response:
    """One status; what is private only for its author."""
    recognise(call)
    return reply(status_json(call, find_status(call, call.args["id"])))


@simulator.route("GET", "/api/v1/statuses/<id>/source", scopes=("read:statuses",), limit=GENERAL)
def read_source(call: Call) -> Response:
    """The plain text as it was sent."""
    post = find_own(call)
    return reply({"id": post.id, "text": post.text, "spoiler_text": post.extra["spoiler_text"]})


@simulator.route("GET", "/api/v1/statuses/<id>/context", limit=GENERAL)
def read_context(call: Call) -> Response:
    """What the status answers, and its answers."""
    recognise(call)
    post = find_status(call, call.args["id"])
    before, after = ancestors(call.world, post), descendants(call.world, post)
    shown = [
        [status_json(call, item) for item in group if is_visible(call, item.id)] for group in (before, after)
    ]
    return reply({"ancestors": shown[0], "descendants": shown[1]})


@simulator.route("GET", "/api/v1/accounts/<id>/statuses", limit=PAGING)
def list_statuses(call: Call) -> Response:
    """Statuses of an account, newest first. The author sees all of them."""
    recognise(call)
    wish = call.query(LISTING)
    lag = call.fault("lagging_listing")
    youngest = call.now - float(lag.details.get("seconds", 60)) if lag else call.now
    posts = [
        post
        for post in call.world.live_posts(account=call.args["id"], host=call.host)
        if post.created_at <= youngest and is_visible(call, post.id) and _wanted(post, wish)
    ]
    posts.sort(key=lambda post: int(post.id), reverse="min_id" not in wish)
    page = posts[: max(1, min(wish.get("limit", 20), 40))]
    page.sort(key=lambda post: int(post.id), reverse=True)
    if page:
        base = f"https://{call.host}{call.path}"
        call.headers["Link"] = (
            f'<{base}?max_id={page[-1].id}>; rel="next", <{base}?min_id={page[0].id}>; rel="prev"'
        )
    return reply([status_json(call, post) for post in page])


def _wanted(post: Post, wish: dict[str, Any]) -> bool:
    number = int(post.id)
    try:
        inside = (
            number < int(wish.get("max_id", number + 1))
            and number > int(wish.get("since_id", 0))
            and number > int(wish.get("min_id", 0))
        )
    except ValueError:
        return False
    return inside and not (
        wish.get("pinned")
        or (wish.get("exclude_replies") and post.reply_to)
        or (wish.get("only_media") and not post.media)
    )
