"""What a visitor of linkedin.com sees."""

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

from .server import ORGANIZATION, SITE, simulator
from .store import Comment, comments


@simulator.route("GET", "/in/<user>/", host=SITE)
@simulator.route("GET", "/company/<user>/", host=SITE)
def profile(call: Call) -> Response:
    """A member or a page, with the posts."""
    account = simulator.account_named(call.world, f"@{call.args['user']}")
    if account is None:
        return message_page("This page doesn’t exist", "Check your URL or go back home.", 404)
    posts = call.world.live_posts(account=account.id)
    views = tuple(_view(call.world, post) for post in reversed(posts))
    facts = (("Posts", str(len(posts))), ("Kind", "page" if account.kind == ORGANIZATION else "member"))
    return profile_page(
        ProfileView(simulator.name, SITE, account.name, account.handle, account.bio, facts, views)
    )


@simulator.route("GET", "/feed/update/<urn>/", host=SITE)
def permalink(call: Call) -> Response:
    """One post."""
    post = simulator.live_post(call.world, call.args["urn"])
    if post is None:
        return message_page("This post cannot be displayed", "It may have been deleted.", 404)
    said = tuple(_said(call.world, one, post.url) for one in comments(call.world).where(post=post.id))
    guestbook = Guestbook(simulator.key, post.id, tuple(one.id for one in call.world.persons))
    return post_page(simulator.name, (), _view(call.world, post), said, guestbook)


def _said(world: World, comment: Comment, url: str) -> PostView:
    author = world.accounts.get(comment.author)
    name, handle = (author.name, author.handle) if author else ("", "")
    return PostView(name=name, handle=handle, url=url, at=comment.created_at, text=comment.text)


def _view(world: World, post: Post) -> PostView:
    account = world.accounts.get(post.account)
    article = post.extra["content"].get("article", {})
    card = " · ".join(part for part in (article.get("title", ""), article.get("source", "")) if part)
    visibility = post.extra["visibility"]
    poll = post.extra["content"].get("poll", {})
    files = [item for key in post.media if (item := world.media.get(key))]
    own = ("cover of its own",) if any("cover" in item.extra for item in files) else ()
    title = post.extra["content"].get("media", {}).get("title", "")
    badges = (poll.get("question", ""), title, card, "" if visibility == "PUBLIC" else visibility, *own)
    return PostView(
        name=account.name if account else "",
        handle=account.handle if account else "",
        url=post.url,
        at=post.created_at,
        text=post.text,
        media=files_of(world, post),
        badges=tuple(badge for badge in badges if badge),
        choices=tuple(option["text"] for option in poll.get("options", ())),
    )
