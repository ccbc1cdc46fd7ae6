"""What LinkedIn lets us hold, and for how long; how it wants to be shown."""

from __future__ import annotations

from datetime import timedelta

from socialhub.platforms.policy import DataClass, Policy

STORAGE = "https://learn.microsoft.com/en-us/linkedin/marketing/data-storage-requirements"

REASONS = {
    "openid": "to know who signed in",
    "profile": "to show the name and picture of whoever signed in",
    "w_member_social": "to publish the posts that the member writes",
    "r_member_social": "to show the figures of the member's own posts",
    "r_member_postAnalytics": "to show the figures of the member's own posts",
    "r_member_profileAnalytics": "to show how many follow the member",
    "w_member_social_feed": "to answer comments under the member's posts",
    "r_member_social_feed": "to show comments under the member's posts",
    "w_organization_social": "to publish and delete the posts that people of the workspace write",
    "r_organization_social": "to find a post again after a break of the connection, and to show comments and figures",
    "r_organization_admin": "to list the pages that a person may choose to connect, and to show their figures",
    "rw_organization_admin": "to show the figures of pages to their administrators, and to hear of comments",
    "w_organization_social_feed": "to answer comments under the page's posts",
    "r_organization_social_feed": "to show comments under the page's posts",
    "r_organization_followers": "to show how many follow the page",
}

# Profiles of other members for a day, what they said for two; where two rules meet the shorter holds.
policy = Policy(
    keep={
        DataClass.PEOPLE: timedelta(hours=24),
        DataClass.WORDS: timedelta(hours=48),
        DataClass.CALLS: timedelta(hours=24),
    },
    erase_lost=timedelta(days=30),
    # Data of other members may not be joined with anything; figures of one's own posts may stand beside others.
    may_mix_with_others=True,
    display=(
        "What members said is shown to the page's own people alone; it is no feed for others.",
        "Data of members is not exported, passed on, or joined with other sources.",
        "It is not used for sales, hiring or advertising, nor to watch members.",
    ),
    reasons=REASONS,
    review=(
        "A LinkedIn page that is verified with the app.",
        "Access to the Community Management API: the form, then a screencast of consent, posting and comments.",
    ),
    source=STORAGE,
)
