"""Uploading files: one a turn, streamed; moving pictures are processed by the server for a while
(https://docs.joinmastodon.org/methods/media/, read 2026-07).

Facts: ``media`` maps "part.index" to ``{"id": …, "ready": bool}``. Files that belong to no post are swept
away after a day, so they are uploaded when the post is due, not before.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from socialhub.platforms.errors import PlatformError
from socialhub.platforms.flow import Back, Go, Job, Outcome, Stay
from socialhub.platforms.multipart import multipart
from socialhub.platforms.values import Media

from .errors import about_a_file

UPLOAD_TIMEOUT = (5.0, 120.0)
MIDDLE = "0,0"
POLLS = tuple(timedelta(seconds=seconds) for seconds in (3, 5, 8, 13, 20, 60))


def files_of(job: Job) -> Iterator[tuple[str, Media]]:
    """Every file of the content under its key in the facts."""
    for part_index, part in enumerate(job.content.posts):
        for index, media in enumerate(part.media):
            yield f"{part_index}.{index}", media


def media_ids(job: Job, part: int) -> list[str]:
    """The server's ids of the files of one part, in order."""
    known = job.facts.get("media", {})
    return [known[f"{part}.{index}"]["id"] for index in range(len(job.content.posts[part].media))]


def upload_media(job: Job) -> Outcome:
    """Send the next file. A repeat after a crash leaves a spare copy that the server sweeps away."""
    known: dict[str, Any] = dict(job.facts.get("media", {}))
    files = list(files_of(job))
    missing = [(key, media) for key, media in files if key not in known]
    if not missing:
        return Go()
    key, media = missing[0]
    known[key] = _send(job, media)
    facts = {"media": known}
    if len(missing) == 1:
        return Go(facts)
    return Stay(facts, progress=len(known) / len(files), note=f"{len(known)} of {len(files)} files sent")


def _send(job: Job, media: Media) -> dict[str, Any]:
    details = {"description": media.alt} if media.alt else {}
    if media.is_image and job.options.get("focus") not in (None, MIDDLE):
        details["focus"] = str(job.options["focus"])
    body = multipart(
        details,
        name="file",
        filename=media.name or "file",
        mime=media.mime,
        read=media.read,
        offset=0,
        length=media.size,
    )
    try:
        answer = job.api.post("api/v2/media", body=body, timeout=UPLOAD_TIMEOUT, expect=(404,))
        if answer.status == 404:  # older servers answer when all is done
            answer = job.api.post("api/v1/media", body=body, timeout=UPLOAD_TIMEOUT)
    except PlatformError as error:
        raise about_a_file(error) from None
    return {"id": answer.text("id"), "ready": answer.status != 202}


def set_thumbnail(job: Job) -> Outcome:
    """Give the video the picture that a person chose, before it is in a post; again is no harm."""
    picture = job.options.get("thumbnail")
    if not isinstance(picture, Media):
        return Go()
    body = multipart(
        {},
        name="thumbnail",
        filename=picture.name or "thumbnail",
        mime=picture.mime,
        read=picture.read,
        offset=0,
        length=picture.size,
    )
    try:
        answer = job.api.put(
            f"api/v1/media/{media_ids(job, 0)[0]}", body=body, timeout=UPLOAD_TIMEOUT, expect=(404,)
        )
    except PlatformError as error:
        raise about_a_file(error) from None
    if answer.status == 404:
        return Back("upload_media", {"media": {}, "polls": 0}, note="the server no longer has the file")
    return Go()


def await_media(job: Job) -> Outcome:
    """Ask for the next file that is still processed: 206 in work, 200 ready, 422 failed, 404 swept away."""
    known: dict[str, Any] = dict(job.facts.get("media", {}))
    waiting = [key for key, file in known.items() if not file["ready"]]
    if not waiting:
        return Go()
    key = waiting[0]
    try:
        answer = job.api.get(f"api/v1/media/{known[key]['id']}", expect=(404,))
    except PlatformError as error:
        raise about_a_file(error) from None
    if answer.status == 404:
        return Back("upload_media", {"media": {}, "polls": 0}, note="the server no longer has the files")
    if answer.status == 206:
        polls = int(job.facts.get("polls", 0))
        return Stay(
            {"polls": polls + 1}, POLLS[min(polls, len(POLLS) - 1)], note="the server works on the file"
        )
    known[key] = {**known[key], "ready": True}
    facts = {"media": known, "polls": 0}
    return Go(facts) if len(waiting) == 1 else Stay(facts)


def is_attached(job: Job, media_id: str) -> bool:
    """Whether a file of ours belongs to a post: the server then no longer shows it as a file."""
    answer = job.api.get(f"api/v1/media/{media_id}", expect=(404, 422))
    return answer.status == 404
