"""Videos are sent to a storage before the pin is made (https://developers.pinterest.com/docs/work-with-organic-content-and-users/create-boards-and-pins/,
read 2026-11).

Facts: ``media_id``, ``polls``, ``refused`` how often the storage refused. The form that opens the storage is a
credential, so it is used in the turn that gets it and stored nowhere. Nothing of this is public: a repeat leaves an
upload that nobody sees.
"""

from __future__ import annotations

from datetime import timedelta

from socialhub.platforms.errors import Fault, PlatformError
from socialhub.platforms.flow import Go, Job, Outcome, Stay
from socialhub.platforms.multipart import multipart

UPLOAD_TIMEOUT = (5.0, 120.0)
REFUSALS = (400, 403)
POLLS = tuple(timedelta(seconds=seconds) for seconds in (3, 5, 8, 13, 20, 30))


def send_file(job: Job) -> Outcome:
    """Register a video and send it with the form that comes back; the file is the form's last field."""
    answer = job.api.post("media", json_body={"media_type": "video"})
    media_id, address = answer.text("media_id"), answer.text("upload_url")
    parameters = answer.body.get("upload_parameters")
    if not address.startswith("https://") or not isinstance(parameters, dict):
        raise answer.lacks("upload_parameters")
    media = job.content.media[0]
    body = multipart(
        {str(name): str(value) for name, value in parameters.items()},
        name="file",
        filename=media.name or "video.mp4",
        mime=media.mime,
        read=media.read,
        offset=0,
        length=media.size,
    )
    try:
        job.api.post(address, body=body, auth=False, timeout=UPLOAD_TIMEOUT)
    except PlatformError as error:
        if error.http_status in REFUSALS and not job.facts.get("refused"):
            return Stay({"refused": 1}, POLLS[0], note="Pinterest's storage refused the video; once more")
        raise _refused(job, error) from None
    return Go({"media_id": media_id, "refused": 0, "polls": 0})


def _refused(job: Job, error: PlatformError) -> PlatformError:
    if error.http_status not in REFUSALS:
        return error
    return PlatformError(
        Fault.INVALID_MEDIA, platform=job.api.platform, code="storage", http_status=error.http_status
    )


def await_media(job: Job) -> Outcome:
    """Ask how far the video is; every look spends a request."""
    answer = job.api.get(f"media/{job.facts['media_id']}")
    match answer.text("status"):
        case "succeeded":
            return Go()
        case "failed":
            raise PlatformError(
                Fault.INVALID_MEDIA,
                platform=job.api.platform,
                code="failed",
                user_message="Pinterest could not process the video. Convert it to MP4 with H.264, then try again.",
            )
        case _:
            polls = int(job.facts.get("polls", 0))
            wait = POLLS[min(polls, len(POLLS) - 1)]
            return Stay({"polls": polls + 1}, wait, note="Pinterest processes the video")
