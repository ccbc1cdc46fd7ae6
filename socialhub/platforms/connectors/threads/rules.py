"""What Threads takes (https://developers.facebook.com/docs/threads/posts and
https://developers.facebook.com/docs/threads/overview, read 2026-08).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from socialhub.platforms.rules import Image, KindRules, Rules, Text, Video
from socialhub.platforms.text import Count
from socialhub.platforms.values import Kind

MEGABYTE = 1024 * 1024

TEXT = Text(max=500, count=Count.EMOJI_BYTES)
WORDS = replace(TEXT, required=True)
# Wider pictures than 1440 are scaled by Threads.
IMAGE = Image(
    mimes=frozenset({"image/jpeg", "image/png"}),
    max_bytes=8 * MEGABYTE,
    max_ratio=10,
    min_width=320,
    alt=1000,
)
VIDEO = Video(
    mimes=frozenset({"video/mp4", "video/quicktime"}),
    max_bytes=1024 * MEGABYTE,
    max_seconds=300,
    min_ratio=0.01,
    max_ratio=10,
    max_width=1920,
    min_fps=23,
    max_fps=60,
    video_codecs=frozenset({"h264", "hevc"}),
    audio_codecs=frozenset({"aac"}),
    alt=1000,
)
ALBUM = KindRules(text=TEXT, media=(2, 20), image=IMAGE, video=VIDEO, videos=20, mixed=True)

RULES = Rules(
    checked=date(2026, 8, 12),
    source="https://developers.facebook.com/docs/threads/posts",
    kinds={
        Kind.TEXT: KindRules(text=WORDS),
        Kind.LINK: KindRules(text=WORDS),
        Kind.IMAGE: KindRules(text=TEXT, media=(1, 1), image=IMAGE),
        Kind.GALLERY: ALBUM,
        Kind.VIDEO: KindRules(text=TEXT, media=(1, 1), video=VIDEO),
        # The documentation sets no bound to a chain; the quota does.
        Kind.THREAD: replace(ALBUM, media=(0, 20), parts=(2, 50)),
    },
)
