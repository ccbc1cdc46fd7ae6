"""What becomes of a post after TikTok has its files
(https://developers.tiktok.com/doc/content-posting-api-reference-get-video-status, read 2026-11).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from socialhub.platforms.errors import Fault, Meaning, PlatformError
from socialhub.platforms.flow import Back, Go, Held, Job, Live, Outcome, Stay
from socialhub.platforms.values import Kind

from .errors import FAILURES
from .options import DRAFT, PUBLIC
from .uploads import fetch_status

POLLS = (3, 5, 8, 13, 20)
SLOW_POLL = timedelta(seconds=60)
LATE_POLL = timedelta(minutes=20)
PATIENCE = timedelta(minutes=5)
"""For the id of a public post: moderation takes less than a minute as a rule, at times hours."""
LATE_PATIENCE = timedelta(hours=24)
AGAIN = frozenset({"internal", "video_pull_failed", "photo_pull_failed"})
MOST_RESTARTS = 2
IN_INBOX = (
    "The draft is in the account's TikTok inbox. Open the notification in the TikTok app, add the text"
    " and post it."
)


def await_status(job: Job) -> Outcome:
    """Ask until TikTok says that it is out, in the inbox, or failed."""
    if job.facts.get("post_id"):  # found in the list of videos, which has no publish_id
        return Live(job.facts["post_id"], permalink(job, job.facts["post_id"]))
    status = fetch_status(job)
    state, post_id = status.get("status"), _post_id(status)
    publish_id = str(job.facts["publish_id"])
    if state == "FAILED":
        return _failed(job, str(status.get("fail_reason") or ""))
    if state == "SEND_TO_USER_INBOX":
        return Live(publish_id, job.account.url, {"complete_at": job.now.isoformat()})
    if state == "PUBLISH_COMPLETE":
        since = job.facts.get("complete_at") or job.now.isoformat()
        if post_id:
            return Live(post_id, permalink(job, post_id), {"post_id": post_id, "complete_at": since})
        if job.options["privacy"] != PUBLIC or job.now - datetime.fromisoformat(since) > PATIENCE:
            return Live(publish_id, job.account.url, {"complete_at": since})
        return Stay({"complete_at": since}, timedelta(seconds=15), note="TikTok looks through the post")
    polls = int(job.facts.get("polls", 0))
    wait = timedelta(seconds=POLLS[polls]) if polls < len(POLLS) else SLOW_POLL
    return Stay({"polls": polls + 1}, wait, note="TikTok processes it, which takes minutes")


def _failed(job: Job, reason: str) -> Outcome:
    """Nothing went out. What is TikTok's own trouble is begun anew, twice at most."""
    restarts = int(job.facts.get("restarts", 0))
    if reason in AGAIN and restarts < MOST_RESTARTS:
        begin = "open_upload" if job.content.kind is Kind.VIDEO else "create_post"
        facts = {"restarts": restarts + 1, "polls": 0, "publish_id": "", "post_id": ""}
        return Back(begin, facts, note=f"TikTok could not process it ({reason})")
    meaning = FAILURES.get(
        reason, Meaning(Fault.UNKNOWN, "TikTok did not publish it. Open the app to see why.")
    )
    raise PlatformError(
        meaning.kind,
        platform=job.api.platform,
        code=reason,
        user_message=meaning.message,
        retryable=meaning.retryable,
    )


def read_link(job: Job) -> Outcome:
    """The link of a public post once moderation is over; a word to the person who has a draft to finish."""
    if job.options["privacy"] == DRAFT:
        return Held(IN_INBOX)
    since = job.facts.get("complete_at")
    if job.facts.get("post_id") or job.options["privacy"] != PUBLIC or not since:
        return Go()
    post_id = _post_id(fetch_status(job))
    if post_id:
        return Live(post_id, permalink(job, post_id), {"post_id": post_id})
    if job.now - datetime.fromisoformat(since) > LATE_PATIENCE:
        return Held("TikTok gave no link to the post. It may not be public; open the TikTok app to see it.")
    return Stay(wait=LATE_POLL, note="TikTok still looks through the post")


def _post_id(status: Mapping[str, Any]) -> str:
    """The id, a 19-digit number; TikTok's name for it is misspelt, and both spellings are read."""
    ids = status.get("publicaly_available_post_id") or status.get("publicly_available_post_id") or ()
    return str(ids[0]) if isinstance(ids, list) and ids else ""


def permalink(job: Job, post_id: str) -> str:
    """Where people see it."""
    username = job.facts.get("username") or job.account.handle.lstrip("@")
    kind = "video" if job.content.kind is Kind.VIDEO else "photo"
    return f"https://www.tiktok.com/@{username}/{kind}/{post_id}"
