"""What platforms tell us and what we answer: calls, events, conversations, answers, subscriptions."""

from __future__ import annotations

from webhooks.models.calls import Event as Event, Incoming as Incoming
from webhooks.models.inbox import (
    Answer as Answer,
    Contact as Contact,
    Conversation as Conversation,
    InboxItem as InboxItem,
    SavedReply as SavedReply,
    TakenBack as TakenBack,
)
from webhooks.models.watching import Subscription as Subscription, Watch as Watch
