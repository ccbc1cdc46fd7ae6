"""Channels, videos and their deletion (https://developers.google.com/youtube/v3/docs)."""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Response

from socialhub.platforms.sandbox.clock import iso
from socialhub.platforms.sandbox.records import Account, Post
from socialhub.platforms.sandbox.shapes import Field
from socialhub.platforms.sandbox.simulator import Call, reply

from . import figures
from .hub import tell
from .refusals import error, refusal
from .server import API, API_TOO, SCOPE, STATS, UNITS, simulator

READ = (SCOPE + "youtube.readonly", SCOPE + "youtube", SCOPE + "youtube.force-ssl")
DELETE = (SCOPE + "youtube", SCOPE + "youtube.force-ssl")
LIST = {
    "part": Field(required=True),
    "maxResults": Field("int"),
    "pageToken": Field("int"),
    "alt": Field(choices=("json",)),
}
VIDEO_PARTS = {
    "id",
    "snippet",
    "status",
    "processingDetails",
    "fileDetails",
    "contentDetails",
    "statistics",
}
CHANNEL_PARTS = {"id", "snippet", "contentDetails", "statistics", "status"}


@simulator.route("GET", "/youtube/v3/channels", host=API, scopes=READ, limit=UNITS)
@simulator.route("GET", "/youtube/v3/channels", host=API_TOO, scopes=READ, limit=UNITS)
def list_channels(call: Call) -> Response:
    """The channel of the token, or channels by id."""
    query = call.query({**LIST, "mine": Field("bool"), "id": Field()})
    parts = parts_of(query, CHANNEL_PARTS)
    if ("id" in query) == bool(query.get("mine")):
        raise error(400, "missingRequiredParameter", "No filter selected.", "youtube.parameter")
    wanted = query["id"].split(",") if "id" in query else [call.token.account]
    found = [account for key in wanted if (account := call.world.accounts.get(key))]
    return listed("channel", [_channel_json(call, account, parts) for account in found])


def uploads_of(account: Account) -> str:
    """The id of the playlist that holds all uploads of a channel."""
    return "UU" + account.id[2:]


def _channel_json(call: Call, account: Account, parts: set[str]) -> dict[str, Any]:
    shown = {
        "snippet": {
            "title": account.name,
            "description": account.bio,
            "customUrl": account.handle,
            "publishedAt": iso(account.created_at),
            "thumbnails": {"default": {"url": "https://yt3.ggpht.com/a.jpg", "width": 88, "height": 88}},
        },
        "contentDetails": {"relatedPlaylists": {"likes": "", "uploads": uploads_of(account)}},
        "statistics": figures.channel_counts(call.world, account),
        "status": {
            "privacyStatus": "public",
            "isLinked": True,
            "longUploadsStatus": account.extra["long_uploads"],
        },
    }
    return {"kind": "youtube#channel", "etag": "e", "id": account.id, **chosen(shown, parts)}


@simulator.route("GET", "/youtube/v3/videos", host=API, scopes=READ, limit=UNITS)
@simulator.route("GET", "/youtube/v3/videos", host=API_TOO, scopes=READ, limit=UNITS)
def list_videos(call: Call) -> Response:
    """Up to 50 videos by id; one that is not there is left out."""
    query = call.query({**LIST, "id": Field(required=True)})
    parts, ids = parts_of(query, VIDEO_PARTS), query["id"].split(",")
    if len(ids) > 50:
        raise error(400, "invalidFilters", "Too many ids.", "youtube.parameter")
    live = {post.id: post for post in call.world.live_posts(platform=simulator.key)}
    own = [live[key] for key in ids if key in live and live[key].account == call.token.account]
    return listed("video", [video_json(call, post, parts) for post in own])


def video_json(call: Call, post: Post, parts: set[str]) -> dict[str, Any]:
    """A video as its owner sees it."""
    account, media = call.world.accounts.get(post.account), call.world.media.get(post.id)
    if account is None or media is None:
        raise error(404, "videoNotFound", "The video cannot be found.", "youtube.video")
    state = "processing" if call.now < media.ready_at else ("failed" if media.failure else "succeeded")
    title, category = post.extra["title"], post.extra.get("categoryId", "22")
    details: dict[str, Any] = {
        "processingStatus": state,
        "fileDetailsAvailability": "available",
        "processingIssuesAvailability": "inProgress" if state == "processing" else "available",
    }
    if state == "processing":
        left = int((media.ready_at - call.now) * 1000)
        details["processingProgress"] = {"partsTotal": "100", "partsProcessed": "50", "timeLeftMs": str(left)}
    elif media.failure:
        details["processingFailureReason"] = "transcodeFailed"
    shown = {
        "snippet": {
            "publishedAt": iso(post.created_at),
            "channelId": account.id,
            "channelTitle": account.name,
            "title": title,
            "description": post.text,
            "tags": post.extra.get("tags", []),
            "categoryId": category,
            "liveBroadcastContent": "none",
            "localized": {"title": title, "description": post.text},
        },
        "status": _status_json(post, state, media.failure),
        "processingDetails": details,
        "fileDetails": {
            "fileName": media.extra["file_name"],
            "fileSize": str(media.size),
            "fileType": "video",
            "durationMs": str(int(media.seconds * 1000)),
            "videoStreams": [{"widthPixels": media.width, "heightPixels": media.height}],
        },
        "contentDetails": {"duration": f"PT{int(media.seconds)}S", "definition": "hd", "dimension": "2d"},
        "statistics": figures.video_counts(call.world, post),
    }  # fmt: skip
    return {"kind": "youtube#video", "etag": "e", "id": post.id, **chosen(shown, parts)}


