"""Who names an account, and hiding answers (https://docs.x.com/x-api/users/get-mentions,
https://docs.x.com/x-api/posts/hide-reply).
"""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Response

from socialhub.platforms.sandbox.shapes import Field
from socialhub.platforms.sandbox.simulator import Call, Limit, reply
from socialhub.platforms.sandbox.world import World

from .reading import LISTING, READ, page_of
from .server import API, problem, simulator
from .visitors import write

MODERATE = ("tweet.read", "users.read", "tweet.moderate.write")


@simulator.route("GET", "/2/users/<id>/mentions", host=API, scopes=READ, limit=Limit("mentions", 300, 900))
def list_mentions(call: Call) -> Response:
    """Posts of others that name the account, newest first."""
    if call.args["id"] != call.token.account:
        raise problem(403)
    handle = call.account.handle.lower()
    posts = [
        post
        for post in call.world.live_posts(platform=simulator.key)
        if post.account != call.token.account and handle in post.text.lower()
    ]
    return page_of(call, posts, call.query(LISTING))


@simulator.route("PUT", "/2/tweets/<id>/hidden", host=API, scopes=MODERATE, limit=Limit("hidden", 50, 900))
def hide(call: Call) -> Response:
    """Hide an answer in a conversation that the account began, or show it."""
    wish = call.json({"hidden": Field("bool", required=True)})
    post = simulator.live_post(call.world, call.args["id"])
    root = call.world.posts.get(post.extra["conversation_id"]) if post else None
    if post is None:
        raise problem(404, f"Could not find tweet with id: [{call.args['id']}].")
    if root is None or root.account != call.token.account or root.id == post.id:
        raise problem(403)
    post.extra["hidden"] = wish["hidden"]
    return reply({"data": {"hidden": wish["hidden"]}})


@simulator.control("POST", "mentions")
def mention(world: World, wish: dict[str, Any]) -> dict[str, Any]:
    """Somebody (`person`) writes `text`."""
    return {"id": write(simulator, world, str(wish["person"]), str(wish["text"]))}
