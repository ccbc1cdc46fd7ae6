"""Comments under an account's posts, messages to it, and its answers, by both ways in."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from socialhub.platforms import flow as flows
from socialhub.platforms.connectors.instagram.sandbox.store import scoped_id
from socialhub.platforms.errors import Fault, PlatformError
from socialhub.platforms.inbox import Act, Gone, Item, ItemKind, Watching
from socialhub.platforms.sandbox.server import SandboxServer
from socialhub.platforms.testing import Desk, Played, connect
from socialhub.platforms.tests.samples import PutFile, file_host
from socialhub.platforms.values import Content, Kind

from .test_connector import CONNECTOR, FACEBOOK, cup

INBOX = CONNECTOR.inbox
assert INBOX is not None
assert INBOX.fetch is not None
assert INBOX.reply is not None
FETCH, REPLY = INBOX.fetch, INBOX.reply
ACTS = INBOX.acts


@pytest.fixture(params=CONNECTOR.logins, ids=lambda login: login.key)
def desk(request: pytest.FixtureRequest) -> Iterator[Desk]:
    """Nora's account in a fresh world."""
    with SandboxServer() as server:
        yield connect(CONNECTOR, request.param, server, app={"requires_proof": request.param is FACEBOOK})


@pytest.fixture
def put() -> Iterator[PutFile]:
    """A place for files that Instagram fetches."""
    with file_host() as put_file:
        yield put_file


@pytest.fixture
def post(desk: Desk, put: PutFile) -> str:
    """The id of a live post."""
    return desk.publish(cup(put)).post_id


def _look(desk: Desk, post: str, cursor: Mapping[str, Any] | None = None) -> tuple[list[Item | Gone], Any]:
    haul = FETCH(desk.api(), desk.account, Watching(desk.server.clock.moment(), cursor or {}, (post,)))
    return list(haul.found), json.loads(json.dumps(haul.cursor))


def _items(desk: Desk, post: str) -> list[Item]:
    return [item for item in _look(desk, post)[0] if isinstance(item, Item)]


def _said(desk: Desk, post: str, text: str, parent: str = "") -> Item:
    """What Ravi says, as it is found."""
    number = desk.server.control.say("instagram", post, text, person="ravi", parent=parent)
    return next(item for item in _items(desk, post) if item.id == number)


def _job(desk: Desk, item: Item, text: str, **more: Any) -> flows.Job:
    return flows.Job(
        key="r1", account=desk.account, content=Content(Kind.TEXT, text), api=desk.api(), about=item,
        now=desk.server.clock.moment(), **more,
    )  # fmt: skip


def _send(desk: Desk, item: Item, text: str) -> str:
    turn = flows.advance(REPLY, flows.Position(), _job(desk, item, text))
    assert isinstance(turn.outcome, flows.Live)
    return turn.outcome.post_id


def _thread(desk: Desk, post: str) -> list[tuple[str, bool]]:
    return [(item.text, item.is_own) for item in _items(desk, post)]


def test_a_visitor_s_comment_is_found_with_its_author_and_what_can_be_done(desk: Desk, post: str) -> None:
    item = _said(desk, post, "Is there oat milk?")
    assert (item.text, item.kind, item.post_id, item.parent_id) == (
        "Is there oat milk?",
        ItemKind.COMMENT,
        post,
        "",
    )
    assert item.author is not None
    assert (item.author.external_id, item.author.handle) == (scoped_id("ravi"), "@harborbooks")
    assert item.acts == {Act.REPLY, Act.HIDE, Act.SHOW, Act.DELETE}
    assert item.at is not None


def test_a_reply_stands_once_below_the_comment_also_where_it_answers_an_answer(desk: Desk, post: str) -> None:
    first = _said(desk, post, "Is there oat milk?")
    second = _said(desk, post, "Asking as well", first.id)
    number = _send(desk, second, "Yes, from Malmö.")
    assert _thread(desk, post) == [
        ("Is there oat milk?", False),
        ("Asking as well", False),
        ("Yes, from Malmö.", True),
    ]
    own = _items(desk, post)[-1]
    assert (own.id, own.parent_id, own.thread, own.acts) == (
        number,
        first.id,
        first.id,
        frozenset({Act.DELETE}),
    )


def test_a_reply_whose_answer_was_lost_is_found_and_its_twin_is_told_apart(desk: Desk, post: str) -> None:
    item = _said(desk, post, "Is there oat milk?")
    desk.server.control.fault("reset_after", match={"method": "POST", "path": "/replies$"})
    job = _job(desk, item, "Yes.")
    with pytest.raises(PlatformError) as caught:
        flows.advance(REPLY, flows.Position(), job)
    assert caught.value.is_ambiguous
    doubt = flows.Position("send_reply", in_doubt=True)
    found = flows.advance(REPLY, doubt, _job(desk, item, "Yes.", sent_at=job.now))
    assert isinstance(found.outcome, flows.Live)
    taken = frozenset({found.outcome.post_id})
    looking = flows.advance(REPLY, doubt, _job(desk, item, "Yes.", sent_at=job.now, taken=taken))
    assert isinstance(looking.outcome, flows.Stay)
    desk.server.control.advance(90)
    assert flows.advance(REPLY, doubt, _job(desk, item, "Yes.", sent_at=job.now, taken=taken)).absent
    assert _thread(desk, post).count(("Yes.", True)) == 1


