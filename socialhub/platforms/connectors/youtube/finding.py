"""Whether an upload whose last answer was lost became a video.

The session says so itself: it answers with what it holds, or once more with the video. Only where the session
is gone the channel's list of uploads has to speak.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from socialhub.platforms.flow import Back, Finding, Job, Live, Stay, Unsure

from .uploads import GONE, INCOMPLETE, ask_session, file_name, held_by, live, permalink

CLOCK_SKEW = timedelta(seconds=60)
LOOK = timedelta(minutes=3)
LISTING_LAG = timedelta(minutes=10)
"""A new upload may be missing from the list for some minutes."""
PAGE = 50


def find_video(job: Job) -> Finding:
    """Go on where the upload stopped, or adopt the video that it became."""
    answer = ask_session(job)
    if answer.status == INCOMPLETE:
        held = held_by(answer)
        return Back("send_chunks", {"offset": held}, note=f"{held:,} bytes are there; going on from here")
    if answer.status not in GONE:
        return live(job, answer)
    return _look_among_uploads(job)


def _look_among_uploads(job: Job) -> Finding:
    first = job.facts.get("first_sent") or (job.sent_at or job.now).isoformat()
    since = datetime.fromisoformat(first) - CLOCK_SKEW
    fitting = [video for video in _uploads(job, since) if _is_ours(job, video)]
    if len(fitting) > 1:
        return Unsure("Several videos on YouTube look like this one. Open YouTube Studio and decide.")
    if fitting:
        video_id = str(fitting[0]["id"])
        return Live(
            video_id, permalink(job.content, video_id), {"video": video_id, "live_at": job.now.isoformat()}
        )
    if job.now - datetime.fromisoformat(first) < LISTING_LAG:
        return Stay({"first_sent": first}, wait=LOOK, note="not among the channel's videos yet")
    return Back("open_session", {"first_sent": ""}, note="the upload has expired and left no video")


def _uploads(job: Job, since: datetime) -> Iterator[Mapping[str, Any]]:
    playlist = job.account.extra.get("uploads") or f"UU{job.account.external_id[2:]}"
    query = {"part": "contentDetails", "playlistId": playlist, "maxResults": PAGE}
    listed = _items(job.api.get("youtube/v3/playlistItems", params=query).body)
    ids = [str((item.get("contentDetails") or {}).get("videoId") or "") for item in listed]
    wanted = [video_id for video_id in ids if video_id and video_id not in job.taken]
    if not wanted:
        return
    query = {"part": "snippet,fileDetails", "id": ",".join(wanted)}
    for video in _items(job.api.get("youtube/v3/videos", params=query).body):
        published = str((video.get("snippet") or {}).get("publishedAt") or "")
        if published and datetime.fromisoformat(published) >= since:
            yield video


def _is_ours(job: Job, video: Mapping[str, Any]) -> bool:
    """By the name that we gave the file; where YouTube forgot it, by title and exact size."""
    details, snippet = video.get("fileDetails") or {}, video.get("snippet") or {}
    if details.get("fileName") == file_name(job):
        return True
    return (
        str(details.get("fileSize")) == str(job.content.media[0].size)
        and snippet.get("title") == job.options["title"]
        and not _is_another_of_ours(str(details.get("fileName") or ""))
    )


def _is_another_of_ours(name: str) -> bool:
    """Whether the file bears the name of another delivery: 36 characters of its key, then an ending."""
    stem = name.partition(".")[0]
    return len(stem) == 36 and stem.count("-") == 4


def _items(body: Any) -> list[Mapping[str, Any]]:
    items = body.get("items") if isinstance(body, Mapping) else None
    return [item for item in items or () if isinstance(item, Mapping)]
