"""What X lets us hold, and for how long; how it wants to be shown."""

from __future__ import annotations

from datetime import timedelta

from socialhub.platforms.policy import Policy

TERMS = "https://docs.x.com/developer-terms/policy"

REASONS = {
    "tweet.read": "to find a post again after a break of the connection, and to show replies and figures",
    "tweet.write": "to publish and delete the posts that people of the workspace write",
    "users.read": "to know which account was connected, and how many follow it",
    "media.write": "to upload pictures and videos of posts",
    "offline.access": "to publish at the planned time, when nobody is signed in",
    "like.write": "to like a reply when a person does so in the inbox",
    "dm.read": "to show messages in the inbox",
    "dm.write": "to answer messages",
    "tweet.moderate.write": "to hide a reply when a person does so in the inbox",
}

# Stored content is deleted within a day when its author or X asks; the data of lost access is ours to end.
policy = Policy(
    erase_within=timedelta(days=1),
    erase_lost=timedelta(days=30),
    display=(
        "A post is shown with picture, name, @name, X's mark and its time linked to it, its words unchanged.",
        "No other network's marks stand on a post of X.",
        "A post that was deleted, protected or suspended there is removed here.",
        "One text does not go out to several accounts of X.",
        "People are not matched with identities elsewhere, nothing sensitive is inferred, nothing trains a model.",
        "Replies are written by people; nothing is liked or followed by itself.",
    ),
    reasons=REASONS,
    review=(
        "A description of the use case in the developer portal, kept up to date.",
        "The label for automated accounts where a bot posts.",
    ),
    source=TERMS,
)
