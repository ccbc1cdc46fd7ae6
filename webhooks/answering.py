"""Answering: the row is the order, and a reply leaves exactly once or is visibly held.

The rules are those of publishing (docs/reliability.md), in small: a claim is a lease with a fencing token,
``in_doubt`` is committed before the public step of a reply and cleared with what came of it, and a row in doubt is
looked for before anything is sent again. Other acts may be repeated, so they simply are.
"""

from __future__ import annotations

import logging
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Any

from django.db import DatabaseError, connections, transaction
from django.db.models import Exists, F, OuterRef, Q

from accounts import credentials, limits, network, tokens
from accounts.clock import database_now
from accounts.models import User
from socialhub.platforms import flow as flows
from socialhub.platforms.api import Api
from socialhub.platforms.errors import PlatformError
from socialhub.platforms.inbox import Act, Inbox, ItemKind
from socialhub.platforms.transport import TooLate, wire_guard
from socialhub.platforms.values import Account, Content, Kind
from webhooks.answers import (
    Held,
    LostTurn,
    after_error,
    after_mistake,
    after_turn,
    ended,
    failed,
    unconfirmed,
)
from webhooks.models import Answer, Conversation, InboxItem

log = logging.getLogger(__name__)

LEASE, MARGIN = timedelta(seconds=120), timedelta(seconds=5)
"""Longer than any request can take, so that nobody looks for a reply whose request is still on its way."""
NAP, DATABASE_PAUSE = 0.2, 2.0
MISTAKES = (AttributeError, LookupError, TypeError, ValueError, ArithmeticError, RuntimeError, AssertionError)
"""What a slip of ours raises. Trouble with the database is none of it."""
State = Answer.State


class NotPossible(ValueError):
    """This cannot be done about that item; says why in words for people."""


@transaction.atomic
def order(*, item: InboxItem, act: Act, by: User, text: str = "", key: uuid.UUID | None = None) -> Answer:
    """Have something done about an item. Asking twice for the same while it waits is asking once; ``key`` names the
    form, so that the same form twice is one order however long after. Raises :class:`NotPossible`.
    """
    locked = InboxItem.objects.select_for_update(of=("self",)).select_related("account", "conversation")
    item = locked.get(pk=item.pk)  # whoever asks at the same time comes after us
    if key and (known := Answer.objects.filter(key=key).first()):
        if (known.item_id, known.act) != (item.pk, act.value):
            raise NotPossible("This form belongs to something else. Load the page again.")
        return known
    inbox = item.account.connector.inbox
    if inbox is None or act not in inbox.offers or not item.may(act):
        raise NotPossible("This cannot be done here. Open it on the platform instead.")
    text = text.strip()
    if act is Act.REPLY:
        _check_reply(inbox, item, text)
    same = Answer.objects.filter(item=item, act=act.value, text=text, state=State.WAITING)
    if waiting := same.first():
        return waiting
    answer = Answer.objects.create(
        item=item,
        conversation=item.conversation,
        account=item.account,
        act=act.value,
        text=text,
        by=by,
        key=key or uuid.uuid4(),
        next_at=database_now(),
    )
    Conversation.objects.filter(pk=item.conversation_id).update(
        changed_at=database_now(), is_unread=False, assigned_to=item.conversation.assigned_to or by
    )
    return answer


