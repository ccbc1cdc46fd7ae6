"""What Pinterest lets us hold, and for how long; how it wants to be shown."""

from __future__ import annotations

from datetime import timedelta

from socialhub.platforms.policy import Policy

GUIDELINES = "https://policy.pinterest.com/en/developer-guidelines"

REASONS = {
    "user_accounts:read": "to know which account was connected, and to show its figures",
    "boards:read": "to offer the boards that a pin can go to",
    "boards:write": "to pin to a board that the person chose",
    "pins:read": "to find a pin again after a break of the connection, and to show its figures",
    "pins:write": "to create, change and delete the pins that people of the workspace write",
}

# No callback tells of a withdrawal: losing access is the only sign. Thirty days is our own.
policy = Policy(
    erase_lost=timedelta(days=30),
    display=(
        "A person chooses what is pinned and where, and sees which account acts.",
        "A pin is shown unaltered, with its source, and links back to Pinterest.",
        "Nothing suggests that Pinterest endorses this hub.",
    ),
    reasons=REASONS,
    review=(
        "Trial access first; then standard access, with a recorded demo: the consent and a pin being made.",
        "A privacy policy at a public address, and a description of the app.",
    ),
    source=GUIDELINES,
)
