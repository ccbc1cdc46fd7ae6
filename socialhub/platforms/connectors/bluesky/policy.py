"""What Bluesky lets us hold, and for how long; how it wants to be shown."""

from __future__ import annotations

from socialhub.platforms.policy import Policy

GUIDELINES = "https://docs.bsky.app/docs/support/developer-guidelines"

policy = Policy(
    display=(
        "Nothing likes, follows, replies or mentions by itself.",
        "What was deleted there is removed here.",
    ),
    source=GUIDELINES,
)
