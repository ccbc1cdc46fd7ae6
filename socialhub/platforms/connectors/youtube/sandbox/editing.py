"""Changing a video: every part that is named is replaced
(https://developers.google.com/youtube/v3/docs/videos/update).
"""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Response

from socialhub.platforms.sandbox.shapes import Field
from socialhub.platforms.sandbox.simulator import Call, reply

from .hub import tell
from .reading import DELETE, parts_of, video_json
from .refusals import refusal
from .server import API, API_TOO, UNITS, simulator
from .uploads import BODY, PARTS, check_words

SNIPPET = ("title", "tags", "categoryId", "defaultLanguage", "defaultAudioLanguage")
STATUS = (
    "privacyStatus",
    "publishAt",
    "license",
    "embeddable",
    "publicStatsViewable",
    "selfDeclaredMadeForKids",
    "containsSyntheticMedia",
)
SNIPPET_FIELDS: dict[str, Any] = {**(BODY["snippet"].fields or {}), "defaultAudioLanguage": Field()}


@simulator.route("PUT", "/youtube/v3/videos", host=API, scopes=DELETE, limit=UNITS)
@simulator.route("PUT", "/youtube/v3/videos", host=API_TOO, scopes=DELETE, limit=UNITS)
def update(call: Call) -> Response:
    """What a named part leaves out is erased; title and category must be there."""
    query = call.query({"part": Field(required=True), "alt": Field(choices=("json",))})
    parts = parts_of(query, PARTS)
    fields = {**BODY, "id": Field(required=True), "snippet": Field("object", fields=SNIPPET_FIELDS)}
    wish = call.json(fields)
    post = simulator.live_post(call.world, wish["id"])
    if post is None:
        raise refusal("videoNotFound")
    if post.account != call.token.account:
        raise refusal("forbidden")
    if "snippet" in parts:
        _replace_words(post.extra, wish.get("snippet", {}))
        post.text = wish.get("snippet", {}).get("description", "")
    if "status" in parts:
        status = wish.get("status", {})
        app = call.world.apps.get(post.client_id)
        if (
            app is not None
            and not app.extra["audited"]
            and status.get("privacyStatus", "public") != "private"
        ):
            raise refusal("forbiddenPrivacySetting")
        for name in STATUS:
            post.extra.pop(name, None)
        post.extra.update({"privacyStatus": "public", **status})
    tell(call.world, post)
    return reply(video_json(call, post, parts))


def _replace_words(extra: dict[str, Any], snippet: dict[str, Any]) -> None:
    check_words({"snippet": snippet})
    if "categoryId" not in snippet:
        raise refusal("invalidCategoryId")
    for name in SNIPPET:
        extra.pop(name, None)
    extra.update({name: value for name, value in snippet.items() if name != "description"})
