"""What Facebook lets us hold, and for how long; how it wants to be shown."""

from __future__ import annotations

from socialhub.platforms.policy import Policy

TERMS = "https://developers.facebook.com/terms/dfc_platform_terms/"

policy = Policy(
    display=(
        "Names, pictures and words are shown as Facebook gives them; pictures by short-lived links are not kept.",
        "A post or comment that was removed there is removed here.",
        "Data of people is not used to watch, rate or profile them, and is not sold or joined with other sources.",
        "Reels show who will see them before they go out.",
    ),
    source=TERMS,
)
