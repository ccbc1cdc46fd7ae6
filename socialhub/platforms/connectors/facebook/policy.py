"""What Facebook lets us hold, and for how long; how it wants to be shown."""

from __future__ import annotations

from socialhub.platforms.policy import Policy

TERMS = "https://developers.facebook.com/terms/dfc_platform_terms/"

REASONS = {
    "pages_show_list": "to list the Pages that a person may choose to connect",
    "pages_manage_posts": "to publish, change and delete the posts that people of the workspace write",
    "pages_read_engagement": "to find a post again after a break of the connection, and to show the posts' figures",
    "pages_manage_engagement": "to write a first comment, and to answer, hide and delete comments",
    "pages_read_user_content": "to show comments and reviews under the Page's own posts in the inbox",
    "pages_manage_metadata": "to subscribe the Page to webhooks, so that comments arrive at once",
    "pages_messaging": "to show and answer messages to the Page",
    "read_insights": "to show the figures of the Page and its posts",
}

policy = Policy(
    display=(
        "Names, pictures and words are shown as Facebook gives them; pictures by short-lived links are not kept.",
        "A post or comment that was removed there is removed here.",
        "Data of people is not used to watch, rate or profile them, and is not sold or joined with other sources.",
        "Reels show who will see them before they go out.",
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
