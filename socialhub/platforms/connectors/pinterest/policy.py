"""What Pinterest lets us hold, and for how long; how it wants to be shown."""

from __future__ import annotations

from datetime import timedelta

from socialhub.platforms.policy import Policy

GUIDELINES = "https://policy.pinterest.com/en/developer-guidelines"

# No callback tells of a withdrawal: losing access is the only sign. Thirty days is our own.
policy = Policy(
    erase_lost=timedelta(days=30),
    display=(
        "A person chooses what is pinned and where, and sees which account acts.",
        "A pin is shown unaltered, with its source, and links back to Pinterest.",
        "Nothing suggests that Pinterest endorses this hub.",
    ),
    source=GUIDELINES,
)
