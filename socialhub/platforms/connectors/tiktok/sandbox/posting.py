"""Beginning a post: what the creator may choose, and the three inits
(https://developers.tiktok.com/doc/content-posting-api-reference-direct-post).
"""

from __future__ import annotations

import secrets
from typing import Any
from urllib.parse import urlencode

from werkzeug.wrappers import Response

from socialhub.platforms.sandbox.shapes import Field
from socialhub.platforms.sandbox.simulator import Call, Limit, RefusalError, reply

from .pulling import pull_photos
from .server import API, UPLOAD, Share, check_day, envelope, refusal, simulator

LEAST_CHUNK, MOST_CHUNK, MOST_LAST = 5_000_000, 64 * 1024 * 1024, 128 * 1024 * 1024
LARGEST = 4 * 1024 * 1024 * 1024
DIRECT = ("video.publish",)
DRAFT = ("video.upload",)
FLAG = Field("bool")
LEVELS = ("PUBLIC_TO_EVERYONE", "MUTUAL_FOLLOW_FRIENDS", "SELF_ONLY", "FOLLOWER_OF_CREATOR")
VIDEO_INFO = {
    "privacy_level": Field(required=True, choices=LEVELS),
    "title": Field(),
    "disable_duet": FLAG,
    "disable_stitch": FLAG,
    "disable_comment": FLAG,
    "video_cover_timestamp_ms": Field("int"),
    "brand_content_toggle": Field("bool", required=True),
    "brand_organic_toggle": FLAG,
    "is_aigc": FLAG,
}
FILE = {
    "source": Field(required=True, choices=("FILE_UPLOAD",)),
    "video_size": Field("int", required=True),
    "chunk_size": Field("int", required=True),
    "total_chunk_count": Field("int", required=True),
}
PHOTO_INFO = {
    "title": Field(),
    "description": Field(),
    "privacy_level": Field(choices=LEVELS),
    "disable_comment": FLAG,
    "auto_add_music": FLAG,
    "brand_content_toggle": FLAG,
    "brand_organic_toggle": FLAG,
}
PHOTOS = {
    "source": Field(required=True, choices=("PULL_FROM_URL",)),
    "photo_images": Field("list", required=True),
    "photo_cover_index": Field("int", required=True),
}


@simulator.route(
    "POST", "/v2/post/publish/creator_info/query/", host=API, scopes=DIRECT, limit=Limit("creator", 20, 60)
)
def read_creator(call: Call) -> Response:
    """What this creator may choose; some refusals come with status 200."""
    call.json({})
    account = call.account
    try:
        check_day(call, is_draft=False)
    except RefusalError as full:
        return reply(full.body, 200)
    return reply(
        envelope(
            {
                "creator_avatar_url": "https://p16-sign.tiktokcdn.com/a.jpeg",
                "creator_username": account.handle[1:],
                "creator_nickname": account.name,
                "privacy_level_options": account.extra["levels"],
                "comment_disabled": account.extra["comment_disabled"],
                "duet_disabled": account.extra["duet_disabled"],
                "stitch_disabled": account.extra["stitch_disabled"],
                "max_video_post_duration_sec": account.extra["max_seconds"],
            }
        )
    )


@simulator.route("POST", "/v2/post/publish/video/init/", host=API, scopes=DIRECT, limit=Limit("video", 6, 60))
def begin_video(call: Call) -> Response:
    """A video that is posted as soon as its bytes are there."""
    fields = {
        "post_info": Field("object", required=True, fields=VIDEO_INFO),
        "source_info": Field("object", required=True, fields=FILE),
    }
    wish = call.json(fields)
    _check_info(call, wish["post_info"], {"title": 2200})
    return _begin_upload(call, wish["post_info"], wish["source_info"], is_draft=False)


@simulator.route(
    "POST", "/v2/post/publish/inbox/video/init/", host=API, scopes=DRAFT, limit=Limit("inbox", 6, 60)
)
def begin_draft(call: Call) -> Response:
    """A video that lands in the creator's inbox; text and privacy are typed there."""
    wish = call.json({"source_info": Field("object", required=True, fields=FILE)})
    return _begin_upload(call, {}, wish["source_info"], is_draft=True)


