"""A conversation as a page shows it: who said what, what became of our answers, and what can be done."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from accounts.network import browser_link
from socialhub.platforms.inbox import Act, ItemKind
from webhooks.cleaning import showable
from webhooks.models import Answer, Contact, Conversation, InboxItem

State = Answer.State
NOBODY = "Somebody"


class Look(NamedTuple):
    """How something is called and drawn."""

    word: str
    icon: str
    tone: str = "neutral"


KINDS = {
    ItemKind.COMMENT: Look("Comment", "comment"),
    ItemKind.MENTION: Look("Mention", "at"),
    ItemKind.MESSAGE: Look("Message", "mail"),
}
ACTS = {
    Act.LIKE: Look("Like", "heart"),
    Act.UNLIKE: Look("Take the like back", "heart"),
    Act.HIDE: Look("Hide", "hide"),
    Act.SHOW: Look("Show again", "eye"),
    Act.DELETE: Look("Delete", "trash", "bad"),
}
ANSWERS = {
    State.WAITING: Look("On its way", "busy", "busy"),
    State.DONE: Look("Sent", "done", "good"),
    State.FAILED: Look("Not sent", "failed", "bad"),
    State.UNCONFIRMED: Look("Nobody can tell", "doubt", "warn"),
    State.CANCELLED: Look("Taken back", "ban"),
}


class Clock(NamedTuple):
    """How much of the promised time is left."""

    tone: str
    word: str


class Button(NamedTuple):
    """Something that can be done about an item."""

    act: str
    look: Look


@dataclass(frozen=True)
class Answering:
    """An answer or act under way, or what became of it."""

    pk: int
    look: Look
    reason: str
    state: str
    by: str
    may_wait: bool


@dataclass(frozen=True)
class Said:
    """One thing that was said, ready to draw."""

    pk: int
    name: str
    text: str
    at: datetime
    is_ours: bool
    note: str = ""
    url: str = ""
    by: str = ""
    is_hidden: bool = False
    is_liked: bool = False
    may_reply: bool = False
    buttons: list[Button] = field(default_factory=list)
    answer: Answering | None = None
    acts: list[Answering] = field(default_factory=list)


def clock(conversation: Conversation, now: datetime) -> Clock | None:
    """The promise of an answer, where there is one."""
    if conversation.due_at is None or conversation.state == Conversation.State.DONE:
        return None
    left = conversation.due_at - now
    if left < timedelta(0):
        return Clock("bad", f"overdue by {length(-left)}")
    return Clock("warn" if left < timedelta(minutes=15) else "neutral", f"due in {length(left)}")


def length(span: timedelta) -> str:
    """A length of time, as short as it can be said."""
    minutes = int(span.total_seconds() // 60)
    if minutes < 1:
        return "less than a minute"
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 2880 else f"{minutes // 1440} d"


def called(contact: Contact | None) -> str:
    """Whom we talk to, without what could disguise the page around it."""
    return (showable(contact.label).replace("\n", " ").strip() if contact else "") or NOBODY


def talk(items: Iterable[InboxItem], answers: Iterable[Answer], us: str, *, may_act: bool) -> list[Said]:
    """Everything that was said in order of time, our answers that are not there yet included."""
    sent = {row.remote_id: row for row in answers if row.act == Act.REPLY and row.remote_id}
    acts: dict[int, list[Answering]] = {}
    said: list[Said] = []
    known = set()
    for row in answers:
        if row.act != Act.REPLY and row.state != State.DONE:
            acts.setdefault(row.item_id, []).append(_answering(row))
    for item in items:
        known.add(item.external_id)
        said.append(_said(item, sent.get(item.external_id), acts.get(item.pk, []), us, may_act=may_act))
    for row in answers:
        if row.act == Act.REPLY and (not row.remote_id or row.remote_id not in known):
            said.append(
                Said(
                    row.item_id,
                    us,
                    row.text,
                    row.created_at,
                    is_ours=True,
                    answer=_answering(row),
                    by=_by(row),
                )
            )
    return sorted(said, key=lambda one: one.at)


def _said(item: InboxItem, sent: Answer | None, acts: list[Answering], us: str, *, may_act: bool) -> Said:
    note = ""
    if item.removed_at is not None:
        note = "Taken back or deleted."
    elif item.is_emptied:
        note = "Not kept any longer; it may still be there on the platform."
    elif not item.text:
        note = "No words: a picture, a sticker or something else that only the platform shows."
    done = {
        Act.LIKE: item.is_liked,
        Act.UNLIKE: not item.is_liked,
        Act.HIDE: item.is_hidden,
        Act.SHOW: not item.is_hidden,
    }
    offered = [act for act in ACTS if may_act and item.may(act) and not done.get(act, False)]
    return Said(
        pk=item.pk,
        name=us if item.is_own else called(item.contact),
        text="" if note else showable(item.text),
        at=item.at,
        is_ours=item.is_own,
        note=note,
        url=browser_link(item.url),
        by=_by(sent) if sent else "",
        is_hidden=item.is_hidden,
        is_liked=item.is_liked,
        may_reply=may_act and item.may(Act.REPLY),
        buttons=[Button(act.value, ACTS[act]) for act in offered],
        answer=_answering(sent) if sent else None,
        acts=acts,
    )


def _by(row: Answer) -> str:
    return row.by.get_full_name() if row.by else ""


def _answering(row: Answer) -> Answering:
    state = State(row.state)
    look = ANSWERS[state]
    if row.act != Act.REPLY:
        word = ACTS[Act(row.act)].word
        look = Look(f"{word}: {look.word.lower()}", look.icon, look.tone)
    elif state == State.WAITING and row.in_doubt and row.looks:
        look = Look("Sent, no clear answer: looking for it", "doubt", "warn")
    elif state == State.WAITING and row.attempts:
        look = Look("Not sent yet, tries again", "refresh", "warn")
    reason = row.error_message if state != State.DONE else ""
    waits = state == State.WAITING and not row.in_doubt and row.lease_until is None
    return Answering(row.pk, look, reason, row.state, _by(row), waits)
