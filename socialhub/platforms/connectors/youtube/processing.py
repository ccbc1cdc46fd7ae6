"""What becomes of a video after its upload (https://developers.google.com/youtube/v3/docs/videos, read 2026-10).

The post is live by then: what is told here is a remark for people. ``remarks`` in the facts keeps all of them until
the flow ends, for later steps go on whatever became of earlier ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from socialhub.platforms.flow import Go, Job, Outcome, Stay

POLLS = (3, 5, 8, 13, 20, 60)
SLOW_POLL = timedelta(minutes=5)
PATIENCE = timedelta(hours=12)
"""Hours are normal for long videos; what takes longer is left to YouTube Studio."""
TROUBLE = frozenset({"failed", "rejected", "deleted"})
ENDINGS: Mapping[str, str] = {
    "codec": "YouTube cannot read the coding of this video. Upload it in another format.",
    "conversion": "YouTube could not convert this video. Upload it in another format.",
    "emptyFile": "YouTube says that the file is empty. Replace it.",
    "invalidFile": "YouTube cannot read this file. Replace it.",
    "tooSmall": "YouTube says that the file is too small. Replace it.",
    "uploadAborted": "YouTube says that the upload was broken off. Publish it again.",
    "length": "The video is longer than this channel may upload. Verify the channel on YouTube or shorten it.",
    "duplicate": "YouTube rejected this video because it has the same one already.",
    "claim": "Somebody claims the content of this video. Open YouTube Studio to see who.",
    "copyright": "YouTube rejected this video for its copyright. Open YouTube Studio to see why.",
    "inappropriate": "YouTube rejected this video as inappropriate. Open YouTube Studio to see why.",
    "legal": "YouTube rejected this video for legal reasons. Open YouTube Studio to see why.",
    "termsOfUse": "YouTube rejected this video for its terms of use. Open YouTube Studio to see why.",
    "trademark": "YouTube rejected this video for a trademark. Open YouTube Studio to see why.",
    "uploaderAccountClosed": "YouTube rejected this video: the account is closed.",
    "uploaderAccountSuspended": "YouTube rejected this video: the account is suspended.",
    "deleted": "The video was deleted on YouTube.",
}
UNKNOWN_ENDING = "YouTube did not finish this video. Open YouTube Studio to see why."
LOCKED = (
    "YouTube shows this video to fewer people than you asked for. Google keeps videos of a developer project"
    " private until it has audited it; such a video must be uploaded again afterwards."
)
WIDTH = {"private": 0, "unlisted": 1, "public": 2}


def await_processing(job: Job) -> Outcome:
    """Ask how far processing is, and whether YouTube shows the video to those it was meant for."""
    query = {"part": "status,processingDetails", "id": job.facts["video"]}
    video = first_of(job.api.get("youtube/v3/videos", params=query).body)
    status = video.get("status") or {}
    state = "deleted" if not video and _waited(job) > SLOW_POLL else status.get("uploadStatus")
    if state in TROUBLE:
        reason = str(status.get("failureReason") or status.get("rejectionReason") or "deleted")
        return Go({"ending": reason, **remark(job, ENDINGS.get(reason, UNKNOWN_ENDING))})
    shown = str(status.get("privacyStatus") or job.options["privacy"])
    if state == "processed":
        is_locked = WIDTH.get(shown, 2) < WIDTH[job.options["privacy"]]
        return Go(remark(job, LOCKED)) if is_locked else Go()
    if _waited(job) > PATIENCE:
        return Go(
            remark(job, "YouTube still processes this video. Open YouTube Studio to see how far it is.")
        )
    polls = int(job.facts.get("polls", 0))
    wait = timedelta(seconds=POLLS[polls]) if polls < len(POLLS) else SLOW_POLL
    return Stay({"polls": polls + 1}, wait, _progress(video), "YouTube processes the video")


def remark(job: Job, words: str) -> dict[str, Any]:
    """The facts with one more remark."""
    return {"remarks": [*(job.facts.get("remarks") or ()), words]}


def is_lost(job: Job) -> bool:
    """Whether YouTube did not make a video of it, so that nothing can be added."""
    return bool(job.facts.get("ending"))


def first_of(body: Any) -> Mapping[str, Any]:
    """The first item of a list, or nothing."""
    items = body.get("items") if isinstance(body, Mapping) else None
    return items[0] if isinstance(items, list) and items and isinstance(items[0], Mapping) else {}


def _waited(job: Job) -> timedelta:
    return job.now - datetime.fromisoformat(job.facts["live_at"])


def _progress(video: Mapping[str, Any]) -> float | None:
    told = (video.get("processingDetails") or {}).get("processingProgress") or {}
    done, count = str(told.get("partsProcessed") or ""), str(told.get("partsTotal") or "")
    return min(1.0, int(done) / int(count)) if done.isdigit() and count.isdigit() and int(count) else None
