"""What was said is kept once, whoever tells it, in whatever order, and however strange it is."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connections

from accounts.models import ConnectedAccount, User, Workspace
from socialhub.platforms.inbox import Gone, Item, ItemKind, Person
from webhooks import hearing, processing
from webhooks.models import Contact, Conversation, Event, InboxItem, Incoming
from webhooks.tests.conftest import BODIES, Send
from webhooks.tests.talk import RAVI, Talk, comment

OPEN, DONE = Conversation.State.OPEN, Conversation.State.DONE
NOW = datetime.now(UTC)


def test_the_same_item_twice_is_one_and_opens_nothing_anew(account: ConnectedAccount) -> None:
    hearing.keep(account, [comment(), comment()])
    Conversation.objects.update(state=DONE, is_unread=False)
    heard = hearing.keep(account, [comment(text="Is there oat milk, please?")])
    assert (heard.new, heard.changed) == (0, 1)
    assert InboxItem.objects.get().text == "Is there oat milk, please?"
    conversation = Conversation.objects.get()
    assert (conversation.state, conversation.is_unread) == (DONE, False)


def test_replies_at_any_depth_join_their_conversation(account: ConnectedAccount) -> None:
    hearing.keep(account, [comment("c1"), comment("c2", parent_id="c1"), comment("c3", parent_id="c2")])
    assert Conversation.objects.get().items.count() == 3


@pytest.mark.parametrize(
    "order", [("c3", "c2", "c1"), ("c3", "c1", "c2"), ("c2", "c3", "c1"), ("c1", "c3", "c2")]
)
def test_replies_that_come_before_what_they_answer_join_it(
    account: ConnectedAccount, maya: User, order: tuple[str, ...]
) -> None:
    above = {"c1": "", "c2": "c1", "c3": "c2"}
    for number in order:
        hearing.keep(account, [comment(number, parent_id=above[number])])
        Conversation.objects.filter(assigned_to=None).update(assigned_to=maya)
    conversation = Conversation.objects.get()
    assert conversation.items.count() == 3
    assert (conversation.state, conversation.assigned_to) == (OPEN, maya)


def test_what_was_taken_back_loses_its_words_and_stays_gone(account: ConnectedAccount) -> None:
    hearing.keep(account, [comment(), Gone("c1"), comment()])
    item = InboxItem.objects.get()
    assert item.removed_at is not None
    assert item.text == ""


def test_what_was_taken_back_before_we_heard_of_it_is_never_shown(account: ConnectedAccount) -> None:
    hearing.keep(account, [Gone("c1")])
    hearing.keep(account, [comment()])
    assert not InboxItem.objects.exists()
    assert not Conversation.objects.exists()


def test_history_stays_done(account: ConnectedAccount) -> None:
    hearing.keep(account, [comment(at=NOW - timedelta(days=3))])
    conversation = Conversation.objects.get()
    assert (conversation.state, conversation.is_unread, conversation.due_at) == (DONE, False, None)
    hearing.keep(account, [comment("c2", parent_id="c1", at=NOW)])
    assert Conversation.objects.get().state == OPEN


def test_own_words_answer_and_are_no_contact(account: ConnectedAccount) -> None:
    own = comment(
        "c2", "Yes.", parent_id="c1", at=NOW, is_own=True, author=Person(account.external_id, "Northwind")
    )
    hearing.keep(account, [comment(at=NOW - timedelta(minutes=1)), own, own])
    conversation = Conversation.objects.get()
    assert conversation.answered_at == NOW
    assert not conversation.is_unread
    assert [contact.external_id for contact in Contact.objects.all()] == ["ravi"]


def test_a_question_told_after_its_answer_wants_no_answer(
    account: ConnectedAccount, workspace: Workspace
) -> None:
    Workspace.objects.update(answer_minutes=60)
    account.refresh_from_db()
    own = comment("c2", "Yes.", parent_id="c1", at=NOW, is_own=True)
    hearing.keep(account, [own, comment(at=NOW - timedelta(minutes=1))])
    conversation = Conversation.objects.get()
    assert (conversation.state, conversation.due_at) == (DONE, None)


def test_an_answer_is_promised_from_the_first_unanswered_word(account: ConnectedAccount) -> None:
    Workspace.objects.update(answer_minutes=60)
    account = ConnectedAccount.objects.select_related("workspace").get()
    hearing.keep(account, [comment(at=NOW)])
    first = Conversation.objects.get().due_at
    hearing.keep(account, [comment("c2", parent_id="c1")])
    assert first is not None
    assert Conversation.objects.get().due_at == first
    hearing.keep(account, [comment("c3", "Yes.", parent_id="c1", is_own=True)])
    assert Conversation.objects.get().due_at is None


def test_hearing_changes_nothing_that_a_person_decided_meanwhile(
    account: ConnectedAccount, maya: User
) -> None:
    hearing.keep(account, [comment()])
    Conversation.objects.update(assigned_to=maya)
    hearing.keep(account, [comment("c2", parent_id="c1")])
    assert Conversation.objects.get().assigned_to == maya


def test_strange_characters_are_kept_in_a_form_that_the_database_takes(account: ConnectedAccount) -> None:
    odd = "a\x00b\ud800c"
    hearing.keep(account, [comment(text=odd, author=Person("ravi", odd), facts={"raw": [odd, {odd: odd}]})])
    item = InboxItem.objects.get()
    assert item.text == "a\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER}c"
    assert item.contact is not None
    assert item.contact.name == item.text


def test_a_call_with_strange_characters_keeps_no_other_call_from_being_read(
    accounts: dict[str, ConnectedAccount], send: Send
) -> None:
    body = json.loads(json.dumps(BODIES["facebook"]))
    body["entry"][0]["changes"][0]["value"]["message"] = "a\x00b\ud800"
    send("facebook", json.dumps(body).encode())
    assert processing.process_all() == 1
    assert Incoming.objects.get().state == Incoming.State.PROCESSED
    assert Event.objects.get().data["message"] == "a\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER}"


def test_a_disconnected_account_hears_nothing(talk: Talk, account: ConnectedAccount) -> None:
    Incoming.objects.create(platform=account.platform, received_at=NOW, body=b"Hello", digest="d")
    ConnectedAccount.objects.update(state=ConnectedAccount.State.DISCONNECTED)
    processing.process_all()
    assert not InboxItem.objects.exists()


def test_messages_of_one_person_are_one_conversation(account: ConnectedAccount) -> None:
    hearing.keep(
        account,
        [Item(ItemKind.MESSAGE, number, NOW, "Hello", RAVI, thread_id="ravi") for number in ("m1", "m2")],
    )
    conversation = Conversation.objects.get()
    assert conversation.contact is not None
    assert conversation.contact.label == RAVI.name


@pytest.mark.django_db(transaction=True)
def test_two_who_hear_the_same_at_once_keep_it_once(account: ConnectedAccount) -> None:
    gate = threading.Barrier(3)

    def hear() -> None:
        gate.wait(10)
        hearing.keep(account, [comment(), comment("c2", parent_id="c1")])
        connections.close_all()

    threads = [threading.Thread(target=hear) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(InboxItem.objects.values_list("external_id", flat=True)) == ["c1", "c2"]
    assert Conversation.objects.count() == 1
