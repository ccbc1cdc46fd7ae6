"""What a creator may choose at this moment; asked again before each post
(https://developers.tiktok.com/doc/content-posting-api-reference-query-creator-info, read 2026-11).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from socialhub.platforms.api import Api
from socialhub.platforms.errors import PlatformError
from socialhub.platforms.flow import Go, Held, Job, Outcome
from socialhub.platforms.options import Choice
from socialhub.platforms.values import Account

from .errors import data_of, wait_for_place
from .options import DRAFT, LEVELS, PRIVATE
from .photos import cover_of

TOGGLES = ("comment", "duet", "stitch")


def learn(api: Api, account: Account) -> Mapping[str, Any]:
    """Privacy levels, what is disabled, and how long a video may be."""
    info = data_of(api, api.post("v2/post/publish/creator_info/query/", json_body={}))
    longest = info.get("max_video_post_duration_sec")
    return {
        "privacy": [str(level) for level in info.get("privacy_level_options") or ()],
        "disabled": [name for name in TOGGLES if info.get(f"{name}_disabled")],
        "max_seconds": longest if isinstance(longest, int) and longest > 0 else None,
        "username": str(info.get("creator_username") or ""),
    }


def privacy_choices(account: Account, name: str) -> tuple[Choice, ...]:
    """The levels that this creator has, and the draft."""
    levels = [str(level) for level in account.extra.get("privacy") or ()]
    return tuple(Choice(level, LEVELS.get(level, level)) for level in (*levels, DRAFT))


def read_creator(job: Job) -> Outcome:
    """Whether what was chosen still fits. If not a person chooses anew: nothing is put in its place."""
    if not 0 <= cover_of(job) < len(job.content.media):
        return Held(f"The post has {len(job.content.media)} pictures. Choose one of them as the cover.")
    if job.options["privacy"] == DRAFT:
        return Go()
    try:
        known = learn(job.api, job.account)
    except PlatformError as error:
        return wait_for_place(error)
    if job.options["privacy"] not in known["privacy"]:
        return Held("TikTok no longer offers that privacy for this account. Choose again.")
    for name in known["disabled"]:
        if job.options.get(f"allow_{name}"):
            return Held(f"The account has switched off {name}s on TikTok. Untick “Allow {name}s”.")
    if job.options.get("paid_partnership") and job.options["privacy"] == PRIVATE:
        return Held("TikTok does not let branded content be seen by you only. Choose who sees it.")
    seconds = job.content.media[0].seconds or 0
    if known["max_seconds"] and seconds > known["max_seconds"]:
        return Held(
            f"TikTok takes videos of at most {known['max_seconds']} seconds from this account. Cut it."
        )
    return Go({"username": known["username"]})
