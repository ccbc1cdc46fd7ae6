"""Answers below a profile's posts, mentions, and the profile's answers."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from socialhub.platforms import flow as flows
from socialhub.platforms.errors import PlatformError
from socialhub.platforms.inbox import Act, Gone, Item, ItemKind, Watching
from socialhub.platforms.sandbox.server import SandboxServer
from socialhub.platforms.testing import Desk, connect
from socialhub.platforms.values import Content, Kind

from .test_connector import CONNECTOR, LOGIN, chain

assert CONNECTOR.inbox is not None
assert CONNECTOR.inbox.fetch is not None
assert CONNECTOR.inbox.reply is not None
FETCH, REPLY, ACTS = CONNECTOR.inbox.fetch, CONNECTOR.inbox.reply, CONNECTOR.inbox.acts
DOUBT = flows.Position("publish", in_doubt=True)


@pytest.fixture
def desk() -> Iterator[Desk]:
    """Nora's profile in a fresh world."""
    with SandboxServer() as server:
        yield connect(CONNECTOR, LOGIN, server)


@pytest.fixture
def post(desk: Desk) -> str:
    """The id of a live post."""
    return desk.publish(Content(Kind.TEXT, "Open until nine")).post_id


def _look(desk: Desk, post: str, cursor: Mapping[str, Any] | None = None) -> tuple[list[Item | Gone], Any]:
    haul = FETCH(desk.api(), desk.account, Watching(desk.server.clock.moment(), cursor or {}, (post,)))
    return list(haul.found), json.loads(json.dumps(haul.cursor))


def _items(desk: Desk, post: str) -> list[Item]:
    return [item for item in _look(desk, post)[0] if isinstance(item, Item)]


def _said(desk: Desk, post: str, text: str, parent: str = "") -> Item:
    """What Ravi says, as it is found."""
    number = desk.server.control.say("threads", post, text, person="ravi", parent=parent)
    return next(item for item in _items(desk, post) if item.id == number)


def _job(desk: Desk, item: Item, text: str, **more: Any) -> flows.Job:
    return flows.Job(
        key="r1", account=desk.account, content=Content(Kind.TEXT, text), api=desk.api(), about=item,
        now=desk.server.clock.moment(), **more,
    )  # fmt: skip


def _prepared(desk: Desk, item: Item, text: str) -> dict[str, Any]:
    """The facts right before a reply is published."""
    facts: dict[str, Any] = {}
    for _ in range(20):
        turn = flows.advance(REPLY, flows.Position("prepare"), _job(desk, item, text, facts=facts))
        if isinstance(turn.outcome, flows.Go):
            return facts
        facts = json.loads(json.dumps({**facts, **turn.facts}))
        desk.server.control.advance(5)
    raise AssertionError("the reply was never prepared")


def _send(desk: Desk, item: Item, text: str) -> str:
    facts = _prepared(desk, item, text)
    turn = flows.advance(REPLY, flows.Position("publish"), _job(desk, item, text, facts=facts))
    assert isinstance(turn.outcome, flows.Live)
    return turn.outcome.post_id


def _thread(desk: Desk, post: str) -> list[tuple[str, bool]]:
    return [(item.text, item.is_own) for item in _items(desk, post)]


def test_a_visitor_s_answer_is_found_with_its_author_and_what_can_be_done(desk: Desk, post: str) -> None:
    item = _said(desk, post, "Is there oat milk?")
    assert (item.text, item.kind, item.post_id, item.parent_id) == (
        "Is there oat milk?",
        ItemKind.COMMENT,
        post,
        "",
    )
    assert item.author is not None
    assert (item.author.handle, item.author.url) == ("@harborbooks", "https://www.threads.com/@harborbooks")
    assert item.acts == {Act.REPLY, Act.HIDE, Act.SHOW}
    assert item.at is not None
    nested = _said(desk, post, "Or almond?", item.id)
    assert (nested.parent_id, nested.thread, nested.acts) == (item.id, item.id, frozenset({Act.REPLY}))


def test_a_reply_stands_once_below_what_it_answers_and_can_be_deleted(desk: Desk, post: str) -> None:
    item = _said(desk, post, "Is there oat milk?")
    number = _send(desk, item, "Yes, from Malmö.")
    assert _thread(desk, post) == [("Is there oat milk?", False), ("Yes, from Malmö.", True)]
    own = _items(desk, post)[-1]
    assert (own.id, own.parent_id, own.thread) == (number, item.id, item.id)
    assert own.acts == {Act.DELETE}
    for _ in range(2):
        ACTS[Act.DELETE](desk.api(), desk.account, own)
    assert _thread(desk, post) == [("Is there oat milk?", False)]


