"""Posts with text, a link or photos (https://developers.facebook.com/docs/pages-api/posts)."""

from __future__ import annotations

import json
from typing import Any

from werkzeug.wrappers import Response

from socialhub.platforms.connectors._graph.sandbox.errors import graph_error
from socialhub.platforms.connectors._graph.sandbox.simulator import read
from socialhub.platforms.sandbox.records import Account
from socialhub.platforms.sandbox.shapes import Field
from socialhub.platforms.sandbox.simulator import Call, reply

from .photos import as_media
from .server import CALLS, make_post, open_page, simulator
from .store import Photo, habits, photos

LONGEST_TEXT = 63_206
FEED = {"message": Field(), "link": Field(), "attached_media": Field("any"), "published": Field("bool")}


@simulator.route("POST", "/<node>/feed", scopes=("publish",), limit=CALLS)
def create(call: Call) -> Response:
    """A post, public at once."""
    wish = read(call, FEED)
    page = open_page(call)
    text, link = wish.get("message", ""), wish.get("link", "")
    attached = [_attached(call, page, item) for item in _as_list(wish.get("attached_media", []))]
    if link and attached:
        raise graph_error("100", "(#100) link and attached_media exclude each other")
    if not (text.strip() or link or attached) or len(text) > LONGEST_TEXT:
        raise graph_error("100", "(#100) The parameter message is missing or too long")
    if link and not link.startswith(("http://", "https://")):
        raise graph_error("1500")
    if not wish.get("published", True):
        raise graph_error("100", "(#100) The sandbox keeps no unpublished posts")
    if not attached and _is_repeated(call, page, text, link):
        raise graph_error("506")
    files = [as_media(call, photo) for photo in attached]
    extra = {"kind": "photo" if files else "link" if link else "status", "link": link}
    post = make_post(call, page, text, files, path="{name}/posts/{id}", extra=extra)
    for photo in attached:
        photo.post = post.id
    return reply({"id": post.id})


def _is_repeated(call: Call, page: Account, text: str, link: str) -> bool:
    """Whether the newest post of the Page is the same."""
    posts = [post for post in call.world.live_posts(account=page.id) if post.extra["kind"] != "story"]
    return bool(posts) and (posts[-1].text, posts[-1].extra.get("link", "")) == (text, link)


def _as_list(value: Any) -> list[Any]:
    value = _parsed(value)
    if not isinstance(value, list):
        raise graph_error("100", "(#100) Param attached_media must be an array.")
    return [_parsed(item) for item in value]


def _parsed(value: Any) -> Any:
    try:
        return json.loads(value) if isinstance(value, str) else value
    except ValueError:
        raise graph_error("100", "(#100) Param attached_media must be an array.") from None


def _attached(call: Call, page: Account, item: Any) -> Photo:
    key = str(item.get("media_fbid", "")) if isinstance(item, dict) and set(item) == {"media_fbid"} else ""
    photo = photos(call.world).get(key)
    if photo is None or photo.page != page.id:
        raise graph_error("100", "(#100) Param attached_media names no photo of this Page")
    if photo.post and habits(call.world).reattach == "refuse":
        raise graph_error("100", "(#100) The photo is shown by another post")
    return photo
