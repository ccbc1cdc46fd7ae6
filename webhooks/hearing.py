"""Taking in what was said: each item once, whoever tells it and however often, many in a few statements.

Calls and polls come in any order. Of two tellings of an item the newer stands, by the platform's time of the change
where it gives one, else by when we were told or asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import ConnectedAccount
from socialhub.platforms.events import Event as Told
from socialhub.platforms.inbox import Gone, Item, Person
from webhooks.cleaning import storable
from webhooks.models import Contact, Conversation, InboxItem, Incoming, TakenBack

OLD_NEWS = timedelta(days=1)
"""What was said so long before the account was connected is kept as done: it is history, not work."""
STALE = timedelta(hours=1)
"""After this long a contact who speaks again is noted as read anew; sooner it would only cost a write."""
ITEM_FIELDS = (
    "text", "is_hidden", "acts", "facts", "url", "is_emptied", "contact", "read_at", "removed_at", "as_of",
)  # fmt: skip
TALK_FIELDS = (
    "state", "is_unread", "assigned_to", "contact", "last_at", "heard_at", "answered_at", "due_at", "changed_at",
)  # fmt: skip


@dataclass
class Heard:
    """What came of taking in: how much was new, how much was known and told differently now."""

    new: int = 0
    changed: int = 0


def read(account: ConnectedAccount, told: Iterable[tuple[Told, datetime]]) -> list[Item | Gone]:
    """The items in some events and when each came, where the platform has an inbox and they are about it."""
    inbox = account.connector.inbox
    if inbox is None or inbox.read is None or account.state == ConnectedAccount.State.DISCONNECTED:
        return []
    value = account.value()
    return [_dated(item, event, came_at) for event, came_at in told for item in inbox.read(event, value)]


def _dated(item: Item | Gone, event: Told, came_at: datetime) -> Item | Gone:
    """A call tells what was so when it was sent, and at the latest when it came."""
    if isinstance(item, Gone) or item.as_of is not None:
        return item
    return replace(item, as_of=min(event.at or came_at, came_at))


def keep(account: ConnectedAccount, found: Iterable[Item | Gone], asked_at: datetime | None = None) -> Heard:
    """Store what was said. What is known already is brought up to date and opens nothing anew.

    ``asked_at`` is when the platform was asked for it, now unless given: what has no time of its own is of then.
    """
    told = [one if isinstance(one, Gone) else _clean(one) for one in found]
    if not told:
        return Heard()
    try:
        with transaction.atomic():
            return _Taking(account, timezone.now(), asked_at).take(told)
    except IntegrityError:
        # A poll and a call told the same at the same moment: now it is known.
        with transaction.atomic():
            return _Taking(account, timezone.now(), asked_at).take(told)


@dataclass
class _Taking:
    """One go at an account: what is known of what is told, what is new, what has to be written."""

    account: ConnectedAccount
    now: datetime
    asked_at: datetime | None = None
    items: dict[str, InboxItem] = field(default_factory=dict)
    talks: dict[tuple[str, str], Conversation] = field(default_factory=dict)
    contacts: dict[str, Contact] = field(default_factory=dict)
    fresh: list[InboxItem] = field(default_factory=list)
    changed: dict[int, InboxItem] = field(default_factory=dict)
    confirmed: dict[int, InboxItem] = field(default_factory=dict)
    moved: dict[tuple[str, str], Conversation] = field(default_factory=dict)
    joined: list[tuple[Conversation, Conversation]] = field(default_factory=list)
    gone: set[str] = field(default_factory=set)

    def take(self, told: Sequence[Item | Gone]) -> Heard:
        self._look_up(told)
        for one in told:
            number = one.id[:255]
            row = self.items.get(number)
            if isinstance(one, Gone):
                if row is None:
                    self.gone.add(number)
                elif row.removed_at is None:
                    self._change(row, removed_at=self.now, text="", facts={})
            elif row is not None:
                self._bring_up_to_date(row, one)
            elif number and number not in self.gone:
                self._add(one)
        self._write()
        return Heard(len(self.fresh), len(self.changed))

    def _look_up(self, told: Sequence[Item | Gone]) -> None:
        said = [one for one in told if isinstance(one, Item)]
        numbers = {one.id[:255] for one in told} | {one.parent_id[:255] for one in said if one.parent_id}
        known = InboxItem.objects.filter(account=self.account, external_id__in=numbers)
        self.items = {row.external_id: row for row in known.select_related("contact")}
        early = TakenBack.objects.filter(account=self.account, external_id__in=numbers - self.items.keys())
        self.gone = set(early.values_list("external_id", flat=True))
        # The thread of each, and what waits for it: answers that came before what they answer.
        keys = {one.thread[:255] for one in said} | {one.id[:255] for one in said}
        named = Q(key__in=keys) | Q(pk__in={row.conversation_id for row in self.items.values()})
        talks = Conversation.objects.select_for_update().filter(named, account=self.account).order_by("pk")
        by_pk = {talk.pk: talk for talk in talks}
        self.talks = {(talk.kind, talk.key): talk for talk in by_pk.values()}
        for row in self.items.values():
            row.conversation = by_pk[row.conversation_id]
        authors = {
            one.author.external_id[:255]: one.author
            for one in said
            if one.author and one.author.external_id and not one.is_own
        }
        if authors:
            self._meet(authors)

    def _meet(self, authors: dict[str, Person]) -> None:
        """Who spoke: what is told of them replaces what is known, and what is not told stays."""
        known = Contact.objects.filter(account=self.account, external_id__in=authors)
        self.contacts = {row.external_id: row for row in known}
        strangers, changed = [], []
        for number, person in authors.items():
            seen = {
                "name": person.name[:255],
                "handle": person.handle[:255],
                "url": person.url[:500] if person.url.startswith("https://") else "",
            }
            row = self.contacts.get(number)
            if row is None:
                row = Contact(account=self.account, external_id=number, read_at=self.now, **seen)
                self.contacts[number] = row
                strangers.append(row)
                continue
            fresh = {name: value for name, value in seen.items() if value and getattr(row, name) != value}
            if fresh or row.read_at < self.now - STALE:
                for name, value in (fresh | {"read_at": self.now}).items():
                    setattr(row, name, value)
                changed.append(row)
        Contact.objects.bulk_create(strangers)
        if changed:
            Contact.objects.bulk_update(changed, ["name", "handle", "url", "read_at"])

    def _bring_up_to_date(self, row: InboxItem, item: Item) -> None:
        if row.removed_at is not None:  # a late poll must not bring back what was taken down
            return
        as_of = self._as_of(item)
        if row.as_of is not None and as_of < row.as_of:
            self._fill(row, item)
            return
        is_later, row.as_of = as_of != row.as_of, as_of
        told = {
            "text": item.text or row.text,
            "is_hidden": item.is_hidden,
            "acts": _acts(item) or row.acts,
            "facts": {**row.facts, **item.facts},
            "url": item.url[:500] or row.url,
            "contact": self._author(item) or row.contact,
            "is_emptied": row.is_emptied and not item.text,
        }
        fresh = {name: value for name, value in told.items() if getattr(row, name) != value}
        if fresh:
            self._change(row, **fresh)
        elif row.pk and row.read_at < self.now - STALE:
            row.read_at = self.now
            InboxItem.objects.filter(pk=row.pk).update(read_at=self.now, as_of=as_of)
        elif row.pk and is_later:
            self.confirmed[row.pk] = row

    def _as_of(self, item: Item) -> datetime:
        return min(item.as_of or self.asked_at or self.now, self.now)

    def _fill(self, row: InboxItem, item: Item) -> None:
        """An older telling that came late adds what is not known, and no more."""
        if row.is_emptied:
            return
        told = {
            "text": row.text or item.text,
            "acts": row.acts or _acts(item),
            "facts": {**item.facts, **row.facts},
            "url": row.url or item.url[:500],
            "contact": row.contact or self._author(item),
        }
        fresh = {name: value for name, value in told.items() if getattr(row, name) != value}
        if fresh:
            self._change(row, **fresh)

    def _change(self, row: InboxItem, **values: Any) -> None:
        for name, value in (values | {"read_at": self.now}).items():
            setattr(row, name, value)
        row.conversation.changed_at = self.now
        self._touch(row.conversation)
        if row.pk:
            self.changed[row.pk] = row

    def _touch(self, talk: Conversation) -> None:
        self.moved[talk.kind, talk.key] = talk

    def _add(self, item: Item) -> None:
        at = min(item.at or self.now, self.now)
        contact = self._author(item)
        talk = self._conversation(item, contact, at)
        self._join(talk, item)
        row = InboxItem(
            conversation=talk,
            account=self.account,
            contact=contact,
            kind=item.kind.value,
            external_id=item.id[:255],
            parent_id=item.parent_id[:255],
            post_id=item.post_id[:255],
            text=item.text,
            url=item.url[:500],
            at=at,
            arrived_at=self.now,
            read_at=self.now,
            as_of=self._as_of(item),
            is_own=item.is_own,
            is_hidden=item.is_hidden,
            acts=_acts(item),
            facts=dict(item.facts),
        )
        self.items[row.external_id] = row
        self.fresh.append(row)
        self._move(row.conversation, row)

    def _author(self, item: Item) -> Contact | None:
        if item.author is None or item.is_own:
            return None
        return self.contacts.get(item.author.external_id[:255])

    def _conversation(self, item: Item, contact: Contact | None, at: datetime) -> Conversation:
        """The one that its parent is in, else the one of its thread, else a new one."""
        parent = self.items.get(item.parent_id[:255]) if item.parent_id else None
        if parent is not None and parent.kind == item.kind.value:
            return parent.conversation
        named = (item.kind.value, item.thread[:255])
        if named not in self.talks:
            is_history = self._is_history(at) or item.is_own
            self.talks[named] = Conversation(
                account=self.account,
                workspace_id=self.account.workspace_id,
                kind=named[0],
                key=named[1],
                post_id=item.post_id[:255],
                contact=contact,
                state=Conversation.State.DONE if is_history else Conversation.State.OPEN,
                is_unread=False,
                last_at=at,
            )
        return self.talks[named]

    def _join(self, talk: Conversation, item: Item) -> None:
        """Answers to it that came before it wait in a conversation of their own: they belong here."""
        other = self.talks.get((item.kind.value, item.id[:255]))
        if other is None or other is talk:
            return
        for row in self.items.values():
            if row.conversation is other:
                row.conversation = talk
        self.talks[other.kind, other.key] = talk
        self.moved.pop((other.kind, other.key), None)
        self.joined.append((other, talk))
        if other.state == Conversation.State.OPEN:
            talk.state = other.state
        talk.is_unread = talk.is_unread or other.is_unread
        talk.assigned_to_id = talk.assigned_to_id or other.assigned_to_id
        talk.heard_at = _latest(talk.heard_at, other.heard_at)
        talk.answered_at = _latest(talk.answered_at, other.answered_at)
        talk.due_at = talk.due_at or other.due_at
        talk.last_at = max(talk.last_at, other.last_at)
        talk.contact = talk.contact or other.contact

    def _is_history(self, at: datetime) -> bool:
        return at < self.account.connected_at - OLD_NEWS

    def _move(self, talk: Conversation, row: InboxItem) -> None:
        """Open, mark and date the conversation by a new item."""
        self._touch(talk)
        talk.changed_at = self.now
        talk.last_at = max(talk.last_at, row.at)
        talk.contact = talk.contact or row.contact
        if row.is_own:
            if talk.heard_at is None or row.at >= talk.heard_at:
                talk.answered_at, talk.due_at, talk.is_unread = row.at, None, False
        elif talk.answered_at and row.at <= talk.answered_at:
            return  # told late: it was answered before we heard of it
        elif not self._is_history(row.at):
            talk.state, talk.is_unread = Conversation.State.OPEN, True
            talk.heard_at = max(row.at, talk.heard_at or row.at)
            talk.due_at = talk.due_at or promised(self.account, self.now)

    def _write(self) -> None:
        new = [talk for talk in self.moved.values() if not talk.pk]
        old = [talk for talk in self.moved.values() if talk.pk]
        Conversation.objects.bulk_create(new)
        if old:
            Conversation.objects.bulk_update(old, TALK_FIELDS)
        for row in self.fresh:
            row.conversation = row.conversation  # the key of one that was made just now
        InboxItem.objects.bulk_create(self.fresh)
        if self.changed:
            InboxItem.objects.bulk_update(list(self.changed.values()), ITEM_FIELDS)
        confirmed = [row for pk, row in self.confirmed.items() if pk not in self.changed]
        if confirmed and (self.asked_at is None or self._has_calls_to_read()):
            InboxItem.objects.bulk_update(confirmed, ["as_of"])
        for other, talk in self.joined:
            if other.pk:
                other.items.update(conversation=talk)
                other.answers.update(conversation=talk)
                other.delete()
        lost = self.gone - self.items.keys()
        if lost:  # calls come in any order: what it was may be told yet
            rows = [TakenBack(account=self.account, external_id=number) for number in lost]
            TakenBack.objects.bulk_create(rows, ignore_conflicts=True)

    def _has_calls_to_read(self) -> bool:
        """Whether an older telling may come yet. Noting with each poll that all is as it was would cost much."""
        open_states = (Incoming.State.RECEIVED, Incoming.State.FAILED)
        return Incoming.objects.filter(platform=self.account.platform, state__in=open_states).exists()


def _clean(item: Item) -> Item:
    """What strangers wrote, as a database takes it."""
    author = item.author
    if author is not None:
        author = replace(author, name=storable(author.name), handle=storable(author.handle))
    return replace(item, text=storable(item.text), author=author, facts=storable(dict(item.facts)))


def _latest(one: datetime | None, two: datetime | None) -> datetime | None:
    return max((moment for moment in (one, two) if moment), default=None)


def _acts(item: Item) -> list[str]:
    return sorted(act.value for act in item.acts)


def promised(account: ConnectedAccount, heard_at: datetime) -> datetime | None:
    """By when the workspace answers what it heard then; ``None`` where it promises nothing."""
    minutes = account.workspace.answer_minutes
    return heard_at + timedelta(minutes=minutes) if minutes else None
