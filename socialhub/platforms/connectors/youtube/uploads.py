"""Resumable uploads (https://developers.google.com/youtube/v3/guides/using_resumable_upload_protocol, read 2026-10).

Facts: ``session`` is the address of the upload, which is all that is needed to add to it and therefore cut from
every record; ``offset`` counts the bytes that YouTube acknowledged.
"""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import urlsplit

from socialhub.platforms.api import Answer
from socialhub.platforms.errors import Fault, PlatformError
from socialhub.platforms.flow import Back, Go, Job, Live, Outcome, Stay
from socialhub.platforms.multipart import range_body
from socialhub.platforms.transport import Body
from socialhub.platforms.values import Content, Kind

from .options import YES
from .rules import LONGEST_SHORT

UPLOAD = "upload/youtube/v3/videos"
CHUNK = 32 * 256 * 1024
"""A multiple of 256 KiB, as the protocol wants."""
UPLOAD_TIMEOUT = (5.0, 120.0)
INCOMPLETE = 308
GONE = (404, 410)
ENDINGS = {"video/mp4": "mp4", "video/quicktime": "mov", "video/webm": "webm"}
_RANGE = re.compile(r"bytes=0-(\d+)$")


def open_session(job: Job) -> Outcome:
    """Say what the video is; a session without bytes never becomes a video, so a repeat is harmless.

    Where the day's quota is spent, the delivery waits here until it is full again.
    """
    sent = json.dumps(video_of(job), ensure_ascii=False).encode()
    try:
        answer = _announce(job, sent)
    except PlatformError as error:
        if error.kind is Fault.QUOTA_EXCEEDED and error.retry_after is not None:
            return Stay(wait=error.retry_after, note=error.user_message)
        raise
    session = answer.headers.get("location", "")
    host = urlsplit(session).hostname or ""
    if not session.startswith("https://") or not host.endswith(".googleapis.com"):
        raise answer.lacks("Location")
    return Go({"session": session, "offset": 0})


def _announce(job: Job, sent: bytes) -> Answer:
    media = job.content.media[0]
    return job.api.post(
        UPLOAD,
        params={
            "uploadType": "resumable",
            "part": "snippet,status",
            "notifySubscribers": "true" if job.options.get("notify", True) else "false",
        },
        body=Body.of(sent, "application/json; charset=UTF-8"),
        headers={
            "X-Upload-Content-Length": str(media.size),
            "X-Upload-Content-Type": media.mime,
            "Slug": file_name(job),
        },
    )


def file_name(job: Job) -> str:
    """A name that no other upload has: it is how ours can be told from a twin."""
    return f"{job.key}.{ENDINGS.get(job.content.media[0].mime, 'video')}"


def video_of(job: Job) -> dict[str, Any]:
    """The video resource as it is sent."""
    options = job.options
    snippet: dict[str, Any] = {
        "title": options["title"],
        "description": job.content.text,
        "categoryId": options["category"],
    }
    if options.get("tags"):
        snippet["tags"] = list(options["tags"])
    status = {
        "privacyStatus": options["privacy"],
        "selfDeclaredMadeForKids": options["made_for_kids"] == YES,
        "containsSyntheticMedia": bool(options.get("synthetic")),
    }
    return {"snippet": snippet, "status": status}


def send_chunks(job: Job) -> Outcome:
    """Send the next range; the last one makes the video. Where to go on is what YouTube says it holds."""
    media, first = job.content.media[0], int(job.facts["offset"])
    length = min(CHUNK, media.size - first)
    answer = job.api.put(
        job.facts["session"],
        body=range_body(media.read, first, length, media.mime),
        headers={"Content-Range": f"bytes {first}-{first + length - 1}/{media.size}"},
        expect=(INCOMPLETE, *GONE),
        timeout=UPLOAD_TIMEOUT,
    )
    if answer.status in GONE:
        return Back("open_session", note="the upload has expired")
    if answer.status != INCOMPLETE:
        return live(job, answer)
    held = held_by(answer)
    if held <= first and first + length == media.size:
        raise answer.lacks("video")  # every byte was taken and no video came of it: ask before anything else
    return Stay({"offset": held}, progress=held / media.size, note=f"{held:,} of {media.size:,} bytes sent")


def ask_session(job: Job) -> Answer:
    """What has become of the session: 308 with what it holds, the first answer again, or 404."""
    return job.api.put(
        job.facts["session"],
        headers={"Content-Range": f"bytes */{job.content.media[0].size}"},
        expect=(INCOMPLETE, *GONE),
    )


def held_by(answer: Answer) -> int:
    """How many bytes YouTube holds; without the header it holds none."""
    found = _RANGE.match(answer.headers.get("range", ""))
    return int(found[1]) + 1 if found else 0


def live(job: Job, answer: Answer) -> Live:
    """The video that an upload became."""
    video_id = answer.text("id")
    return Live(
        video_id, permalink(job.content, video_id), {"video": video_id, "live_at": job.now.isoformat()}
    )


def permalink(content: Content, video_id: str) -> str:
    """Where people see it; a Short has an address of its own kind."""
    return f"https://www.youtube.com/{'shorts/' if is_short(content) else 'watch?v='}{video_id}"


def is_short(content: Content) -> bool:
    """Whether YouTube makes a Short of it: it looks at the picture and the length alone."""
    media = content.media[0]
    upright = (
        media.ratio is not None and media.ratio <= 1 and (media.seconds or LONGEST_SHORT + 1) <= LONGEST_SHORT
    )
    return content.kind is Kind.SHORT or upright
