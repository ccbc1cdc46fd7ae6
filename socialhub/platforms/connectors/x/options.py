"""What X asks of the person who posts (https://docs.x.com/x-api/posts/create-post, read 2026-08)."""

from __future__ import annotations

from socialhub.platforms.options import Choice, Option, Options, OptionType
from socialhub.platforms.values import Kind

EVERYONE = "everyone"
ONE_POST = frozenset({Kind.TEXT, Kind.IMAGE, Kind.GALLERY, Kind.VIDEO})
ONLY_TEXT = frozenset({Kind.TEXT})

options = Options(
    (
        Option(
            "reply_settings",
            "Who may reply",
            default=EVERYONE,
            choices=(
                Choice(EVERYONE, "Everybody"),
                Choice("following", "People this account follows"),
                Choice("mentionedUsers", "People who are mentioned"),
                Choice("subscribers", "Subscribers"),
                Choice("verified", "Verified accounts"),
            ),
        ),
        Option("poll_options", "Poll: answers", OptionType.LINES, kinds=ONLY_TEXT, max=25, max_items=4),
        Option(
            "poll_minutes",
            "Poll: open for",
            default="1440",
            kinds=ONLY_TEXT,
            choices=(
                Choice("60", "1 hour"),
                Choice("360", "6 hours"),
                Choice("1440", "1 day"),
                Choice("4320", "3 days"),
                Choice("10080", "7 days"),
            ),
        ),
        Option(
            "community",
            "Community",
            OptionType.TEXT,
            kinds=ONE_POST,
            max=19,
            help="The number in the community's address, where this account is a member.",
        ),
        Option(
            "share_with_followers",
            "Show it to followers outside the community too",
            OptionType.FLAG,
            default=False,
            kinds=ONE_POST,
        ),
        Option("made_with_ai", "Label as made with AI", OptionType.FLAG, default=False),
        Option("paid_partnership", "Label as a paid partnership", OptionType.FLAG, default=False),
    )
)
