"""Who it is, how far a share is, what is public
(https://developers.tiktok.com/doc/content-posting-api-reference-get-video-status).
"""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Response

from socialhub.platforms.sandbox.growth import bend
from socialhub.platforms.sandbox.records import Post
from socialhub.platforms.sandbox.shapes import Field
from socialhub.platforms.sandbox.simulator import Call, Limit, reply
from socialhub.platforms.sandbox.world import World

from .figures import MOST, counts, stands
from .server import API, SITE, Share, envelope, refusal, simulator

MOST_IDS = 20
MODERATION = 10.0
"""Seconds after which a public post has its id."""
USER_FIELDS = {
    "open_id": "user.info.basic",
    "union_id": "user.info.basic",
    "avatar_url": "user.info.basic",
    "display_name": "user.info.basic",
    "username": "user.info.profile",
    "profile_web_link": "user.info.profile",
    "follower_count": "user.info.stats",
    "following_count": "user.info.stats",
    "likes_count": "user.info.stats",
    "video_count": "user.info.stats",
}
VIDEO_FIELDS = {
    "id", "create_time", "share_url", "video_description", "title", "duration", "cover_image_url", "height",
    "width", "embed_html", "embed_link", "is_aigc", *MOST,
}  # fmt: skip


@simulator.route("GET", "/v2/user/info/", host=API, scopes=("user.info.basic",), limit=Limit("user", 600, 60))
def read_user(call: Call) -> Response:
    """The account; a field without its scope fails the whole call."""
    fields = call.query({"fields": Field(required=True)})["fields"].split(",")
    account = call.account
    known = {
        "open_id": account.id,
        "union_id": f"u-{account.id}",
        "avatar_url": "https://p16-sign.tiktokcdn.com/a.jpeg",
        "display_name": account.name,
        "username": account.handle[1:],
        "profile_web_link": simulator.profile_url(account),
        **stands(call.world, account),
    }
    dead = bend(call.world, simulator.key).unknown
    for name in fields:
        if name not in USER_FIELDS or name in dead:
            raise refusal("invalid_params", f"{name} is not a field")
        if USER_FIELDS[name] not in call.token.scopes:
            raise refusal("scope_permission_missed")
    return reply(envelope({"user": {name: known[name] for name in fields if name in known}}))


@simulator.route(
    "POST",
    "/v2/post/publish/status/fetch/",
    host=API,
    scopes=("video.upload", "video.publish"),
    limit=Limit("status", 30, 60),
)
def read_status(call: Call) -> Response:
    """How far it is."""
    share = simulator.shares(call.world).get(call.json({"publish_id": Field(required=True)})["publish_id"])
    if share is None:
        raise refusal("invalid_publish_id")
    if share.account != call.token.account:
        raise refusal("token_not_authorized_for_specified_publish_id")
    return reply(envelope(_status(call, share)))


def _status(call: Call, share: Share) -> dict[str, Any]:
    held = call.world.blobs.size(share.blob) if share.blob else 0
    counted = {"downloaded_bytes": 0} if share.is_photo else {"uploaded_bytes": held}
    if not share.done_at or call.now < share.done_at:
        return {"status": "PROCESSING_DOWNLOAD" if share.is_photo else "PROCESSING_UPLOAD", **counted}
    if share.failure:
        return {"status": "FAILED", "fail_reason": share.failure, **counted}
    if share.is_draft:
        return {"status": "SEND_TO_USER_INBOX", **counted}
    is_listed = share.wish["privacy_level"] == "PUBLIC_TO_EVERYONE" and call.now >= share.done_at + MODERATION
    return {
        "status": "PUBLISH_COMPLETE",
        "publicaly_available_post_id": [int(share.post)] if is_listed else [],
        **counted,
    }


@simulator.route("POST", "/v2/video/list/", host=API, scopes=("video.list",), limit=Limit("list", 600, 60))
def list_videos(call: Call) -> Response:
    """Public posts, newest first."""
    fields = _fields(call)
    wish = call.json({"cursor": Field("int"), "max_count": Field("int")})
    size = wish.get("max_count", 10)
    if not 1 <= size <= 20:
        raise refusal("invalid_params", "max_count")
    lag = call.fault("lagging_listing")
    youngest = call.now - (float(lag.details.get("seconds", 60)) if lag else MODERATION)
    before = wish.get("cursor", int(call.now * 1000) + 1)
    listed = [
        post for post in _public(call) if post.created_at <= youngest and int(post.created_at * 1000) < before
    ]
    page = listed[:size]
    videos = [_video(call, post, fields) for post in page]
    cursor = int(page[-1].created_at * 1000) if page else before
    return reply(envelope({"videos": videos, "cursor": cursor, "has_more": len(listed) > size}))


@simulator.route("POST", "/v2/video/query/", host=API, scopes=("video.list",), limit=Limit("query", 600, 60))
def query_videos(call: Call) -> Response:
    """The account's own public posts by id; others are left out."""
    fields = _fields(call)
    ids = Field("list", required=True, items=Field())
    wish = call.json({"filters": Field("object", required=True, fields={"video_ids": ids})})
    wanted = wish["filters"]["video_ids"]
    if not 1 <= len(wanted) <= MOST_IDS:
        raise refusal("invalid_params", "video_ids")
    found = [_video(call, post, fields) for post in _public(call) if post.id in wanted]
    return reply(envelope({"videos": found}))


def _fields(call: Call) -> set[str]:
    fields = set(call.query({"fields": Field(required=True)})["fields"].split(","))
    if not fields <= VIDEO_FIELDS - set(bend(call.world, simulator.key).unknown):
        raise refusal("invalid_params", "fields")
    return fields


def _public(call: Call) -> list[Post]:
    """Public posts of the account, newest first."""
    own = call.world.live_posts(account=call.token.account, platform=simulator.key)
    public = [post for post in own if post.extra["privacy_level"] == "PUBLIC_TO_EVERYONE"]
    return sorted(public, key=lambda post: post.created_at, reverse=True)


def _video(call: Call, post: Post, fields: set[str]) -> dict[str, Any]:
    media = call.world.media.get(post.media[0]) if post.media else None
    shown = {
        "id": post.id,
        "create_time": int(post.created_at),
        "share_url": f"{post.url}?utm_campaign=client_share&utm_source=api",
        "video_description": post.text,
        "title": post.extra.get("title", ""),
        "duration": int(media.seconds) if media else 0,
        "cover_image_url": "https://p16-sign.tiktokcdn.com/c.jpeg",
        "width": media.width if media else 1080,
        "height": media.height if media else 1920,
        "embed_html": "",
        "embed_link": f"https://{SITE}/player/v1/{post.id}",
        "is_aigc": bool(post.extra.get("is_aigc")),
        **counts(call.world, post),
    }
    return {name: value for name, value in shown.items() if name in fields}


@simulator.control("GET", "drafts")
def list_drafts(world: World, wish: dict[str, Any]) -> Any:
    """What waits in the inboxes."""
    return [
        vars(share) | {"upload_key": ""}
        for share in simulator.shares(world)
        if share.is_draft and share.done_at
    ]
