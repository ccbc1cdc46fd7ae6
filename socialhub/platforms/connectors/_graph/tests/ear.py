"""A hub that only listens: shakes hands with Meta and keeps the calls that come."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qs

from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from socialhub.platforms.connector import Connector
from socialhub.platforms.events import Ask, Call, Event
from socialhub.platforms.privacy import Notice
from socialhub.platforms.testing import Desk

TOKEN = "northwind-verify"
PATIENCE = 10.0


@dataclass
class Ear:
    """What was heard, in order. ``url`` is where."""

    url: str = ""
    calls: list[Call] = field(default_factory=list)
    came: threading.Condition = field(default_factory=threading.Condition)

    def wait_for(self, count: int) -> list[Call]:
        """The first ``count`` calls."""
        with self.came:
            assert self.came.wait_for(lambda: len(self.calls) >= count, PATIENCE), "nobody called"
        return self.calls[:count]

    def events(self, desk: Desk, count: int) -> list[Event]:
        """The events in the first calls, each sealed with the secret of the account's app."""
        hooks, secret = desk.connector.webhooks, desk.app.client_secret
        assert hooks is not None
        assert secret is not None
        calls = self.wait_for(count)
        assert all(hooks.verify(call, secret, desk.server.clock.moment()) for call in calls)
        return [event for call in calls for event in hooks.parse(call.body)]

    def notices(self, desk: Desk, count: int) -> list[Notice | None]:
        """The requests about people, read with the secret of the account's app."""
        privacy, secret = desk.connector.privacy, desk.app.client_secret
        assert privacy is not None
        assert secret is not None
        forms = [parse_qs(call.body.decode()) for call in self.wait_for(count)]
        return [privacy.read({name: values[0] for name, values in form.items()}, secret) for form in forms]


@contextmanager
def listening(connector: Connector) -> Iterator[Ear]:
    """An ear on this machine that answers the handshake as the connector does."""
    ear, hooks = Ear(), connector.webhooks
    assert hooks is not None

    @Request.application
    def answer(request: Request) -> Response:
        headers: Mapping[str, str] = {name.lower(): value for name, value in request.headers.items()}
        call = Call(request.method, headers, request.args.to_dict(), request.get_data())
        if request.method == "GET":
            assert hooks.handshake is not None
            found = hooks.handshake(call, (), (TOKEN,))
            return Response(found.body if found else "", status=200 if found else 403)
        with ear.came:
            ear.calls.append(call)
            ear.came.notify_all()
        return Response('{"url": "https://northwind.coffee/erased", "confirmation_code": "a1"}')

    server = make_server("127.0.0.1", 0, answer, threaded=True)
    ear.url = f"http://127.0.0.1:{server.port}/"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield ear
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def ask_of(desk: Desk, ear: Ear, kept: Mapping[str, object] | None = None) -> Ask:
    """What a subscription is made with."""
    return Ask(ear.url, TOKEN, desk.app, desk.server.clock.moment(), kept=kept or {})
