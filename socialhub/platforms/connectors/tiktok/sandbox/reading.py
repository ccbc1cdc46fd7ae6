"""Who it is, how far a share is, what is public
(https://developers.tiktok.com/doc/content-posting-api-reference-get-video-status).
"""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Response

from socialhub.platforms.sandbox.records import Post
from socialhub.platforms.sandbox.shapes import Field
from socialhub.platforms.sandbox.simulator import Call, Limit, reply
from socialhub.platforms.sandbox.world import World

from .server import API, Share, envelope, refusal, simulator

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
}
VIDEO_FIELDS = {"id", "create_time", "share_url", "video_description", "title", "duration"}


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
        "follower_count": 0,
    }
    for name in fields:
        if name not in known:
            raise refusal("invalid_params", f"{name} is not a field")
        if USER_FIELDS[name] not in call.token.scopes:
            raise refusal("scope_permission_missed")
    return reply(envelope({"user": {name: known[name] for name in fields}}))


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
    fields = set(call.query({"fields": Field(required=True)})["fields"].split(","))
    if not fields <= VIDEO_FIELDS:
        raise refusal("invalid_params", "fields")
    wish = call.json({"cursor": Field("int"), "max_count": Field("int")})
    size = wish.get("max_count", 10)
    if not 1 <= size <= 20:
        raise refusal("invalid_params", "max_count")
    lag = call.fault("lagging_listing")
    youngest = call.now - (float(lag.details.get("seconds", 60)) if lag else MODERATION)
    before = wish.get("cursor", int(call.now * 1000) + 1)
    listed = [
        post
        for post in reversed(call.world.live_posts(account=call.token.account, platform=simulator.key))
        if post.extra["privacy_level"] == "PUBLIC_TO_EVERYONE"
        and post.created_at <= youngest
        and int(post.created_at * 1000) < before
    ]
    page = listed[:size]
    videos = [{name: value for name, value in _video(post).items() if name in fields} for post in page]
    cursor = int(page[-1].created_at * 1000) if page else before
    return reply(envelope({"videos": videos, "cursor": cursor, "has_more": len(listed) > size}))


def _video(post: Post) -> dict[str, Any]:
    return {
        "id": post.id,
        "create_time": int(post.created_at),
        "share_url": post.url,
        "video_description": post.text,
        "title": post.extra.get("title", ""),
        "duration": 0,
    }


@simulator.control("GET", "drafts")
def list_drafts(world: World, wish: dict[str, Any]) -> Any:
    """What waits in the inboxes."""
    return [
        vars(share) | {"upload_key": ""}
        for share in simulator.shares(world)
        if share.is_draft and share.done_at
    ]
