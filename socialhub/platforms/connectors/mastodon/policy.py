"""What Mastodon lets us hold, and for how long; how it wants to be shown."""

from __future__ import annotations

from socialhub.platforms.policy import Policy

API = "https://docs.joinmastodon.org/methods/instance/"

REASONS = {
    "profile": "to know which account was connected",
    "read:statuses": "to find a post again after a break of the connection",
    "write:statuses": "to publish, change and delete the posts that people of the workspace write",
    "write:media": "to upload pictures and videos of posts",
    "read:notifications": "to show mentions in the inbox",
    "read:accounts": "to show the figures of the account",
    "write:favourites": "to like an answer when a person does so in the inbox",
}

# Each server has rules of its own. One that does not answer for weeks is no withdrawal: a person decides.
policy = Policy(
    display=(
        "What was said in private or to followers alone is not shown further.",
        "What was deleted there is removed here.",
        "Content warnings and descriptions of pictures are kept.",
    ),
    reasons=REASONS,
    source=API,
)
