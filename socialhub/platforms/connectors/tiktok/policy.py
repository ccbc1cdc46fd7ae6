"""What TikTok lets us hold, and for how long; how it wants to be shown."""

from __future__ import annotations

from socialhub.platforms.policy import Policy

GUIDELINES = "https://developers.tiktok.com/doc/content-sharing-guidelines"

REASONS = {
    "user.info.basic": "to know which account was connected",
    "user.info.profile": "to show whose account it is beside the composer",
    "user.info.stats": "to show the figures of the account",
    "video.publish": "to post videos and photos directly, with the choices that the creator made",
    "video.upload": "to send a video to the creator's drafts where that was chosen",
    "video.list": "to find a post again after a break of the connection, and to show its figures",
}

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
    reasons=REASONS,
    review=(
        "Ownership of the site and of every address proven by its prefix.",
        "A demo video of the whole flow in the sandbox, with each rule for direct posting on screen.",
        "Privacy policy and terms of use at public addresses.",
        "The audit before posts may be public.",
    ),
    source=GUIDELINES,
)
