"""Changing a status (https://docs.joinmastodon.org/methods/statuses/#edit): what is left out is taken away."""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Response

from socialhub.platforms.sandbox.records import Post
from socialhub.platforms.sandbox.shapes import Field
from socialhub.platforms.sandbox.simulator import Call, reply

from .entities import find_own, status_json
from .media import find_unattached
from .server import GENERAL, simulator
from .statuses import STATUS, check_media, check_status

FIXED = ("visibility", "in_reply_to_id")
ATTRIBUTES = {"id": Field(required=True), "description": Field(), "focus": Field()}
CHANGES = {
    **{name: field for name, field in STATUS.items() if name not in FIXED},
    "media_attributes": Field("list", items=Field("object", fields=ATTRIBUTES)),
}


@simulator.route("PUT", "/api/v1/statuses/<id>", scopes=("write:statuses",), limit=GENERAL)
def edit_status(call: Call) -> Response:
    """Text, warning, files and poll as they shall be; nothing happens where nothing differs."""
    post, wish = find_own(call), call.body(CHANGES)
    wanted = [str(key) for key in wish.get("media_ids", [])]
    known = [call.world.media.get(key) if key in post.media else find_unattached(call, key) for key in wanted]
    media = check_media(simulator.server(call), wanted, known, call.now)
    check_status(call, simulator.server(call), wish, media)
    before = (post.text, dict(post.extra), list(post.media))
    post.media = [item.id for item in media]
    post.text, spoiler = wish.get("status", ""), wish.get("spoiler_text", "")
    if not post.text.strip() and spoiler:
        post.text, spoiler = spoiler, ""
    sensitive = bool(spoiler) or wish.get("sensitive", False)
    language = wish.get("language", post.extra["language"])
    post.extra = {**post.extra, "spoiler_text": spoiler, "sensitive": sensitive, "language": language}
    _set_poll(call, post, wish.get("poll"))
    if (post.text, post.extra, post.media) != before:
        post.extra["edited_at"] = call.now
        post.extra["edits"] = post.extra.get("edits", 0) + 1
    return reply(status_json(call, post))


def _set_poll(call: Call, post: Post, wish: dict[str, Any] | None) -> None:
    """Other answers, or none, cost the votes."""
    old = post.extra["poll"]
    kept = bool(old and wish) and all(
        (old or {}).get(name, other) == (wish or {}).get(name, other)
        for name, other in (("options", []), ("multiple", False))
    )
    post.extra["votes_lost"] = post.extra.get("votes_lost", False) or bool(old and not kept)
    ends = round(call.now - post.created_at) + wish["expires_in"] if wish else 0
    post.extra["poll"] = {**wish, "expires_in": ends} if wish else None
