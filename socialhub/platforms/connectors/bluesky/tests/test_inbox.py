"""What others write to an account, and its answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from socialhub.platforms import flow as flows
from socialhub.platforms.errors import PlatformError
from socialhub.platforms.inbox import Act, Haul, Item, ItemKind, Watching
from socialhub.platforms.testing import Desk, Played
from socialhub.platforms.values import Content, Kind

from ..inbox import inbox
from .desks import CONNECTOR, THREAD

assert inbox.fetch is not None
assert inbox.reply is not None
fetch, reply_flow = inbox.fetch, inbox.reply
DOUBT = flows.Position("put_record", in_doubt=True)


@pytest.fixture(params=["desk", "bound"])
def either(request: pytest.FixtureRequest) -> Desk:
    """An account by app password, and one by OAuth."""
    found: Desk = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def post(desk: Desk) -> str:
    """The address of a live post."""
    return desk.publish(Content(Kind.TEXT, "Open until nine")).post_id


def look(desk: Desk, cursor: Mapping[str, Any], *posts: str) -> Haul:
    """One poll."""
    return fetch(desk.api(), desk.account, Watching(desk.server.clock.moment(), cursor, posts))


def items(desk: Desk, *posts: str) -> list[Item]:
    """What a first look finds."""
    return [item for item in look(desk, {}, *posts).found if isinstance(item, Item)]


def say(desk: Desk, post: str, text: str) -> str:
    """Ravi answers; a little later it is another moment."""
    desk.server.control.advance(1)
    return desk.server.control.say("bluesky", post, text, person="ravi")


def prepared(desk: Desk, item: Item, text: str) -> flows.Job:
    """An answer that stands before its public step."""
    now = desk.server.clock.moment()
    content = Content(Kind.TEXT, text)
    job = flows.Job(key="r1", account=desk.account, content=content, api=desk.api(), about=item, now=now)
    position = flows.Position()
    while position.step != "put_record":
        turn = flows.advance(reply_flow, position, job)
        assert turn.next_step is not None
        position, job = flows.Position(turn.next_step.name), replace(job, facts={**job.facts, **turn.facts})
    return job


def answers(desk: Desk, item: Item) -> list[dict[str, Any]]:
    """What stands below an item."""
    return [one for one in desk.server.control.posts(platform="bluesky") if one["reply_to"] == item.id]


def test_an_answer_is_found_with_its_author_and_what_can_be_done(either: Desk) -> None:
    post = either.publish(Content(Kind.TEXT, "Open until nine")).post_id
    uri = say(either, post, "Is there oat milk?")
    (item,) = items(either, post)
    assert (item.id, item.kind, item.post_id, item.parent_id) == (uri, ItemKind.COMMENT, post, "")
    assert item.text == "Is there oat milk?"
    assert item.author is not None
    assert (item.author.name, item.author.handle) == ("Harbor Books", "@harborbooks.bsky.social")
    assert item.acts == {Act.REPLY, Act.LIKE, Act.UNLIKE}


def test_an_answer_to_a_later_part_of_a_thread_is_under_the_thread(desk: Desk) -> None:
    first = desk.publish(THREAD).post_id
    parts = [one["id"] for one in desk.server.control.posts(platform="bluesky")]
    say(desk, parts[1], "What water?")
    (item,) = items(desk, *parts)
    assert (item.post_id, item.parent_id, item.thread) == (first, "", item.id)


def test_a_post_that_names_the_account_is_a_mention(desk: Desk) -> None:
    wish = {"person": "ravi", "text": "Good coffee", "account": desk.account.external_id}
    desk.server.control.call("POST", "platforms/bluesky/mentions", wish)
    (item,) = items(desk)
    assert (item.kind, item.post_id) == (ItemKind.MENTION, "")


def test_a_quote_is_a_mention_and_a_like_is_nothing_to_answer(desk: Desk) -> None:
    record = {"$type": "app.bsky.feed.post", "text": "Look at this"}
    line = {
        "uri": "at://did:plc:x/app.bsky.feed.post/3k",
        "cid": "b",
        "record": record,
        "author": {"did": "x"},
    }
    like = {**line, "uri": "at://did:plc:x/app.bsky.feed.like/3k", "reason": "like"}
    desk.transport = Played({"body": {"notifications": [{**line, "reason": "quote"}, like]}})
    assert [(item.kind, item.text) for item in items(desk)] == [(ItemKind.MENTION, "Look at this")]


def test_a_second_look_brings_what_is_new_alone(desk: Desk, post: str) -> None:
    empty = look(desk, {})
    say(desk, post, "First")
    haul = look(desk, empty.cursor, post)
    assert len(haul.found) == 1
    while haul.is_more:
        haul = look(desk, haul.cursor, post)
        assert haul.found == ()
    second = say(desk, post, "Second")
    haul = look(desk, haul.cursor, post)
    assert [item.id for item in haul.found] == [second]
    assert look(desk, haul.cursor, post).found == ()


def test_more_than_a_page_is_read_page_by_page_without_a_gap(desk: Desk, post: str) -> None:
    say(desk, post, "0")
    haul = look(desk, {}, post)
    for number in range(1, 231):
        say(desk, post, str(number))
    heard: list[str] = []
    for _ in range(5):
        haul = look(desk, haul.cursor, post)
        heard += [item.text for item in haul.found if isinstance(item, Item)]
        if not haul.is_more:
            break
    assert sorted(heard, key=int) == [str(number) for number in range(1, 231)]
    assert look(desk, haul.cursor, post).found == ()


def test_a_reply_names_its_parent_and_the_root_and_may_be_sent_again(either: Desk) -> None:
    post = either.publish(Content(Kind.TEXT, "Open until nine")).post_id
    say(either, post, "Oat milk?")
    (item,) = items(either, post)
    job = prepared(either, item, "Yes, from Malmö.")
    made = set()
    for _ in range(2):
        outcome = flows.advance(reply_flow, flows.Position("put_record"), job).outcome
        assert isinstance(outcome, flows.Live)
        made.add(outcome.post_id)
    (answer,) = answers(either, item)
    assert ({answer["id"]}, answer["text"]) == (made, "Yes, from Malmö.")
    assert answer["record"]["reply"]["root"]["uri"] == post


def test_what_they_say_to_our_answer_goes_on_with_the_conversation(desk: Desk, post: str) -> None:
    say(desk, post, "Oat milk?")
    (item,) = items(desk, post)
    ours = flows.advance(reply_flow, flows.Position("put_record"), prepared(desk, item, "Yes.")).outcome
    assert isinstance(ours, flows.Live)
    say(desk, ours.post_id, "Thanks!")
    second = items(desk, post)[-1]
    assert (second.post_id, second.parent_id) == (post, ours.post_id)


def test_a_reply_whose_answer_was_lost_is_found_and_never_sent_twice(desk: Desk, post: str) -> None:
    say(desk, post, "Oat milk?")
    (item,) = items(desk, post)
    job = prepared(desk, item, "Yes.")
    looking = replace(job, sent_at=job.now)
    assert flows.advance(reply_flow, DOUBT, looking).absent
    desk.server.control.fault("reset_after", match={"method": "POST", "path": "putRecord$"})
    with pytest.raises(PlatformError) as caught:
        flows.advance(reply_flow, flows.Position("put_record"), job)
    assert caught.value.is_ambiguous
    found = flows.advance(reply_flow, DOUBT, looking)
    assert isinstance(found.outcome, flows.Live)
    assert [answer["id"] for answer in answers(desk, item)] == [found.outcome.post_id]


def test_liking_may_be_repeated_and_taken_back(desk: Desk, post: str) -> None:
    say(desk, post, "Lovely")
    say(desk, post, "Lovely too")
    first, second = items(desk, post)
    for act, subjects in ((Act.LIKE, [first.id]), (Act.UNLIKE, [])):
        for _ in range(2):
            inbox.acts[act](desk.api(), desk.account, first)
        found = desk.server.control.call("GET", "platforms/bluesky/likes")
        assert [one["subject"] for one in found] == subjects
    for item in (first, replace(second, at=first.at)):
        inbox.acts[Act.LIKE](desk.api(), desk.account, item)
    assert len(desk.server.control.call("GET", "platforms/bluesky/likes")) == 2


def test_a_like_of_another_moment_under_the_same_key_counts_as_ours(desk: Desk, post: str) -> None:
    say(desk, post, "Lovely")
    (item,) = items(desk, post)
    inbox.acts[Act.LIKE](desk.api(), desk.account, item)
    inbox.acts[Act.LIKE](desk.api(), desk.account, replace(item, facts={**item.facts, "cid": "bother"}))
    assert len(desk.server.control.call("GET", "platforms/bluesky/likes")) == 1


def test_the_inbox_says_why_there_are_no_messages() -> None:
    assert CONNECTOR.inbox is inbox
    assert "permission" in inbox.left_out[ItemKind.MESSAGE]
