"""Statuses: posting with an Idempotency-Key, reading back, listing, deleting
(https://docs.joinmastodon.org/methods/statuses/).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import regex
from werkzeug.wrappers import Response

from socialhub.platforms.sandbox.records import Media, Post
from socialhub.platforms.sandbox.shapes import Field
from socialhub.platforms.sandbox.simulator import Call, Limit, reply
from socialhub.platforms.sandbox.world import Table, World

from .entities import account_json, find_own, find_status, is_visible, status_json
from .media import find_unattached
from .server import GENERAL, Server, refuse, simulator
from .text import length

STATUSES = Limit("statuses", 300, 10_800)
DELETIONS = Limit("deletions", 30, 1800)
KEY_LIFETIME = 3600
"""Seconds an Idempotency-Key is remembered (PostStatusService)."""
VISIBILITIES = ("public", "unlisted", "private", "direct")
POLL = {
    "options": Field("list", required=True),
    "expires_in": Field("int", required=True),
    "multiple": Field("bool"),
    "hide_totals": Field("bool"),
}
STATUS = {
    "status": Field(),
    "media_ids": Field("list"),
    "poll": Field("object", fields=POLL),
    "in_reply_to_id": Field(),
    "sensitive": Field("any"),
    "spoiler_text": Field(),
    "visibility": Field(choices=VISIBILITIES),
    "language": Field(),
    "quote_approval_policy": Field(choices=("public", "followers", "nobody")),
}
LANGUAGE = regex.compile(r"[a-z]{2,3}(-[A-Za-z]{2,4})?")


@dataclass
class Key:
    """An Idempotency-Key of one account and the status it made."""

    id: str
    post: str
    created_at: float


def keys(world: World) -> Table[Key]:
    """All remembered keys."""
    return world.table("mastodon.keys", Key)


@simulator.route(
    "GET", "/api/v1/accounts/verify_credentials", scopes=("profile", "read:accounts"), limit=GENERAL
)
def verify_credentials(call: Call) -> Response:
    """The account behind the token."""
    account = call.account
    source = {
        "privacy": "public",
        "sensitive": False,
        "language": None,
        "note": account.bio,
        "fields": [],
        "quote_policy": "public",
    }
    return reply({**account_json(call, account), "source": source})


@simulator.route("POST", "/api/v1/statuses", scopes=("write:statuses",), limit=STATUSES)
def post_status(call: Call) -> Response:
    """Publish. A repeat with the same key in the hour gets the first status; the text is not compared."""
    server = simulator.server(call)
    wish = call.body(STATUS)
    key = call.request.headers.get("Idempotency-Key", "")
    known = (
        keys(call.world).get(f"{call.token.account} {key}") if key and server.idempotency != "off" else None
    )
    if known and call.now < known.created_at + KEY_LIFETIME:
        if server.idempotency == "error_on_repeat":
            raise refuse(500)
        return reply(status_json(call, find_status(call, known.post)))
    media = _media_of(call, server, wish.get("media_ids", []))
    check_status(call, server, wish, media)
    post = _create(call, wish, media)
    if server.drops_silently:
        answer = status_json(call, post)
        call.world.posts.remove(post.id)
        return reply(answer)
    if key and server.idempotency != "off":
        keys(call.world).add(Key(f"{call.token.account} {key}", post.id, call.now))
    return reply(status_json(call, post))


def _media_of(call: Call, server: Server, wanted: list[str]) -> list[Media]:
    return check_media(server, wanted, [find_unattached(call, str(key)) for key in wanted], call.now)


def check_media(server: Server, wanted: list[str], found: list[Media | None], now: float) -> list[Media]:
    """The files of a post: all there, not too many, ready, and of kinds that go together."""
    lost = [media_id for media_id, media in zip(wanted, found, strict=True) if media is None]
    if lost and server.api_version:
        raise refuse(422, f"Media {', '.join(lost)} not found or already attached to another post")
    media = [item for item in found if item is not None]
    if len(media) > server.max_media_attachments:
        raise refuse(422, f"Cannot attach more than {server.max_media_attachments} files")
    if any(item.ready_at > now or item.failure for item in media):
        raise refuse(422, "Cannot attach files that have not finished processing. Try again in a moment!")
    kinds = {item.mime.partition("/")[0] for item in media}
    if len(media) > 1 and kinds - {"image"}:
        raise refuse(422, "Cannot attach a video to a post that already contains images")
    return media


def check_status(call: Call, server: Server, wish: dict[str, Any], media: list[Media]) -> None:
    """Refuse a status that the server would refuse, in its words."""
    text, spoiler = wish.get("status", ""), wish.get("spoiler_text", "")
    if "sensitive" in wish:
        wish["sensitive"] = _flag(wish["sensitive"])
    if server.needs_media and not media:
        raise refuse(422, "The media ids field is required.")
    if not (text.strip() or spoiler.strip() or media):
        raise refuse(422, "Validation failed: Text can't be blank")
    if length(text, spoiler) > server.max_characters:
        raise refuse(422, f"Validation failed: Text character limit of {server.max_characters} exceeded")
    if not LANGUAGE.fullmatch(wish.get("language", "en")):
        raise refuse(422, "Validation failed: Language is invalid")
    if "in_reply_to_id" in wish and not is_visible(call, wish["in_reply_to_id"]):
        raise refuse(404, "The post you are trying to reply to does not appear to exist.")
    if "poll" in wish:
        _check_poll(server, wish["poll"], media)


def _flag(value: Any) -> bool:
    """Rails takes truth values as text in JSON too, and clients send them so."""
    if value in (True, "1", "true"):
        return True
    if value in (False, "0", "false"):
        return False
    raise refuse(422, "Validation failed: sensitive is invalid")


def _check_poll(server: Server, poll: dict[str, Any], media: list[Media]) -> None:
    limits, options = server.poll, poll["options"]
    longest = limits["max_characters_per_option"]
    faults = (
        (bool(media), "Cannot attach a poll to a post that contains media"),
        (len(options) < 2, "Validation failed: Options must have more than one item"),
        (
            len(options) > limits["max_options"],
            f"Validation failed: Options can't contain more than {limits['max_options']} items",
        ),
        (len(set(options)) < len(options), "Validation failed: Options contain duplicate items"),
        (any(not option.strip() for option in options), "Validation failed: Options can't be blank"),
        (
            any(length(option, "") > longest for option in options),
            f"Validation failed: Options can't be longer than {longest} characters each",
        ),
        (poll["expires_in"] < limits["min_expiration"], "Validation failed: Expires at is too soon"),
        (
            poll["expires_in"] > limits["max_expiration"],
            "Validation failed: Expires at is too far into the future",
        ),
    )
    for wrong, text in faults:
        if wrong:
            raise refuse(422, text)


def _create(call: Call, wish: dict[str, Any], media: list[Media]) -> Post:
    text, spoiler = wish.get("status", ""), wish.get("spoiler_text", "")
    if not text.strip() and spoiler:
        text, spoiler = spoiler, ""
    post_id = call.world.snowflake()
    post = Post(
        id=post_id,
        platform=simulator.key,
        account=call.token.account,
        text=text,
        created_at=call.now,
        host=call.host,
        url=f"{simulator.profile_url(call.account)}/{post_id}",
        media=[item.id for item in media],
        reply_to=wish.get("in_reply_to_id", ""),
        client_id=call.token.client_id,
        extra={
            "visibility": wish.get("visibility", "public"),
            "spoiler_text": spoiler,
            "sensitive": bool(spoiler) or wish.get("sensitive", False),
            "language": wish.get("language", "en"),
            "poll": wish.get("poll"),
            "quote_approval_policy": wish.get("quote_approval_policy", "public"),
        },
    )
    for item in media:
        item.post = post_id
    return call.world.posts.add(post)


@simulator.route("DELETE", "/api/v1/statuses/<id>", scopes=("write:statuses",), limit=DELETIONS)
def delete_status(call: Call) -> Response:
    """Take the status down and hand its source back, for deleting and redrafting."""
    post = find_own(call)
    answer = {**status_json(call, post), "text": post.text}
    post.deleted_at = call.now
    for media_id in post.media:
        media = call.world.media.get(media_id)
        if media and call.request.args.get("delete_media") == "true":
            call.world.media.remove(media_id)
        elif media:
            media.post, media.created_at = "", call.now
    return reply(answer)
