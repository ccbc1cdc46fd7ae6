"""Posts, their deliveries, the flight recorder, what is at risk, acts on many, and the media library."""

from __future__ import annotations

from publishing.models.batches import Batch
from publishing.models.deliveries import Delivery, StepLog
from publishing.models.media import MediaFile
from publishing.models.posts import Label, Post, PostMedia
from publishing.models.risks import Risk
from publishing.models.tallies import Tally, TallyMark

__all__ = [
    "Batch",
    "Delivery",
    "Label",
    "MediaFile",
    "Post",
    "PostMedia",
    "Risk",
    "StepLog",
    "Tally",
    "TallyMark",
]
