"""What X takes (https://docs.x.com/fundamentals/counting-characters and
https://docs.x.com/x-api/media/quickstart/best-practices, read 2026-08).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from socialhub.platforms.rules import Image, KindRules, Rules, Text, Video
from socialhub.platforms.text import Count
from socialhub.platforms.values import Account, Kind

MEGABYTE = 1024 * 1024
LONG_TEXT = 25_000
"""For accounts that pay (https://docs.x.com/changelog, 2024-08-20)."""
LONGEST_THREAD = 25
"""Our own bound; X has none but its 100 posts in 15 minutes."""

TEXT = Text(max=280, count=Count.WEIGHTED)
IMAGE = Image(
    mimes=frozenset({"image/jpeg", "image/png", "image/webp", "image/gif"}),
    max_bytes=5 * MEGABYTE,
    mime_bytes={"image/gif": 15 * MEGABYTE},
    alt=1000,
)
# The documented default. A newer survey (2026-10) has 20 minutes and 8 GB: X's answer decides at run time.
VIDEO = Video(
    mimes=frozenset({"video/mp4", "video/quicktime"}),
    max_bytes=512 * MEGABYTE,
    min_seconds=0.5,
    max_seconds=140,
    min_ratio=1 / 3,
    max_ratio=3,
    min_width=32,
    max_fps=60,
    video_codecs=frozenset({"h264"}),
    audio_codecs=frozenset({"aac"}),
    alt=1000,
)
SOLO = frozenset({"image/gif"})


def rules_with(text: Text) -> Rules:
    """The rules for accounts whose texts may be this long."""
    return Rules(
        checked=date(2026, 8, 22),
        source="https://docs.x.com/x-api/media/quickstart/best-practices",
        kinds={
            Kind.TEXT: KindRules(text=replace(text, required=True)),
            Kind.IMAGE: KindRules(text=text, media=(1, 1), image=IMAGE),
            Kind.GALLERY: KindRules(text=text, media=(2, 4), image=IMAGE, solo=SOLO),
            Kind.VIDEO: KindRules(text=text, media=(1, 1), video=VIDEO),
            Kind.THREAD: KindRules(
                text=text, media=(0, 4), image=IMAGE, video=VIDEO, solo=SOLO, parts=(2, LONGEST_THREAD)
            ),
        },
    )


RULES = rules_with(TEXT)


def refine(rules: Rules, account: Account) -> Rules:
    """Paying accounts may write long posts."""
    pays = str(account.extra.get("subscription", "")).startswith("Premium")
    return rules_with(replace(TEXT, max=LONG_TEXT)) if pays else rules