def test_the_same_words_of_a_visitor_are_not_taken_for_ours(desk: Desk, post: str) -> None:
    item = _said(desk, post, "Is there oat milk?")
    now = desk.server.clock.moment()
    _said(desk, post, "Yes.", item.id)
    desk.server.control.advance(90)
    doubt = flows.Position("send_reply", in_doubt=True)
    assert flows.advance(REPLY, doubt, _job(desk, item, "Yes.", sent_at=now)).absent


def test_a_long_list_of_answers_is_read_to_its_end_and_a_nameless_answer_is_left_to_a_person(
    desk: Desk, post: str
) -> None:
    item = _said(desk, post, "Is there oat milk?")
    for place in range(53):
        desk.server.control.say("instagram", post, f"Me too {place}", person="ravi", parent=item.id)
    now = desk.server.clock.moment()
    number = _send(desk, item, "Yes.")
    doubt = flows.Position("send_reply", in_doubt=True)
    found = flows.advance(REPLY, doubt, _job(desk, item, "Yes.", sent_at=now))
    assert isinstance(found.outcome, flows.Live)
    assert found.outcome.post_id == number
    desk.server.control.advance(90)
    nameless = {"id": "5", "text": "Yes.", "timestamp": now.isoformat()}
    desk.transport = Played({"status": 200, "body": {"data": [nameless]}})
    unsure = flows.advance(REPLY, doubt, _job(desk, item, "Yes.", sent_at=now))
    assert isinstance(unsure.outcome, flows.Unsure)


def test_hiding_showing_and_deleting_may_be_repeated(desk: Desk, post: str) -> None:
    item = _said(desk, post, "Buy my crypto")
    for act, hidden in ((Act.HIDE, True), (Act.SHOW, False)):
        for _ in range(2):
            ACTS[act](desk.api(), desk.account, item)
        assert _items(desk, post)[0].is_hidden is hidden
    for _ in range(2):
        ACTS[Act.DELETE](desk.api(), desk.account, item)
    assert _items(desk, post) == []


def test_a_hidden_comment_is_not_answered_and_says_why(desk: Desk, post: str) -> None:
    item = _said(desk, post, "Buy my crypto")
    ACTS[Act.HIDE](desk.api(), desk.account, item)
    with pytest.raises(PlatformError) as caught:
        flows.advance(REPLY, flows.Position(), _job(desk, _items(desk, post)[0], "No."))
    assert caught.value.user_message == "Instagram takes no answers to hidden comments. Show it first."
    assert not caught.value.is_ambiguous


def test_a_comment_that_was_taken_back_is_gone_at_the_second_look_in_vain(desk: Desk, post: str) -> None:
    first, second = _said(desk, post, "One"), _said(desk, post, "Two")
    _, cursor = _look(desk, post)
    desk.server.control.call("POST", "platforms/instagram/removals", {"id": first.id})
    once, cursor = _look(desk, post, cursor)
    assert [item.id for item in once] == [second.id]
    twice, cursor = _look(desk, post, cursor)
    assert Gone(first.id) in twice
    assert Gone(first.id) not in _look(desk, post, cursor)[0]


def test_a_post_that_is_gone_does_not_keep_the_others_from_being_looked_at(
    desk: Desk, post: str, put: PutFile
) -> None:
    item = _said(desk, post, "Hej")
    haul = FETCH(desk.api(), desk.account, Watching(desk.server.clock.moment(), {}, ("1", post)))
    assert [found.id for found in haul.found] == [item.id]


def test_a_message_is_answered_within_a_day_and_not_after(desk: Desk) -> None:
    words = {"account": desk.account.external_id, "person": "ravi", "text": "Hi"}
    desk.server.control.call("POST", "platforms/instagram/messages", words)
    item = Item(ItemKind.MESSAGE, "m_1", facts={"to": scoped_id("ravi")}, acts=frozenset({Act.REPLY}))
    now = desk.server.clock.moment()
    number = _send(desk, item, "Hello Ravi")
    doubt = flows.Position("send_reply", in_doubt=True)
    found = flows.advance(REPLY, doubt, _job(desk, item, "Hello Ravi", sent_at=now))
    assert isinstance(found.outcome, flows.Live)
    assert found.outcome.post_id == number
    desk.server.control.advance(90_000)
    with pytest.raises(PlatformError) as caught:
        flows.advance(REPLY, flows.Position(), _job(desk, item, "Still there?"))
    assert caught.value.kind is Fault.POLICY
