"""What a visitor of instagram.com sees."""

from __future__ import annotations

from werkzeug.wrappers import Response

from socialhub.platforms.connectors._graph.sandbox.views import comment_view, gone, view
from socialhub.platforms.sandbox.pages import Guestbook, PostView, ProfileView, post_page, profile_page
from socialhub.platforms.sandbox.records import Account, Post
from socialhub.platforms.sandbox.simulator import Call

from .reading import is_over
from .server import SITES, simulator
from .store import Comment, comments_of


@simulator.route("GET", "/<user>", host=SITES[0])
@simulator.route("GET", "/<user>", host=SITES[1])
def profile(call: Call) -> Response:
    """An account with its posts, reels and the stories of the day."""
    found = [
        account
        for account in call.world.accounts.where(
            platform=simulator.key, handle=f"@{call.args['user'].lower()}"
        )
        if account.kind != "page"
    ]
    if not found:
        return gone()
    account = found[0]
    posts = [
        post for post in reversed(call.world.live_posts(account=account.id)) if not is_over(post, call.now)
    ]
    stories = len([post for post in posts if post.extra["product"] == "STORY"])
    facts = (("Posts", str(len(posts) - stories)), ("Stories", str(stories)))
    views = tuple(_view(call, post, account) for post in posts)
    return profile_page(
        ProfileView(simulator.name, SITES[0], account.name, account.handle, account.bio, facts, views)
    )


@simulator.route("GET", "/p/<code>", host=SITES[0])
@simulator.route("GET", "/reel/<code>", host=SITES[0])
@simulator.route("GET", "/p/<code>", host=SITES[1])
@simulator.route("GET", "/reel/<code>", host=SITES[1])
def permalink(call: Call) -> Response:
    """One post with its comments."""
    posts = call.world.live_posts(platform=simulator.key)
    return _one(call, [post for post in posts if post.extra["shortcode"] == call.args["code"]])


@simulator.route("GET", "/stories/<user>/<id>", host=SITES[0])
def story(call: Call) -> Response:
    """One story, for a day."""
    posts = call.world.live_posts(platform=simulator.key, id=call.args["id"])
    return _one(call, [post for post in posts if not is_over(post, call.now)])


@simulator.route("GET", "/<page>", host="www.facebook.com")
def facebook_page(call: Call) -> Response:
    """A Page only says which account is linked to it."""
    page = call.world.accounts.get(call.args["page"])
    if page is None or page.kind != "page":
        return gone("Page not found")
    linked = call.world.accounts.get(page.extra.get("linked", ""))
    bio = f"Linked to Instagram {linked.handle}." if linked else "No Instagram account is linked."
    return profile_page(ProfileView("Facebook Page", call.host, page.name, page.handle, bio, (), ()))


def _one(call: Call, posts: list[Post]) -> Response:
    account = call.world.accounts.get(posts[0].account) if posts else None
    if account is None:
        return gone()
    post = posts[0]
    answers = tuple(
        comment_view(post, account, item.created_at, item.text, name=_name(call, item, account))
        for item in sorted(comments_of(call.world, post.id), key=lambda item: item.parent or item.id)
        if not item.is_hidden
    )
    persons = tuple(person.id for person in call.world.persons if person.id != account.person)
    guestbook = Guestbook(simulator.key, post.id, persons)
    return post_page(simulator.name, (), _view(call, post, account), answers, guestbook)


def _name(call: Call, item: Comment, account: Account) -> str:
    person = call.world.persons.get(item.author)
    return person.name if person else item.author or account.name


def _view(call: Call, post: Post, account: Account) -> PostView:
    product = {"REELS": "Reel", "STORY": "Story"}.get(post.extra["product"])
    return view(call, post, account, (product,), post.extra.get("cover", ""))
