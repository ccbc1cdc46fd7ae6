"""What a visitor of x.com sees."""

from __future__ import annotations

from werkzeug.wrappers import Response

from socialhub.platforms.sandbox.pages import (
    Guestbook,
    PostView,
    ProfileView,
    files_of,
    message_page,
    post_page,
    profile_page,
)
from socialhub.platforms.sandbox.records import Post
from socialhub.platforms.sandbox.simulator import Call
from socialhub.platforms.sandbox.world import World

from .server import SITE, simulator


@simulator.route("GET", "/<user>", host=SITE)
def profile(call: Call) -> Response:
    """An account with its posts."""
    account = simulator.account_named(call.world, f"@{call.args['user']}")
    if account is None:
        return message_page("This account doesn’t exist", "Try searching for another.", 404)
    posts = call.world.live_posts(account=account.id)
    views = tuple(_view(call.world, post) for post in reversed(posts))
    facts = (("Posts", str(len(posts))),)
    return profile_page(
        ProfileView(simulator.name, SITE, account.name, account.handle, account.bio, facts, views)
    )


@simulator.route("GET", "/<user>/status/<id>", host=SITE)
@simulator.route("GET", "/i/web/status/<id>", host=SITE)
def permalink(call: Call) -> Response:
    """One post in its thread."""
    post = simulator.live_post(call.world, call.args["id"])
    if post is None:
        return message_page("This page doesn’t exist", "The post may have been deleted.", 404)
    before: list[Post] = []
    parent = call.world.posts.get(post.reply_to)
    while parent is not None:
        before.insert(0, parent)
        parent = call.world.posts.get(parent.reply_to)
    shown = tuple(_view(call.world, item) for item in before if item.deleted_at is None)
    return post_page(
        simulator.name,
        shown,
        _view(call.world, post),
        tuple(_view(call.world, one) for one in _answers(call.world, post) if not one.extra.get("hidden")),
        Guestbook(simulator.key, post.id, tuple(one.id for one in call.world.persons)),
    )


def _answers(world: World, post: Post) -> list[Post]:
    found: list[Post] = []
    for child in world.live_posts(reply_to=post.id, platform=simulator.key):
        found += [child, *_answers(world, child)]
    return found


def _view(world: World, post: Post) -> PostView:
    account = world.accounts.get(post.account)
    return PostView(
        name=account.name if account else "",
        handle=account.handle if account else "",
        url=post.url,
        at=post.created_at,
        text=post.text,
        media=files_of(world, post),
        badges=_badges(post),
        choices=tuple(post.extra["poll"]["options"]) if post.extra["poll"] else (),
    )


def _badges(post: Post) -> tuple[str, ...]:
    settings, community = post.extra["reply_settings"], post.extra["community_id"]
    said = {
        f"replies: {settings}": settings != "everyone",
        f"community {community}": community,
        "made with AI": post.extra["made_with_ai"],
        "paid partnership": post.extra["paid_partnership"],
    }
    return tuple(badge for badge, holds in said.items() if holds)
