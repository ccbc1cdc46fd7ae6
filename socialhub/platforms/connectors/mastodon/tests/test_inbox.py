"""What people write to an account, and its answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from socialhub.platforms import flow as flows, registry
from socialhub.platforms.errors import PlatformError
from socialhub.platforms.inbox import Act, Haul, Item, ItemKind, Watching
from socialhub.platforms.sandbox.server import SandboxServer
from socialhub.platforms.testing import Desk, Played, connect
from socialhub.platforms.values import Content, Kind

from ..inbox import inbox
from ..words import names_in, plain_text

CONNECTOR = registry.get("mastodon")
HOST = "social.example"
assert inbox.fetch is not None
assert inbox.reply is not None
fetch, reply_flow = inbox.fetch, inbox.reply


@pytest.fixture
def desk() -> Iterator[Desk]:
    """Nora's account in a fresh world."""
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


def told(desk: Desk, text: str, **more: Any) -> Item:
    """The item of a status that Ravi wrote elsewhere."""
    wish = {"host": HOST, "person": "ravi", "text": text, **more}
    desk.server.control.call("POST", "platforms/mastodon/mentions", wish)
    return items(look(desk, {}))[-1]


def job_of(desk: Desk, item: Item, text: str, **more: Any) -> flows.Job:
    """An answer to send."""
    now = desk.server.clock.moment()
    fresh = {"key": str(uuid4()), "now": now, **more}
    return flows.Job(
        account=desk.account, content=Content(Kind.TEXT, text), api=desk.api(), about=item, **fresh
    )


def prepared(desk: Desk, item: Item, text: str) -> flows.Job:
    """An answer whose first step is done."""
    job = job_of(desk, item, text)
    turn = flows.advance(reply_flow, flows.Position(), job)
    return replace(job, facts=dict(turn.facts))


SENDING, DOUBT = flows.Position("send_reply"), flows.Position("send_reply", in_doubt=True)


def answers(desk: Desk, item: Item) -> list[dict[str, Any]]:
    """What stands below an item."""
    posts = desk.server.control.posts(platform="mastodon", host=HOST)
    return [post for post in posts if post["reply_to"] == item.id]


def test_an_answer_below_a_post_is_found_with_its_author_and_what_can_be_done(desk: Desk, post: str) -> None:
    number = desk.server.control.say("mastodon", post, "Is there oat milk?", person="ravi")
    (item,) = items(look(desk, {}, post))
    assert (item.id, item.kind, item.post_id, item.parent_id) == (number, ItemKind.COMMENT, post, "")
    assert item.text == "@northwind Is there oat milk?"
    assert item.author is not None
    assert (item.author.name, item.author.handle) == ("Harbor Books", "@harborbooks@mastodon.example")
    assert item.acts == {Act.REPLY, Act.LIKE, Act.UNLIKE}
    assert item.at is not None


@pytest.mark.parametrize(("visibility", "kind"), [("public", ItemKind.MENTION), ("direct", ItemKind.MESSAGE)])
def test_what_is_written_elsewhere_is_a_mention_and_what_is_for_us_alone_a_message(
    desk: Desk, visibility: str, kind: ItemKind
) -> None:
    item = told(desk, "Coffee at @northwind@social.example!", visibility=visibility, spoiler_text="caffeine")
    assert (item.kind, item.post_id) == (kind, "")
    assert item.text == "caffeine\n\nCoffee at @northwind@social.example!"


def test_direct_messages_of_one_person_belong_together(desk: Desk) -> None:
    first = told(desk, "@northwind@social.example hello", visibility="direct")
    second = told(desk, "@northwind@social.example anyone?", visibility="direct")
    assert first.thread == second.thread != second.id


def test_a_second_look_brings_what_is_new_alone(desk: Desk, post: str) -> None:
    desk.server.control.say("mastodon", post, "First", person="ravi")
    haul = look(desk, {}, post)
    assert items(look(desk, haul.cursor, post)) == []
    desk.server.control.say("mastodon", post, "Second", person="ravi")
    second = look(desk, haul.cursor, post)
    assert [item.text for item in items(second)] == ["@northwind Second"]
    assert second.is_more
    third = look(desk, second.cursor, post)
    assert (third.found, third.is_more) == ((), False)
    assert look(desk, third.cursor, post).found == ()


def test_more_than_a_page_is_read_page_by_page_without_a_gap(desk: Desk, post: str) -> None:
    desk.server.control.say("mastodon", post, "0", person="ravi")
    haul = look(desk, {}, post)
    for number in range(1, 91):
        desk.server.control.say("mastodon", post, str(number), person="ravi")
    heard: list[str] = []
    for _ in range(6):
        haul = look(desk, haul.cursor, post)
        heard += [item.text.removeprefix("@northwind ") for item in items(haul)]
        if not haul.is_more:
            break
    assert sorted(heard, key=int) == [str(number) for number in range(1, 91)]
    assert not haul.is_more


