"""What visitors say under a channel's videos, and the channel's answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest

from socialhub.platforms import flow as flows, registry
from socialhub.platforms.errors import PlatformError
from socialhub.platforms.inbox import Act, Haul, Item, ItemKind, Watching
from socialhub.platforms.sandbox.server import SandboxServer
from socialhub.platforms.testing import Desk, connect
from socialhub.platforms.tests.samples import file_of, film
from socialhub.platforms.values import Content, Kind

from ..inbox import inbox

CONNECTOR = registry.get("youtube")
CHOSEN = {"title": "Fresh roast", "made_for_kids": "no", "privacy": "public"}
assert inbox.fetch is not None
assert inbox.reply is not None
fetch, reply_flow = inbox.fetch, inbox.reply
START, DOUBT = flows.Position(), flows.Position("send_reply", in_doubt=True)


@pytest.fixture
def desk() -> Iterator[Desk]:
    """The channel of Northwind Coffee in a fresh world."""
    with SandboxServer() as server:
        yield connect(CONNECTOR, CONNECTOR.logins[0], server)


@pytest.fixture
def video(desk: Desk) -> str:
    """The id of a video."""
    return desk.publish(Content(Kind.VIDEO, media=(file_of(film(), "video/mp4"),)), CHOSEN).post_id


def look(desk: Desk, cursor: Mapping[str, Any]) -> Haul:
    """One poll."""
    return fetch(desk.api(), desk.account, Watching(desk.server.clock.moment(), cursor))


def items(desk: Desk, cursor: Mapping[str, Any] | None = None) -> list[Item]:
    """What a poll finds."""
    return [item for item in look(desk, cursor or {}).found if isinstance(item, Item)]


def say(desk: Desk, video: str, text: str, parent: str = "") -> str:
    """Ravi comments; a little later it is another moment."""
    desk.server.control.advance(1)
    return desk.server.control.say("youtube", video, text, person="ravi", parent=parent)


def job_of(desk: Desk, item: Item, text: str, **more: Any) -> flows.Job:
    """An answer to send."""
    fresh = {"now": desk.server.clock.moment(), **more}
    content = Content(Kind.TEXT, text)
    return flows.Job(key="r1", account=desk.account, content=content, api=desk.api(), about=item, **fresh)


def statuses(desk: Desk) -> list[str]:
    """What became of the comments."""
    return [one["status"] for one in desk.server.control.call("GET", "platforms/youtube/comments")]


def test_a_comment_is_found_with_its_author_and_what_can_be_done(desk: Desk, video: str) -> None:
    number = say(desk, video, "Which beans?")
    (item,) = items(desk)
    assert (item.id, item.kind, item.text, item.post_id) == (number, ItemKind.COMMENT, "Which beans?", video)
    assert item.author is not None
    assert (item.author.name, item.author.handle) == ("@harborbooks", "@harborbooks")
    assert item.acts == {Act.REPLY, Act.HIDE, Act.SHOW, Act.DELETE}
    assert item.url.endswith(f"watch?v={video}&lc={number}")


def test_answers_that_a_thread_leaves_out_are_asked_for_and_belong_to_it(desk: Desk, video: str) -> None:
    thread = say(desk, video, "Which beans?")
    for text in ("From Kenya?", "Or Peru?", "Both?"):
        say(desk, video, text, thread)
    found = items(desk)
    assert [item.text for item in found] == ["Which beans?", "From Kenya?", "Or Peru?", "Both?"]
    assert {item.thread for item in found} == {thread}
    assert [item.parent_id for item in found] == ["", thread, thread, thread]


def test_a_second_look_brings_what_is_new_and_what_changed_alone(desk: Desk, video: str) -> None:
    first, other = say(desk, video, "One"), say(desk, video, "Two")
    haul = look(desk, {})
    assert items(desk, haul.cursor) == []
    third = say(desk, video, "Three")
    haul = look(desk, haul.cursor)
    assert [item.id for item in haul.found] == [third]
    say(desk, video, "An answer", first)
    assert [item.text for item in items(desk, haul.cursor)] == ["One", "An answer"]
    assert other not in {item.id for item in items(desk, haul.cursor)}


def test_more_than_a_page_is_read_page_by_page_without_a_gap(desk: Desk, video: str) -> None:
    say(desk, video, "0")
    haul = look(desk, {})
    for number in range(1, 231):
        say(desk, video, str(number))
    heard: list[str] = []
    for _ in range(5):
        haul = look(desk, haul.cursor)
        heard += [item.text for item in haul.found if isinstance(item, Item)]
        if not haul.is_more:
            break
    assert sorted(heard, key=int) == [str(number) for number in range(1, 231)]
    assert look(desk, haul.cursor).found == ()


def test_a_page_that_youtube_no_longer_knows_ends_the_backlog(desk: Desk, video: str) -> None:
    say(desk, video, "One")
    haul = look(desk, {})
    backlog = {**haul.cursor, "page": "a-token-of-old", "fresh": haul.cursor["known"]}
    again = look(desk, backlog)
    assert (again.found, again.is_more, again.cursor) == ((), False, haul.cursor)


def test_a_reply_stands_in_the_thread_also_to_an_answer(desk: Desk, video: str) -> None:
    thread = say(desk, video, "Which beans?")
    say(desk, video, "Yes, which?", thread)
    answer = items(desk)[1]
    turn = flows.advance(reply_flow, START, job_of(desk, answer, "From Kenya."))
    assert isinstance(turn.outcome, flows.Live)
    own = next(item for item in items(desk) if item.id == turn.outcome.post_id)
    assert (own.is_own, own.parent_id, own.text, own.acts) == (
        True,
        thread,
        "From Kenya.",
        frozenset({Act.DELETE}),
    )


def test_a_reply_whose_answer_was_lost_is_found_and_its_twin_is_told_apart(desk: Desk, video: str) -> None:
    say(desk, video, "Which beans?")
    (item,) = items(desk)
    desk.server.control.fault("reset_after", match={"method": "POST", "path": "/comments$"})
    job = job_of(desk, item, "Kenya.")
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
    assert [one.text for one in items(desk)].count("Kenya.") == 1


def test_hiding_and_showing_may_be_repeated_and_what_is_held_is_seen(desk: Desk, video: str) -> None:
    say(desk, video, "Buy my crypto")
    (item,) = items(desk)
    for act, status, is_hidden in (
        (Act.HIDE, "heldForReview", True),
        (Act.SHOW, "published", False),
        (Act.DELETE, "rejected", None),
    ):
        for _ in range(2):
            inbox.acts[act](desk.api(), desk.account, item)
        assert statuses(desk) == [status]
        assert [one.is_hidden for one in items(desk)] == ([] if is_hidden is None else [is_hidden])


def test_where_youtube_does_not_hold_a_comment_that_is_out_it_is_rejected(desk: Desk, video: str) -> None:
    desk.server.control.call("POST", "platforms/youtube/habits", {"can_hold": False})
    say(desk, video, "Buy my crypto")
    (item,) = items(desk)
    for _ in range(2):
        inbox.acts[Act.HIDE](desk.api(), desk.account, item)
    assert statuses(desk) == ["rejected"]


def test_our_own_answer_is_deleted_and_one_that_is_gone_counts_as_deleted(desk: Desk, video: str) -> None:
    say(desk, video, "Which beans?")
    flows.advance(reply_flow, START, job_of(desk, items(desk)[0], "Kenya."))
    own = next(item for item in items(desk) if item.is_own)
    for _ in range(2):
        inbox.acts[Act.DELETE](desk.api(), desk.account, own)
    assert [item.text for item in items(desk)] == ["Which beans?"]
