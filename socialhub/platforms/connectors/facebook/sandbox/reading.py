"""Reading back: Pages, posts, photos, videos; lists of what was published."""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Response

from socialhub.platforms.connectors._graph.sandbox.fields import Reader, parse_fields, pick
from socialhub.platforms.connectors._graph.sandbox.listing import graph_time, list_of_posts
from socialhub.platforms.connectors._graph.sandbox.simulator import GRAPH, missing_object, read
from socialhub.platforms.sandbox.growth import bend
from socialhub.platforms.sandbox.records import Post
from socialhub.platforms.sandbox.shapes import Field
from socialhub.platforms.sandbox.simulator import Call, reply

from .figures import counted, standing
from .server import CALLS, facebook_login, open_page, simulator
from .store import KEY, comments, films, photos
from .videos import own_film, status_of

facebook_login.pages.readers |= {
    name: lambda call, page, inner, name=name: standing(call.world, page, name)  # type: ignore[misc]
    for name in ("followers_count", "fan_count")
}


@simulator.route("GET", "/<node>", host=GRAPH, scopes=(), limit=CALLS)
def read_node(call: Call) -> Response:
    """A Page, a video, a photo or a post."""
    node = call.args["node"]
    wanted = parse_fields(read(call, {"fields": Field()}).get("fields", "id"))
    page = call.world.accounts.get(node)
    if page is not None and page.platform == KEY and page.id in (call.token.account, *call.token.accounts):
        simulator.demand(call, call.token, "pages")
        return reply(facebook_login.pages.page_json(call, page, wanted))
    simulator.demand(call, call.token, "read")
    if films(call.world).get(node):
        return reply(pick(wanted, _film_readers(call)))
    photo = photos(call.world).get(node)
    if photo is not None and photo.page == call.token.account:
        readers: dict[str, Reader] = {
            "id": lambda inner: photo.id,
            "created_time": lambda inner: graph_time(photo.created_at),
            "alt_text_custom": lambda inner: photo.alt or None,
            "page_story_id": lambda inner: photo.post or None,
        }
        return reply(pick(wanted, readers))
    return reply(pick(wanted, _post_readers(call, own_post(call))))


@simulator.route("GET", "/<node>/published_posts", scopes=("read",), limit=CALLS)
def published(call: Call) -> Response:
    """Posts by the Page, newest first; stories are no posts."""
    return list_of_posts(
        call,
        open_page,
        lambda post: post.extra["kind"] != "story",
        _post_readers,
        default="created_time,message,id",
    )


def own_post(call: Call, key: str = "") -> Post:
    """The live post ``key``, or the one that the path names, of the token's Page; else 100/33."""
    node = key or call.args["node"]
    # A video goes by its own id, and by that of the post that shows it.
    showing = (each for each in call.world.posts.where(platform=KEY) if each.extra.get("story") == node)
    post = call.world.posts.get(node) or next(showing, None)
    if (
        post is None
        or post.platform != KEY
        or post.deleted_at is not None
        or post.account != call.token.account
    ):
        raise missing_object(node, call.method.lower())
    return post


def _film_readers(call: Call) -> dict[str, Reader]:
    film = own_film(call)
    post = call.world.posts.get(film.post)
    is_public = post is not None and call.now >= film.ready_at
    return {
        "id": lambda inner: film.id,
        "status": lambda inner: status_of(call, film),
        "published": lambda inner: is_public,
        "description": lambda inner: post.text if post else None,
        "created_time": lambda inner: graph_time(film.created_at),
        "post_id": lambda inner: post.extra["story"] if post and is_public else None,
        # Videos tell a path, posts a whole address.
        "permalink_url": lambda inner: (
            post.url.partition("www.facebook.com")[2] if post and is_public else None
        ),
    }


def _post_readers(call: Call, post: Post) -> dict[str, Reader]:
    app = call.world.apps.get(post.client_id)
    page = call.world.accounts.get(post.account)
    bent = bend(call.world, KEY)
    return {
        "id": lambda inner: post.extra.get("story") or post.id,
        "message": lambda inner: post.text or None,
        "created_time": lambda inner: graph_time(post.created_at),
        "permalink_url": lambda inner: post.url,
        "is_published": lambda inner: True,
        "from": lambda inner: {"id": post.account, "name": page.name if page else ""},
        "application": lambda inner: {"id": app.client_id, "name": app.name} if app else None,
        "attachments": lambda inner: _attachments(call, post),
        **{name: reader for name, reader in _counters(call, post).items() if name not in bent.unknown},
    }


def _counters(call: Call, post: Post) -> dict[str, Reader]:
    """Counts with their summaries. Shares are left out while there are none."""
    shares = counted(call.world, post, "shares")
    counts = {
        "reactions": counted(call.world, post, "reactions"),
        "comments": len(comments(call.world).where(post=post.id)),
    }
    bent = bend(call.world, KEY)
    return {
        "shares": lambda inner: {"count": shares} if shares and bent.tells("shares") else None,
        **{
            name: lambda inner, name=name: (  # type: ignore[misc]
                {"data": [], "summary": {"total_count": counts[name]}} if bent.tells(name) else None
            )
            for name in counts
        },
    }


def _attachments(call: Call, post: Post) -> dict[str, Any] | None:
    """One file: its attachment. Several: an album with the files below it."""
    lines = [
        {
            "media_type": "video" if item.mime.startswith("video/") else "photo",
            "target": {"id": item.extra["target"]},
        }
        for key in post.media
        if (item := call.world.media.get(key))
    ]
    if post.extra.get("link"):
        lines = [{"media_type": "link", "url": post.extra["link"]}]
    if len(lines) > 1:
        return {"data": [{"media_type": "album", "subattachments": {"data": lines}}]}
    return {"data": lines} if lines else None
