"""The quota of posts that Instagram and Threads keep for each account: asked before publishing, waited for when spent
(https://developers.facebook.com/docs/instagram-platform/content-publishing, read 2026-03, and
https://developers.facebook.com/docs/threads/troubleshooting, read 2026-06).

Facts: ``refused_at`` is when the platform refused to publish for its quota.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from socialhub.platforms.api import Answer, Api, LimitReading
from socialhub.platforms.errors import PlatformError
from socialhub.platforms.flow import Back, Go, Job, Outcome, Stay, Step
from socialhub.platforms.values import Account

REFUSED = "2207042"
STEP = "await_quota"
PATIENCE = timedelta(hours=26)
"""The window rolls over a day: by then a place must have become free."""
NEXT_ASK = timedelta(minutes=15)
AFTER_REFUSAL = timedelta(hours=1)
"""Where the count and the refusal disagree, the refusal is believed for so long."""
FULL = "all posts of 24 hours are used up; waiting until one becomes free"


@dataclass(frozen=True)
class Usage:
    """Posts of the rolling window, and how many there may be; ``None`` where the answer leaves it out."""

    used: int
    total: int | None

    @property
    def is_spent(self) -> bool:
        """Whether the next post would be refused for certain."""
        return self.total is not None and self.used >= self.total


def quota_step(edge: str) -> Step:
    """The step that waits for a free place, for a platform that tells its quota at ``edge``."""

    def await_quota(job: Job) -> Outcome:
        """Ask once a turn. What cannot be told holds up nothing: publishing itself is refused if it must be."""
        refused_at = str(job.facts.get("refused_at") or "")
        if refused_at:
            left = AFTER_REFUSAL - (job.now - datetime.fromisoformat(refused_at))
            if left > timedelta(0):
                return Stay(wait=left, note=FULL)
        try:
            usage = read_usage(job.api, job.account, edge)
        except PlatformError as error:
            if error.is_retryable or error.requires_reauth:
                raise
            return Go()
        if usage.total is not None:
            job.api.hear([_reading(usage.used, usage.total)])
        return (
            Stay(wait=NEXT_ASK, note=FULL) if usage.is_spent else Go({"refused_at": ""} if refused_at else {})
        )

    return Step(STEP, await_quota, deadline=PATIENCE, label="Wait for a free place in the quota")


def _reading(used: int, total: int) -> LimitReading:
    left = max(0, total - used)
    return LimitReading("posts", total, left, reason="" if left else "All posts of 24 hours are used up.")


def wait_for_place(job: Job, error: PlatformError) -> Back:
    """Publishing was refused for the quota: nothing is live, and the post waits. Other errors are raised again."""
    if error.code != REFUSED:
        raise error
    return Back(STEP, {"refused_at": job.now.isoformat()}, note=FULL)


def learn_quota(edge: str) -> Callable[[Api, Account], Mapping[str, Any]]:
    """Keeps the account's own figure as ``quotas``, which ``Connector.quotas_for`` reads."""

    def learn(api: Api, account: Account) -> Mapping[str, Any]:
        total = read_usage(api, account, edge).total
        return {"quotas": {"posts": total}} if total else {}

    return learn


def read_usage(api: Api, account: Account, edge: str) -> Usage:
    """Ask for the count and its limit."""
    answer = api.get(f"{account.external_id}/{edge}", params={"fields": "quota_usage,config"})
    return _usage(answer)


def _usage(answer: Answer) -> Usage:
    lines = answer.body.get("data") if isinstance(answer.body, Mapping) else None
    line = lines[0] if isinstance(lines, list) and lines and isinstance(lines[0], Mapping) else None
    if line is None or not isinstance(line.get("quota_usage"), int):
        raise answer.lacks("quota_usage")
    config = line.get("config")
    total = config.get("quota_total") if isinstance(config, Mapping) else None
    return Usage(line["quota_usage"], total if isinstance(total, int) and total > 0 else None)
