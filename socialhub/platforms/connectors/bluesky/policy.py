"""What Bluesky lets us hold, and for how long; how it wants to be shown."""

from __future__ import annotations

from socialhub.platforms.policy import Policy

GUIDELINES = "https://docs.bsky.app/docs/support/developer-guidelines"

REASONS = {
    "atproto": "to sign in",
    "transition:generic": (
        "to publish and delete the posts that people of the workspace write, to answer, and to show figures"
    ),
    "transition:chat.bsky": "to show and answer messages",
}

policy = Policy(
    display=(
        "Nothing likes, follows, replies or mentions by itself.",
        "What was deleted there is removed here.",
    ),
    reasons=REASONS,
    source=GUIDELINES,
)
