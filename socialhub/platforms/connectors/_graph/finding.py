"""What looking for a post that we may have sent has in common on the Graph API."""

from __future__ import annotations

import unicodedata
from datetime import datetime, timedelta

from socialhub.platforms.flow import Job

LAG = timedelta(seconds=60)
"""A list that denies a post is believed only so long after sending."""
LOOK = timedelta(seconds=30)
PATIENCE = timedelta(minutes=20)
CLOCK_SKEW = timedelta(seconds=60)


def first_sent(job: Job) -> datetime:
    """When the post was first sent, also where it was sent again since."""
    kept = job.facts.get("first_sent")
    return datetime.fromisoformat(kept) if kept else (job.sent_at or job.now)


def plain(text: str) -> str:
    """Text as lists may give it back: composed letters, single spaces."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def waited(job: Job) -> timedelta:
    """How long ago the post was sent that is looked for."""
    return job.now - (job.sent_at or job.now)


def next_look(job: Job) -> timedelta:
    """When to look again while the platform works: few looks, as each in vain counts towards giving up."""
    if waited(job) < LAG:
        return LOOK
    return 4 * LOOK if waited(job) < 5 * LAG else PATIENCE / 2
