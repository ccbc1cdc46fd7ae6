"""What TikTok demands that the person who posts chooses: no default for privacy, nothing ticked for them
(https://developers.tiktok.com/doc/content-sharing-guidelines, read 2026-11).
"""

from __future__ import annotations

from socialhub.platforms.options import Choice, Option, Options, OptionType
from socialhub.platforms.values import Kind

PRIVATE = "SELF_ONLY"
PUBLIC = "PUBLIC_TO_EVERYONE"
DRAFT = "draft"
LEVELS = {
    PUBLIC: "Everyone",
    "FOLLOWER_OF_CREATOR": "Followers",
    "MUTUAL_FOLLOW_FRIENDS": "Friends",
    PRIVATE: "Only you",
    DRAFT: "Nobody yet: send a draft to the TikTok app's inbox",
}
VIDEO = frozenset({Kind.VIDEO})
PHOTOS = frozenset({Kind.IMAGE, Kind.GALLERY})

options = Options(
    (
        Option(
            "privacy",
            "Who sees it",
            required=True,
            remote="privacy",
            help="A draft loses its text: add it in the app.",
        ),
        Option("title", "Title", OptionType.TEXT, kinds=PHOTOS, max=90),
        Option(
            "cover_second",
            "Cover: at second",
            OptionType.NUMBER,
            kinds=VIDEO,
            max=600,
            help="The first picture where nothing is said, or where the video is shorter.",
        ),
        Option(
            "cover_picture",
            "Cover: picture number",
            OptionType.NUMBER,
            default=1,
            kinds=frozenset({Kind.GALLERY}),
            max=35,
        ),
        Option("allow_comment", "Allow comments", OptionType.FLAG, default=False),
        Option("allow_duet", "Allow duets", OptionType.FLAG, default=False, kinds=VIDEO),
        Option("allow_stitch", "Allow stitches", OptionType.FLAG, default=False, kinds=VIDEO),
        Option("add_music", "Let TikTok add music", OptionType.FLAG, default=False, kinds=PHOTOS),
        Option(
            "own_brand",
            "It promotes your own brand",
            OptionType.FLAG,
            default=False,
            help="Labelled “Promotional content”.",
        ),
        Option(
            "paid_partnership",
            "It promotes another brand",
            OptionType.FLAG,
            default=False,
            help="Labelled “Paid partnership”; cannot be seen by you only. Agrees to the Branded Content Policy.",
        ),
        Option("made_with_ai", "Label as made with AI", OptionType.FLAG, default=False, kinds=VIDEO),
        Option(
            "music_usage",
            "TikTok's Music Usage Confirmation",
            required=True,
            choices=(Choice("agreed", "I agree to it for this post"),),
            help="https://www.tiktok.com/legal/page/global/music-usage-confirmation/en",
        ),
    )
)
