"""Sending pictures and videos (https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/images-api
and …/videos-api, read 2026-11).

Facts: ``images`` are URNs in the order of the files; ``video`` is ``{"urn", "token", "parts", "etags"}``, a part is
``[address, first byte, last byte]``; ``ready`` counts the files that are, ``polls`` how often we asked. The address
of a picture is used in the turn that gets it; those of a video are kept so that an upload goes on where it stopped.
A part that is sent twice replaces itself.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from socialhub.platforms.api import Answer
from socialhub.platforms.errors import Fault, PlatformError
from socialhub.platforms.flow import Back, Go, Job, Outcome, Stay
from socialhub.platforms.multipart import range_body
from socialhub.platforms.values import Kind

from .rest import HEADERS, can_read, encoded, mapping

UPLOAD_TIMEOUT = (5.0, 60.0)
BYTES = "application/octet-stream"
POLLS = tuple(timedelta(seconds=seconds) for seconds in (3, 5, 8, 13, 20, 60))
BLIND_WAIT = {True: timedelta(seconds=30), False: timedelta(seconds=5)}
"""How long a member's file is given when nothing may be asked of it, by whether it is a video."""
GONE = (403, 404, 410)


def send_images(job: Job) -> Outcome:
    """Send the next picture. A repeat after a crash leaves a file that nobody sees."""
    images = list(job.facts.get("images", ()))
    if len(images) == len(job.content.media):
        return Go()
    media = job.content.media[len(images)]
    wish = {"initializeUploadRequest": {"owner": job.account.external_id}}
    answer = job.api.post("rest/images", params=ACTION["open"], json_body=wish, headers=HEADERS)
    urn, address = _text(answer, "image"), _text(answer, "uploadUrl")
    if not _is_theirs(address):
        raise answer.lacks("uploadUrl")
    job.api.put(address, body=range_body(media.read, 0, media.size, BYTES), timeout=UPLOAD_TIMEOUT)
    images.append(urn)
    count = len(job.content.media)
    facts = {"images": images, "polls": 0}
    return Go(facts) if len(images) == count else Stay(facts, progress=len(images) / count)


ACTION = {"open": {"action": "initializeUpload"}, "close": {"action": "finalizeUpload"}}


def open_upload(job: Job) -> Outcome:
    """Announce the video; LinkedIn says which bytes go where."""
    wish = {
        "owner": job.account.external_id,
        "fileSizeBytes": job.content.media[0].size,
        "uploadCaptions": False,
        "uploadThumbnail": False,
    }
    body = {"initializeUploadRequest": wish}
    answer = job.api.post("rest/videos", params=ACTION["open"], json_body=body, headers=HEADERS)
    value = _value(answer)
    parts = [
        [str(part["uploadUrl"]), int(part["firstByte"]), int(part["lastByte"])]
        for part in value.get("uploadInstructions") or ()
    ]
    if not parts:
        raise answer.lacks("uploadInstructions")
    token = str(value.get("uploadToken") or "")
    return Go(
        {"video": {"urn": _text(answer, "video"), "token": token, "parts": parts, "etags": []}, "polls": 0}
    )


def send_chunks(job: Job) -> Outcome:
    """Send the next part, without a token: its address is the key to it."""
    video: dict[str, Any] = dict(job.facts["video"])
    parts, etags = video["parts"], list(video["etags"])
    if len(etags) == len(parts):
        return Go()
    address, first, last = parts[len(etags)]
    media = job.content.media[0]
    body = range_body(media.read, first, last - first + 1, BYTES)
    try:
        answer = job.api.put(address, body=body, auth=False, timeout=UPLOAD_TIMEOUT)
    except PlatformError as error:
        if error.http_status in GONE or error.code == "EXPIRED_UPLOAD_URL":
            return Back("open_upload", {"video": {}}, note="the upload has expired; sending the video again")
        raise
    etag = answer.headers.get("etag", "").strip('"')
    if not etag:
        raise answer.lacks("ETag")
    etags.append(etag)
    return Stay(
        {"video": {**video, "etags": etags}},
        progress=(last + 1) / media.size,
        note=f"{last + 1:,} of {media.size:,} bytes sent",
    )


def close_upload(job: Job) -> Outcome:
    """Name all parts in order. Closing a closed upload gives the same answer."""
    video = job.facts["video"]
    wish = {"video": video["urn"], "uploadToken": video["token"], "uploadedPartIds": video["etags"]}
    body = {"finalizeUploadRequest": wish}
    job.api.post("rest/videos", params=ACTION["close"], json_body=body, headers=HEADERS)
    return Go({"polls": 0})


def await_media(job: Job) -> Outcome:
    """Ask how far LinkedIn is with each file; a member's app may not ask, so it waits a little."""
    polls = int(job.facts.get("polls", 0))
    is_video = job.content.kind is Kind.VIDEO
    if not can_read(job.account):
        return Go() if polls else Stay({"polls": 1}, BLIND_WAIT[is_video], note="LinkedIn works on the files")
    ready = int(job.facts.get("ready", 0))
    files = assets_of(job)
    kind = "videos" if is_video else "images"
    answer = job.api.get(f"rest/{kind}/{encoded(files[ready])}", headers=HEADERS)
    match answer.text("status"):
        case "AVAILABLE":
            facts = {"ready": ready + 1, "polls": 0}
            return Go(facts) if ready + 1 == len(files) else Stay(facts)
        case "PROCESSING_FAILED":
            raise PlatformError(
                Fault.INVALID_MEDIA,
                platform=job.api.platform,
                code="PROCESSING_FAILED",
                user_message="LinkedIn could not process a file of this post. Replace it and try again.",
            )
        case _:
            wait = POLLS[min(polls, len(POLLS) - 1)]
            return Stay({"polls": polls + 1}, wait, note="LinkedIn works on the files")


def assets_of(job: Job) -> list[str]:
    """The URNs of what was sent; each upload has its own, so they tell our post from any other."""
    video = mapping(job.facts.get("video")).get("urn")
    return [str(video)] if video else [str(urn) for urn in job.facts.get("images", ())]


def _is_theirs(address: str) -> bool:
    """The token goes to LinkedIn alone, whatever an answer says."""
    parts = urlsplit(address)
    return parts.scheme == "https" and (parts.hostname or "").endswith(".linkedin.com")


def _value(answer: Answer) -> dict[str, Any]:
    return dict(mapping(mapping(answer.body).get("value")))


def _text(answer: Answer, name: str) -> str:
    value = str(_value(answer).get(name) or "")
    if not value:
        raise answer.lacks(name)
    return value
