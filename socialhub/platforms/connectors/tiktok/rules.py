"""What TikTok takes (https://developers.tiktok.com/doc/content-posting-api-media-transfer-guide, read 2026-11)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from socialhub.platforms.rules import Image, KindRules, Rules, Text, Video
from socialhub.platforms.text import Count
from socialhub.platforms.values import Account, Kind

MEGABYTE = 1024 * 1024
LONGEST = 600
"""For the API; each creator has a bound of their own."""

VIDEO = Video(
    mimes=frozenset({"video/mp4", "video/quicktime", "video/webm"}),
    max_bytes=4 * 1024 * MEGABYTE,
    max_seconds=LONGEST,
    min_width=360,
    max_width=4096,
    max_height=4096,
    min_fps=23,
    max_fps=60,
    video_codecs=frozenset({"h264", "hevc", "vp8", "vp9"}),
)
# "Max 1080p" is all that is said of the size of photos.
PHOTO = Image(mimes=frozenset({"image/jpeg", "image/webp"}), max_bytes=20 * MEGABYTE, max_pixels=1920 * 1080)
CAPTION = Text(max=2200, count=Count.UTF16)
DESCRIPTION = Text(max=4000, count=Count.UTF16)

RULES = Rules(
    checked=date(2026, 11, 5),
    source="https://developers.tiktok.com/doc/content-posting-api-media-transfer-guide",
    kinds={
        Kind.IMAGE: KindRules(text=DESCRIPTION, media=(1, 1), image=PHOTO),
        Kind.GALLERY: KindRules(text=DESCRIPTION, media=(2, 35), image=PHOTO),
        Kind.VIDEO: KindRules(text=CAPTION, media=(1, 1), video=VIDEO),
    },
)


def refine(rules: Rules, account: Account) -> Rules:
    """How long a video of this creator may be."""
    longest = account.extra.get("max_seconds")
    if not isinstance(longest, int):
        return rules
    video = replace(rules.kinds[Kind.VIDEO], video=replace(VIDEO, max_seconds=min(longest, LONGEST)))
    return replace(rules, kinds={**rules.kinds, Kind.VIDEO: video})
