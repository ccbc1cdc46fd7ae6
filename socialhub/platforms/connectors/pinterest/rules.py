"""What Pinterest takes (https://github.com/pinterest/api-description, v5/openapi.json 5.23.0, and
https://help.pinterest.com/en/business/article/pinterest-product-specs; both read 2026-11).

A pin needs a picture or a video. Its title, link and place are options; its text is the description.
"""

from __future__ import annotations

from datetime import date

from socialhub.platforms.rules import Image, KindRules, Rules, Text, Video
from socialhub.platforms.values import Kind

MEGABYTE = 1024 * 1024
LONGEST_ALT = 500
MOST_CARDS = 5
CARD_ALT = 98
"""A carousel has one alternative text for all its pictures: five of these, joined, fit into it."""

# The product page speaks of 500 characters; the API's schema has 800.
TEXT = Text(max=800)
MIMES = frozenset({"image/jpeg", "image/png"})
VIDEO = Video(
    mimes=frozenset({"video/mp4", "video/quicktime", "video/x-m4v"}),
    max_bytes=2048 * MEGABYTE,
    min_seconds=4,
    max_seconds=900,
    min_ratio=0.5,
    max_ratio=1.91,
    video_codecs=frozenset({"h264", "hevc"}),
    alt=LONGEST_ALT,
)
COVER = Image(MIMES, 20 * MEGABYTE)
RULES = Rules(
    checked=date(2026, 11, 22),
    source="https://help.pinterest.com/en/business/article/pinterest-product-specs",
    kinds={
        Kind.IMAGE: KindRules(text=TEXT, media=(1, 1), image=Image(MIMES, 20 * MEGABYTE, alt=LONGEST_ALT)),
        Kind.GALLERY: KindRules(
            text=TEXT, media=(2, MOST_CARDS), image=Image(MIMES, 20 * MEGABYTE, alt=CARD_ALT)
        ),
        Kind.VIDEO: KindRules(text=TEXT, media=(1, 1), video=VIDEO),
    },
)
