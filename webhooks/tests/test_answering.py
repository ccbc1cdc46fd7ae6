"""A reply leaves exactly once or is visibly held, whatever breaks on the way."""

from __future__ import annotations

import threading
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, OperationalError, connections

from accounts import limits
from accounts.models import ConnectedAccount, User
from socialhub.platforms.errors import Fault
from socialhub.platforms.flow import Go, Live, Stay, Unsure
from socialhub.platforms.inbox import Act
from socialhub.platforms.policy import Scope
from webhooks import answering, answers, hearing
from webhooks.models import Answer, Conversation, InboxItem
from webhooks.tests.talk import SAID, Talk, comment, let_pass, lost, raising, refused, work

State = Answer.State


def test_a_reply_leaves_once_and_stands_in_the_conversation(talk: Talk, answer: Answer) -> None:
    assert answering.answer_all() == 1
    answer.refresh_from_db()
    assert (answer.state, answer.remote_id, answer.in_doubt) == (State.DONE, "reply-1", False)
    assert talk.replies == SAID
    own = InboxItem.objects.get(external_id="reply-1")
    assert (own.is_own, own.text, own.conversation_id) == (True, "Yes, from Malmö.", answer.conversation_id)
    conversation = Conversation.objects.get()
    assert conversation.answered_at is not None
    assert not conversation.is_unread


@pytest.mark.parametrize(
    "trouble",
    [lost(), lost(Fault.SERVER_ERROR), ValueError("a slip of ours")],
    ids=["timeout or reset", "5xx", "mistake"],
)
def test_a_lost_answer_is_looked_for_and_not_sent_again(
    talk: Talk, answer: Answer, trouble: BaseException
) -> None:
    talk.after = raising(trouble)
    answering.answer_all()
    answer.refresh_from_db()
    assert (answer.state, answer.in_doubt) == (State.WAITING, True)
    assert work(answer).state == State.DONE
    assert answer.remote_id == "reply-1"
    assert talk.replies == SAID


@pytest.mark.parametrize("trouble", [lost(), ValueError("a slip of ours")], ids=["timeout", "mistake"])
def test_what_provably_never_arrived_is_sent_again(
    talk: Talk, answer: Answer, trouble: BaseException
) -> None:
    talk.before = raising(trouble)
    answering.answer_all()
    talk.before = lambda: None
    assert work(answer).state == State.DONE
    assert talk.replies == SAID


def test_what_never_arrives_ends_with_a_person_after_three_times(talk: Talk, answer: Answer) -> None:
    tries: list[int] = []

    def swallow() -> None:
        tries.append(1)
        raise lost()

    talk.before = swallow
    assert work(answer, rounds=30).state == State.UNCONFIRMED
    assert len(tries) == answers.MAX_SENDS
    assert talk.replies == []


def test_a_death_between_doubt_and_saving_is_found(
    talk: Talk, answer: Answer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*args: Any) -> Any:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(answering, "after_turn", die)
        with pytest.raises(KeyboardInterrupt):
            answering.answer_next()
    assert talk.replies == SAID
    assert not answering.answer_next()  # its lease has not ended
    let_pass(answering.LEASE + answering.MARGIN + timedelta(seconds=1))
    assert work(answer).state == State.DONE
    assert talk.replies == SAID


