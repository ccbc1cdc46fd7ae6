"""News of the platforms, for the apps to the right.

Receivers run inside the transaction that takes the event in, so they may only change rows: either the event and all
that follows from it is there, or nothing, and it comes again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.dispatch import Signal

event_received = Signal()
"""Sent with ``event``, an :class:`webhooks.models.Event` that was not there before."""

posts_asked = Signal()
"""Sent with ``account`` and ``most``; answered with the platform's ids of its latest posts, newest first."""
posts_described = Signal()
"""Sent with ``workspace`` and ``ids``, pairs of account id and a platform's id of a post; answered with a mapping
from such a pair to :class:`AboutPost`.
"""
poll_wished = Signal()
"""Sent with ``account`` and ``now`` before a platform is asked what was said; answered with a time to wait until, or
nothing.
"""


@dataclass(frozen=True)
class AboutPost:
    """What the inbox shows of one of our posts."""

    title: str
    url: str
    published_at: datetime | None = None
