"""Posts that name an account, answers among them, and what it says to them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest

from socialhub.platforms import flow as flows, registry
from socialhub.platforms.errors import Fault, PlatformError
from socialhub.platforms.inbox import Act, Haul, Item, ItemKind, Watching
from socialhub.platforms.sandbox.server import SandboxServer
from socialhub.platforms.testing import Desk, connect
from socialhub.platforms.values import Content, Kind

from ..inbox import inbox

CONNECTOR = registry.get("x")
assert inbox.fetch is not None
assert inbox.reply is not None
fetch, reply_flow = inbox.fetch, inbox.reply
START, DOUBT = flows.Position(), flows.Position("post", in_doubt=True)


@pytest.fixture
def desk() -> Iterator[Desk]:
    """The account of Northwind Coffee in a fresh world."""
    with SandboxServer() as server:
        yield connect(CONNECTOR, CONNECTOR.logins[0], server)


@pytest.fixture
def post(desk: Desk) -> str:
    """The id of a live post."""
    return desk.publish(Content(Kind.TEXT, "Open until nine")).post_id


def look(desk: Desk, cursor: Mapping[str, Any], *posts: str) -> Haul:
    """One poll."""
    return fetch(desk.api(), desk.account, Watching(desk.server.clock.moment(), cursor, posts))


def items(haul: Haul) -> list[Item]:
    """What it found."""
    return [item for item in haul.found if isinstance(item, Item)]


def say(desk: Desk, post: str, text: str) -> str:
    """Ravi answers."""
    return desk.server.control.say("x", post, text, person="ravi")


def job_of(desk: Desk, item: Item, text: str, **more: Any) -> flows.Job:
    """An answer to send."""
    fresh = {"now": desk.server.clock.moment(), **more}
    content = Content(Kind.TEXT, text)
    return flows.Job(key="r1", account=desk.account, content=content, api=desk.api(), about=item, **fresh)


def answers(desk: Desk, item: Item) -> list[str]:
    """The texts below an item."""
    posts = desk.server.control.posts(platform="x")
    return [post["text"] for post in posts if post["reply_to"] == item.id]


@pytest.mark.parametrize("is_known", [True, False])
def test_an_answer_is_found_with_its_author_and_what_can_be_done(
    desk: Desk, post: str, is_known: bool
) -> None:
    number = say(desk, post, "Is there oat milk & sugar?")
    (item,) = items(look(desk, {}, *([post] if is_known else [])))
    assert (item.id, item.kind, item.post_id, item.parent_id) == (number, ItemKind.COMMENT, post, "")
    assert item.text == "@northwindcoffee Is there oat milk & sugar?"
    assert item.author is not None
    assert (item.author.name, item.author.handle) == ("Harbor Books", "@harborbooks")
    assert item.acts == {Act.REPLY, Act.HIDE, Act.SHOW}


def test_a_post_elsewhere_is_a_mention_that_cannot_be_hidden(desk: Desk) -> None:
    wish = {"person": "ravi", "text": "Coffee by @northwindcoffee"}
    desk.server.control.call("POST", "platforms/x/mentions", wish)
    (item,) = items(look(desk, {}))
    assert (item.kind, item.post_id, item.acts) == (ItemKind.MENTION, "", frozenset({Act.REPLY}))


def test_a_second_look_brings_what_is_new_alone(desk: Desk, post: str) -> None:
    say(desk, post, "First")
    haul = look(desk, {}, post)
    assert look(desk, haul.cursor, post).found == ()
    second = say(desk, post, "Second")
    haul = look(desk, haul.cursor, post)
    assert [item.id for item in items(haul)] == [second]
    assert look(desk, haul.cursor, post).found == ()


def test_more_than_a_page_is_read_page_by_page_without_a_gap(desk: Desk, post: str) -> None:
    say(desk, post, "0")
    haul = look(desk, {}, post)
    for number in range(1, 231):
        say(desk, post, str(number))
    heard: list[str] = []
    for _ in range(5):
        haul = look(desk, haul.cursor, post)
        heard += [item.text.split()[1] for item in items(haul)]
        if not haul.is_more:
            break
    assert sorted(heard, key=int) == [str(number) for number in range(1, 231)]
    assert look(desk, haul.cursor, post).found == ()


def test_a_reply_stands_once_below_the_answer(desk: Desk, post: str) -> None:
    say(desk, post, "Oat milk?")
    (item,) = items(look(desk, {}, post))
    turn = flows.advance(reply_flow, START, job_of(desk, item, "Yes, from Malmö."))
    assert isinstance(turn.outcome, flows.Live)
    assert answers(desk, item) == ["Yes, from Malmö."]


def test_what_they_say_to_our_answer_goes_on_with_the_conversation(desk: Desk, post: str) -> None:
    say(desk, post, "Oat milk?")
    (item,) = items(look(desk, {}, post))
    ours = flows.advance(reply_flow, START, job_of(desk, item, "Yes.")).outcome
    assert isinstance(ours, flows.Live)
    say(desk, ours.post_id, "Thanks!")
    second = items(look(desk, {}, post))[-1]
    assert (second.kind, second.post_id, second.parent_id) == (ItemKind.COMMENT, post, ours.post_id)


@pytest.mark.parametrize("shown", ["Yes.", "@harborbooks Yes."])
def test_a_reply_whose_answer_was_lost_is_found_and_never_sent_twice(
    desk: Desk, post: str, shown: str
) -> None:
    say(desk, post, "Oat milk?")
    (item,) = items(look(desk, {}, post))
    desk.server.control.fault("reset_after", match={"method": "POST", "path": "/2/tweets$"})
    job = job_of(desk, item, "Yes.")
    with pytest.raises(PlatformError) as caught:
        flows.advance(reply_flow, START, job)
    assert caught.value.is_ambiguous
    sent = desk.server.world.posts.where(reply_to=item.id)[0]
    sent.text = shown
    found = flows.advance(reply_flow, DOUBT, replace(job, sent_at=job.now))
    assert isinstance(found.outcome, flows.Live)
    assert found.outcome.post_id == sent.id
    taken = replace(job, sent_at=job.now, taken=frozenset({sent.id}))
    assert isinstance(flows.advance(reply_flow, DOUBT, taken).outcome, flows.Stay)


def test_an_account_that_nobody_named_is_told_so(desk: Desk, post: str) -> None:
    wish = {"person": "ravi", "text": "Nobody in particular"}
    number = desk.server.control.call("POST", "platforms/x/mentions", wish)["id"]
    item = Item(ItemKind.MENTION, number, acts=frozenset({Act.REPLY}))
    with pytest.raises(PlatformError) as caught:
        flows.advance(reply_flow, START, job_of(desk, item, "Hello"))
    assert caught.value.kind is Fault.POLICY
    assert not caught.value.is_ambiguous


def told(payload: dict[str, Any], account: str, event: str = "post.reply.create") -> bytes:
    """A call of X."""
    user = {"id": "77", "name": "Harbor Books", "username": "harborbooks"}
    data = {"event_uuid": "-5", "event_type": event, "filter": {"user_id": account}, "payload": payload}
    return json.dumps({"data": {**data, "includes": {"users": [user]}}}).encode()


def test_a_call_tells_the_same_item_as_a_look(desk: Desk, post: str) -> None:
    number = say(desk, post, "Oat milk?")
    (seen,) = items(look(desk, {}))
    line = {
        "id": number,
        "text": "@northwindcoffee Oat milk?",
        "author_id": "77",
        "conversation_id": post,
        "in_reply_to_user_id": desk.account.external_id,
        "referenced_tweets": [{"type": "replied_to", "id": post}],
    }
    assert CONNECTOR.webhooks is not None
    assert inbox.read is not None
    (event,) = CONNECTOR.webhooks.parse(told(line, desk.account.external_id))
    (item,) = inbox.read(event, desk.account)
    assert isinstance(item, Item)
    assert replace(item, at=None, author=None) == replace(seen, at=None, author=None)
    assert item.author is not None
    assert item.author.handle == "@harborbooks"


@pytest.mark.parametrize(
    "payload", [{"id": "5"}, {"id": "5", "text": "Hi"}, {"author_id": "7", "text": "Hi"}]
)
def test_a_call_that_does_not_tell_the_post_whole_is_left_to_the_next_look(
    desk: Desk, payload: dict[str, Any]
) -> None:
    assert CONNECTOR.webhooks is not None
    assert inbox.read is not None
    (event,) = CONNECTOR.webhooks.parse(told(payload, desk.account.external_id))
    assert inbox.read(event, desk.account) == ()
    assert inbox.needs_poll


def test_hiding_and_showing_may_be_repeated(desk: Desk, post: str) -> None:
    say(desk, post, "Buy my crypto")
    (item,) = items(look(desk, {}, post))
    for act, is_hidden in ((Act.HIDE, True), (Act.SHOW, False)):
        for _ in range(2):
            inbox.acts[act](desk.api(), desk.account, item)
        found = desk.server.world.posts.get(item.id)
        assert found is not None
        assert found.extra["hidden"] is is_hidden
