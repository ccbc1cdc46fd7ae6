"""What calls say, in every shape that the documentation shows."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from socialhub.platforms.events import Event
from socialhub.platforms.inbox import Gone, Item, ItemKind
from socialhub.platforms.values import Account

from .test_connector import CONNECTOR

assert CONNECTOR.inbox is not None
assert CONNECTOR.inbox.read is not None
READ = CONNECTOR.inbox.read
NORTHWIND = Account("1", "@northwindcoffee", "Northwind Coffee", login="instagram")
every_way = pytest.mark.parametrize(
    "account", [NORTHWIND, replace(NORTHWIND, login="page")], ids=lambda account: account.login
)


CALL = {
    "id": "17",
    "text": "Hej",
    "from": {"id": "42", "username": "harborbooks"},
    "media": {"id": "18", "media_product_type": "FEED"},
}


def _read(account: Account, body: Any) -> list[Item | Gone]:
    assert CONNECTOR.webhooks is not None
    events: tuple[Event, ...] = CONNECTOR.webhooks.parse(json.dumps(body).encode())
    return [found for event in events for found in READ(event, account)]


@pytest.mark.parametrize(
    ("told", "parent", "has_author"),
    [
        (CALL, "", True),
        ({**CALL, "parent_id": "16"}, "16", True),
        ({name: value for name, value in CALL.items() if name != "from"}, "", False),
    ],
)
@pytest.mark.parametrize("shape", ["changes", "entry", "list"])
@every_way
def test_a_call_of_any_shape_tells_the_same_item_as_a_look(
    account: Account, told: dict[str, Any], parent: str, has_author: bool, shape: str
) -> None:
    change = {"field": "comments", "value": told}
    inside = {"changes": [change]} if shape == "changes" else change
    body: Any = {"object": "instagram", "entry": [{"id": "1", "time": 1784073601, **inside}]}
    (item,) = _read(account, [body] if shape == "list" else body)
    assert isinstance(item, Item)
    assert (item.id, item.post_id, item.parent_id, item.text) == ("17", "18", parent, "Hej")
    assert (item.author is not None) is has_author
    assert item.at is not None
    assert item.at.timestamp() == 1784073601


@every_way
def test_what_the_account_says_itself_is_its_own_whatever_id_it_is_told_under(account: Account) -> None:
    told = {**CALL, "from": {"id": "77", "username": account.handle[1:]}}
    body = {"object": "instagram", "entry": [{"id": "1", "changes": [{"field": "comments", "value": told}]}]}
    (item,) = _read(account, body)
    assert isinstance(item, Item)
    assert item.is_own


@every_way
@pytest.mark.parametrize("shape", ["messaging", "change"])
def test_a_message_is_told_and_taken_back_in_both_shapes(account: Account, shape: str) -> None:
    def call(message: dict[str, Any]) -> list[Item | Gone]:
        line = {"sender": {"id": "42"}, "recipient": {"id": "1"}, "timestamp": "1784073601000"}
        told = {**line, "message": {"mid": "m1", **message}}
        inside = {"messaging": [told]} if shape == "messaging" else {"field": "messages", "value": told}
        return _read(account, {"object": "instagram", "entry": [{"id": "1", "time": 1784073602, **inside}]})

    (item,) = call({"text": "Hi"})
    assert isinstance(item, Item)
    assert (item.id, item.kind, item.text, item.thread) == ("m1", ItemKind.MESSAGE, "Hi", "42")
    assert item.at is not None
    assert item.at.timestamp() == 1784073601
    (picture,) = call({"attachments": [{"type": "story_mention"}]})
    assert isinstance(picture, Item)
    assert picture.text == "[story mention]"
    assert call({"is_deleted": True}) == [Gone("m1")]
    assert call({"text": "Ours", "is_echo": True}) == []


def test_a_message_and_its_being_taken_back_are_two_events() -> None:
    assert CONNECTOR.webhooks is not None
    told = [{"sender": {"id": "4"}, "message": {"mid": "m1", **more}} for more in ({}, {"is_deleted": True})]
    body = {"object": "instagram", "entry": [{"id": "1", "time": 1, "messaging": told}]}
    assert len({event.key for event in CONNECTOR.webhooks.parse(json.dumps(body).encode())}) == 2
