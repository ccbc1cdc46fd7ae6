"""Videos by chunks, reels and video stories by the upload host
(https://developers.facebook.com/docs/graph-api/reference/page/videos and
https://developers.facebook.com/docs/video-api/guides/reels-publishing, read 2026-07).

Facts: ``video`` is ``{"id", "session", "address", "start", "end"}``; ``finished`` says that publishing was asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from socialhub.platforms.connectors._graph.uploading import UPLOAD_TIMEOUT, held_bytes, send_rest
from socialhub.platforms.errors import PlatformError
from socialhub.platforms.flow import Go, Job, Live, Outcome, Stay
from socialhub.platforms.multipart import multipart
from socialhub.platforms.values import Kind, Media

from .errors import WRONG_CHUNK, failed_video

POLLS = tuple(timedelta(seconds=seconds) for seconds in (3, 5, 8, 13, 20, 60))
EDGES = {Kind.VIDEO: "videos", Kind.SHORT: "video_reels", Kind.STORY: "video_stories"}
CHUNK = 4 * 1024 * 1024
"""Where Facebook only tells that a chunk was refused, the next one is so large."""
DONE = ("complete", "completed")


def has_video(job: Job) -> bool:
    """Whether the post holds a video (a story may also be a picture)."""
    return bool(job.content.media) and job.content.media[0].is_video


def open_upload(job: Job) -> Outcome:
    """Ask for the id of the video, which is kept before anything is published."""
    if not has_video(job) or job.facts.get("video"):
        return Go()
    form = {"upload_phase": "start"}
    if job.content.kind is Kind.VIDEO:
        form["file_size"] = str(job.content.media[0].size)
    answer = job.api.post(_edge(job), form=form)
    body = answer.body
    video: dict[str, Any] = {"id": answer.text("video_id")}
    if job.content.kind is Kind.VIDEO:
        video["session"] = answer.text("upload_session_id")
        video |= _range(body)
    else:
        video["address"] = answer.text("upload_url")
    return Go({"video": video})


def send_video(job: Job) -> Outcome:
    """Send the next chunk, or all that is missing at the upload host."""
    if not has_video(job) or job.facts.get("sent"):
        return Go()
    if job.content.kind is Kind.VIDEO:
        return _send_chunk(job)
    video, media = job.facts["video"], job.content.media[0]
    held = held_bytes(read_status(job))
    if not send_rest(job, video["address"], media, held):
        return Stay(wait=POLLS[0], note="asking how much of the video arrived")
    return Go({"sent": True})


def _send_chunk(job: Job) -> Outcome:
    video, media = dict(job.facts["video"]), job.content.media[0]
    start, end = int(video["start"]), int(video["end"])
    if start >= media.size or start == end:
        return Go({"sent": True})
    form = {"upload_phase": "transfer", "upload_session_id": video["session"], "start_offset": str(start)}
    body = multipart(
        form,
        name="video_file_chunk",
        filename="chunk.mp4",
        mime="application/octet-stream",
        read=media.read,
        offset=start,
        length=end - start,
    )
    try:
        answer = job.api.post(_edge(job), body=body, timeout=UPLOAD_TIMEOUT)
    except PlatformError as error:
        if error.code != WRONG_CHUNK:
            raise
        # The chunk arrived and its answer did not: go on where Facebook stands.
        held = held_bytes(read_status(job))
        facts = {"video": {**video, "start": held, "end": min(held + CHUNK, media.size)}}
        return Stay(facts, wait=POLLS[0] if held == start else timedelta(0))
    video |= _range(answer.body)
    facts = {"video": video}
    is_whole = video["start"] == video["end"] or video["start"] >= media.size
    return Go({**facts, "sent": True}) if is_whole else Stay(facts, progress=video["start"] / media.size)


def finish_video(job: Job) -> Outcome:
    """Ask for publication, then wait for it: answers say only that the wish arrived."""
    if job.facts.get("finished"):
        return await_video(job)
    video, form = job.facts["video"], {"upload_phase": "finish"}
    if job.content.kind is Kind.VIDEO:
        form["upload_session_id"] = video["session"]
    else:
        form |= {"video_id": video["id"], "video_state": "PUBLISHED"}
    if job.content.text and job.content.kind is not Kind.STORY:
        form["description"] = job.content.text
    if job.options.get("title"):
        form["title"] = str(job.options["title"])
    answer = job.api.post(_edge(job), form=form)
    story = str(answer.body.get("post_id") or "") if isinstance(answer.body, Mapping) else ""
    facts = {"finished": True, "polls": 0, **({"story": story} if story else {})}
    return Stay(facts, POLLS[0], note="Facebook works on the video")


def await_video(job: Job) -> Outcome:
    """Live means that the publishing phase is complete; ``ready`` alone only says that it is encoded."""
    status = read_status(job)
    if is_published(status):
        post_id = live_id(job)
        return Live(post_id, facts={"post_id": post_id})
    if has_failed(status):
        raise failed_video(job.api.platform, status)
    polls = int(job.facts.get("polls", 0))
    return Stay({"polls": polls + 1}, POLLS[min(polls, len(POLLS) - 1)], note="Facebook works on the video")


def set_cover(job: Job) -> Outcome:
    """Give the video the cover that a person chose. Set twice, the later one counts: they are the same
    (https://developers.facebook.com/docs/graph-api/reference/video/thumbnails, read 2026-06).
    """
    cover = job.options.get("cover")
    if not isinstance(cover, Media):
        return Go()
    body = multipart(
        {"is_preferred": "true"},
        name="source",
        filename=cover.name,
        mime=cover.mime,
        read=cover.read,
        offset=0,
        length=cover.size,
    )
    job.api.post(f"{job.facts['video']['id']}/thumbnails", body=body, timeout=UPLOAD_TIMEOUT)
    return Go()


def live_id(job: Job) -> str:
    """Videos and reels go by the video's id, stories by their own."""
    return str(job.facts.get("story") or job.facts["video"]["id"])


def read_status(job: Job) -> Mapping[str, Any]:
    """The field ``status`` of the video."""
    body = job.api.get(job.facts["video"]["id"], params={"fields": "status"}).body
    status = body.get("status") if isinstance(body, Mapping) else None
    return status if isinstance(status, Mapping) else {}


def is_published(status: Mapping[str, Any]) -> bool:
    """Whether people can see the video."""
    phase = status.get("publishing_phase") or {}
    return phase.get("status") in DONE and phase.get("publish_status") == "published"


def has_failed(status: Mapping[str, Any]) -> bool:
    """Whether the video will never be seen."""
    phases = [status.get(name) or {} for name in ("processing_phase", "publishing_phase")]
    words = [status.get("video_status"), *(phase.get("status") for phase in phases)]
    return any(word in ("error", "expired", "upload_failed") for word in words)


def has_begun(status: Mapping[str, Any]) -> bool:
    """Whether Facebook has heard that it shall publish the video."""
    phase = status.get("publishing_phase") or {}
    return status.get("video_status") in ("processing", "ready") or phase.get("status") == "in_progress"


def _edge(job: Job) -> str:
    return f"{job.account.external_id}/{EDGES[job.content.kind]}"


def _range(body: Any) -> dict[str, int]:
    """Offsets come as strings."""
    return {"start": int(body["start_offset"]), "end": int(body["end_offset"])}
