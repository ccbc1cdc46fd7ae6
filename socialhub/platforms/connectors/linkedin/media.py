"""Sending pictures and documents, and waiting for every kind of file
(https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/images-api and …/documents-api,
read 2026-11).

Facts: ``images`` are URNs in the order of the files, ``document`` and ``card`` (the picture of a link) one each;
``ready`` counts the files that are, ``polls`` how often we asked. The address of an upload is used in the turn that
gets it. Those of ``videos.py`` stand beside them.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from socialhub.platforms.api import Answer
from socialhub.platforms.errors import Fault, PlatformError
from socialhub.platforms.flow import Go, Job, Outcome, Stay
from socialhub.platforms.multipart import range_body
from socialhub.platforms.values import Kind, Media

from .rest import HEADERS, can_read, encoded, mapping

UPLOAD_TIMEOUT = (5.0, 60.0)
BYTES = "application/octet-stream"
ACTION = {"open": {"action": "initializeUpload"}, "close": {"action": "finalizeUpload"}}
POLLS = tuple(timedelta(seconds=seconds) for seconds in (3, 5, 8, 13, 20, 60))
BLIND_WAIT = {Kind.VIDEO: timedelta(seconds=30), Kind.DOCUMENT: timedelta(seconds=15)}
"""How long a member's file is given when nothing may be asked of it; pictures take a few seconds."""
BLIND_WAIT_FOR_PICTURES = timedelta(seconds=5)


def send_images(job: Job) -> Outcome:
    """Send the next picture. A repeat after a crash leaves a file that nobody sees."""
    images = list(job.facts.get("images", ()))
    if len(images) == len(job.content.media):
        return Go()
    images.append(_send(job, "image", job.content.media[len(images)]))
    count = len(job.content.media)
    facts = {"images": images, "polls": 0}
    return Go(facts) if len(images) == count else Stay(facts, progress=len(images) / count)


def send_document(job: Job) -> Outcome:
    """Send the document."""
    return Go({"document": _send(job, "document", job.content.media[0]), "polls": 0})


def send_card(job: Job) -> Outcome:
    """Send the picture of a link if a person chose one: LinkedIn does not look at the linked page."""
    picture = job.options.get("card_image")
    if not isinstance(picture, Media) or job.facts.get("card"):
        return Go()
    return Go({"card": _send(job, "image", picture), "polls": 0})


def _send(job: Job, kind: str, media: Media) -> str:
    """Announce one file, send it to the address that comes back, and give its URN."""
    wish = {"initializeUploadRequest": {"owner": job.account.external_id}}
    answer = job.api.post(f"rest/{kind}s", params=ACTION["open"], json_body=wish, headers=HEADERS)
    urn, address = text_of(answer, kind), text_of(answer, "uploadUrl")
    if not _is_theirs(address):
        raise answer.lacks("uploadUrl")
    job.api.put(address, body=range_body(media.read, 0, media.size, BYTES), timeout=UPLOAD_TIMEOUT)
    return urn


def await_media(job: Job) -> Outcome:
    """Ask how far LinkedIn is with each file; a member's app may not ask, so it waits a little."""
    polls, files = int(job.facts.get("polls", 0)), [*assets_of(job), *card_of(job)]
    if not files:
        return Go()
    if not can_read(job.account):
        wait = BLIND_WAIT.get(job.content.kind, BLIND_WAIT_FOR_PICTURES)
        return Go() if polls else Stay({"polls": 1}, wait, note="LinkedIn works on the files")
    ready = int(job.facts.get("ready", 0))
    kind = files[ready].split(":")[2]
    answer = job.api.get(f"rest/{kind}s/{encoded(files[ready])}", headers=HEADERS)
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
    single = mapping(job.facts.get("video")).get("urn") or job.facts.get("document")
    return [str(single)] if single else [str(urn) for urn in job.facts.get("images", ())]


def card_of(job: Job) -> list[str]:
    """The URN of the picture of a link, if there is one."""
    return [str(job.facts["card"])] if job.facts.get("card") else []


def _is_theirs(address: str) -> bool:
    """The token goes to LinkedIn alone, whatever an answer says."""
    parts = urlsplit(address)
    return parts.scheme == "https" and (parts.hostname or "").endswith(".linkedin.com")


def value_of(answer: Answer) -> dict[str, Any]:
    """What an action gave."""
    return dict(mapping(mapping(answer.body).get("value")))


def text_of(answer: Answer, name: str) -> str:
    """A part of what an action gave that must be there."""
    value = str(value_of(answer).get(name) or "")
    if not value:
        raise answer.lacks(name)
    return value
