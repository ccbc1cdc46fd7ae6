"""What a visitor sees: profiles and posts under the addresses that the API hands out."""

from __future__ import annotations

from werkzeug.wrappers import Response

from socialhub.platforms.sandbox.pages import (
    Guestbook,
    MediaView,
    PostView,
    ProfileView,
    message_page,
    post_page,
    profile_page,
)
from socialhub.platforms.sandbox.records import Account, Post
from socialhub.platforms.sandbox.shapes import Field
from socialhub.platforms.sandbox.simulator import Call, reply

from .entities import ancestors, descendants
from .media import EXTENSIONS
from .server import refuse, simulator

SHOWN = ("public", "unlisted")


@simulator.route("GET", "/.well-known/webfinger")
def webfinger(call: Call) -> Response:
    """From `acct:user@domain` to the profile."""
    name, _, domain = (
        call.query({"resource": Field(required=True), "rel": Field()})["resource"]
        .removeprefix("acct:")
        .partition("@")
    )
    account = _account(call, f"@{name}")
    if account is None or domain != call.host:
        raise refuse(404)
    url = simulator.profile_url(account)
    links = [
        {"rel": "http://webfinger.net/rel/profile-page", "type": "text/html", "href": url},
        {"rel": "self", "type": "application/activity+json", "href": f"https://{call.host}/users/{name}"},
    ]
    return reply({"subject": f"acct:{name}@{domain}", "aliases": [url], "links": links})


@simulator.route("GET", "/@<user>")
def profile(call: Call) -> Response:
    """An account with what it shows to everybody."""
    account = _account(call, "@" + call.args["user"])
    if account is None:
        return _nothing()
    posts = [
        post
        for post in reversed(call.world.live_posts(account=account.id))
        if post.extra["visibility"] in SHOWN
    ]
    hidden = len(call.world.live_posts(account=account.id)) - len(posts)
    facts = [("Posts", str(len(posts)))] + ([("not public", str(hidden))] if hidden else [])
    views = tuple(_view(call, post, account) for post in posts)
    return profile_page(
        ProfileView(
            simulator.name,
            call.host,
            account.name,
            f"{account.handle}@{account.host}",
            account.bio,
            tuple(facts),
            views,
        )
    )


@simulator.route("GET", "/@<user>/<id>")
def permalink(call: Call) -> Response:
    """One post in its thread."""
    account = _account(call, "@" + call.args["user"])
    post = call.world.posts.get(call.args["id"])
    if (
        account is None
        or post is None
        or post.account != account.id
        or post.deleted_at is not None
        or post.extra["visibility"] not in SHOWN
    ):
        return _nothing()
    before = tuple(
        _view(call, item) for item in ancestors(call.world, post) if item.extra["visibility"] in SHOWN
    )
    after = tuple(
        _view(call, item) for item in descendants(call.world, post) if item.extra["visibility"] in SHOWN
    )
    persons = tuple(person.id for person in call.world.persons if person.id != account.person)
    guestbook = Guestbook(simulator.key, post.id, persons)
    return post_page(f"{simulator.name} · {call.host}", before, _view(call, post, account), after, guestbook)


def _nothing() -> Response:
    return message_page("Not found", "There is nothing here that everybody may see.", 404)


def _account(call: Call, handle: str) -> Account | None:
    found = call.world.accounts.where(platform=simulator.key, host=call.host, handle=handle)
    return found[0] if found else None


def _view(call: Call, post: Post, account: Account | None = None) -> PostView:
    account = account or call.world.accounts.get(post.account)
    files = [item for key in post.media if (item := call.world.media.get(key))]
    badges = [post.extra["visibility"]] if post.extra["visibility"] != "public" else []
    return PostView(
        name=account.name if account else "",
        handle=f"{account.handle}@{account.host}" if account else "",
        url=post.url,
        at=post.created_at,
        text=post.text,
        media=tuple(
            MediaView(f"/_media/{item.blob}.{EXTENSIONS.get(item.mime, 'bin')}", item.mime, item.alt)
            for item in files
        ),
        warning=post.extra["spoiler_text"],
        badges=tuple(badges + (["sensitive"] if post.extra["sensitive"] else [])),
        choices=tuple(post.extra["poll"]["options"]) if post.extra["poll"] else (),
    )