def _begin_upload(call: Call, info: dict[str, Any], source: dict[str, Any], *, is_draft: bool) -> Response:
    size, chunk, count = source["video_size"], source["chunk_size"], source["total_chunk_count"]
    if not 0 < size <= LARGEST or chunk <= 0 or count != max(1, size // chunk) or count > 1000:
        raise refusal("invalid_param", "The total chunk count is invalid")
    last = size - (count - 1) * chunk
    is_whole = count == 1 and chunk == size
    in_bounds = LEAST_CHUNK <= chunk <= MOST_CHUNK and last <= MOST_LAST
    if (size < LEAST_CHUNK and not is_whole) or (size >= LEAST_CHUNK and not in_bounds):
        raise refusal("invalid_param", "The chunk size is invalid")
    if size > MOST_CHUNK and count == 1:
        raise refusal("invalid_param", "Videos over 64 MB come in several chunks")
    share = _share(call, "v_inbox_file~v2." if is_draft else "v_pub_file~v2-1.", info, is_draft=is_draft)
    share.size, share.chunk, share.count = size, chunk, count
    share.blob = call.world.blobs.create()
    share.upload_key = call.world.issue(simulator.key, "upload_token", secrets.token_urlsafe(32))
    place = urlencode({"upload_id": share.id[-12:], "upload_token": share.upload_key})
    return reply(envelope({"publish_id": share.id, "upload_url": f"https://{UPLOAD}/video/?{place}"}))


@simulator.route(
    "POST", "/v2/post/publish/content/init/", host=API, scopes=DIRECT + DRAFT, limit=Limit("photo", 6, 60)
)
def begin_photos(call: Call) -> Response:
    """Photos; this call alone makes the post."""
    fields = {
        "media_type": Field(required=True, choices=("PHOTO",)),
        "post_mode": Field(required=True, choices=("DIRECT_POST", "MEDIA_UPLOAD")),
        "post_info": Field("object", required=True, fields=PHOTO_INFO),
        "source_info": Field("object", required=True, fields=PHOTOS),
    }
    wish = call.json(fields)
    info, source, is_draft = wish["post_info"], wish["source_info"], wish["post_mode"] == "MEDIA_UPLOAD"
    if (DRAFT if is_draft else DIRECT)[0] not in call.token.scopes:
        raise refusal("scope_not_authorized")
    if not is_draft:
        _check_info(call, info, {"title": 90, "description": 4000})
    urls = source["photo_images"]
    if not 1 <= len(urls) <= 35 or not 0 <= source["photo_cover_index"] < len(urls):
        raise refusal("invalid_param", "photo_images")
    share = _share(call, "p_pub_url~v2.", info, is_draft=is_draft)
    share.is_photo = True
    info["cover"] = source["photo_cover_index"]
    pull_photos(call, share, urls)
    return reply(envelope({"publish_id": share.id}))


def _share(call: Call, start: str, info: dict[str, Any], *, is_draft: bool) -> Share:
    check_day(call, is_draft=is_draft)
    share = Share(
        start + call.world.snowflake(), call.token.account, call.token.client_id, is_draft, call.now, info
    )
    return simulator.shares(call.world).add(share)


def _check_info(call: Call, info: dict[str, Any], longest: dict[str, int]) -> None:
    level = info.get("privacy_level", "")
    app = call.world.apps.get(call.token.client_id)
    if app is not None and not app.extra["audited"] and call.account.kind != "private":
        raise refusal("unaudited_client_can_only_post_to_private_accounts")
    if level not in call.account.extra["levels"]:
        raise refusal("privacy_level_option_mismatch")
    if info.get("brand_content_toggle") and level == "SELF_ONLY":
        raise refusal("invalid_param", "Branded content cannot be private")
    for name, most in longest.items():
        if len(info.get(name, "").encode("utf-16-le")) // 2 > most:
            raise refusal("invalid_param", name)
