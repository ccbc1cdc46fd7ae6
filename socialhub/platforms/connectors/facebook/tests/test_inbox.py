"""What visitors say under a Page's posts, and the Page's answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from socialhub.platforms import flow as flows
from socialhub.platforms.errors import Fault, PlatformError
from socialhub.platforms.events import Event
from socialhub.platforms.inbox import Act, Gone, Item, ItemKind, Watching
from socialhub.platforms.sandbox.server import SandboxServer
from socialhub.platforms.testing import Desk, connect
from socialhub.platforms.values import Content, Kind

from .test_connector import CONNECTOR, PAGE

INBOX = CONNECTOR.inbox
assert INBOX is not None
assert INBOX.fetch is not None
assert INBOX.reply is not None


@pytest.fixture
def desk() -> Iterator[Desk]:
    """Nora's first Page in a fresh world, with a live post."""
    with SandboxServer() as server:
        yield connect(CONNECTOR, PAGE, server)


@pytest.fixture
def post(desk: Desk) -> str:
    """The id of a live post."""
    return desk.publish(Content(Kind.TEXT, "Open until nine")).post_id


def _items(desk: Desk, post: str) -> list[Item]:
    assert INBOX is not None
    assert INBOX.fetch is not None
    haul = INBOX.fetch(desk.api(), desk.account, Watching(desk.server.clock.moment(), {}, (post,)))
    return [item for item in haul.found if isinstance(item, Item)]


def _reply(desk: Desk, item: Item, text: str, **more: Any) -> flows.Job:
    return flows.Job(
        key="r1", account=desk.account, content=Content(Kind.TEXT, text), api=desk.api(), about=item,
        now=desk.server.clock.moment(), **more,
    )  # fmt: skip


def _thread(desk: Desk, post: str) -> list[tuple[str, bool]]:
    return [(item.text, item.is_own) for item in _items(desk, post)]


def test_a_visitor_s_comment_is_found_with_its_author_and_what_can_be_done(desk: Desk, post: str) -> None:
    number = desk.server.control.say("facebook", post, "Is there oat milk?", person="ravi")
    (item,) = _items(desk, post)
    assert (item.id, item.text, item.kind, item.post_id) == (
        number,
        "Is there oat milk?",
        ItemKind.COMMENT,
        post,
    )
    assert item.author is not None
    assert item.author.name == "Ravi Menon"
    assert item.acts == {Act.REPLY, Act.HIDE, Act.SHOW, Act.DELETE, Act.LIKE, Act.UNLIKE}


def test_a_reply_stands_once_below_the_comment(desk: Desk, post: str) -> None:
    desk.server.control.say("facebook", post, "Is there oat milk?", person="ravi")
    (item,) = _items(desk, post)
    assert INBOX is not None
    assert INBOX.reply is not None
    turn = flows.advance(INBOX.reply, flows.Position(), _reply(desk, item, "Yes, from Malmö."))
    assert isinstance(turn.outcome, flows.Live)
    assert _thread(desk, post) == [("Is there oat milk?", False), ("Yes, from Malmö.", True)]


def test_a_reply_whose_answer_was_lost_is_found_and_its_twin_is_told_apart(desk: Desk, post: str) -> None:
    desk.server.control.say("facebook", post, "Is there oat milk?", person="ravi")
    (item,) = _items(desk, post)
    assert INBOX is not None
    assert INBOX.reply is not None
    desk.server.control.fault("reset_after", match={"method": "POST", "path": "/comments$"})
    job = _reply(desk, item, "Yes.")
    with pytest.raises(PlatformError) as caught:
        flows.advance(INBOX.reply, flows.Position(), job)
    assert caught.value.is_ambiguous
    doubt = flows.Position("send_reply", in_doubt=True)
    looking = _reply(desk, item, "Yes.", sent_at=job.now)
    found = flows.advance(INBOX.reply, doubt, looking)
    assert isinstance(found.outcome, flows.Live)
    taken = _reply(desk, item, "Yes.", sent_at=job.now, taken=frozenset({found.outcome.post_id}))
    assert isinstance(flows.advance(INBOX.reply, doubt, taken).outcome, flows.Stay)
    desk.server.control.advance(90)
    late = _reply(desk, item, "Yes.", sent_at=job.now, taken=frozenset({found.outcome.post_id}))
    assert flows.advance(INBOX.reply, doubt, late).absent
    assert _thread(desk, post).count(("Yes.", True)) == 1