def test_a_database_that_is_lost_with_the_answer_loses_nothing(
    talk: Talk, answer: Answer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lose(*args: Any) -> Any:
        raise OperationalError("the server closed the connection")

    with monkeypatch.context() as patch:
        patch.setattr(answering, "after_turn", lose)
        with pytest.raises(DatabaseError):
            answering.answer_next()
    let_pass(answering.LEASE + answering.MARGIN + timedelta(seconds=1))
    assert work(answer).state == State.DONE
    assert talk.replies == SAID


def test_a_stale_holder_saves_nothing(talk: Talk, answer: Answer) -> None:
    def overslept() -> None:
        """While this turn sleeps, its lease ends and another finds the reply."""
        talk.after = lambda: None
        let_pass(answering.LEASE + answering.MARGIN + timedelta(seconds=1))
        assert answering.answer_next()
        raise refused()

    talk.after = overslept
    answering.answer_next()
    answer.refresh_from_db()
    assert (answer.state, answer.remote_id) == (State.DONE, "reply-1")
    assert talk.replies == SAID


def test_a_mistake_after_the_turn_was_lost_disturbs_no_reader(talk: Talk, answer: Answer) -> None:
    def overslept() -> None:
        Answer.objects.update(lease_token=99)
        raise ValueError("a slip of ours")

    talk.after = overslept
    assert answering.answer_next()
    answer.refresh_from_db()
    assert answer.in_doubt


def test_a_listing_that_lags_is_asked_again(talk: Talk, answer: Answer) -> None:
    looks: list[int] = []

    def lagging(job: Any) -> Any:
        looks.append(1)
        return Stay(wait=timedelta(seconds=30)) if len(looks) < 3 else Live("reply-1")

    talk.after, talk.finding = raising(lost()), lagging
    assert work(answer).state == State.DONE
    assert len(looks) == 3
    assert talk.replies == SAID


def test_what_nobody_can_tell_is_unconfirmed_until_a_person_looks_again(talk: Talk, answer: Answer) -> None:
    talk.after, talk.finding = raising(lost()), lambda job: Unsure("Northtalk hides it.")
    assert work(answer).state == State.UNCONFIRMED
    assert answer.error_message == "Northtalk hides it."
    talk.finding = None
    answering.retry(answer)
    assert work(answer).state == State.DONE
    assert talk.replies == SAID


def test_a_person_may_say_that_it_is_there(talk: Talk, answer: Answer) -> None:
    talk.after, talk.finding = raising(lost()), lambda job: Unsure("Northtalk hides it.")
    work(answer)
    assert answering.found_by_person(answer)
    answer.refresh_from_db()
    assert (answer.state, answer.in_doubt) == (State.DONE, False)
    assert Conversation.objects.get().answered_at is not None
    assert not answering.answer_next()
    assert talk.replies == SAID


def test_looking_that_fails_never_sends(talk: Talk, answer: Answer) -> None:
    def blind(job: Any) -> Any:
        raise lost(Fault.SERVER_ERROR)

    talk.after, talk.finding = raising(lost()), blind
    assert work(answer).state == State.UNCONFIRMED
    assert talk.replies == SAID


def test_what_was_refused_is_failed_and_asked_for_before_it_is_sent_again(talk: Talk, answer: Answer) -> None:
    talk.after = raising(refused(user_message="Comments are closed."))  # yet it stands there
    assert work(answer).state == State.FAILED
    assert answer.error_message == "Comments are closed."
    talk.after = lambda: None
    answering.retry(answer)
    assert work(answer).state == State.DONE
    assert talk.replies == SAID


def test_what_was_refused_before_it_left_is_simply_sent(
    talk: Talk, answer: Answer, account: ConnectedAccount
) -> None:
    ConnectedAccount.objects.update(state=ConnectedAccount.State.RECONNECT)
    assert work(answer).state == State.FAILED
    ConnectedAccount.objects.update(state=ConnectedAccount.State.ACTIVE)
    answering.retry(answer)
    assert work(answer).state == State.DONE
    assert talk.replies == SAID


def test_a_limit_makes_it_wait(talk: Talk, answer: Answer, account: ConnectedAccount) -> None:
    now = datetime.now(UTC)
    scope = limits.scope_of(account, Scope.ACCOUNT)
    limits.cool_down(scope, now + timedelta(minutes=9), "Too many calls.", now)
    answering.answer_next()
    answer.refresh_from_db()
    assert (answer.state, answer.error_message) == (State.WAITING, "Too many calls.")
    assert answer.next_at is not None
    assert answer.next_at > now + timedelta(minutes=8)
    assert talk.replies == []


def test_a_retryable_refusal_is_tried_again(talk: Talk, answer: Answer) -> None:
    talk.before = raising(refused(Fault.RATE_LIMIT))
    answering.answer_all()
    answer.refresh_from_db()
    assert (answer.state, answer.in_doubt) == (State.WAITING, False)
    talk.before = lambda: None
    assert work(answer).state == State.DONE
    assert talk.replies == SAID


def test_a_flow_whose_public_step_goes_on_to_nothing_is_done(talk: Talk, answer: Answer) -> None:
    inbox = answer.account.connector.inbox
    assert inbox is not None
    assert inbox.reply is not None
    sent: list[int] = []

    def run(job: Any) -> Go:
        sent.append(1)
        return Go()

    object.__setattr__(inbox.reply.steps[0], "run", run)
    assert work(answer).state == State.DONE
    assert sent == [1]


def test_what_is_in_doubt_is_not_called_failed_when_the_platform_offers_it_no_more(
    talk: Talk, answer: Answer
) -> None:
    talk.after = raising(lost())
    answering.answer_all()
    inbox = answer.account.connector.inbox
    object.__setattr__(inbox, "reply", None)
    let_pass(timedelta(hours=1))
    answering.answer_all()
    answer.refresh_from_db()
    assert answer.state == State.UNCONFIRMED


def test_the_same_form_twice_is_one_reply(talk: Talk, item: InboxItem, maya: User) -> None:
    key = uuid.uuid4()
    one = answering.order(item=item, act=Act.REPLY, by=maya, text="Yes.", key=key)
    answering.answer_all()
    two = answering.order(item=item, act=Act.REPLY, by=maya, text="Yes.", key=key)
    answering.answer_all()
    assert one.pk == two.pk
    assert talk.replies == [("c1", "Yes.")]


def test_the_form_of_another_item_is_no_order(account: ConnectedAccount, item: InboxItem, maya: User) -> None:
    hearing.keep(account, [comment("c2", "And almond?")])
    key = uuid.uuid4()
    answering.order(item=item, act=Act.REPLY, by=maya, text="Yes.", key=key)
    other = InboxItem.objects.get(external_id="c2")
    with pytest.raises(answering.NotPossible):
        answering.order(item=other, act=Act.REPLY, by=maya, text="Yes.", key=key)


@pytest.mark.django_db(transaction=True)
def test_two_who_press_at_once_order_one_reply(talk: Talk, item: InboxItem, maya: User) -> None:
    gate = threading.Barrier(2)

    def press() -> None:
        gate.wait(10)
        answering.order(item=InboxItem.objects.get(pk=item.pk), act=Act.REPLY, by=maya, text="Yes.")
        connections.close_all()

    threads = [threading.Thread(target=press) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert Answer.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_many_readers_at_once_send_each_reply_once(talk: Talk, account: ConnectedAccount, maya: User) -> None:
    hearing.keep(account, [comment(f"c{number}") for number in range(12)])
    for item in InboxItem.objects.all():
        answering.order(item=item, act=Act.REPLY, by=maya, text="Yes.")

    def work() -> None:
        answering.answer_all()
        connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(talk.replies) == sorted((f"c{number}", "Yes.") for number in range(12))
    assert set(Answer.objects.values_list("state", flat=True)) == {State.DONE}


def test_replies_of_a_conversation_go_one_after_the_other(talk: Talk, answer: Answer, maya: User) -> None:
    second = answering.order(item=answer.item, act=Act.REPLY, by=maya, text="And oat bars.")
    talk.after = raising(lost())
    answering.answer_next()
    assert not answering.answer_next()
    talk.after = lambda: None
    work(answer)
    work(second)
    assert [text for _, text in talk.replies] == ["Yes, from Malmö.", "And oat bars."]
