"""What Threads lets us hold, and for how long; how it wants to be shown."""

from __future__ import annotations

from socialhub.platforms.policy import Policy

OVERVIEW = "https://developers.facebook.com/docs/threads/overview"

REASONS = {
    "threads_basic": "to know which profile was connected",
    "threads_content_publish": "to publish the posts that people of the workspace write",
    "threads_read_replies": "to find a reply again after a break of the connection, and to show replies in the inbox",
    "threads_manage_replies": "to answer and hide replies",
    "threads_manage_mentions": "to show mentions in the inbox",
    "threads_delete": "to delete a live post when a person asks for it in the hub",
    "threads_manage_insights": "to show the figures of the profile and its posts",
}

policy = Policy(
    display=(
        "Posts are shown to the workspace that made them, and to nobody else.",
        "What an embed tells is neither stored nor used for figures.",
        "Addresses of media are short-lived and are not kept as if they lasted.",
    ),
    reasons=REASONS,
    review=(
        "Business verification, then Advanced Access for each permission.",
        "A screencast for each permission: the consent, the act in the hub, what is seen afterwards.",
        "A privacy policy and terms of use at public addresses.",
        "Data Use Checkup once a year.",
    ),
    source=OVERVIEW,
)
