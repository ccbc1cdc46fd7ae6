"""What Instagram lets us hold, and for how long; how it wants to be shown."""

from __future__ import annotations

from socialhub.platforms.policy import Policy

TERMS = "https://developers.facebook.com/terms/dfc_platform_terms/"

policy = Policy(
    display=(
        "User names and permalinks are shown as Instagram gives them.",
        "Addresses of pictures are short-lived and are not kept as if they lasted.",
        "A comment that was removed there is removed here.",
        "Data of people is not used to watch, rate or profile them, and is not sold or joined with other sources.",
    ),
    source=TERMS,
)
