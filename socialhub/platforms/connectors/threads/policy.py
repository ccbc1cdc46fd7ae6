"""What Threads lets us hold, and for how long; how it wants to be shown."""

from __future__ import annotations

from socialhub.platforms.policy import Policy

OVERVIEW = "https://developers.facebook.com/docs/threads/overview"

policy = Policy(
    display=(
        "Posts are shown to the workspace that made them, and to nobody else.",
        "What an embed tells is neither stored nor used for figures.",
        "Addresses of media are short-lived and are not kept as if they lasted.",
    ),
    source=OVERVIEW,
)
