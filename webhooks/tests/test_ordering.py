"""What may be ordered about an item, and what becomes of orders other than replies."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from accounts.models import ConnectedAccount, User
from socialhub.platforms.errors import Fault, PlatformError, Reach
from socialhub.platforms.inbox import Act, Gone, Item, ItemKind
from webhooks import answering, hearing
from webhooks.models import Answer, Conversation, InboxItem
from webhooks.tests.talk import RAVI, Talk, comment, lost, raising, work

State = Answer.State


@pytest.mark.parametrize(
    ("act", "name", "value"),
    [(Act.HIDE, "is_hidden", True), (Act.LIKE, "is_liked", True), (Act.DELETE, "text", "")],
)
def test_other_acts_are_repeated_until_they_are_done(
    talk: Talk, item: InboxItem, maya: User, act: Act, name: str, value: Any
) -> None:
    ordered = answering.order(item=item, act=act, by=maya)
    talk.after = raising(lost())
    answering.answer_all()
    talk.after = lambda: None
    assert work(ordered).state == State.DONE
    assert talk.acted == [(act, "c1")] * 2
    item.refresh_from_db()
    assert getattr(item, name) == value


def test_only_what_an_item_allows_is_ordered(account: ConnectedAccount, maya: User) -> None:
    hearing.keep(account, [comment(acts=frozenset({Act.REPLY})), comment("c2")])
    one, two = InboxItem.objects.order_by("external_id")
    with pytest.raises(answering.NotPossible):
        answering.order(item=one, act=Act.HIDE, by=maya)
    hearing.keep(account, [Gone("c2")])
    with pytest.raises(answering.NotPossible):
        answering.order(item=two, act=Act.REPLY, by=maya, text="Yes.")
    with pytest.raises(answering.NotPossible, match="101 of at most 100"):
        answering.order(item=one, act=Act.REPLY, by=maya, text="x" * 101)


def test_a_window_for_answers_counts_from_the_last_message(account: ConnectedAccount, maya: User) -> None:
    now = datetime.now(UTC)

    def message(number: str, at: datetime) -> Item:
        return Item(
            ItemKind.MESSAGE, number, at, "Hello?", RAVI, thread_id="ravi", acts=frozenset({Act.REPLY})
        )

    ConnectedAccount.objects.update(connected_at=now - timedelta(days=9))
    account.refresh_from_db()
    hearing.keep(account, [message("m1", now - timedelta(hours=30))])
    first = InboxItem.objects.get()
    with pytest.raises(answering.NotPossible, match="24 hours"):
        answering.order(item=first, act=Act.REPLY, by=maya, text="Hello.")
    hearing.keep(account, [message("m2", now)])
    first = InboxItem.objects.get(external_id="m1")
    assert answering.order(item=first, act=Act.REPLY, by=maya, text="Hello.").state == State.WAITING


def test_what_was_said_while_the_reply_was_on_its_way_stays_to_be_answered(
    talk: Talk, answer: Answer, account: ConnectedAccount
) -> None:
    def more() -> None:
        hearing.keep(account, [comment("c2", "And almond?", parent_id="c1")])

    talk.after = more
    answering.answer_all()
    conversation = Conversation.objects.get()
    assert conversation.is_unread


def test_giving_up_keeps_it_from_leaving(talk: Talk, answer: Answer) -> None:
    assert answering.give_up(answer)
    assert not answering.answer_next()
    assert talk.replies == []


def test_an_expired_login_asks_for_a_person(talk: Talk, answer: Answer, account: ConnectedAccount) -> None:
    talk.before = raising(
        PlatformError(
            Fault.INVALID_TOKEN, platform=account.platform, reach=Reach.REFUSED, user_message="Log in."
        )
    )
    assert work(answer).state == State.FAILED
    account.refresh_from_db()
    assert account.state == ConnectedAccount.State.RECONNECT
