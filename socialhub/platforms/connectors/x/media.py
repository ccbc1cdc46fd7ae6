"""Uploading files in segments (https://docs.x.com/x-api/media/initialize-media-upload, read 2026-08).

Facts: ``media`` maps "part.index" to ``{"id", "key", "chunk", "sent", "closed", "ready", "described"}``; ``sent``
counts acknowledged segments, so an upload goes on where it stopped. A segment that is sent twice replaces
itself. Ids live for a day.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from socialhub.platforms.errors import Fault, PlatformError
from socialhub.platforms.flow import Back, Go, Job, Outcome, Stay
from socialhub.platforms.multipart import multipart
from socialhub.platforms.values import Media

CHUNK = 4 * 1024 * 1024
MOST_SEGMENTS = 1000
LIFETIME = timedelta(hours=23)
"""Of the 24 hours that the answers promise."""
UPLOAD_TIMEOUT = (5.0, 60.0)
MISSING = (404,)
File = dict[str, Any]


def files_of(job: Job) -> Iterator[tuple[str, Media]]:
    """Every file of the content under its key in the facts."""
    for part_index, part in enumerate(job.content.posts):
        for index, media in enumerate(part.media):
            yield f"{part_index}.{index}", media


def uploads_of(job: Job, part: int) -> list[Mapping[str, Any]]:
    """What is known of the files of one part, in order."""
    known = job.facts.get("media", {})
    return [known[f"{part}.{index}"] for index in range(len(job.content.posts[part].media))]


def open_upload(job: Job) -> Outcome:
    """Announce the next file. A repeat after a crash leaves an empty upload that X forgets."""
    known = dict(job.facts.get("media", {}))
    missing = [(key, media) for key, media in files_of(job) if key not in known]
    if not missing:
        return Go({"media": known})
    key, media = missing[0]
    wish = {"media_type": media.mime, "total_bytes": media.size, "media_category": category_of(media)}
    answer = job.api.post("2/media/upload/initialize", json_body=wish)
    data = data_of(answer.body)
    chunk = max(CHUNK, -(-media.size // MOST_SEGMENTS))
    known[key] = {
        "id": str(data.get("id") or ""),
        "key": str(data.get("media_key") or ""),
        "chunk": chunk,
        "sent": 0,
        "at": job.now.isoformat(),
    }
    return _next({"media": known}, is_last=len(missing) == 1)


def category_of(media: Media) -> str:
    """Without the right category X does not process a moving picture, and its id is of no use."""
    if media.is_video:
        return "tweet_video"
    return "tweet_gif" if media.mime == "image/gif" else "tweet_image"


def send_chunks(job: Job) -> Outcome:
    """Send the next segment of the first file that is not complete."""
    known = dict(job.facts["media"])
    for key, media in files_of(job):
        file: File = dict(known[key])
        offset = file["sent"] * file["chunk"]
        if offset >= media.size:
            continue
        body = multipart(
            {"segment_index": str(file["sent"])},
            name="media",
            filename=media.name or "file",
            mime="application/octet-stream",
            read=media.read,
            offset=offset,
            length=min(file["chunk"], media.size - offset),
        )
        path = f"2/media/upload/{file['id']}/append"
        answer = job.api.post(path, body=body, timeout=UPLOAD_TIMEOUT, expect=MISSING)
        if answer.status in MISSING:
            return forget_uploads(job)
        known[key] = {**file, "sent": file["sent"] + 1}
        done = sum(min(f["sent"] * f["chunk"], m.size) for k, m in files_of(job) for f in (known[k],))
        total = sum(m.size for _, m in files_of(job))
        return Stay({"media": known}, progress=done / total, note=f"{done:,} of {total:,} bytes sent")
    return Go()


def close_upload(job: Job) -> Outcome:
    """Tell X that the next file is complete. Closing a closed upload gives the same answer."""
    known = dict(job.facts["media"])
    still_open = [key for key, file in known.items() if "ready" not in file]
    if not still_open:
        return Go()
    key = still_open[0]
    answer = job.api.post(f"2/media/upload/{known[key]['id']}/finalize", expect=MISSING)
    if answer.status in MISSING:
        return forget_uploads(job)
    data = data_of(answer.body)
    known[key] = {
        **known[key],
        "key": str(data.get("media_key") or known[key]["key"]),
        "ready": "processing_info" not in data,
    }
    return _next({"media": known}, is_last=len(still_open) == 1)


def await_media(job: Job) -> Outcome:
    """Ask how far X has processed the next file, as often as it says."""
    known = dict(job.facts["media"])
    waiting = [key for key, file in known.items() if not file["ready"]]
    if not waiting:
        return Go()
    key = waiting[0]
    query = {"media_id": known[key]["id"], "command": "STATUS"}
    answer = job.api.get("2/media/upload", params=query, expect=MISSING)
    if answer.status in MISSING:
        return forget_uploads(job)
    info = data_of(answer.body).get("processing_info") or {"state": "succeeded"}
    match info.get("state"):
        case "succeeded":
            known[key] = {**known[key], "ready": True}
            return _next({"media": known}, is_last=len(waiting) == 1)
        case "failed":
            raise PlatformError(
                Fault.INVALID_MEDIA,
                platform=job.api.platform,
                code=str((info.get("error") or {}).get("name") or "failed")[:80],
                user_message="X could not process the file. Convert it to MP4 with H.264 and AAC, then try again.",
            )
        case _:
            percent = info.get("progress_percent")
            return Stay(
                wait=timedelta(seconds=max(1, int(info.get("check_after_secs") or 5))),
                progress=percent / 100 if isinstance(percent, int) else None,
                note="X processes the file",
            )


def describe_media(job: Job) -> Outcome:
    """Set the next alternative text: X takes it only before the post is made. Setting it again is harmless."""
    known = dict(job.facts["media"])
    missing = [(key, m.alt) for key, m in files_of(job) if m.alt and not known[key].get("described")]
    if not missing:
        return Go()
    key, alt = missing[0]
    wish = {"id": known[key]["id"], "metadata": {"alt_text": {"text": alt}}}
    job.api.post("2/media/metadata", json_body=wish)
    known[key] = {**known[key], "described": True}
    return _next({"media": known}, is_last=len(missing) == 1)


def has_expired(job: Job, part: int) -> bool:
    """Whether a file of this part is too old to be attached."""
    return any(job.now - datetime.fromisoformat(file["at"]) > LIFETIME for file in uploads_of(job, part))


def forget_uploads(job: Job) -> Back:
    """Start over with the files of the parts that are not live yet."""
    done = len(job.facts.get("posts", ()))
    kept = {key: f for key, f in job.facts.get("media", {}).items() if int(key.split(".")[0]) < done}
    return Back("open_upload", {"media": kept}, note="X no longer has the files; sending them again")


def data_of(body: Any) -> Mapping[str, Any]:
    """The object under ``data``; empty where there is none."""
    data = body.get("data") if isinstance(body, Mapping) else None
    return data if isinstance(data, Mapping) else {}


def _next(facts: Mapping[str, Any], *, is_last: bool) -> Outcome:
    return Go(facts) if is_last else Stay(facts)
