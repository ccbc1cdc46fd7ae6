"""What Instagram lets us hold, and for how long; how it wants to be shown."""

from __future__ import annotations

from socialhub.platforms.policy import Policy

TERMS = "https://developers.facebook.com/terms/dfc_platform_terms/"

REASONS = {
    "instagram_business_basic": "to know which account was connected, with its name and picture",
    "instagram_basic": "to know which account was connected, with its name and picture",
    "pages_show_list": "to find the Instagram accounts behind a person's Pages",
    "pages_read_engagement": "to read which Instagram account belongs to a Page",
    "pages_manage_metadata": "to subscribe the account to webhooks, so that comments arrive at once",
    "instagram_business_content_publish": "to publish the posts that people of the workspace write",
    "instagram_content_publish": "to publish the posts that people of the workspace write",
    "instagram_business_manage_comments": "to write a first comment, and to show, answer, hide and delete comments",
    "instagram_manage_comments": "to write a first comment, and to show, answer, hide and delete comments",
    "instagram_manage_contents": "to delete a live post when a person asks for it in the hub",
    "instagram_business_manage_messages": "to show and answer messages to the account",
    "instagram_manage_messages": "to show and answer messages to the account",
    "instagram_business_manage_insights": "to show the figures of the account and its posts",
    "instagram_manage_insights": "to show the figures of the account and its posts",
}

policy = Policy(
    display=(
        "User names and permalinks are shown as Instagram gives them.",
        "Addresses of pictures are short-lived and are not kept as if they lasted.",
        "A comment that was removed there is removed here.",
        "Data of people is not used to watch, rate or profile them, and is not sold or joined with other sources.",
    ),
    reasons=REASONS,
    review=(
        "Business verification, then Advanced Access for each permission.",
        "A screencast for each permission: the consent, the act in the hub, what is seen afterwards.",
        "A privacy policy and terms of use at public addresses.",
        "Data Use Checkup once a year.",
    ),
    source=TERMS,
)
