"""What Instagram takes (https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/media,
read 2026-06). A single video is always a reel.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from socialhub.platforms.rules import Image, KindRules, Rules, Text, Video
from socialhub.platforms.text import Count
from socialhub.platforms.values import Kind

MEGABYTE = 1024 * 1024

# The unit is not stated; UTF-16 units never count fewer than code points.
CAPTION = Text(max=2200, count=Count.UTF16, hashtags=30, mentions=20)
COMMENT = Text(max=2200, count=Count.UTF16)
IMAGE = Image(
    mimes=frozenset({"image/jpeg"}),
    max_bytes=8 * MEGABYTE,
    min_ratio=4 / 5,
    max_ratio=1.91,
    alt=1000,
)
REEL = Video(
    mimes=frozenset({"video/mp4", "video/quicktime"}),
    max_bytes=300 * MEGABYTE,
    min_seconds=3,
    max_seconds=15 * 60,
    min_ratio=0.01,
    max_ratio=10,
    max_width=1920,
    min_fps=23,
    max_fps=60,
    video_codecs=frozenset({"h264", "hevc"}),
    audio_codecs=frozenset({"aac"}),
)
STORY_IMAGE = replace(IMAGE, min_ratio=None, max_ratio=None, alt=None)
STORY_VIDEO = replace(REEL, max_bytes=100 * MEGABYTE, max_seconds=60, min_ratio=0.1, max_width=None)

REELS = KindRules(text=CAPTION, media=(1, 1), video=REEL, first_comment=COMMENT)
RULES = Rules(
    checked=date(2026, 6, 30),
    source="https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/media",
    kinds={
        Kind.IMAGE: KindRules(text=CAPTION, media=(1, 1), image=IMAGE, first_comment=COMMENT),
        Kind.GALLERY: KindRules(
            text=CAPTION,
            media=(2, 10),
            image=IMAGE,
            video=REEL,
            videos=10,
            mixed=True,
            first_comment=COMMENT,
        ),
        Kind.VIDEO: REELS,
        Kind.SHORT: REELS,
        Kind.STORY: KindRules(text=Text(max=0), media=(1, 1), image=STORY_IMAGE, video=STORY_VIDEO),
    },
)
