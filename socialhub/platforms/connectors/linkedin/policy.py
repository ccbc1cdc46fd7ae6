"""What LinkedIn lets us hold, and for how long; how it wants to be shown."""

from __future__ import annotations

from datetime import timedelta

from socialhub.platforms.policy import DataClass, Policy

STORAGE = "https://learn.microsoft.com/en-us/linkedin/marketing/data-storage-requirements"

# Profiles of other members for a day, what they said for two; where two rules meet the shorter holds.
policy = Policy(
    keep={
        DataClass.PEOPLE: timedelta(hours=24),
        DataClass.WORDS: timedelta(hours=48),
        DataClass.CALLS: timedelta(hours=24),
    },
    erase_lost=timedelta(days=30),
    may_mix_with_others=False,
    display=(
        "What members said is shown to the page's own people alone; it is no feed for others.",
        "Data of members is not exported, passed on, or joined with other sources.",
        "It is not used for sales, hiring or advertising, nor to watch members.",
    ),
    source=STORAGE,
)