@simulator.route("GET", "/youtube/v3/videos:batchGetStats", host=API, scopes=READ, limit=STATS)
@simulator.route("GET", "/youtube/v3/videos:batchGetStats", host=API_TOO, scopes=READ, limit=STATS)
def batch_get_stats(call: Call) -> Response:
    """Counters of up to 50 videos of anybody; what cannot be told is left out, which is no error."""
    query = call.query(
        {"part": Field(required=True), "id": Field(required=True), "alt": Field(choices=("json",))}
    )
    parts, ids = parts_of(query, {"id", "snippet", "contentDetails", "statistics"}), query["id"].split(",")
    if len(ids) > 50:
        raise error(400, "invalidFilters", "Too many ids.", "youtube.parameter")
    posts = [post for key in ids if (post := simulator.live_post(call.world, key))]
    shown = [post for post in posts if post.account == call.token.account or _is_public(post)]
    items = [_stats_json(call, post, parts) for post in shown]
    return reply({"kind": "youtube#batchGetStatsResponse", "etag": "e", "items": items})


def _is_public(post: Post) -> bool:
    return bool(post.extra["privacyStatus"] == "public")


def _stats_json(call: Call, post: Post, parts: set[str]) -> dict[str, Any]:
    media = call.world.media.get(post.id)
    counts = figures.video_counts(call.world, post)
    counts.pop("dislikeCount", None)
    shown = {
        "snippet": {"publishTime": iso(post.created_at)},
        "contentDetails": {"duration": f"{int(media.seconds) if media else 0}s"},
        "statistics": counts,
    }
    return {"kind": "youtube#videoStats", "etag": "e", "id": post.id, **chosen(shown, parts)}


def _status_json(post: Post, state: str, failure: str) -> dict[str, Any]:
    status: dict[str, Any] = {
        "uploadStatus": {"processing": "uploaded", "succeeded": "processed", "failed": "failed"}[state],
        "privacyStatus": post.extra["privacyStatus"],
        "license": post.extra.get("license", "youtube"),
        "embeddable": post.extra.get("embeddable", True),
        "publicStatsViewable": post.extra.get("publicStatsViewable", True),
        "madeForKids": post.extra.get("selfDeclaredMadeForKids", False),
    }
    for name in ("selfDeclaredMadeForKids", "containsSyntheticMedia"):
        if name in post.extra:
            status[name] = post.extra[name]
    if state == "failed":
        is_failure = failure in (
            "codec",
            "conversion",
            "emptyFile",
            "invalidFile",
            "tooSmall",
            "uploadAborted",
        )
        status["uploadStatus"] = "failed" if is_failure else "rejected"
        status["failureReason" if is_failure else "rejectionReason"] = failure
    return status


@simulator.route("DELETE", "/youtube/v3/videos", host=API, scopes=DELETE, limit=UNITS)
@simulator.route("DELETE", "/youtube/v3/videos", host=API_TOO, scopes=DELETE, limit=UNITS)
def delete(call: Call) -> Response:
    """Only the channel's own."""
    video = call.query({"id": Field(required=True), "alt": Field(choices=("json",))})["id"]
    post = simulator.live_post(call.world, video)
    if post is None:
        raise refusal("videoNotFound")
    if post.account != call.token.account:
        raise refusal("forbidden")
    post.deleted_at = call.now
    tell(call.world, post, is_gone=True)
    return Response("", 204)


def parts_of(query: dict[str, Any], known: set[str]) -> set[str]:
    """The parts that were asked for; a strange one is refused."""
    parts = set(query["part"].split(","))
    if not parts <= known:
        raise error(400, "unknownPart", f"'{min(parts - known)}'", "youtube.part")
    return parts


def chosen(shown: dict[str, Any], parts: set[str]) -> dict[str, Any]:
    """Only those parts."""
    return {name: value for name, value in shown.items() if name in parts}


def listed(kind: str, items: list[Any], total: int = -1, more: dict[str, str] | None = None) -> Response:
    """A page of a list."""
    info = {"totalResults": len(items) if total < 0 else total, "resultsPerPage": len(items)}
    return reply(
        {"kind": f"youtube#{kind}ListResponse", "etag": "e", **(more or {}), "items": items, "pageInfo": info}
    )
