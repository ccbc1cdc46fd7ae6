"""What Threads asks of the person who posts
(https://developers.facebook.com/docs/threads/reference/publishing, read 2026-02).
"""

from __future__ import annotations

from socialhub.platforms.options import Choice, Option, Options, OptionType

EVERYONE = "everyone"

options = Options(
    (
        Option(
            "reply_control",
            "Who may reply",
            default=EVERYONE,
            choices=(
                Choice(EVERYONE, "Everyone"),
                Choice("accounts_you_follow", "Profiles you follow"),
                Choice("followers_only", "Your followers"),
                Choice("mentioned_only", "Mentioned profiles only"),
            ),
        ),
        Option("topic_tag", "Topic", OptionType.TEXT, max=50, help="One, without dots and ampersands."),
    )
)
