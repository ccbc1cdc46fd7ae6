"""What was said to the account and answered by it, who said it, and how we heard of it."""

from __future__ import annotations

from django.utils import timezone

from compliance.erasers.target import Busy, Target, remove
from webhooks.models import Answer, Contact, Conversation, InboxItem, Subscription, TakenBack, Watch


def erase_watches(target: Target, mark: int, limit: int) -> tuple[int, int | None]:
    """Asking and being called. Whoever is asking right now is waited for: the answer would be kept."""
    count = 0
    for model in (Watch, Subscription):
        mine = model._default_manager.filter(account=target.account_id)
        if mine.filter(lease_until__gt=timezone.now()).exists():
            raise Busy
        count += mine.delete()[0]
    return count, None


def erase_answers(target: Target, mark: int, limit: int) -> tuple[int, int | None]:
    """What was answered. One that is on its way is waited for."""
    mine = Answer.objects.filter(account=target.account_id)
    if mine.filter(lease_until__gt=timezone.now(), next_at__isnull=False).exists():
        raise Busy
    return remove(mine, limit)


def erase_items(target: Target, mark: int, limit: int) -> tuple[int, int | None]:
    """What was said."""
    return remove(InboxItem.objects.filter(account=target.account_id), limit)


def erase_taken_back(target: Target, mark: int, limit: int) -> tuple[int, int | None]:
    """Ids of what was gone before we heard of it."""
    return remove(TakenBack.objects.filter(account=target.account_id), limit)


def erase_conversations(target: Target, mark: int, limit: int) -> tuple[int, int | None]:
    """The threads of it."""
    return remove(Conversation.objects.filter(account=target.account_id), limit)


def erase_contacts(target: Target, mark: int, limit: int) -> tuple[int, int | None]:
    """Who said it."""
    return remove(Contact.objects.filter(account=target.account_id), limit)
