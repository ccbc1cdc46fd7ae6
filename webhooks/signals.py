"""News of the platforms, for the apps to the right.

Receivers run inside the transaction that takes the event in, so they may only change rows: either the event and all
that follows from it is there, or nothing, and it comes again.
"""

from __future__ import annotations

from django.dispatch import Signal

event_received = Signal()
"""Sent with ``event``, an :class:`webhooks.models.Event` that was not there before."""
