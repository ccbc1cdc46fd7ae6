"""What Mastodon lets us hold, and for how long; how it wants to be shown."""

from __future__ import annotations

from socialhub.platforms.policy import Policy

API = "https://docs.joinmastodon.org/methods/instance/"

# Each server has rules of its own. One that does not answer for weeks is no withdrawal: a person decides.
policy = Policy(
    display=(
        "What was said in private or to followers alone is not shown further.",
        "What was deleted there is removed here.",
        "Content warnings and descriptions of pictures are kept.",
    ),
    source=API,
)
