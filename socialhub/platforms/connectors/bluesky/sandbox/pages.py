"""What a visitor of bsky.app sees."""

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
from socialhub.platforms.sandbox.records import Post
from socialhub.platforms.sandbox.simulator import Call
from socialhub.platforms.sandbox.world import World

from .lexicon import POST
from .server import WEB, simulator

EXTENSIONS = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "video/mp4": "mp4"}


@simulator.route("GET", "/profile/<name>", host=WEB)
def profile(call: Call) -> Response:
    """An account with its posts, newest first."""
    account = simulator.find(call.world, call.args["name"])
    if account is None:
        return _nothing()
    posts = [_view(call.world, post) for post in reversed(call.world.live_posts(account=account.id))]
    facts = (("Posts", str(len(posts))), ("Server", account.host))
    return profile_page(
        ProfileView(simulator.name, WEB, account.name, account.handle, account.bio, facts, tuple(posts))
    )


@simulator.route("GET", "/profile/<name>/post/<rkey>", host=WEB)
def permalink(call: Call) -> Response:
    """One post in its thread."""
    account = simulator.find(call.world, call.args["name"])
    post = call.world.posts.get(f"at://{account.id}/{POST}/{call.args['rkey']}") if account else None
    if post is None or post.deleted_at is not None:
        return _nothing()
    before, parent = [], call.world.posts.get(post.reply_to)
    while parent is not None and parent.deleted_at is None:
        before.append(_view(call.world, parent))
        parent = call.world.posts.get(parent.reply_to)
    after = _answers(call.world, post)
    persons = tuple(one.id for one in call.world.persons if account is None or one.id != account.person)
    guestbook = Guestbook(simulator.key, post.id, persons)
    title = f"{simulator.name} · {WEB}"
    return post_page(title, tuple(reversed(before)), _view(call.world, post), tuple(after), guestbook)


def _answers(world: World, post: Post) -> list[PostView]:
    found = []
    for answer in world.live_posts(platform=simulator.key, reply_to=post.id):
        found += [_view(world, answer), *_answers(world, answer)]
    return found


def _nothing() -> Response:
    return message_page("Not found", "There is nothing here that everybody may see.", 404)


def _view(world: World, post: Post) -> PostView:
    account = world.accounts.get(post.account)
    record = post.extra["record"]
    card = record.get("embed", {}).get("external")
    labels = [label["val"] for label in record.get("labels", {}).get("values", [])]
    files = [item for key in post.media if (item := world.media.get(key))]
    return PostView(
        name=account.name if account else "",
        handle=account.handle if account else "",
        url=post.url,
        at=post.created_at,
        text=post.text,
        media=tuple(
            MediaView(f"/_media/{item.blob}.{EXTENSIONS.get(item.mime, 'bin')}", item.mime, item.alt)
            for item in files
        ),
        badges=(*labels, *([f"card: {card['title']} ({card['uri']})"] if card else [])),
    )