def _check_reply(inbox: Inbox, item: InboxItem, text: str) -> None:
    if not text:
        raise NotPossible("Write something first.")
    kind = ItemKind(item.kind)
    longest = inbox.reply_text.get(kind)
    if longest is None:
        raise NotPossible("This cannot be answered here. Open it on the platform instead.")
    if longest.measure(text) > longest.max:
        raise NotPossible(f"That is {longest.measure(text)} of at most {longest.max} characters.")
    within = inbox.reply_within.get(kind)
    last = max(item.at, item.conversation.heard_at or item.at)
    if within is not None and last + within < database_now():
        hours = int(within.total_seconds() // 3600)
        raise NotPossible(f"The platform takes answers only within {hours} hours of the last message.")


def retry(answer: Answer) -> None:
    """Try a failed one again, or look again for an unconfirmed one; a person asked for it."""
    now = database_now()
    again: dict[str, Any] = {
        "state": State.WAITING,
        "next_at": now,
        "attempts": 0,
        "looks": 0,
        "ended_at": None,
    }
    rows = Answer.objects.filter(pk=answer.pk, lease_until=None)
    rows.filter(state=State.UNCONFIRMED).update(**again, in_doubt=True)
    # What was refused after it had left may be there all the same.
    rows.filter(state=State.FAILED).update(
        **again, in_doubt=Q(sent_at__isnull=False) & Q(act=Act.REPLY.value)
    )


@transaction.atomic
def found_by_person(answer: Answer) -> bool:
    """A person saw an unconfirmed reply on the platform: it was sent. False where it is not unconfirmed any more."""
    rows = Answer.objects.filter(pk=answer.pk, lease_until=None, state=State.UNCONFIRMED)
    if not rows.update(**ended(State.DONE)):
        return False
    _note_reply(answer, "")
    return True


def give_up(answer: Answer) -> bool:
    """Let one that waits or is unconfirmed be; False where it is under way right now."""
    rows = Answer.objects.filter(pk=answer.pk, lease_until=None, state__in=[State.WAITING, State.UNCONFIRMED])
    return bool(
        rows.update(
            state=State.CANCELLED, next_at=None, ended_at=database_now(), lease_token=F("lease_token") + 1
        )
    )


def run(stopping: threading.Event) -> None:
    """Take turns until told to stop. Any number may run; each answer is one's at a time."""
    while not stopping.is_set():
        try:
            if not answer_next():
                stopping.wait(NAP)
        except DatabaseError:
            log.exception("answers could not be taken; trying again")
            connections.close_all()
            stopping.wait(DATABASE_PAUSE)
    connections.close_all()


def answer_next() -> bool:
    """Take the turn of the answer that is due longest; whether there was one."""
    held = _claim()
    if held is None:
        return False
    try:
        _take_turn(held)
    except LostTurn:
        log.info("answer %s: the turn went to another, nothing was saved", held.pk)
    except MISTAKES as problem:
        log.exception("answer %s: the turn broke", held.pk)
        _set_back(held, problem)
    return True


def answer_all() -> int:
    """Take every turn that is due now; how many that were. For tests and tools."""
    count = 0
    while answer_next():
        count += 1
    return count


def _claim() -> Held | None:
    """One due answer, by compare and swap; those of a conversation go one after the other."""
    now = database_now()
    before = Answer.objects.filter(
        conversation=OuterRef("conversation"), pk__lt=OuterRef("pk"), state=State.WAITING
    )
    due = Answer.objects.filter(~Exists(before), next_at__lte=now, state=State.WAITING)
    row = due.order_by("next_at", "pk").only("lease_token").first()
    if row is None:
        return None
    token, started = row.lease_token + 1, time.monotonic()
    # A row in doubt is taken over only when a request of the former holder can no longer be on its way.
    until = now + LEASE
    same = Answer.objects.filter(pk=row.pk, lease_token=row.lease_token, state=State.WAITING)
    if not same.update(lease_token=token, lease_until=until, next_at=until + MARGIN):
        return None
    return Held(row.pk, token, started + LEASE.total_seconds(), time.time() + LEASE.total_seconds())


def _take_turn(held: Held) -> None:
    rows = Answer.objects.select_related("item__contact", "item__conversation", "account__workspace")
    answer = rows.filter(pk=held.pk, lease_token=held.token).first()
    if answer is None:
        raise LostTurn
    inbox = answer.account.connector.inbox
    if inbox is None or answer.act not in inbox.offers:
        gone = "The platform does not offer this any more."
        held.save(unconfirmed(gone) if answer.in_doubt else failed(gone))
        return
    closed = limits.Closings().of(answer.account, database_now(), answer.act)
    if closed is not None and not answer.in_doubt:
        held.save({"next_at": closed.until, "lease_until": None, "error_message": closed.reason})
        return
    if answer.act == Act.REPLY:
        _reply(held, answer, inbox)
    else:
        _act(held, answer, inbox)


def _act(held: Held, answer: Answer, inbox: Inbox) -> None:
    used: Account | None = None
    try:
        used = tokens.authorised(answer.account)
        with _speaking(answer, used, held) as api:
            inbox.acts[Act(answer.act)](api, used, answer.item.value())
    except PlatformError as error:
        if used is not None:
            tokens.refused(answer.account, used, error)
        held.save(after_error(answer, error, database_now(), flow=None))
        return
    _note_act(answer)
    held.save(ended(State.DONE))


def _note_act(answer: Answer) -> None:
    """What the platform shows now."""
    now = database_now()
    seen: dict[Act, dict[str, Any]] = {
        Act.HIDE: {"is_hidden": True},
        Act.SHOW: {"is_hidden": False},
        Act.LIKE: {"is_liked": True},
        Act.UNLIKE: {"is_liked": False},
        Act.DELETE: {"removed_at": now, "text": ""},
    }
    InboxItem.objects.filter(pk=answer.item_id).update(**seen[Act(answer.act)])
    Conversation.objects.filter(pk=answer.conversation_id).update(changed_at=now)


def _reply(held: Held, answer: Answer, inbox: Inbox) -> None:
    assert inbox.reply is not None  # it is among what the inbox offers
    flow, used = inbox.reply, None
    step = flows.current_step(flow, flows.Position(answer.step, answer.in_doubt))
    was_looking = answer.in_doubt and step.is_public
    try:
        used = tokens.authorised(answer.account)
        with _speaking(answer, used, held) as api:
            job = _job(answer, used, api)
            if step.is_public and not was_looking:
                held.save({"in_doubt": True, "sent_at": job.now, "step": step.name}, keep=True)
                answer.in_doubt, answer.sent_at = True, job.now
            turn = flows.advance(flow, flows.Position(answer.step, was_looking), job)
    except PlatformError as error:
        if used is not None:
            tokens.refused(answer.account, used, error)
        values = after_error(answer, error, database_now(), flow=flow, was_looking=was_looking)
        held.save(values)
        return
    values = after_turn(answer, flow, turn, database_now())
    with transaction.atomic():
        held.save(values)
        if values.get("state") == State.DONE:
            _note_reply(answer, str(values.get("remote_id", "")))


def _note_reply(answer: Answer, remote_id: str) -> None:
    """What we said stands in the conversation; when the platform tells us of it, it is known."""
    now = database_now()
    item = answer.item
    said = {
        "conversation": answer.conversation,
        "kind": item.kind,
        "parent_id": item.external_id,
        "post_id": item.post_id,
        "text": answer.text,
        "at": now,
        "arrived_at": now,
        "read_at": now,
        "is_own": True,
    }
    if remote_id:
        InboxItem.objects.get_or_create(account=answer.account, external_id=remote_id[:255], defaults=said)
    rows = Conversation.objects.filter(pk=answer.conversation_id)
    rows.update(answered_at=now, last_at=now, changed_at=now)
    # What was said after somebody had pressed the button is still to be answered.
    rows.filter(Q(heard_at=None) | Q(heard_at__lte=answer.created_at)).update(due_at=None, is_unread=False)


def _job(answer: Answer, used: Account, api: Api) -> flows.Job:
    return flows.Job(
        key=str(answer.key),
        account=used,
        content=Content(Kind.TEXT, answer.text),
        api=api,
        facts=answer.facts,
        attempt=answer.attempts + 1,
        now=database_now(),
        sent_at=answer.sent_at if answer.in_doubt else None,
        taken=_taken(answer) if answer.in_doubt else frozenset(),
        about=answer.item.value(),
    )


def _taken(answer: Answer) -> frozenset[str]:
    """Our replies in this conversation that are known to be other answers."""
    others = Answer.objects.filter(conversation=answer.conversation).exclude(pk=answer.pk)
    return frozenset(others.exclude(remote_id="").values_list("remote_id", flat=True))


@contextmanager
def _speaking(answer: Answer, used: Account, held: Held) -> Iterator[Api]:
    """A way to the platform while the turn is ours; what it says of its limits is shared. Raises :class:`LostTurn`
    where the lease ended before a request left.
    """
    account, connector = answer.account, answer.account.connector
    app = None
    if connector.service.sign is not None:
        app = credentials.find_app(account.workspace, account.login_method, account.host)
    api = network.api(connector, account=used, app=app)
    try:
        with wire_guard(held.check_wire):
            yield api
    except TooLate:
        raise LostTurn from None
    finally:
        if api.heard:
            limits.hear(account, answer.act, list(api.heard.values()), database_now())


def _set_back(held: Held, problem: BaseException) -> None:
    """After a mistake of ours: wait on the ladder, then ask a person. A row in doubt stays in doubt."""
    answer = Answer.objects.filter(pk=held.pk, lease_token=held.token).first()
    if answer is None:
        return
    with suppress(LostTurn):
        held.save(after_mistake(answer, type(problem).__name__, database_now()))
