"""Making and deleting posts (https://docs.x.com/x-api/posts/create-post)."""

from __future__ import annotations

import unicodedata
from typing import Any

from werkzeug.wrappers import Response

from socialhub.platforms.sandbox.records import Media, Post
from socialhub.platforms.sandbox.shapes import Field
from socialhub.platforms.sandbox.simulator import Call, Limit, reply

from .attaching import check_attachable
from .entities import links_of, text_of
from .server import API, NAMED, invalid, limit_headers, problem, simulator
from .text import LIMIT, PREMIUM_LIMIT, is_valid

DUPLICATE_WINDOW = 86_400
"""Seconds in which the same text is refused. The real window is not documented."""
DAILY = 10_000
WRITE = ("tweet.read", "tweet.write", "users.read")
EXCLUSIVE = ("media", "poll", "quote_tweet_id", "card_uri", "direct_message_deep_link")
IDS = Field("list")
POST = {
    "text": Field(),
    "media": Field(
        "object",
        fields={
            "media_ids": Field("list", required=True),
            "tagged_user_ids": IDS,
            "title": Field(),
            "description": Field(),
            "preview_media_id": Field(),
            "embeddable": Field("bool"),
        },
    ),
    "reply": Field(
        "object",
        fields={
            "in_reply_to_tweet_id": Field(required=True),
            "exclude_reply_user_ids": IDS,
            "auto_populate_reply_metadata": Field("bool"),
        },
    ),
    "poll": Field(
        "object",
        fields={
            "options": Field("list", required=True),
            "duration_minutes": Field("int", required=True),
            "reply_settings": Field(),
        },
    ),
    "reply_settings": Field(choices=("following", "mentionedUsers", "subscribers", "verified")),
    "quote_tweet_id": Field(),
    "community_id": Field(),
    "share_with_followers": Field("bool"),
    "for_super_followers_only": Field("bool"),
    "geo": Field("object", fields={"place_id": Field()}),
    "nullcast": Field("bool"),
    "card_uri": Field(),
    "direct_message_deep_link": Field(),
    "made_with_ai": Field("bool"),
    "paid_partnership": Field("bool"),
    "edit_options": Field("object", fields={"previous_post_id": Field(required=True)}),
}


@simulator.route("POST", "/2/tweets", host=API, scopes=WRITE, limit=Limit("post", 100, 900))
def create(call: Call) -> Response:
    """Publish. There is no idempotency key: the only guard is the refusal of the same text."""
    allowed, left, resets_at = call.world.take_turn(
        (simulator.key, "post a day", call.token.account), DAILY, 86_400
    )
    daily = {
        name.replace("x-rate-limit", "x-user-limit-24hour"): value
        for name, value in limit_headers(DAILY, left, resets_at).items()
    }
    call.headers.update(daily)
    if not allowed:
        raise problem(429, headers=limit_headers(DAILY, 0, resets_at))
    wish = call.json(POST)
    _check(call, wish)
    media = check_attachable(call, wish["media"]["media_ids"]) if "media" in wish else []
    post = _store(call, wish, media)
    text = text_of(post, links_of(post), call.account)
    return reply({"data": {"id": post.id, "text": text, "edit_history_tweet_ids": [post.id]}}, 201)


def _check(call: Call, wish: dict[str, Any]) -> None:
    text = wish.get("text", "")
    chosen = [name for name in EXCLUSIVE if name in wish]
    if len(chosen) > 1:
        raise invalid(f"$: only one of {', '.join(chosen)} may be given", chosen[1])
    if not text.strip() and "media" not in wish:
        raise invalid("$.text: must not be empty", "text")
    if not is_valid(text, PREMIUM_LIMIT if call.account.kind.startswith("Premium") else LIMIT):
        raise problem(403, "Tweet needs to be a bit shorter.")
    if "media" in wish and not 1 <= len(wish["media"]["media_ids"]) <= 4:
        raise invalid("$.media.media_ids: must have between 1 and 4 items", "media.media_ids")
    if not wish.get("community_id", "1").isdigit():
        raise invalid("$.community_id: does not match the regex pattern ^[0-9]{1,19}$", "community_id")
    if "poll" in wish:
        _check_poll(wish["poll"])
    if "edit_options" in wish or "quote_tweet_id" in wish:
        raise problem(403)
    if "reply" in wish:
        _check_reply(call, wish["reply"]["in_reply_to_tweet_id"])
    if "media" not in wish and "poll" not in wish and _is_duplicate(call, text):
        raise problem(*NAMED["duplicate"])


def _check_poll(poll: dict[str, Any]) -> None:
    if not 2 <= len(poll["options"]) <= 4 or not all(1 <= len(option) <= 25 for option in poll["options"]):
        raise invalid("$.poll.options: must have 2 to 4 items of 1 to 25 characters", "poll.options")
    if not 5 <= poll["duration_minutes"] <= 10_080:
        raise invalid("$.poll.duration_minutes: must be between 5 and 10080", "poll.duration_minutes")


def _check_reply(call: Call, target_id: str) -> None:
    target = simulator.live_post(call.world, target_id)
    if target is None:
        raise problem(403, "You attempted to reply to a Tweet that is deleted or not visible to you.")
    if target.account != call.token.account and call.account.handle.lower() not in target.text.lower():
        raise problem(*NAMED["reply"])


def _is_duplicate(call: Call, text: str) -> bool:
    wanted = unicodedata.normalize("NFC", text).strip()
    return any(
        not post.media
        and not post.extra["poll"]
        and unicodedata.normalize("NFC", post.text).strip() == wanted
        for post in call.world.live_posts(account=call.token.account)
        if post.created_at > call.now - DUPLICATE_WINDOW
    )


def _store(call: Call, wish: dict[str, Any], media: list[Media]) -> Post:
    post_id = call.world.snowflake(22)
    target = wish.get("reply", {}).get("in_reply_to_tweet_id", "")
    parent = call.world.posts.get(target)
    for item in media:
        item.post = post_id
    return call.world.posts.add(
        Post(
            id=post_id,
            platform=simulator.key,
            account=call.token.account,
            text=wish.get("text", ""),
            created_at=call.now,
            host=call.account.host,
            url=f"{simulator.profile_url(call.account)}/status/{post_id}",
            media=[item.id for item in media],
            reply_to=target,
            client_id=call.token.client_id,
            extra={
                "conversation_id": parent.extra["conversation_id"] if parent else post_id,
                "reply_settings": wish.get("reply_settings", "everyone"),
                "poll": wish.get("poll"),
                "media_keys": [item.extra["key"] for item in media],
                "made_with_ai": wish.get("made_with_ai", False),
                "paid_partnership": wish.get("paid_partnership", False),
                "community_id": wish.get("community_id", ""),
                "share_with_followers": wish.get("share_with_followers", False),
            },
        )
    )


@simulator.route("DELETE", "/2/tweets/<id>", host=API, scopes=WRITE, limit=Limit("delete", 50, 900))
def delete(call: Call) -> Response:
    """Only the author may; what answered the post stays."""
    post = simulator.live_post(call.world, call.args["id"])
    if post is None:
        raise problem(404, f"Could not find tweet with id: [{call.args['id']}].")
    if post.account != call.token.account:
        raise problem(403)
    post.deleted_at = call.now
    return reply({"data": {"deleted": True}})
