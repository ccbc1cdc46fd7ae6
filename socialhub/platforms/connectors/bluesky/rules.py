"""What Bluesky takes. Bluesky's own servers know the newest limits; others may run older software, so their
pictures keep to the older one (lexicon app.bsky.embed.images, 2,000,000 bytes since 2026-04, 1,000,000 before).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from socialhub.platforms.rules import Image, KindRules, Rules, Text, Video
from socialhub.platforms.text import Count
from socialhub.platforms.values import Account, Kind

from .account import blob_limit_of, server_of

NEW_IMAGE_BYTES, OLD_IMAGE_BYTES = 2_000_000, 1_000_000
VIDEO_BYTES = 52_428_800
"""Through the account's own server (https://atproto.com/specs/blob and the servers' setting); the 300 MB of the
lexicon are for the video service, which we do not use."""
VIDEO_SECONDS = 180
"""The official app's own bound until 2026-08, 600 since; no lexicon holds one."""
ALT = 2000
"""The official app warns beyond; the lexicon has no limit."""
LONGEST_THREAD = 25
"""Our own bound: the platform has none."""
OWN_SERVERS = ".host.bsky.network"

TEXT = Text(max=300, count=Count.GRAPHEMES, max_bytes=3000)


def rules_of(image_bytes: int, video_bytes: int) -> Rules:
    """The rules where files may be that large."""
    image = Image(mimes=frozenset({"image/jpeg", "image/png", "image/webp"}), max_bytes=image_bytes, alt=ALT)
    video = Video(
        mimes=frozenset({"video/mp4"}),
        max_bytes=video_bytes,
        max_seconds=VIDEO_SECONDS,
        min_ratio=1 / 3,
        max_ratio=3,
        video_codecs=frozenset({"h264"}),
        audio_codecs=frozenset({"aac"}),
        alt=ALT,
    )
    words = KindRules(text=replace(TEXT, required=True))
    return Rules(
        checked=date(2026, 11, 22),
        source="https://docs.bsky.app/docs/advanced-guides/posts",
        kinds={
            Kind.TEXT: words,
            Kind.LINK: words,
            Kind.IMAGE: KindRules(text=TEXT, media=(1, 1), image=image),
            Kind.GALLERY: KindRules(text=TEXT, media=(2, 4), image=image),
            Kind.VIDEO: KindRules(text=TEXT, media=(1, 1), video=video),
            Kind.THREAD: KindRules(
                text=TEXT, media=(0, 4), image=image, video=video, parts=(2, LONGEST_THREAD)
            ),
        },
    )


RULES = rules_of(OLD_IMAGE_BYTES, VIDEO_BYTES)


def refine(rules: Rules, account: Account) -> Rules:
    """The rules of the server that the account lives on."""
    most = blob_limit_of(account) or VIDEO_BYTES
    image = NEW_IMAGE_BYTES if server_of(account).endswith(OWN_SERVERS) else OLD_IMAGE_BYTES
    return rules_of(min(image, most), most)
