"""What a visitor of threads.com sees."""

from __future__ import annotations

from werkzeug.wrappers import Response

from socialhub.platforms.connectors._graph.sandbox.views import gone, view
from socialhub.platforms.sandbox.pages import Guestbook, PostView, ProfileView, post_page, profile_page
from socialhub.platforms.sandbox.records import Post
from socialhub.platforms.sandbox.simulator import Call

from .server import KEY, SITE, simulator
from .talk import is_hidden


@simulator.route("GET", "/@<user>", host=SITE)
def profile(call: Call) -> Response:
    """A profile with its posts."""
    found = call.world.accounts.where(platform=KEY, handle=f"@{call.args['user'].lower()}")
    if not found:
        return gone()
    account = found[0]
    posts = call.world.live_posts(account=account.id)
    views = tuple(_view(call, post) for post in reversed(posts))
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
        return gone()
    by_id = {item.id: item for item in posts}
    before: list[Post] = []
    above = by_id.get(post.reply_to)
    while above is not None:
        before.insert(0, above)
        above = by_id.get(above.reply_to)
    after: list[Post] = []
    for item in posts:  # oldest first, so an answer comes after what it answers
        if item.reply_to in {post.id, *(answer.id for answer in after)}:
            after.append(item)
    persons = tuple(person.id for person in call.world.persons if person.id != account.person)
    return post_page(
        simulator.name,
        tuple(_view(call, item) for item in before),
        _view(call, post),
        tuple(_view(call, item) for item in after if not is_hidden(call.world, item)),
        Guestbook(KEY, post.id, persons),
    )


def _view(call: Call, post: Post) -> PostView:
    account = call.world.accounts.get(post.account)
    assert account is not None  # whoever posted has a profile
    return view(call, post, account, (post.extra["link"], post.extra["options"].get("topic_tag")))
