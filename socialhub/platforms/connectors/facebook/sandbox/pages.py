"""What a visitor of facebook.com sees."""

from __future__ import annotations

from werkzeug.wrappers import Response

from socialhub.platforms.connectors._graph.sandbox.views import comment_view, gone, view
from socialhub.platforms.sandbox.pages import Guestbook, PostView, ProfileView, post_page, profile_page
from socialhub.platforms.sandbox.records import Account, Post
from socialhub.platforms.sandbox.simulator import Call, NotMineError

from .server import SITE, simulator
from .store import KEY, comments, films
from .stories import LIFETIME

GONE = "This content isn't available right now"


@simulator.route("GET", "/<name>", host=SITE)
def profile(call: Call) -> Response:
    """A Page with its posts, and the stories of the day."""
    name = call.args["name"].lower()
    found = call.world.accounts.where(platform=KEY, handle=f"@{name}") or call.world.accounts.where(
        platform=KEY, id=name
    )
    if not found:
        raise NotMineError
    page = found[0]
    posts = [post for post in reversed(call.world.live_posts(account=page.id)) if not _is_over(call, post)]
    stories = len([post for post in posts if post.extra["kind"] == "story"])
    facts = (("Posts", str(len(posts) - stories)), ("Stories", str(stories)))
    views = tuple(_view(call, post, page) for post in posts)
    return profile_page(ProfileView(simulator.name, SITE, page.name, page.handle, page.bio, facts, views))


@simulator.route("GET", "/<name>/posts/<id>", host=SITE)
@simulator.route("GET", "/<name>/videos/<id>", host=SITE)
@simulator.route("GET", "/stories/<name>/<id>", host=SITE)
@simulator.route("GET", "/reel/<id>", host=SITE)
def permalink(call: Call) -> Response:
    """One post with its comments."""
    key = call.args["id"]
    posts = [
        post
        for post in call.world.live_posts(platform=KEY)
        if post.id.rpartition("_")[2] == key and not _is_over(call, post)
    ]
    page = call.world.accounts.get(posts[0].account) if posts else None
    if page is None:
        return gone(GONE)
    post = posts[0]
    answers = tuple(
        comment_view(post, page, item.created_at, item.text, name=item.author_name(call.world))
        for item in comments(call.world).where(post=post.id)
        if not item.is_hidden
    )
    persons = tuple(person.id for person in call.world.persons if person.id != page.person)
    guestbook = Guestbook(KEY, post.id, persons)
    return post_page(simulator.name, (), _view(call, post, page), answers, guestbook)


def _is_over(call: Call, post: Post) -> bool:
    return post.extra["kind"] == "story" and call.now >= post.created_at + LIFETIME


def _view(call: Call, post: Post, page: Account) -> PostView:
    film = films(call.world).get(post.id)
    kind = post.extra["kind"] if post.extra["kind"] != "status" else ""
    badges = (kind, post.extra.get("title"), post.extra.get("link"))
    return view(call, post, page, badges, film.cover if film else "")
