"""Sending videos in parts (https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/videos-api,
read 2026-11).

Facts: ``video`` is ``{"urn", "token", "parts", "etags", "cover"}``, a part is ``[address, first byte, last byte]``,
``cover`` the address for a picture of the person's own, empty once it was sent. The addresses are kept so that an
upload goes on where it stopped. A part that is sent twice replaces itself.
Captions are left out: how they are sent is documented by halves.
"""

from __future__ import annotations

from typing import Any

from socialhub.platforms.errors import PlatformError
from socialhub.platforms.flow import Back, Go, Job, Outcome, Stay
from socialhub.platforms.multipart import range_body
from socialhub.platforms.values import Media

from .media import ACTION, BYTES, UPLOAD_TIMEOUT, text_of, value_of
from .rest import HEADERS

GONE = (403, 404, 410)
STILL = {"media-type-family": "STILLIMAGE"}


def open_upload(job: Job) -> Outcome:
    """Announce the video; LinkedIn says which bytes go where."""
    has_cover = isinstance(job.options.get("cover"), Media)
    wish = {
        "owner": job.account.external_id,
        "fileSizeBytes": job.content.media[0].size,
        "uploadCaptions": False,
        "uploadThumbnail": has_cover,
    }
    body = {"initializeUploadRequest": wish}
    answer = job.api.post("rest/videos", params=ACTION["open"], json_body=body, headers=HEADERS)
    value = value_of(answer)
    parts = [
        [str(part["uploadUrl"]), int(part["firstByte"]), int(part["lastByte"])]
        for part in value.get("uploadInstructions") or ()
    ]
    if not parts:
        raise answer.lacks("uploadInstructions")
    video = {
        "urn": text_of(answer, "video"),
        "token": str(value.get("uploadToken") or ""),
        "parts": parts,
        "etags": [],
        "cover": text_of(answer, "thumbnailUploadUrl") if has_cover else "",
    }
    return Go({"video": video, "polls": 0})


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
        return _anew(error)
    etag = answer.headers.get("etag", "").strip('"')
    if not etag:
        raise answer.lacks("ETag")
    etags.append(etag)
    return Stay(
        {"video": {**video, "etags": etags}},
        progress=(last + 1) / media.size,
        note=f"{last + 1:,} of {media.size:,} bytes sent",
    )


def send_cover(job: Job) -> Outcome:
    """Send the picture that stands for the video if a person chose one, before the upload is closed."""
    picture, video = job.options.get("cover"), dict(job.facts["video"])
    if not isinstance(picture, Media) or not video.get("cover"):
        return Go()
    body = range_body(picture.read, 0, picture.size, BYTES)
    try:
        job.api.put(video["cover"], body=body, headers=STILL, auth=False, timeout=UPLOAD_TIMEOUT)
    except PlatformError as error:
        return _anew(error)
    return Go({"video": {**video, "cover": ""}})


def _anew(error: PlatformError) -> Outcome:
    """Begin the upload again where its addresses no longer open anything; else ``error`` as it is."""
    if error.http_status in GONE or error.code == "EXPIRED_UPLOAD_URL":
        return Back("open_upload", {"video": {}}, note="the upload has expired; sending the video again")
    raise error


def close_upload(job: Job) -> Outcome:
    """Name all parts in order. Closing a closed upload gives the same answer."""
    video = job.facts["video"]
    wish = {"video": video["urn"], "uploadToken": video["token"], "uploadedPartIds": video["etags"]}
    body = {"finalizeUploadRequest": wish}
    job.api.post("rest/videos", params=ACTION["close"], json_body=body, headers=HEADERS)
    return Go({"polls": 0})
