"""Photos, which TikTok fetches
(https://developers.tiktok.com/doc/content-posting-api-reference-photo-post, read 2026-11).

One call makes the post and there is no key to recognise it by: when its answer is lost, only the list of public
videos can show that it is there, and nothing can show that it is not.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from socialhub.platforms.errors import PlatformError
from socialhub.platforms.flow import Finding, Go, Job, Outcome, Stay, Unsure

from .errors import data_of, wait_for_place
from .options import DRAFT, PUBLIC

FETCH_FOR = timedelta(hours=2)
"""TikTok gives up after an hour."""
FIELDS = "id,create_time,title,video_description"
CLOCK_SKEW = timedelta(seconds=60)
LOOK = timedelta(minutes=2)
PATIENCE = timedelta(minutes=6)
PAGE = 20


def create_post(job: Job) -> Outcome:
    """Hand over the addresses; TikTok does the rest."""
    is_draft, options = job.options["privacy"] == DRAFT, job.options
    info: dict[str, Any] = {"title": options.get("title", ""), "description": job.content.text}
    if not is_draft:
        info |= {
            "privacy_level": options["privacy"],
            "disable_comment": not options.get("allow_comment"),
            "auto_add_music": bool(options.get("add_music")),
            "brand_content_toggle": bool(options.get("paid_partnership")),
            "brand_organic_toggle": bool(options.get("own_brand")),
        }
    body = {
        "media_type": "PHOTO",
        "post_mode": "MEDIA_UPLOAD" if is_draft else "DIRECT_POST",
        "post_info": info,
        "source_info": {
            "source": "PULL_FROM_URL",
            "photo_images": [media.public_url(FETCH_FOR) for media in job.content.media],
            "photo_cover_index": cover_of(job),
        },
    }
    try:
        answer = job.api.post("v2/post/publish/content/init/", json_body=body)
        publish_id = str(data_of(job.api, answer).get("publish_id") or "")
    except PlatformError as error:
        return wait_for_place(error)
    if not publish_id:
        raise answer.lacks("publish_id")
    return Go({"publish_id": publish_id})


def cover_of(job: Job) -> int:
    """Which picture stands in front, counted from 0."""
    return int(float(job.options.get("cover_picture") or 1)) - 1


def find_post(job: Job) -> Finding:
    """Adopt the one public post with our words since we sent; else a person must look."""
    if job.options["privacy"] != PUBLIC:
        return Unsure(
            "TikTok lists public posts only. Open the TikTok app and see whether this one is there."
        )
    first = datetime.fromisoformat(job.facts.get("first_sent") or (job.sent_at or job.now).isoformat())
    listed = job.api.post("v2/video/list/", params={"fields": FIELDS}, json_body={"max_count": PAGE})
    fitting = [
        str(video["id"])
        for video in data_of(job.api, listed).get("videos") or ()
        if str(video.get("id")) not in job.taken
        and datetime.fromtimestamp(int(video.get("create_time") or 0), UTC) >= first - CLOCK_SKEW
        and _plain(video.get("video_description")) == _plain(job.content.text)
        and _plain(video.get("title")) in ("", _plain(job.options.get("title")))
    ]
    if len(fitting) == 1 and job.content.text.strip():
        return Go({"post_id": fitting[0]})
    if fitting:
        return Unsure("A post on TikTok may be this one. Open the profile and decide.")
    if job.now - first < PATIENCE:
        return Stay({"first_sent": first.isoformat()}, LOOK, note="not among the public posts yet")
    return Unsure(
        "TikTok shows no such post, but may still be looking through it. Open the profile and decide."
    )


def _plain(text: Any) -> str:
    return " ".join(str(text or "").split())
