"""What a visitor of threads.com sees."""

from __future__ import annotations

from werkzeug.wrappers import Response

from socialhub.platforms.sandbox.pages import (
    MediaView,
    PostView,
    ProfileView,
    message_page,
    post_page,
    profile_page,
)
from socialhub.platforms.sandbox.records import Account, Post
from socialhub.platforms.sandbox.simulator import Call

from .server import SITE, simulator
from .store import KEY

GONE = "Sorry, this page isn't available."
WHY = "The link may be broken, or the page may have been removed."


@simulator.route("GET", "/@<user>", host=SITE)
def profile(call: Call) -> Response:
    """A profile with its posts."""
    found = call.world.accounts.where(platform=KEY, handle=f"@{call.args['user'].lower()}")
    if not found:
        return message_page(GONE, WHY, 404)
    account = found[0]
    posts = call.world.live_posts(account=account.id)
    views = tuple(_view(call, post, account) for post in reversed(posts))
    facts = (("Posts", str(len(posts))),)
    return profile_page(
        ProfileView(simulator.name, SITE, account.name, account.handle, account.bio, facts, views)
    )


@simulator.route("GET", "/@<user>/post/<code>", host=SITE)
def permalink(call: Call) -> Response:
    """One post with what it answers and what answers it."""
    posts = call.world.live_posts(platform=KEY)
    post = next((post for post in posts if post.extra["shortcode"] == call.args["code"]), None)
    account = call.world.accounts.get(post.account) if post else None
    if post is None or account is None:
        return message_page(GONE, WHY, 404)
    by_id = {item.id: item for item in posts}
    before: list[Post] = []
    above = by_id.get(post.reply_to)
    while above is not None:
        before.insert(0, above)
        above = by_id.get(above.reply_to)
    after = [item for item in posts if item.reply_to == post.id]
    return post_page(
        simulator.name,
        tuple(_view(call, item, account) for item in before),
        _view(call, post, account),
        tuple(_view(call, item, account) for item in after),
    )


def _view(call: Call, post: Post, account: Account) -> PostView:
    files = [item for key in post.media if (item := call.world.media.get(key))]
    return PostView(
        name=account.name,
        handle=account.handle,
        url=post.url,
        at=post.created_at,
        text=post.text,
        media=tuple(
            MediaView(f"/_media/{item.blob}.{item.mime.partition('/')[2]}", item.mime, item.alt)
            for item in files
        ),
        badges=tuple(word for word in (post.extra["link"], post.extra["options"].get("topic_tag")) if word),
    )
