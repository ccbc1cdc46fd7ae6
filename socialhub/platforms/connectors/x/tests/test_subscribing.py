"""Being told of an account: made, checked, mended, ended."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import ClassVar
from urllib.parse import parse_qs, urlsplit

import pytest

from socialhub.platforms import registry
from socialhub.platforms.errors import PlatformError
from socialhub.platforms.events import Ask, Call, Subscribed, Subscribing
from socialhub.platforms.sandbox.server import SandboxServer
from socialhub.platforms.testing import Desk, connect
from socialhub.platforms.values import App, Secret

from ..sandbox.calling import tell, webhooks
from ..subscribing import WANTED

CONNECTOR = registry.get("x")
HOOKS = CONNECTOR.webhooks
assert HOOKS is not None
assert HOOKS.handshake is not None
assert HOOKS.subscribing is not None
WAY: Subscribing = HOOKS.subscribing
KEYS = {"consumer_key": "the-api-key", "consumer_secret": "the-api-secret"}


class Hub(BaseHTTPRequestHandler):
    """Answers the check as the connector does, and keeps what it is told."""

    secret: ClassVar[str] = KEYS["consumer_secret"]
    heard: ClassVar[list[Call]] = []

    def do_GET(self) -> None:
        """The check."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
        assert HOOKS is not None
        assert HOOKS.handshake is not None
        answer = HOOKS.handshake(Call("GET", {}, query), [Secret(self.secret)], [])
        self.send_response(200)
        self.end_headers()
        self.wfile.write(answer.body.encode() if answer else b"")

    def do_POST(self) -> None:
        """An event."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.heard.append(Call("POST", headers, {}, body))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def hub() -> Iterator[str]:
    """Where a hub listens."""
    Hub.heard, Hub.secret = [], KEYS["consumer_secret"]
    server = HTTPServer(("127.0.0.1", 0), Hub)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/webhooks/x/"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def desk() -> Iterator[Desk]:
    """An account whose app has an API key."""
    with SandboxServer() as server:
        made = connect(CONNECTOR, CONNECTOR.logins[0], server)
        (app,) = server.world.apps.where(platform="x")
        app.extra = {**app.extra, "entered": KEYS}
        yield made


def _ask(desk: Desk, hub: str, found: Subscribed | None = None) -> Ask:
    app = App(desk.app.client_id, desk.app.client_secret, extra=KEYS)
    return Ask(hub, "", app, datetime.now(UTC), kept=found.kept if found else {})


def test_it_is_made_once_and_then_found(desk: Desk, hub: str) -> None:
    assert WAY.check(desk.api(), desk.account, _ask(desk, hub)) is None
    made = WAY.subscribe(desk.api(), desk.account, _ask(desk, hub))
    assert (made.fields, made.missing) == (WANTED, frozenset())
    again = WAY.subscribe(desk.api(), desk.account, _ask(desk, hub))
    assert again.kept == made.kept
    found = WAY.check(desk.api(), desk.account, _ask(desk, hub, made))
    assert found is not None
    assert (found.fields, found.missing) == (WANTED, frozenset())


def test_what_is_told_carries_a_seal_that_fits(desk: Desk, hub: str) -> None:
    WAY.subscribe(desk.api(), desk.account, _ask(desk, hub))
    world = desk.server.world
    assert tell(world, desk.account.external_id, "post.delete", {"id": "7", "author_id": "1"}) == 1
    while not Hub.heard:
        pass
    assert HOOKS is not None
    assert HOOKS.verify(Hub.heard[0], Secret(KEYS["consumer_secret"]), datetime.now(UTC))
    (event,) = HOOKS.parse(Hub.heard[0].body)
    assert (event.kind.value, event.subject, event.account_id) == (
        "post_removed",
        "7",
        desk.account.external_id,
    )


def test_a_webhook_that_x_holds_for_broken_is_checked_anew(desk: Desk, hub: str) -> None:
    made = WAY.subscribe(desk.api(), desk.account, _ask(desk, hub))
    (hook,) = webhooks(desk.server.world)
    hook.valid = False
    assert WAY.check(desk.api(), desk.account, _ask(desk, hub, made)) is None
    WAY.subscribe(desk.api(), desk.account, _ask(desk, hub, made))
    assert WAY.check(desk.api(), desk.account, _ask(desk, hub, made)) is not None


def test_ending_it_leaves_nothing_and_may_be_repeated(desk: Desk, hub: str) -> None:
    made = WAY.subscribe(desk.api(), desk.account, _ask(desk, hub))
    for _ in range(2):
        WAY.unsubscribe(desk.api(), desk.account, _ask(desk, hub, made))
    assert tell(desk.server.world, desk.account.external_id, "post.delete", {"id": "7"}) == 0


def test_an_address_that_seals_wrong_is_refused(desk: Desk, hub: str) -> None:
    Hub.secret = "another secret"
    with pytest.raises(PlatformError):
        WAY.subscribe(desk.api(), desk.account, _ask(desk, hub))


def test_without_an_api_key_it_says_what_to_enter(desk: Desk, hub: str) -> None:
    ask = replace(_ask(desk, hub), app=App(desk.app.client_id, desk.app.client_secret))
    with pytest.raises(PlatformError) as caught:
        WAY.subscribe(desk.api(), desk.account, ask)
    assert "API key" in caught.value.user_message
    assert json.dumps(KEYS) not in str(caught.value)
