"""What X lets us hold, and for how long; how it wants to be shown."""

from __future__ import annotations

from datetime import timedelta

from socialhub.platforms.policy import Policy

TERMS = "https://docs.x.com/developer-terms/policy"

# Stored content is deleted within a day when its author or X asks; the data of lost access is ours to end.
policy = Policy(
    erase_within=timedelta(days=1),
    erase_lost=timedelta(days=30),
    may_mix_with_others=False,
    display=(
        "A post is shown with picture, name, @name, X's mark and its time linked to it, its words unchanged.",
        "No other network's marks stand on a post of X.",
        "A post that was deleted, protected or suspended there is removed here.",
        "One text does not go out to several accounts of X.",
        "People are not matched with identities elsewhere, nothing sensitive is inferred, nothing trains a model.",
        "Replies are written by people; nothing is liked or followed by itself.",
    ),
    source=TERMS,
)
