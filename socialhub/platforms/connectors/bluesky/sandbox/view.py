"""What the index of the network tells of posts and accounts, asked for by the account's own server
(lexicons app.bsky.feed.getPosts, app.bsky.actor.getProfile).
"""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Response

from socialhub.platforms.sandbox.clock import iso
from socialhub.platforms.sandbox.growth import bend, grown, level
from socialhub.platforms.sandbox.records import Account, Post
from socialhub.platforms.sandbox.shapes import Field
from socialhub.platforms.sandbox.simulator import Call, reply
from socialhub.platforms.sandbox.world import World

from .server import GENERAL, refuse, simulator
from .visitors import likes

MOST_URIS = 25
MOST = {"likeCount": 30.0, "repostCount": 6.0, "quoteCount": 2.0, "replyCount": 0.0, "bookmarkCount": 4.0}


def check_view(call: Call) -> None:
    """Refuse as a server does that asks no index, which is how the reference server comes."""
    server = simulator.server_of(call.world, call.account)
    if not server.has_app_view:
        raise refuse(400, "InvalidRequest", f"No service configured for {call.path.rpartition('/')[2]}")


@simulator.route("GET", "/xrpc/app.bsky.feed.getPosts", scopes=("access",), limit=GENERAL)
def get_posts(call: Call) -> Response:
    """Up to 25 posts by their addresses; what is gone is left out without a word."""
    check_view(call)
    call.query({"uris": Field(required=True)})
    uris = call.request.args.getlist("uris")
    if len(uris) > MOST_URIS:
        raise refuse(400, "InvalidRequest", f"Error: uris must not have more than {MOST_URIS} elements")
    found = [post for uri in uris if (post := simulator.live_post(call.world, uri))]
    return reply({"posts": [_view(call.world, post) for post in found]})


@simulator.route("GET", "/xrpc/app.bsky.actor.getProfile", scopes=("access",), limit=GENERAL)
def get_profile(call: Call) -> Response:
    """An account and how it stands."""
    check_view(call)
    account = simulator.find(call.world, call.query({"actor": Field(required=True)})["actor"])
    if account is None:
        raise refuse(400, "InvalidRequest", "Profile not found")
    texts = {"displayName": account.name, "description": account.bio, "indexedAt": iso(account.created_at)}
    return reply({**_author(account), **texts, **_standing(call.world, account)})


def _view(world: World, post: Post) -> dict[str, Any]:
    account = world.accounts.get(post.account)
    return {
        "uri": post.id,
        "cid": post.extra["cid"],
        "author": _author(account) if account else {"did": post.account, "handle": "handle.invalid"},
        "record": post.extra["record"],
        "indexedAt": iso(post.created_at, "milliseconds"),
        **_counts(world, post),
    }


def _author(account: Account) -> dict[str, str]:
    return {"did": account.id, "handle": account.handle.removeprefix("@")}


def _counts(world: World, post: Post) -> dict[str, int]:
    now, bent = world.clock.now(), bend(world, simulator.key)
    known = {
        "likeCount": sum(one.record["subject"]["uri"] == post.id for one in likes(world)),
        "replyCount": len(world.live_posts(reply_to=post.id)),
    }
    return {
        name: known.get(name, 0) + grown(post.id, name, post.created_at, now, most=most)
        for name, most in MOST.items()
        if bent.tells(name)
    }


def _standing(world: World, account: Account) -> dict[str, int]:
    now, bent = world.clock.now(), bend(world, simulator.key)
    counts = {
        "followersCount": level(account.id, "followers", now, around=700, a_day=3),
        "followsCount": level(account.id, "following", now, around=150),
        "postsCount": len(world.live_posts(account=account.id)),
    }
    return {name: value for name, value in counts.items() if bent.tells(name)}
