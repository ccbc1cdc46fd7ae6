"""What Facebook Pages take (https://developers.facebook.com/docs/video-api/guides/reels-publishing, read 2026-07;
https://developers.facebook.com/docs/page-stories-api, read 2026-05). What Meta publishes no number
for stands in the README.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from socialhub.platforms.rules import Image, KindRules, Rules, Text, Video
from socialhub.platforms.values import Kind

MEGABYTE = 1024 * 1024
VIDEO_TYPES = frozenset({"video/mp4", "video/quicktime"})

TEXT = Text(max=63_206)
COMMENT = Text(max=8000)
# An animated GIF would become a still.
IMAGE = Image(mimes=frozenset({"image/jpeg", "image/png"}), max_bytes=10 * MEGABYTE, alt=1000)
VIDEO = Video(mimes=VIDEO_TYPES, max_bytes=10 * 1024 * MEGABYTE, min_seconds=1, max_seconds=240 * 60)
REEL = Video(
    mimes=VIDEO_TYPES,
    max_bytes=1024 * MEGABYTE,
    min_seconds=3,
    max_seconds=90,
    min_ratio=9 / 16,
    max_ratio=16 / 9,
    min_width=540,
    min_fps=23,
    max_fps=60,
    video_codecs=frozenset({"h264", "hevc", "vp9", "av1"}),
    audio_codecs=frozenset({"aac"}),
)
RULES = Rules(
    checked=date(2026, 7, 30),
    source="https://developers.facebook.com/docs/pages-api/posts",
    kinds={
        Kind.TEXT: KindRules(text=replace(TEXT, required=True), first_comment=COMMENT),
        Kind.LINK: KindRules(text=replace(TEXT, required=True), first_comment=COMMENT),
        Kind.IMAGE: KindRules(text=TEXT, media=(1, 1), image=IMAGE, first_comment=COMMENT),
        Kind.GALLERY: KindRules(text=TEXT, media=(2, 10), image=IMAGE, videos=0, first_comment=COMMENT),
        Kind.VIDEO: KindRules(text=TEXT, media=(1, 1), video=VIDEO, first_comment=COMMENT),
        Kind.SHORT: KindRules(text=TEXT, media=(1, 1), video=REEL, first_comment=COMMENT),
        Kind.STORY: KindRules(
            text=Text(max=0),
            media=(1, 1),
            image=replace(IMAGE, alt=None),
            video=replace(REEL, max_seconds=60),
        ),
    },
)
