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
PAYING = frozenset({"blue", "business"})
"""Values of ``verified_type``; a government's mark is not bought."""
LONGEST_THREAD = 25
"""Our own bound; X has none but its 100 posts in 15 minutes."""

TEXT = Text(max=280, count=Count.WEIGHTED)
# A GIF goes up as an animated one. X also sets 350 frames and 300 million pixels in all: not counted by us.
GIF = Image(
    mimes=frozenset({"image/gif"}), max_bytes=15 * MEGABYTE, max_width=1280, max_height=1080, alt=1000
)
IMAGE = Image(
    mimes=frozenset({"image/jpeg", "image/png", "image/webp", "image/gif"}),
    max_bytes=5 * MEGABYTE,
    by_mime={"image/gif": GIF},
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
# For accounts that pay, by the same survey; 16 GiB is also what an upload may announce.
LONG_VIDEO = replace(VIDEO, max_bytes=16 * 1024 * MEGABYTE, max_seconds=125 * 60)
SOLO = frozenset({"image/gif"})


def rules_with(text: Text, video: Video) -> Rules:
    """The rules for accounts whose texts and videos may be this long."""
    return Rules(
        checked=date(2026, 8, 22),
        source="https://docs.x.com/x-api/media/quickstart/best-practices",
        kinds={
            Kind.TEXT: KindRules(text=replace(text, required=True)),
            Kind.IMAGE: KindRules(text=text, media=(1, 1), image=IMAGE),
            Kind.GALLERY: KindRules(text=text, media=(2, 4), image=IMAGE, solo=SOLO),
            Kind.VIDEO: KindRules(text=text, media=(1, 1), video=video),
            Kind.THREAD: KindRules(
                text=text, media=(0, 4), image=IMAGE, video=video, solo=SOLO, parts=(2, LONGEST_THREAD)
            ),
        },
    )


RULES = rules_with(TEXT, VIDEO)
LONG_RULES = rules_with(replace(TEXT, max=LONG_TEXT), LONG_VIDEO)


def refine(rules: Rules, account: Account) -> Rules:
    """Accounts that pay may write long posts and post long videos.

    The subscription decides. Where X keeps it to itself, a mark that only paying accounts bear does.
    """
    subscription = str(account.extra.get("subscription", ""))
    pays = subscription.startswith("Premium") if subscription else account.extra.get("verified") in PAYING
    return LONG_RULES if pays else rules
