"""Messages to an account and its answers, within a day of the person's last one
(https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login/messaging-api).
"""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Response

from socialhub.platforms.connectors._graph.sandbox.errors import graph_error
from socialhub.platforms.connectors._graph.sandbox.fields import Reader, parse_fields, pick
from socialhub.platforms.connectors._graph.sandbox.listing import graph_time, youngest
from socialhub.platforms.connectors._graph.sandbox.simulator import GRAPH, missing_object, read
from socialhub.platforms.sandbox.records import Account
from socialhub.platforms.sandbox.shapes import Field
from socialhub.platforms.sandbox.simulator import Call, reply
from socialhub.platforms.sandbox.world import World

from .server import CALLS, calling, linked_account, open_account, simulator
from .store import Message, messages, scoped_id, username

WINDOW = 86_400
LONGEST = 1000
"""Bytes."""


def speaker(call: Call) -> Account:
    """The account that the path means: by Facebook Login it may be named by its Page."""
    node = call.args["node"]
    page = call.world.accounts.get(call.token.account if node == "me" else node)
    if call.host == GRAPH and page is not None and page.id == call.token.account:
        account = linked_account(call, page)
        if account is None:
            raise missing_object(node, call.method.lower())
        return account
    return open_account(call, node)


@simulator.route("POST", "/<node>/messages", scopes=("message",), limit=CALLS)
def send(call: Call) -> Response:
    """The account answers somebody who wrote to it lately."""
    wish = read(call, {"recipient": Field("any", required=True), "message": Field("any", required=True)})
    account = speaker(call)
    to, text = str(wish["recipient"].get("id", "")), str(wish["message"].get("text", ""))
    heard = [
        item
        for item in messages(call.world).where(account=account.id, is_ours=False)
        if scoped_id(item.person) == to and item.created_at > call.now - WINDOW
    ]
    if not heard:
        raise graph_error("10/2534022", status=403)
    if not 0 < len(text.encode()) <= LONGEST:
        raise graph_error("100", "(#100) Length of param message[text] must be less than or equal to 1000")
    key = f"m_{call.world.snowflake()}"
    messages(call.world).add(Message(key, account.id, heard[-1].person, text, call.now, is_ours=True))
    return reply({"recipient_id": to, "message_id": key})


@simulator.route("GET", "/<node>/conversations", scopes=("message",), limit=CALLS)
def conversations(call: Call) -> Response:
    """What was said between the account and one person, newest first."""
    fields = {
        "platform": Field(required=True, choices=("instagram",)),
        "user_id": Field(required=True),
        "fields": Field(),
    }
    wish = read(call, fields)
    account, latest = speaker(call), youngest(call)
    wanted = parse_fields(wish.get("fields", "id")).get("messages", {})
    lines = [
        pick(wanted, _readers(call, account, item))
        for item in reversed(messages(call.world).where(account=account.id))
        if scoped_id(item.person) == wish["user_id"] and item.created_at <= latest
    ]
    return reply({"data": [{"id": f"aWdf{wish['user_id']}", "messages": {"data": lines}}] if lines else []})


def _readers(call: Call, account: Account, item: Message) -> dict[str, Reader]:
    them = {"id": scoped_id(item.person), "username": username(call.world, item.person)}
    us = {"id": account.id, "username": account.handle[1:]}
    return {
        "id": lambda inner: item.id,
        "message": lambda inner: item.text,
        "from": lambda inner: us if item.is_ours else them,
        "to": lambda inner: {"data": [them if item.is_ours else us]},
        "created_time": lambda inner: graph_time(item.created_at),
    }


@simulator.control("POST", "messages")
def write_to_account(world: World, wish: dict[str, Any]) -> dict[str, Any]:
    """Somebody writes to an account: `account`, `person`, `text`."""
    key = f"m_{world.snowflake()}"
    messages(world).add(Message(key, wish["account"], wish["person"], wish["text"], world.clock.now()))
    _tell(world, key, {"text": wish["text"]})
    return {"id": key}


@simulator.control("POST", "unsent")
def take_message_back(world: World, wish: dict[str, Any]) -> dict[str, Any]:
    """The person takes the message `id` back."""
    _tell(world, wish["id"], {"is_deleted": True})
    messages(world).remove(wish["id"])
    return {}


def _tell(world: World, key: str, told: dict[str, Any]) -> None:
    item = messages(world).get(key)
    if item is None:
        return
    line = {
        "sender": {"id": scoped_id(item.person)},
        "recipient": {"id": item.account},
        "timestamp": int(world.clock.now() * 1000),
        "message": {"mid": key, **told},
    }
    calling.tell(world, item.account, "messages", {"messaging": [line]})
