"""Being called: the address in the dashboard, sealed events, people who take their consent back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from socialhub.platforms.connectors._graph.tests.ear import TOKEN, Ear, listening
from socialhub.platforms.inbox import Gone, Item, ItemKind, Watching
from socialhub.platforms.sandbox.server import SandboxServer
from socialhub.platforms.testing import Desk, connect
from socialhub.platforms.values import Account, Content, Kind

from .test_connector import CONNECTOR, LOGIN, chain

assert CONNECTOR.webhooks is not None
assert CONNECTOR.inbox is not None
assert CONNECTOR.inbox.read is not None
assert CONNECTOR.inbox.fetch is not None
HOOKS, READ, FETCH = CONNECTOR.webhooks, CONNECTOR.inbox.read, CONNECTOR.inbox.fetch
NORTHWIND = Account("1", "@northwindcoffee", "Northwind Coffee")
REPLY = {
    "id": "9",
    "username": "harborbooks",
    "text": "Hej",
    "media_type": "TEXT_POST",
    "permalink": "https://www.threads.com/@harborbooks/post/Pp",
    "replied_to": {"id": "5"},
    "root_post": {"id": "5", "owner_id": "1", "username": "northwindcoffee"},
    "shortcode": "Pp",
    "timestamp": "2026-07-15T00:00:00+0000",
}


@pytest.fixture
def ear() -> Iterator[Ear]:
    """Somebody who listens."""
    with listening(CONNECTOR) as found:
        yield found


@pytest.fixture
def desk(ear: Ear) -> Iterator[Desk]:
    """Nora's profile, and the address as an admin enters it."""
    with SandboxServer() as server:
        desk = connect(CONNECTOR, LOGIN, server)
        server.control.callbacks("threads", webhook=ear.url, verify_token=TOKEN)
        yield desk


def _told(field: str, value: dict[str, Any], target: str = "1") -> list[Item | Gone]:
    """What a call tells Northwind."""
    values = {"value": value, "field": field}
    body = {"app_id": "2", "target_id": target, "time": 1784073601, "values": values}
    events = [e for e in HOOKS.parse(json.dumps(body).encode()) if e.account_id == NORTHWIND.external_id]
    return [found for event in events for found in READ(event, NORTHWIND)]


def test_an_admin_subscribes_and_is_told_what() -> None:
    assert HOOKS.subscribing is None
    assert all(word in HOOKS.manual for word in ("replies", "delete", "mentions", "verify token"))


def test_an_address_that_does_not_answer_the_check_is_refused(desk: Desk, ear: Ear) -> None:
    told = desk.server.control.callbacks("threads", webhook=ear.url, verify_token="wrong")
    assert "couldn't be validated" in told[desk.app.client_id]
    told = desk.server.control.callbacks("threads", webhook=ear.url, verify_token=TOKEN)
    assert told[desk.app.client_id] == ""


def test_what_is_said_is_told_in_a_sealed_call_and_is_the_item_of_a_look(desk: Desk, ear: Ear) -> None:
    post = desk.publish(Content(Kind.TEXT, "Open until nine")).post_id
    first = desk.server.control.say("threads", post, "Blåbär? ☕", person="ravi")
    second = desk.server.control.say("threads", post, "Or lingon?", person="ravi", parent=first)
    told = [item for event in ear.events(desk, 2) for item in READ(event, desk.account)]
    haul = FETCH(desk.api(), desk.account, Watching(desk.server.clock.moment(), {}, (post,)))
    heard = {item.id: item for item in told if isinstance(item, Item)}
    seen = {item.id: item for item in haul.found if isinstance(item, Item)}
    assert set(seen) == set(heard) == {first, second}
    for name in ("kind", "text", "at", "author", "post_id", "parent_id", "url", "is_own", "acts"):
        assert {key: getattr(item, name) for key, item in seen.items()} == {
            key: getattr(item, name) for key, item in heard.items()
        }


def test_our_own_parts_and_answers_are_told_and_are_no_items(desk: Desk, ear: Ear) -> None:
    desk.publish(chain("One", "Two"))
    (event,) = ear.events(desk, 1)
    assert event.data["text"] == "Two"
    assert READ(event, desk.account) == ()


def test_a_mention_is_told_and_one_below_our_own_post_is_an_answer(desk: Desk, ear: Ear) -> None:
    wish = {"person": "ravi", "text": "Best beans: @northwindcoffee!"}
    number = desk.server.control.call("POST", "platforms/threads/mentions", wish)["id"]
    (event,) = ear.events(desk, 1)
    (item,) = READ(event, desk.account)
    assert isinstance(item, Item)
    assert (item.id, item.kind, item.text) == (number, ItemKind.MENTION, wish["text"])
    (below,) = _told("mentions", REPLY)
    assert isinstance(below, Item)
    assert (below.kind, below.post_id) == (ItemKind.COMMENT, "5")


@pytest.mark.parametrize("target", ["1", "5"])
def test_the_owner_is_found_whichever_id_the_target_is(target: str) -> None:
    (item,) = _told("replies", REPLY, target)
    assert isinstance(item, Item)
    assert (item.id, item.parent_id, item.post_id, item.is_own) == ("9", "", "5", False)


def test_a_post_that_was_removed_is_told_as_gone(desk: Desk, ear: Ear) -> None:
    value = {"id": "9", "owner": {"owner_id": "1"}, "deleted_at": "2026-07-15T00:00:00+0000"}
    assert _told("delete", value, "7") == [Gone("9")]
    post = desk.publish(Content(Kind.TEXT, "Away")).post_id
    assert CONNECTOR.publishing is not None
    assert CONNECTOR.publishing.delete is not None
    CONNECTOR.publishing.delete(desk.api(), desk.account, post)
    (event,) = ear.events(desk, 1)
    assert READ(event, desk.account) == (Gone(post),)


def test_who_takes_the_consent_back_is_named_by_the_id_that_we_keep(desk: Desk, ear: Ear) -> None:
    control = desk.server.control
    control.callbacks("threads", deauthorise=f"{ear.url}gone", delete=f"{ear.url}erase")
    control.withdraw("threads", "nora", erase=True)
    notices = ear.notices(desk, 2)
    assert desk.account.person_id
    assert [notice.person_id for notice in notices if notice] == [desk.account.person_id] * 2
