"""What belongs to a video and comes after it: playlist, captions, cover
(https://developers.google.com/youtube/v3/docs, playlistItems, captions and thumbnails, read 2026-11).

The video is live by then: what is refused here becomes a remark for people, and the next step goes on. Captions and
the cover may be sent twice (YouTube answers 409, or takes the same picture again); a playlist would hold the video
twice, so that step looks before it sends again.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from socialhub.platforms.errors import Fault, PlatformError
from socialhub.platforms.flow import Finding, Go, Held, Job, Outcome, Stay
from socialhub.platforms.multipart import RangeReader, range_body
from socialhub.platforms.transport import Body
from socialhub.platforms.values import Media

from .processing import first_of, is_lost, remark
from .uploads import UPLOAD_TIMEOUT

ITEMS = "youtube/v3/playlistItems"
LISTING_LAG = timedelta(minutes=2)
"""A new entry may be missing from its list for that long."""
LOOK = timedelta(seconds=40)
NEEDS_TELEPHONE = (
    "YouTube lets only channels with a verified telephone number set a cover."
    " Verify it, then set the cover in YouTube Studio."
)


def add_to_playlist(job: Job) -> Outcome:
    """Put the video at the end of the chosen playlist."""
    playlist = job.options.get("playlist")
    if not playlist or is_lost(job):
        return Go()
    resource = {"kind": "youtube#video", "videoId": job.facts["video"]}
    entry = {"snippet": {"playlistId": playlist, "resourceId": resource}}
    return _attempt(job, "playlist", lambda: job.api.post(ITEMS, params={"part": "snippet"}, json_body=entry))


def find_in_playlist(job: Job) -> Finding:
    """Whether the playlist has the video already."""
    playlist = job.options.get("playlist")
    if not playlist:
        return None
    query = {"part": "id", "playlistId": playlist, "videoId": job.facts["video"], "maxResults": 1}
    if first_of(job.api.get(ITEMS, params=query).body):
        return Go()
    if job.now - (job.sent_at or job.now) < LISTING_LAG:
        return Stay(wait=LOOK, note="not in the playlist yet")
    return None


def add_captions(job: Job) -> Outcome:
    """Send the file with the captions; YouTube reads its kind from the text."""
    file = job.options.get("captions")
    if file is None or is_lost(job):
        return Go()
    said = {"videoId": job.facts["video"], "language": job.options["captions_language"], "name": ""}

    def send() -> None:
        try:
            job.api.post(
                "upload/youtube/v3/captions",
                params={"uploadType": "multipart", "part": "snippet"},
                body=_related({"snippet": said}, file),
                timeout=UPLOAD_TIMEOUT,
            )
        except PlatformError as error:
            if error.kind is not Fault.DUPLICATE:  # they arrived, and the answer did not
                raise

    return _attempt(job, "captions", send)


def set_thumbnail(job: Job) -> Outcome:
    """Set the cover. It comes last: a channel that has set too many today waits a day for this alone."""
    file = job.options.get("thumbnail")
    if file is None or is_lost(job):
        return Go()
    return _attempt(
        job,
        "cover",
        lambda: job.api.post(
            "upload/youtube/v3/thumbnails/set",
            params={"videoId": job.facts["video"], "uploadType": "media"},
            body=range_body(file.read, 0, file.size, file.mime),
            timeout=UPLOAD_TIMEOUT,
        ),
    )


def report(job: Job) -> Outcome:
    """Tell people what did not go as they wished."""
    remarks = job.facts.get("remarks") or ()
    return Held(" ".join(remarks)) if remarks else Go()


def _attempt(job: Job, what: str, send: Callable[[], object]) -> Go:
    try:
        send()
    except PlatformError as error:
        if error.is_retryable or error.is_ambiguous or error.retry_after is not None:
            raise
        needs_telephone = what == "cover" and error.code == "forbidden"
        words = NEEDS_TELEPHONE if needs_telephone else error.user_message
        return Go(remark(job, f"The video is live, but not its {what}: {words}"))
    return Go()


def _related(said: dict[str, Any], file: Media) -> Body:
    """Metadata and file in one body (RFC 2387), the file read in ranges."""
    boundary = secrets.token_hex(16)
    before = (
        f"--{boundary}\r\nContent-Type: application/json; charset=UTF-8\r\n\r\n{json.dumps(said)}\r\n"
        f"--{boundary}\r\nContent-Type: application/octet-stream\r\n\r\n"
    ).encode()
    after = f"\r\n--{boundary}--\r\n".encode()
    return Body(
        f"multipart/related; boundary={boundary}",
        len(before) + file.size + len(after),
        lambda: RangeReader(file.read, 0, file.size, before=before, after=after),
        shown=f"{json.dumps(said)} + {file.mime}, {file.size} bytes",
    )
