"""What TikTok lets us hold, and for how long; how it wants to be shown."""

from __future__ import annotations

from socialhub.platforms.policy import Policy

GUIDELINES = "https://developers.tiktok.com/doc/content-sharing-guidelines"

# The terms set no number of days for erasing; thirty is our own.
policy = Policy(
    display=(
        "The composer shows whose account it is, read when the page is made.",
        "Who can view a post is chosen by a person: nothing is chosen before.",
        "Comment, Duet and Stitch are off until a person allows them, and stay off where the creator forbids them.",
        "Commercial content is off by default; with it on, a brand is named, and branded content is not private.",
        "The consent to the music usage confirmation stands beside the button.",
        "Nothing of ours is put into a video: no watermark, no words.",
        "Addresses of pictures last hours and are not kept as if they lasted.",
    ),
    source=GUIDELINES,
)