def test_hiding_liking_and_deleting_may_be_repeated(desk: Desk, post: str) -> None:
    desk.server.control.say("facebook", post, "Buy my crypto", person="ravi")
    (item,) = _items(desk, post)
    assert INBOX is not None
    for act, hidden in ((Act.HIDE, True), (Act.SHOW, False), (Act.LIKE, False), (Act.UNLIKE, False)):
        for _ in range(2):
            INBOX.acts[act](desk.api(), desk.account, item)
        assert _items(desk, post)[0].is_hidden is hidden
    for _ in range(2):
        INBOX.acts[Act.DELETE](desk.api(), desk.account, item)
    assert _items(desk, post) == []


@pytest.mark.parametrize("verb", ["add", "edited", "hide"])
def test_a_call_tells_the_same_item_as_a_look(desk: Desk, verb: str) -> None:
    ids = {"comment_id": "7_9", "post_id": "1_7", "parent_id": "1_7", "from": {"id": "42", "name": "Ravi"}}
    value = {"item": "comment", "verb": verb, **ids, "message": "Hej", "created_time": 1784073600}
    assert CONNECTOR.webhooks is not None
    body = {
        "object": "page",
        "entry": [{"id": "1", "time": 1784073601, "changes": [{"field": "feed", "value": value}]}],
    }
    (event,) = CONNECTOR.webhooks.parse(json.dumps(body).encode())
    assert INBOX is not None
    assert INBOX.read is not None
    (item,) = INBOX.read(event, desk.account)
    assert isinstance(item, Item)
    assert (item.id, item.post_id, item.parent_id, item.text) == ("7_9", "1_7", "", "Hej")
    assert item.is_hidden is (verb == "hide")
    assert item.at is not None


def test_a_removed_comment_is_told_as_gone(desk: Desk) -> None:
    value = {"item": "comment", "verb": "remove", "comment_id": "7_9", "post_id": "1_7"}
    assert CONNECTOR.webhooks is not None
    assert INBOX is not None
    assert INBOX.read is not None
    body = {"object": "page", "entry": [{"id": "1", "changes": [{"field": "feed", "value": value}]}]}
    events: tuple[Event, ...] = CONNECTOR.webhooks.parse(json.dumps(body).encode())
    assert [INBOX.read(event, desk.account) for event in events] == [(Gone("7_9"),)]


def test_a_message_is_answered_within_a_day_and_not_after(desk: Desk) -> None:
    assert INBOX is not None
    assert INBOX.reply is not None
    account = desk.account.external_id
    desk.server.control.call(
        "POST", "platforms/facebook/messages", {"account": account, "person": "ravi", "text": "Hi"}
    )
    them = next(iter(_person_ids(desk)))
    item = Item(ItemKind.MESSAGE, "m_1", facts={"to": them}, acts=frozenset({Act.REPLY}))
    job = _reply(desk, item, "Hello Ravi")
    sent = flows.advance(INBOX.reply, flows.Position(), job)
    assert isinstance(sent.outcome, flows.Live)
    doubt = flows.Position("send_reply", in_doubt=True)
    found = flows.advance(INBOX.reply, doubt, _reply(desk, item, "Hello Ravi", sent_at=job.now))
    assert isinstance(found.outcome, flows.Live)
    assert found.outcome.post_id == sent.outcome.post_id
    desk.server.control.advance(90_000)
    with pytest.raises(PlatformError) as caught:
        flows.advance(INBOX.reply, flows.Position(), _reply(desk, item, "Still there?"))
    assert caught.value.kind is Fault.PERMISSION


def _person_ids(desk: Desk) -> list[str]:
    """The app-scoped id of Ravi, as the simulator makes it."""
    from socialhub.platforms.connectors._graph.sandbox.pages import user_id

    return [user_id("ravi")]
