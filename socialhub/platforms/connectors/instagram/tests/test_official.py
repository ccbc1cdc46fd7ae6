"""Meta's own SDK judges what the inbox sends by Facebook Login (facebook-business)."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

from facebook_business.adobjects.igcomment import IGComment
from facebook_business.adobjects.page import Page

from socialhub.platforms import flow as flows
from socialhub.platforms.connectors._graph.tests.ear import ask_of, listening
from socialhub.platforms.connectors.instagram.sandbox.store import scoped_id
from socialhub.platforms.connectors.instagram.subscribing import PAGE_FIELD
from socialhub.platforms.inbox import Act, Item, ItemKind
from socialhub.platforms.sandbox.server import SandboxServer
from socialhub.platforms.testing import Desk, Listening, connect
from socialhub.platforms.tests.samples import file_host
from socialhub.platforms.transport import Request
from socialhub.platforms.values import Content, Kind

from .test_connector import CONNECTOR, FACEBOOK, cup

SDK: dict[tuple[str, str], tuple[type[Any], str]] = {
    ("POST", "replies"): (IGComment, "create_reply"),
    ("GET", "replies"): (IGComment, "get_replies"),
    ("POST", "comment"): (IGComment, "api_update"),
    ("DELETE", "comment"): (IGComment, "api_delete"),
    ("GET", "conversations"): (Page, "get_conversations"),
    ("POST", "subscribed_apps"): (Page, "create_subscribed_app"),
}
ALWAYS = {"access_token", "appsecret_proof", "fields", "limit"}


def _named(request: Request) -> set[str]:
    """The names of all parameters of a request."""
    opened = request.body.open() if request.body is not None else b""
    sent = opened if isinstance(opened, bytes) else opened.read()
    names = json.loads(sent) if sent.startswith(b"{") else parse_qs(sent.decode())
    return {*parse_qs(urlsplit(request.url).query), *names}


def _use(desk: Desk) -> None:
    """Everything that the inbox does, once, the looking included."""
    assert CONNECTOR.inbox is not None
    assert CONNECTOR.inbox.reply is not None
    assert CONNECTOR.webhooks is not None
    assert CONNECTOR.webhooks.subscribing is not None
    inbox, reply = CONNECTOR.inbox, CONNECTOR.inbox.reply
    with listening(CONNECTOR) as ear, file_host() as put:
        CONNECTOR.webhooks.subscribing.subscribe(desk.api(), desk.account, ask_of(desk, ear))
        post = desk.publish(cup(put)).post_id
        comment = Item(ItemKind.COMMENT, desk.server.control.say("instagram", post, "Hej", person="ravi"))
        words = {"account": desk.account.external_id, "person": "ravi", "text": "Hi"}
        desk.server.control.call("POST", "platforms/instagram/messages", words)
        message = Item(ItemKind.MESSAGE, "m", facts={"to": scoped_id("ravi")})
        for item in (comment, message):
            for position in (flows.Position(), flows.Position("send_reply", in_doubt=True)):
                now = desk.server.clock.moment()
                said = Content(Kind.TEXT, "Hello")
                job = flows.Job("r1", desk.account, said, desk.api(), about=item, now=now, sent_at=now)
                assert isinstance(flows.advance(reply, position, job).outcome, flows.Live)
        for act in (Act.HIDE, Act.SHOW, Act.DELETE):
            inbox.acts[act](desk.api(), desk.account, comment)


def test_every_parameter_of_the_inbox_stands_in_the_tables_of_the_sdk() -> None:
    with SandboxServer() as server:
        transport = Listening(server.url)
        _use(connect(CONNECTOR, FACEBOOK, server, transport=transport, app={"requires_proof": True}))
    seen = set()
    for request, response in transport.heard:
        parts = urlsplit(request.url)
        path = parts.path.split("/")[2:]
        call = (request.method, path[1] if len(path) > 1 else "comment")
        if parts.hostname != "graph.facebook.com" or call not in SDK:
            continue
        seen.add(call)
        adobject, method = SDK[call]
        checker = getattr(adobject("1"), method)(pending=True)._param_checker
        strange = {name for name in _named(request) - ALWAYS if checker.get_type(name) is None}
        assert strange == set(), call
        assert response.status == 200
    assert seen == set(SDK)
    assert PAGE_FIELD in vars(Page.SubscribedFields).values()
