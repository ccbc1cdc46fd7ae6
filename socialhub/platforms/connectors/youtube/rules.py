"""What YouTube takes (https://developers.google.com/youtube/v3/docs/videos and
https://support.google.com/youtube/answer/15424877, read 2026-10).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from socialhub.platforms.rules import KindRules, Rules, Text, Video
from socialhub.platforms.text import Count
from socialhub.platforms.values import Account, Kind

GIGABYTE = 1024 * 1024 * 1024
LONGEST_UNVERIFIED = 15 * 60
"""For channels without a verified telephone number."""

LONGEST_SHORT = 180

DESCRIPTION = Text(max=5000, count=Count.BYTES, forbidden="<>")
VIDEO = Video(
    mimes=frozenset({"video/mp4", "video/quicktime", "video/webm"}),
    max_bytes=256 * GIGABYTE,
    max_seconds=12 * 3600,
)
# There is no flag: a square or upright video of at most three minutes becomes a Short.
SHORT = replace(VIDEO, max_seconds=LONGEST_SHORT, max_ratio=1)

RULES = Rules(
    checked=date(2026, 10, 2),
    source="https://developers.google.com/youtube/v3/docs/videos",
    kinds={
        Kind.VIDEO: KindRules(text=DESCRIPTION, media=(1, 1), video=VIDEO),
        Kind.SHORT: KindRules(text=DESCRIPTION, media=(1, 1), video=SHORT),
    },
)


def refine(rules: Rules, account: Account) -> Rules:
    """Long videos are for channels that YouTube lets upload them."""
    if account.extra.get("long_uploads", "allowed") == "allowed":
        return rules
    video = replace(rules.kinds[Kind.VIDEO], video=replace(VIDEO, max_seconds=LONGEST_UNVERIFIED))
    return replace(rules, kinds={**rules.kinds, Kind.VIDEO: video})
