"""What Facebook asks of the person who posts
(https://developers.facebook.com/docs/graph-api/reference/page/videos, read 2026-06).
"""

from __future__ import annotations

from socialhub.platforms.options import Option, Options, OptionType
from socialhub.platforms.values import Kind

options = Options(
    (
        Option(
            "title",
            "Title of the video",
            OptionType.TEXT,
            kinds=frozenset({Kind.VIDEO, Kind.SHORT}),
            # No published number; the site's own form takes so many.
            max=255,
        ),
    )
)
