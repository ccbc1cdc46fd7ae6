"""Posts, their deliveries, the flight recorder and the media library."""

from __future__ import annotations

from publishing.models.deliveries import Delivery, StepLog
from publishing.models.media import MediaFile
from publishing.models.posts import Post, PostMedia
from publishing.models.tallies import Tally, TallyMark

__all__ = ["Delivery", "MediaFile", "Post", "PostMedia", "StepLog", "Tally", "TallyMark"]
