"""What members say under a page's posts, and the page's answers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from socialhub.platforms import flow as flows
from socialhub.platforms.errors import PlatformError
from socialhub.platforms.inbox import Act, Haul, Item, ItemKind, Watching
from socialhub.platforms.sandbox.server import SandboxServer
from socialhub.platforms.testing import Desk
from socialhub.platforms.values import Content, Kind

from ..inbox import inbox
from .desks import as_member, as_page, asked

assert inbox.fetch is not None
assert inbox.reply is not None
fetch, reply_flow = inbox.fetch, inbox.reply
START, DOUBT = flows.Position(), flows.Position("send_reply", in_doubt=True)


@pytest.fixture
def desk() -> Iterator[Desk]:
    """The page of Northwind Coffee in a fresh world."""
    with SandboxServer() as server:
        yield as_page(server)


@pytest.fixture
def post(desk: Desk) -> str:
    """The URN of a live post."""
    return desk.publish(Content(Kind.TEXT, "Open until nine")).post_id


def look(desk: Desk, *posts: str, turn: int = 0) -> Haul:
    """One poll."""
    return fetch(desk.api(), desk.account, Watching(desk.server.clock.moment(), {"turn": turn}, posts))


def items(desk: Desk, *posts: str) -> list[Item]:
    """What it found."""
    return [item for item in look(desk, *posts).found if isinstance(item, Item)]


def say(desk: Desk, post: str, text: str, parent: str = "") -> str:
    """Ravi comments; a little later it is another moment."""
    desk.server.control.advance(1)
    return desk.server.control.say("linkedin", post, text, person="ravi", parent=parent)


def job_of(desk: Desk, item: Item, text: str, **more: Any) -> flows.Job:
    """An answer to send."""
    fresh = {"now": desk.server.clock.moment(), **more}
    content = Content(Kind.TEXT, text)
    return flows.Job(key="r1", account=desk.account, content=content, api=desk.api(), about=item, **fresh)


def test_comments_and_their_answers_are_found_with_what_can_be_done(desk: Desk, post: str) -> None:
    first = say(desk, post, "Is there oat milk?")
    second = say(desk, post, "Good question", first)
    top, below = items(desk, post)
    assert (top.id, top.kind, top.text, top.post_id) == (first, ItemKind.COMMENT, "Is there oat milk?", post)
    assert (below.id, below.parent_id, below.thread) == (second, first, top.thread)
    assert top.author is not None
    assert top.author.external_id.startswith("urn:li:person:")
    assert top.acts == {Act.REPLY, Act.DELETE, Act.LIKE, Act.UNLIKE}
    assert items(desk, post) == [top, below]


def test_few_posts_are_looked_at_in_a_turn_and_the_others_the_next_time(desk: Desk, post: str) -> None:
    posts = [post, *(desk.publish(Content(Kind.TEXT, f"Post {number}")).post_id for number in (2, 3))]
    for one in posts:
        say(desk, one, "Nice")
    first = look(desk, *posts)
    second = look(desk, *posts, turn=first.cursor["turn"])
    found = {item.post_id for haul in (first, second) for item in haul.found if isinstance(item, Item)}
    assert found == set(posts)
    assert asked(desk, "GET", "/comments") == 4


def test_a_member_s_posts_are_not_asked_about() -> None:
    with SandboxServer() as server:
        desk = as_member(server)
        assert look(desk, "urn:li:share:1") == Haul()
        assert asked(desk, "GET", "/comments") == 0


def test_a_post_that_is_gone_is_passed_over(desk: Desk, post: str) -> None:
    say(desk, post, "Nice")
    assert [item.text for item in items(desk, "urn:li:share:1", post)] == ["Nice"]


def test_a_reply_stands_in_the_thread_also_to_an_answer(desk: Desk, post: str) -> None:
    first = say(desk, post, "Is there oat milk?")
    say(desk, post, "Good question", first)
    turn = flows.advance(reply_flow, START, job_of(desk, items(desk, post)[1], "Yes, from Malmö."))
    assert isinstance(turn.outcome, flows.Live)
    own = items(desk, post)[-1]
    assert (own.id, own.is_own, own.parent_id) == (turn.outcome.post_id, True, first)
    assert (own.text, own.acts) == ("Yes, from Malmö.", frozenset({Act.DELETE}))


def test_a_reply_whose_answer_was_lost_is_found_and_its_twin_is_told_apart(desk: Desk, post: str) -> None:
    say(desk, post, "Is there oat milk?")
    (item,) = items(desk, post)
    desk.server.control.fault("reset_after", match={"method": "POST", "path": "/comments$"})
    job = job_of(desk, item, "Yes.")
    with pytest.raises(PlatformError) as caught:
        flows.advance(reply_flow, START, job)
    assert caught.value.is_ambiguous
    found = flows.advance(reply_flow, DOUBT, replace(job, sent_at=job.now))
    assert isinstance(found.outcome, flows.Live)
    taken = replace(job, sent_at=job.now, taken=frozenset({found.outcome.post_id}))
    assert isinstance(flows.advance(reply_flow, DOUBT, taken).outcome, flows.Stay)
    desk.server.control.advance(130)
    late = replace(taken, now=desk.server.clock.moment(), api=desk.api())
    assert flows.advance(reply_flow, DOUBT, late).absent
    assert [one.text for one in items(desk, post)].count("Yes.") == 1


def test_liking_and_deleting_may_be_repeated(desk: Desk, post: str) -> None:
    say(desk, post, "Buy my crypto")
    (item,) = items(desk, post)
    table = desk.server.world.table("linkedin.comments", object)
    for act, count in ((Act.LIKE, 1), (Act.UNLIKE, 0)):
        for _ in range(2):
            inbox.acts[act](desk.api(), desk.account, item)
        assert len(getattr(table.get(item.id), "likes")) == count  # noqa: B009
    for _ in range(2):
        inbox.acts[Act.DELETE](desk.api(), desk.account, item)
    assert items(desk, post) == []
