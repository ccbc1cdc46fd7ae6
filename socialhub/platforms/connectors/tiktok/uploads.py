"""Sending a video in chunks
(https://developers.tiktok.com/doc/content-posting-api-media-transfer-guide, read 2026-11).

Facts: ``publish_id``, ``upload_url`` (the address is the key to this one upload, and is cut from every record),
``chunk``, ``count``, ``sent`` (chunks that TikTok has) and ``opened_at``. They are stored before the first byte:
a post whose bytes never end is never published.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from socialhub.platforms.errors import PlatformError
from socialhub.platforms.flow import Back, Finding, Go, Job, Outcome, Stay, Unsure
from socialhub.platforms.multipart import range_body

from .errors import data_of, wait_for_place
from .options import DRAFT

SMALL = 64_000_000
CHUNK = 10_000_000
"""Both valid whether a megabyte has 1000 or 1024 kilobytes: TikTok's page does not say."""
LIFETIME = timedelta(minutes=55)
"""Of the hour within which the whole upload must be done."""
SURELY_OVER = timedelta(minutes=65)
"""From here on not even a late request can add the last byte."""
UPLOAD_TIMEOUT = (5.0, 120.0)
ACCEPTED, COMPLETE, ELSEWHERE = 206, 201, 416
GONE = (403, 404)


def plan(size: int) -> tuple[int, int]:
    """Chunk size and number of chunks: rounded down, for the last chunk swallows the remainder."""
    return (size, 1) if size <= SMALL else (CHUNK, size // CHUNK)


def open_upload(job: Job) -> Outcome:
    """Announce the video. Without bytes nothing comes of it, so a repeat after a crash is harmless."""
    size = job.content.media[0].size
    chunk, count = plan(size)
    source = {"source": "FILE_UPLOAD", "video_size": size, "chunk_size": chunk, "total_chunk_count": count}
    body: dict[str, Any] = {"source_info": source}
    path = "v2/post/publish/inbox/video/init/"
    if job.options["privacy"] != DRAFT:
        path = "v2/post/publish/video/init/"
        body["post_info"] = info_of(job)
    try:
        answer = job.api.post(path, json_body=body)
        data = data_of(job.api, answer)
    except PlatformError as error:
        return wait_for_place(error)
    url, publish_id = str(data.get("upload_url") or ""), str(data.get("publish_id") or "")
    host = urlsplit(url).hostname or ""
    if not publish_id or not url.startswith("https://") or not host.endswith(".tiktokapis.com"):
        raise answer.lacks("upload_url")
    facts = {"publish_id": publish_id, "upload_url": url, "chunk": chunk, "count": count, "sent": 0}
    return Go({**facts, "opened_at": job.now.isoformat()})


def info_of(job: Job) -> dict[str, Any]:
    """What is said of a video that is posted directly."""
    options = job.options
    second = options.get("cover_second")
    cover = {} if second is None else {"video_cover_timestamp_ms": int(float(second) * 1000)}
    return {
        **cover,
        "privacy_level": options["privacy"],
        "title": job.content.text,
        "disable_comment": not options.get("allow_comment"),
        "disable_duet": not options.get("allow_duet"),
        "disable_stitch": not options.get("allow_stitch"),
        "brand_content_toggle": bool(options.get("paid_partnership")),
        "brand_organic_toggle": bool(options.get("own_brand")),
        "is_aigc": bool(options.get("made_with_ai")),
    }


def send_chunks(job: Job) -> Outcome:
    """Send the next chunk; the last one lets TikTok publish."""
    facts, media = job.facts, job.content.media[0]
    if _age(job) > LIFETIME:
        return Back("open_upload", note="the upload has expired")
    index, first = int(facts["sent"]), int(facts["sent"]) * int(facts["chunk"])
    is_last = index == int(facts["count"]) - 1
    length = media.size - first if is_last else int(facts["chunk"])
    answer = job.api.put(
        facts["upload_url"],
        auth=False,
        body=range_body(media.read, first, length, media.mime),
        headers={"Content-Range": f"bytes {first}-{first + length - 1}/{media.size}"},
        expect=(ELSEWHERE, *GONE),
        timeout=UPLOAD_TIMEOUT,
    )
    if answer.status in GONE:
        return Back("open_upload", note="the upload has expired")
    if answer.status == ELSEWHERE:
        return _where(job) or Stay(wait=timedelta(seconds=5))
    if is_last:
        return Go({"sent": index + 1})
    done = first + length
    return Stay(
        {"sent": index + 1}, progress=done / media.size, note=f"{done:,} of {media.size:,} bytes sent"
    )


def find_upload(job: Job) -> Finding:
    """What the status says of the bytes: go on, go ahead, or begin anew where nothing can come of it."""
    try:
        return _where(job)
    except PlatformError as error:
        if error.code == "invalid_publish_id":
            return Unsure("TikTok no longer knows this upload. Open the profile and see whether it is there.")
        raise


def _where(job: Job) -> Outcome:
    size, count = job.content.media[0].size, int(job.facts["count"])
    status = fetch_status(job)
    held = int(status.get("uploaded_bytes") or 0)
    if status.get("status") != "PROCESSING_UPLOAD" or held >= size:
        return Go({"sent": count})
    age = _age(job)
    if age > SURELY_OVER:
        return Back("open_upload", note="the upload has expired; nothing was published")
    if age > LIFETIME:
        return Stay(
            wait=SURELY_OVER - age + timedelta(seconds=1), note="waiting until the upload has expired"
        )
    sent = min(held // int(job.facts["chunk"]), count - 1)
    return Back(
        "send_chunks", {"sent": sent}, note=f"{held:,} of {size:,} bytes are there; going on from here"
    )


def fetch_status(job: Job) -> Mapping[str, Any]:
    """How far TikTok is with it."""
    body = {"publish_id": job.facts["publish_id"]}
    answer = job.api.post("v2/post/publish/status/fetch/", json_body=body)
    return data_of(job.api, answer)


def _age(job: Job) -> timedelta:
    return job.now - datetime.fromisoformat(job.facts["opened_at"])
