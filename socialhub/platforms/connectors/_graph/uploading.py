"""Sending a video's bytes to Meta's upload host, from the byte that it holds on
(https://developers.facebook.com/docs/video-api/guides/reels-publishing, read 2026-07).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from socialhub.platforms.errors import PlatformError
from socialhub.platforms.flow import Job
from socialhub.platforms.multipart import range_body
from socialhub.platforms.values import Media

UPLOAD_TIMEOUT = (5.0, 120.0)
WRONG_OFFSET = "rupload/OffsetInvalidError"


def held_bytes(status: Any) -> int:
    """How many bytes Meta holds, read from a video's status."""
    phase = (status.get("uploading_phase") if isinstance(status, Mapping) else None) or {}
    # Written with one r or two, by page of the documentation.
    return int(phase.get("bytes_transferred") or phase.get("bytes_transfered") or 0)


def send_rest(job: Job, address: str, media: Media, held: int) -> bool:
    """Stream what is missing after ``held`` bytes; ``False`` when Meta holds another number of bytes."""
    if held >= media.size:
        return True
    token = job.account.tokens.access.reveal() if job.account.tokens else ""
    headers = {"Authorization": f"OAuth {token}", "offset": str(held), "file_size": str(media.size)}
    body = range_body(media.read, held, media.size - held, "application/octet-stream")
    try:
        job.api.post(address, body=body, headers=headers, timeout=UPLOAD_TIMEOUT)
    except PlatformError as error:
        if error.code == WRONG_OFFSET:
            return False
        raise
    return True
