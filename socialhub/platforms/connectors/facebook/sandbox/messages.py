"""Messages to a Page and its answers, within a day of the person's last one
(https://developers.facebook.com/docs/messenger-platform/send-messages).
"""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Response

from socialhub.platforms.connectors._graph.sandbox.errors import graph_error
from socialhub.platforms.connectors._graph.sandbox.listing import graph_time, youngest
from socialhub.platforms.connectors._graph.sandbox.pages import user_id
from socialhub.platforms.connectors._graph.sandbox.simulator import read
from socialhub.platforms.sandbox.shapes import Field
from socialhub.platforms.sandbox.simulator import Call, reply
from socialhub.platforms.sandbox.world import World

from .server import CALLS, calling, open_page, simulator
from .store import Message, messages

WINDOW = 86_400
LONGEST = 2000


@simulator.route("POST", "/<node>/messages", scopes=("message",), limit=CALLS)
def send(call: Call) -> Response:
    """The Page answers somebody who wrote to it lately."""
    fields = {
        "messaging_type": Field(required=True, choices=("RESPONSE",)),
        "recipient": Field("any", required=True),
        "message": Field("any", required=True),
    }
    wish = read(call, fields)
    page = open_page(call)
    to, text = str(wish["recipient"].get("id", "")), str(wish["message"].get("text", ""))
    heard = [
        item
        for item in messages(call.world).where(page=page.id, is_ours=False)
        if user_id(item.person) == to and item.created_at > call.now - WINDOW
    ]
    if not heard:
        raise graph_error("10", "(#10) This message is sent outside of allowed window.", status=403)
    if not 0 < len(text) <= LONGEST:
        raise graph_error("100", "(#100) Length of param message[text] must be less than or equal to 2000")
    key = f"m_{call.world.snowflake()}"
    messages(call.world).add(Message(key, page.id, heard[-1].person, text, call.now, is_ours=True))
    return reply({"recipient_id": to, "message_id": key})


@simulator.route("GET", "/<node>/conversations", scopes=("message",), limit=CALLS)
def conversations(call: Call) -> Response:
    """What was said between the Page and one person, newest first."""
    wish = read(call, {"user_id": Field(required=True), "fields": Field()})
    page, latest = open_page(call), youngest(call)
    lines: list[dict[str, Any]] = [
        {
            "id": item.id,
            "message": item.text,
            "from": {"id": page.id if item.is_ours else user_id(item.person)},
            "created_time": graph_time(item.created_at),
        }
        for item in reversed(messages(call.world).where(page=page.id))
        if user_id(item.person) == wish["user_id"] and item.created_at <= latest
    ]
    talk = {"id": f"t_{page.id}_{wish['user_id']}", "messages": {"data": lines}}
    return reply({"data": [talk] if lines else []})


@simulator.control("POST", "messages")
def write_to_page(world: World, wish: dict[str, Any]) -> dict[str, Any]:
    """Somebody writes to a Page: `account`, `person`, `text`."""
    key, now = f"m_{world.snowflake()}", world.clock.now()
    item = messages(world).add(Message(key, wish["account"], wish["person"], wish["text"], now))
    line = {
        "sender": {"id": user_id(item.person)},
        "recipient": {"id": item.page},
        "timestamp": int(now * 1000),
        "message": {"mid": key, "text": item.text},
    }
    calling.tell(world, item.page, "messages", {"messaging": [line]})
    return {"id": key}
