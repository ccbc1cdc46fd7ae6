"""What LinkedIn takes (https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/images-api,
…/videos-api, …/multiimage-post-api and …/documents-api, read 2026-11).
"""

from __future__ import annotations

from datetime import date

from socialhub.platforms.rules import Document, Image, KindRules, Rules, Text, Video
from socialhub.platforms.text import Count
from socialhub.platforms.values import Kind

MEGABYTE = 1024 * 1024
MOST_PIXELS = 36_152_319
LONGEST_ALT = 4086

# Escapes do not count; whether UTF-16 units or characters do is not said, so the stricter.
TEXT = Text(max=3000, count=Count.UTF16)
# LinkedIn names no size in bytes; this one is our own.
IMAGE = Image(
    mimes=frozenset({"image/jpeg", "image/png", "image/gif"}),
    max_bytes=20 * MEGABYTE,
    max_pixels=MOST_PIXELS,
    alt=LONGEST_ALT,
)
STILL = Image(mimes=frozenset({"image/jpeg", "image/png"}), max_bytes=20 * MEGABYTE, max_pixels=MOST_PIXELS)
"""A picture that stands for a link or a video."""
VIDEO = Video(
    mimes=frozenset({"video/mp4"}),
    max_bytes=500 * MEGABYTE,
    min_seconds=3,
    max_seconds=1800,
    min_ratio=1 / 2.4,
    max_ratio=2.4,
)
# LinkedIn takes Word and PowerPoint too; a document is shown as pages, and a PDF keeps them as they are.
DOCUMENT = Document(mimes=frozenset({"application/pdf"}), max_bytes=100 * MEGABYTE, max_pages=300)
RULES = Rules(
    checked=date(2026, 11, 22),
    source="https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/posts-api",
    kinds={
        Kind.TEXT: KindRules(text=Text(max=3000, count=Count.UTF16, required=True)),
        Kind.LINK: KindRules(text=TEXT),
        Kind.IMAGE: KindRules(text=TEXT, media=(1, 1), image=IMAGE),
        Kind.GALLERY: KindRules(text=TEXT, media=(2, 20), image=IMAGE),
        Kind.VIDEO: KindRules(text=TEXT, media=(1, 1), video=VIDEO),
        Kind.DOCUMENT: KindRules(text=TEXT, media=(1, 1), document=DOCUMENT),
    },
)