def test_a_server_that_knows_neither_page_nor_filter_is_no_endless_loop(desk: Desk) -> None:
    status = {
        "id": "7",
        "content": "<p>Hi</p>",
        "account": {"id": "3", "acct": "ravi"},
        "visibility": "public",
    }
    page = [
        {"id": "9", "type": "mention", "status": status},
        {"id": "8", "type": "favourite", "status": status},
    ]
    desk.transport = Played(*[{"body": page}] * 2)
    first = look(desk, {"since": "5"})
    assert [item.id for item in items(first)] == ["7"]
    second = look(desk, first.cursor)
    assert (second.found, second.is_more, second.cursor) == ((), False, {"since": "9"})


def test_a_reply_names_the_author_stands_below_and_reaches_nobody_else(desk: Desk) -> None:
    item = told(desk, "@northwind@social.example is there oat milk?", visibility="direct")
    turn = flows.advance(reply_flow, SENDING, prepared(desk, item, "Yes, from Malmö."))
    assert isinstance(turn.outcome, flows.Live)
    (answer,) = answers(desk, item)
    assert answer["id"] == turn.outcome.post_id
    assert answer["text"] == "@harborbooks@mastodon.example Yes, from Malmö."
    assert answer["visibility"] == "direct"


def test_a_reply_that_names_the_author_already_is_sent_as_it_is(desk: Desk, post: str) -> None:
    desk.server.control.say("mastodon", post, "Oat milk?", person="ravi")
    (item,) = items(look(desk, {}, post))
    flows.advance(reply_flow, SENDING, prepared(desk, item, "Yes, @HarborBooks@mastodon.example."))
    assert answers(desk, item)[0]["text"] == "Yes, @HarborBooks@mastodon.example."


def test_a_visibility_that_nobody_knows_is_answered_to_the_author_alone(desk: Desk) -> None:
    item = replace(
        told(desk, "@northwind@social.example hello"), facts={"visibility": "mutuals", "acct": "ravi"}
    )
    flows.advance(reply_flow, SENDING, prepared(desk, item, "Hej"))
    assert answers(desk, item)[0]["visibility"] == "direct"


@pytest.mark.parametrize("idempotency", ["on", "off", "error_on_repeat"])
def test_a_reply_whose_answer_was_lost_is_found_and_never_sent_twice(
    desk: Desk, post: str, idempotency: str
) -> None:
    switches = {"host": HOST, "idempotency": idempotency}
    desk.server.control.call("POST", "platforms/mastodon/servers", switches)
    desk.server.control.say("mastodon", post, "Oat milk?", person="ravi")
    (item,) = items(look(desk, {}, post))
    job = prepared(desk, item, "Yes.")
    desk.server.control.fault("reset_after", match={"method": "POST", "path": "/statuses$"})
    with pytest.raises(PlatformError) as caught:
        flows.advance(reply_flow, SENDING, job)
    assert caught.value.is_ambiguous
    found = flows.advance(reply_flow, DOUBT, replace(job, sent_at=job.now))
    assert isinstance(found.outcome, flows.Live)
    assert [answer["id"] for answer in answers(desk, item)] == [found.outcome.post_id]


def test_what_never_arrived_is_sent_again_with_the_same_key(desk: Desk, post: str) -> None:
    desk.server.control.say("mastodon", post, "Oat milk?", person="ravi")
    (item,) = items(look(desk, {}, post))
    job = prepared(desk, item, "Yes.")
    desk.server.control.advance(61)
    late = replace(job, sent_at=job.now, now=desk.server.clock.moment())
    assert flows.advance(reply_flow, DOUBT, late).absent
    for _ in range(2):
        flows.advance(reply_flow, SENDING, late)
    assert len(answers(desk, item)) == 1


def test_liking_may_be_repeated_and_taken_back(desk: Desk, post: str) -> None:
    desk.server.control.say("mastodon", post, "Lovely", person="ravi")
    (item,) = items(look(desk, {}, post))
    for act, count in ((Act.LIKE, 1), (Act.UNLIKE, 0)):
        for _ in range(2):
            inbox.acts[act](desk.api(), desk.account, item)
        assert desk.api().get(f"api/v1/statuses/{item.id}").body["favourites_count"] == count


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("<p>One</p><p>Two<br />Three</p>", "One\n\nTwo\nThree"),
        ('<p><span class="h-card"><a href="https://x.example/@r">@<span>r</span></a></span> Tea &amp; milk</p>',
         "@r Tea & milk"),
        ("<p>&lt;script&gt; 5 &lt; 6</p>", "<script> 5 < 6"),
    ],
)  # fmt: skip
def test_html_becomes_what_a_reader_sees(content: str, words: str) -> None:
    assert plain_text(content) == words


def test_names_in_a_text_are_told_from_addresses() -> None:
    text = "Hi @Ravi, @ben@else.example. Write to olu@example.org or https://else.example/@maya"
    assert names_in(text, HOST) == {"ravi@social.example", "ben@else.example"}
