"""Taking in what was said: each item once, whoever tells it and however often."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from accounts.models import ConnectedAccount
from socialhub.platforms.events import Event as Told
from socialhub.platforms.inbox import Gone, Item, Person
from webhooks.models import Contact, Conversation, InboxItem

OLD_NEWS = timedelta(days=1)
"""What was said so long before the account was connected is kept as done: it is history, not work."""


@dataclass
class Heard:
    """What came of taking in: how much was new, how much was known and told differently now."""

    new: int = 0
    changed: int = 0


def hear(account: ConnectedAccount, told: Told) -> Heard:
    """Take in what an event says, where the platform has an inbox and the event is about it."""
    inbox = account.connector.inbox
    if inbox is None or inbox.read is None:
        return Heard()
    return keep(account, inbox.read(told, account.value()))


@transaction.atomic
def keep(account: ConnectedAccount, found: Iterable[Item | Gone]) -> Heard:
    """Store what was said. What is known already is brought up to date and opens nothing anew."""
    heard, now = Heard(), timezone.now()
    for one in found:
        if isinstance(one, Gone):
            heard.changed += _take_back(account, one, now)
        elif _known(account, one, now):
            heard.changed += 1
        else:
            _add(account, one, now)
            heard.new += 1
    return heard


def _take_back(account: ConnectedAccount, gone: Gone, now: datetime) -> int:
    """What its author took back is not shown any more: the words go at once."""
    rows = InboxItem.objects.filter(account=account, external_id=gone.id, removed_at=None)
    touched = list(rows.values_list("conversation", flat=True))
    count = rows.update(removed_at=now, text="", facts={})
    Conversation.objects.filter(pk__in=touched).update(changed_at=now)
    return count


def _known(account: ConnectedAccount, item: Item, now: datetime) -> bool:
    """Whether we have it; then what may have changed is written."""
    row = InboxItem.objects.filter(account=account, external_id=item.id[:255]).first()
    if row is None:
        return False
    fresh = {
        "text": item.text or row.text,
        "is_hidden": item.is_hidden,
        "acts": _acts(item) or row.acts,
        "facts": {**row.facts, **item.facts},
        "url": item.url[:500] or row.url,
        "is_emptied": False if item.text else row.is_emptied,
    }
    if row.removed_at is not None:  # a late poll must not bring back what was taken down
        return True
    differs = any(getattr(row, name) != value for name, value in fresh.items())
    contact = _contact(account, item.author, now) if item.author else row.contact
    InboxItem.objects.filter(pk=row.pk).update(**fresh, contact=contact, read_at=now)
    if differs:
        Conversation.objects.filter(pk=row.conversation_id).update(changed_at=now)
    return True


def _add(account: ConnectedAccount, item: Item, now: datetime) -> InboxItem:
    at = min(item.at or now, now)
    contact = _contact(account, item.author, now) if item.author and not item.is_own else None
    conversation = _conversation(account, item, contact, at)
    row = InboxItem.objects.create(
        conversation=conversation,
        account=account,
        contact=contact,
        kind=item.kind.value,
        external_id=item.id[:255],
        parent_id=item.parent_id[:255],
        post_id=item.post_id[:255],
        text=item.text,
        url=item.url[:500],
        at=at,
        arrived_at=now,
        read_at=now,
        is_own=item.is_own,
        is_hidden=item.is_hidden,
        acts=_acts(item),
        facts=dict(item.facts),
    )
    _move(conversation, row, contact, now)
    return row


def _acts(item: Item) -> list[str]:
    return sorted(act.value for act in item.acts)


def _contact(account: ConnectedAccount, person: Person, now: datetime) -> Contact | None:
    if not person.external_id:
        return None
    told = {
        "name": person.name[:255],
        "handle": person.handle[:255],
        "url": person.url[:500] if person.url.startswith("https://") else "",
    }
    row, _ = Contact.objects.update_or_create(
        account=account,
        external_id=person.external_id[:255],
        defaults={**{name: value for name, value in told.items() if value}, "read_at": now},
        create_defaults={**told, "read_at": now},
    )
    return row


def _conversation(
    account: ConnectedAccount, item: Item, contact: Contact | None, at: datetime
) -> Conversation:
    """The one that its parent is in, else the one of its thread, else a new one."""
    if item.parent_id:
        parent = InboxItem.objects.filter(account=account, external_id=item.parent_id[:255], kind=item.kind)
        found = parent.select_related("conversation").first()
        if found is not None:
            return found.conversation
    is_history = at < account.connected_at - OLD_NEWS
    row, _ = Conversation.objects.get_or_create(
        account=account,
        kind=item.kind.value,
        key=item.thread[:255],
        defaults={
            "workspace_id": account.workspace_id,
            "post_id": item.post_id[:255],
            "contact": contact,
            "state": Conversation.State.DONE if is_history or item.is_own else Conversation.State.OPEN,
            "is_unread": False,
            "last_at": at,
        },
    )
    return row


def _move(conversation: Conversation, row: InboxItem, contact: Contact | None, now: datetime) -> None:
    """Open, mark and date the conversation by its newest item."""
    conversation.changed_at = now
    conversation.last_at = max(conversation.last_at, row.at)
    conversation.contact = conversation.contact or contact
    if row.is_own:
        if conversation.heard_at is None or row.at >= conversation.heard_at:
            conversation.answered_at, conversation.due_at, conversation.is_unread = row.at, None, False
    elif row.at >= row.account.connected_at - OLD_NEWS:
        conversation.state, conversation.is_unread = Conversation.State.OPEN, True
        conversation.heard_at = max(row.at, conversation.heard_at or row.at)
        conversation.due_at = conversation.due_at or promised(row.account, row.arrived_at)
    conversation.save()


def promised(account: ConnectedAccount, heard_at: datetime) -> datetime | None:
    """By when the workspace answers what it heard then; ``None`` where it promises nothing."""
    minutes = account.workspace.answer_minutes
    return heard_at + timedelta(minutes=minutes) if minutes else None
