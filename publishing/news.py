"""What webhooks tell of posts. They are hints: a running delivery looks at once, and what it sees decides."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver

from accounts.clock import database_now
from publishing import recording
from publishing.models import Delivery
from publishing.states import State
from socialhub.platforms.events import EventKind
from webhooks.models import Event
from webhooks.signals import event_received

HURRIES = frozenset({EventKind.POST_LIVE, EventKind.POST_FAILED})


@receiver(event_received, dispatch_uid="publishing.news")
def take_note(event: Event, **kwargs: Any) -> None:
    """Look at once instead of at the next poll; note what is no longer there."""
    if event.kind in HURRIES:
        hurry(event)
    elif event.kind == EventKind.POST_REMOVED and event.subject:
        note_removal(event)


def hurry(event: Event) -> int:
    """Let deliveries of the account that wait for its platform go on now; gives how many.

    A row that somebody holds is left alone, and so is one in doubt: its waits have a reason of their own.
    """
    waiting = Delivery.objects.filter(
        account=event.account, state=State.PUBLISHING, lease_until=None, in_doubt=False, attempts=0
    )
    now = database_now()
    return waiting.filter(next_at__gt=now).update(next_at=now)


def note_removal(event: Event) -> int:
    """A live post was taken down on its platform: the record stays and says so."""
    gone = Delivery.objects.filter(
        account=event.account, state=State.PUBLISHED, remote_id=event.subject, removed_at=None
    )
    now = database_now()
    found = list(gone.values_list("pk", flat=True))
    for number in found:
        recording.write(number, "person", at=now, note="It was taken down on the platform.")
    return Delivery.objects.filter(pk__in=found).update(removed_at=now)