@pytest.mark.parametrize("lag", [0, 60])
def test_a_reply_whose_answer_was_lost_is_found_and_its_twin_is_told_apart(
    desk: Desk, post: str, lag: int
) -> None:
    item = _said(desk, post, "Is there oat milk?")
    facts = _prepared(desk, item, "Yes.")
    desk.server.control.fault("lagging_listing", match={"times": 0}, seconds=lag)
    desk.server.control.fault("reset_after", match={"method": "POST", "path": "/threads_publish$"})
    job = _job(desk, item, "Yes.", facts=facts)
    with pytest.raises(PlatformError) as caught:
        flows.advance(REPLY, flows.Position("publish"), job)
    assert caught.value.is_ambiguous
    looked = flows.advance(REPLY, DOUBT, _job(desk, item, "Yes.", facts=facts, sent_at=job.now))
    assert isinstance(looked.outcome, flows.Stay if lag else flows.Live)
    desk.server.control.advance(lag)
    found = flows.advance(REPLY, DOUBT, _job(desk, item, "Yes.", facts=facts, sent_at=job.now))
    assert isinstance(found.outcome, flows.Live)
    desk.server.control.clear_faults()
    assert _thread(desk, post).count(("Yes.", True)) == 1
    # A second order for the same words that never left is not taken for the first.
    other, taken = _prepared(desk, item, "Yes."), frozenset({found.outcome.post_id})
    sent_at = desk.server.clock.moment()
    desk.server.control.advance(130)
    twin = flows.advance(REPLY, DOUBT, _job(desk, item, "Yes.", facts=other, sent_at=sent_at, taken=taken))
    assert twin.absent


def test_the_same_words_below_another_answer_are_not_taken_for_it(desk: Desk, post: str) -> None:
    first, second = _said(desk, post, "Oat milk?"), _said(desk, post, "Almond milk?")
    facts = _prepared(desk, second, "Yes.")
    sent_at = desk.server.clock.moment()
    _send(desk, first, "Yes.")
    desk.server.control.advance(130)
    assert flows.advance(REPLY, DOUBT, _job(desk, second, "Yes.", facts=facts, sent_at=sent_at)).absent


def test_a_reply_over_the_quota_is_refused_without_a_step_that_is_not_there(desk: Desk, post: str) -> None:
    item = _said(desk, post, "Is there oat milk?")
    facts = _prepared(desk, item, "Yes.")
    desk.server.control.fault("status", match={"path": "/threads_publish$"}, status=403, code="9/2207042")
    with pytest.raises(PlatformError) as caught:
        flows.advance(REPLY, flows.Position("publish"), _job(desk, item, "Yes.", facts=facts))
    assert caught.value.code == "2207042"


def test_hiding_and_showing_may_be_repeated_and_what_is_below_follows(desk: Desk, post: str) -> None:
    item = _said(desk, post, "Buy my crypto")
    _said(desk, post, "Do!", item.id)
    for act, hidden in ((Act.HIDE, True), (Act.SHOW, False)):
        for _ in range(2):
            ACTS[act](desk.api(), desk.account, item)
        assert [found.is_hidden for found in _items(desk, post)] == [hidden, hidden]


def test_the_parts_of_our_own_thread_are_no_answers_and_are_answered_like_the_first(desk: Desk) -> None:
    row = desk.publish(chain("One", "Two", "Three"))
    last = row.facts["posts"][2]
    number = desk.server.control.say("threads", row.post_id, "Why?", person="ravi", parent=last)
    (item,) = _items(desk, row.post_id)
    assert (item.id, item.parent_id, item.thread, item.post_id) == (number, "", number, row.post_id)
    assert Act.HIDE in item.acts


def test_who_names_the_profile_elsewhere_is_a_mention_and_below_its_own_post_an_answer(
    desk: Desk, post: str
) -> None:
    wish = {"person": "ravi", "text": "Best beans: @northwindcoffee!"}
    elsewhere = desk.server.control.call("POST", "platforms/threads/mentions", wish)["id"]
    below = desk.server.control.say("threads", post, "@northwindcoffee is it open?", person="ravi")
    found = {item.id: item for item in _items(desk, post)}
    assert {key: item.kind for key, item in found.items()} == {
        elsewhere: ItemKind.MENTION,
        below: ItemKind.COMMENT,
    }
    assert found[elsewhere].post_id == ""
    assert found[elsewhere].acts == {Act.REPLY}
    number = _send(desk, found[elsewhere], "Thank you!")
    posts = {line["id"]: line for line in desk.server.control.posts(platform="threads")}
    assert posts[number]["reply_to"] == elsewhere


def test_without_the_permission_for_mentions_answers_are_found_all_the_same(desk: Desk, post: str) -> None:
    for token in desk.server.world.tokens.where(platform="threads"):
        token.scopes = [scope for scope in token.scopes if scope != "threads_manage_mentions"]
    item = _said(desk, post, "Is there oat milk?")
    assert [found.id for found in _items(desk, post)] == [item.id]


def test_an_answer_that_was_taken_back_is_gone_at_the_second_look_in_vain(desk: Desk, post: str) -> None:
    first, second, third = (_said(desk, post, text) for text in ("One", "Two", "Three"))
    _, cursor = _look(desk, post)
    desk.server.control.call("POST", "platforms/threads/removals", {"id": second.id})
    once, cursor = _look(desk, post, cursor)
    assert [item.id for item in once] == [first.id, third.id]
    twice, _ = _look(desk, post, cursor)
    assert Gone(second.id) in twice


def test_a_post_that_is_gone_does_not_keep_the_others_from_being_looked_at(desk: Desk, post: str) -> None:
    item = _said(desk, post, "Hej")
    haul = FETCH(desk.api(), desk.account, Watching(desk.server.clock.moment(), {}, ("1", post)))
    assert [found.id for found in haul.found] == [item.id]
