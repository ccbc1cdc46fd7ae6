"""What Facebook asks of the person who posts
(https://developers.facebook.com/docs/graph-api/reference/page/videos and
https://developers.facebook.com/docs/graph-api/reference/video/thumbnails, read 2026-06).
"""

from __future__ import annotations

from socialhub.platforms.options import Option, Options, OptionType
from socialhub.platforms.rules import Image
from socialhub.platforms.values import Kind

FILMS = frozenset({Kind.VIDEO, Kind.SHORT})

options = Options(
    (
        Option(
            "title",
            "Title of the video",
            OptionType.TEXT,
            kinds=FILMS,
            # No published number; the site's own form takes so many.
            max=255,
        ),
        Option(
            "cover",
            "Cover",
            OptionType.MEDIA,
            kinds=FILMS,
            file=Image(frozenset({"image/jpeg", "image/png"}), 10 * 1024 * 1024),
            help="JPEG or PNG in the shape of the video. Empty: Facebook chooses.",
        ),
    )
)
