"""What Instagram asks of the person who posts
(https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/media, read 2026-06).
"""

from __future__ import annotations

from socialhub.platforms.options import Option, Options, OptionType
from socialhub.platforms.rules import Image
from socialhub.platforms.values import Kind

REELS = frozenset({Kind.VIDEO, Kind.SHORT})

options = Options(
    (
        Option(
            "share_to_feed",
            "Show the reel in the profile grid too",
            OptionType.FLAG,
            default=True,
            kinds=REELS,
        ),
        Option(
            "thumb_offset",
            "Cover: second of the video",
            OptionType.NUMBER,
            kinds=REELS,
            max=900,
            help="Empty: Instagram chooses.",
        ),
        Option(
            "cover",
            "Cover: a picture of its own",
            OptionType.MEDIA,
            kinds=REELS,
            file=Image(frozenset({"image/jpeg"}), 8 * 1024 * 1024),
            help="JPEG, best 9:16. Counts more than a second of the video.",
        ),
        Option(
            "collaborators",
            "Invite collaborators",
            OptionType.LINES,
            kinds=REELS | {Kind.IMAGE, Kind.GALLERY},
            max=30,
            # One page of the documentation says 3, another 5.
            max_items=3,
            help="User names, one a line. They have to accept.",
        ),
        Option("is_ai_generated", "Label as made with AI", OptionType.FLAG, default=False),
    )
)
