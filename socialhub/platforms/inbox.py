"""What people say to an account, and what can be done about it.

An :class:`Item` arrives by a webhook (:attr:`Inbox.read`) or by asking (:attr:`Inbox.fetch`); both give the same
value, and the same id twice is the same item, told anew. A reply is published like a post: by a
:class:`~socialhub.platforms.flow.Flow` whose public step has ``find``. Other acts may be repeated without harm.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from socialhub.platforms.api import Api
from socialhub.platforms.events import Event
from socialhub.platforms.flow import Flow
from socialhub.platforms.rules import Text
from socialhub.platforms.values import Account


class ItemKind(StrEnum):
    """How somebody speaks to an account."""

    COMMENT = "comment"
    """Under one of its posts: replies to comments too."""
    MENTION = "mention"
    """Elsewhere, naming it."""
    MESSAGE = "message"
    """To it alone."""


class Act(StrEnum):
    """What can be done about an item."""

    REPLY = "reply"
    HIDE = "hide"
    SHOW = "show"
    DELETE = "delete"
    LIKE = "like"
    UNLIKE = "unlike"


@dataclass(frozen=True)
class Person:
    """Who said it, as far as the platform tells. ``external_id`` is the platform's id as our app sees it."""

    external_id: str
    name: str = ""
    handle: str = ""
    url: str = ""
    avatar_url: str = ""


@dataclass(frozen=True)
class Item:
    """One thing that was said.

    ``id`` is the platform's, unique among the items of the account. ``post_id`` is the post of ours that it is
    under, as deliveries know it; ``parent_id`` the item it answers; ``thread_id`` names what belongs together
    (a conversation, the first comment of a thread), by default the parent or the item itself. ``author`` is
    ``None`` where the platform does not tell; ``is_own`` marks what the account itself said. ``acts`` is what can be
    done about this very item. ``facts`` is what the acts need: only the connector looks inside. ``as_of`` is when it
    became what is told here, for calls and lists come in any order; ``None`` where the platform does not say.
    """

    kind: ItemKind
    id: str
    at: datetime | None = None
    text: str = ""
    author: Person | None = None
    post_id: str = ""
    parent_id: str = ""
    thread_id: str = ""
    url: str = ""
    is_own: bool = False
    is_hidden: bool = False
    acts: frozenset[Act] = frozenset()
    facts: Mapping[str, Any] = field(default_factory=dict)
    as_of: datetime | None = None

    @property
    def thread(self) -> str:
        """What it belongs to."""
        return self.thread_id or self.parent_id or self.id


@dataclass(frozen=True)
class Gone:
    """An item was taken back by its author or taken down."""

    id: str


@dataclass(frozen=True)
class Watching:
    """What a poll works with: the ``cursor`` that the last one left, the ids of our latest posts (newest first), the
    database's time.
    """

    now: datetime
    cursor: Mapping[str, Any] = field(default_factory=dict)
    posts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Haul:
    """What a poll found. ``cursor`` replaces the former one; with ``is_more`` the next poll should follow at once."""

    found: tuple[Item | Gone, ...] = ()
    cursor: Mapping[str, Any] = field(default_factory=dict)
    is_more: bool = False


@dataclass(frozen=True)
class Inbox:
    """How an account hears and answers.

    ``read`` gives the items of an event (nothing where the event is no item), ``fetch`` asks the platform, a few
    requests at most each time. ``needs_poll`` says that webhooks do not tell everything, so that it is asked even
    where they work. ``reply`` is the flow that publishes an answer: its :class:`~socialhub.platforms.flow.Job` has
    the item in ``about`` and the words in ``content``; ``reply_text`` is how long they may be and ``reply_within``
    how long after the last message of the other side they may be sent. ``acts`` do the rest, and repeating them
    changes nothing more; an item that is gone already counts as deleted. ``left_out`` tells people why a kind of
    item is not there.
    """

    kinds: frozenset[ItemKind] = frozenset()
    read: Callable[[Event, Account], tuple[Item | Gone, ...]] | None = None
    fetch: Callable[[Api, Account, Watching], Haul] | None = None
    needs_poll: bool = False
    poll_every: timedelta = timedelta(minutes=2)
    poll_at_least: timedelta = timedelta(hours=1)
    reply: Flow | None = None
    reply_text: Mapping[ItemKind, Text] = field(default_factory=dict)
    reply_within: Mapping[ItemKind, timedelta] = field(default_factory=dict)
    acts: Mapping[Act, Callable[[Api, Account, Item], None]] = field(default_factory=dict)
    left_out: Mapping[ItemKind, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        apart = set(ItemKind) ^ (set(self.kinds) | set(self.left_out))
        if apart or set(self.kinds) & set(self.left_out):
            raise ValueError(f"an inbox offers each kind of item or says why not: {sorted(apart)}")
        if self.kinds and self.read is None and self.fetch is None:
            raise ValueError("an inbox needs a way to hear")
        if Act.REPLY in self.acts:
            raise ValueError("a reply is a flow")
        if (self.reply is None) != (not self.reply_text) or set(self.reply_text) - set(self.kinds):
            raise ValueError("what can be replied to has a longest text")

    @property
    def offers(self) -> frozenset[Act]:
        """Everything that can be done about some item."""
        return frozenset(self.acts) | ({Act.REPLY} if self.reply else set())
