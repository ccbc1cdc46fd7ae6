"""Calls from the sandbox to the hub."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import ClassVar

import pytest

from socialhub.platforms.sandbox import telling
from socialhub.platforms.sandbox.telling import Teller, ask


class Hub(BaseHTTPRequestHandler):
    """Answers with the statuses in line, then with 200."""

    statuses: ClassVar[list[int]] = []
    heard: ClassVar[list[bytes]] = []

    def do_POST(self) -> None:
        """Note the body."""
        self.heard.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(self.statuses.pop(0) if self.statuses else 200)
        self.end_headers()

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def hub() -> Iterator[str]:
    """The address of a hub that listens."""
    Hub.statuses, Hub.heard = [], []
    server = HTTPServer(("127.0.0.1", 0), Hub)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


def test_what_is_not_taken_is_sent_again_until_it_is(hub: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telling, "WAITS", (0.01, 0.01, 0.01))
    Hub.statuses = [503, 500]
    teller, arrived = Teller(), threading.Event()
    teller.tell("northwind", hub, b"one", {"Content-Type": "text/plain"}, answered=lambda _: arrived.set())
    assert arrived.wait(10)
    teller.close()
    assert Hub.heard == [b"one"] * 3
    assert [line["status"] for line in teller.told] == [503, 500, 200]


def test_it_gives_up_when_nobody_takes_it(hub: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telling, "WAITS", (0.01,))
    Hub.statuses = [500, 500]
    teller, arrived = Teller(), threading.Event()
    teller.tell("northwind", hub, b"lost", {})
    while len(Hub.heard) < 2:
        arrived.wait(0.01)
    teller.tell("northwind", hub, b"next", {}, answered=lambda _: arrived.set())
    assert arrived.wait(10)
    teller.close()
    assert [(line["status"], line["tries"]) for line in teller.told] == [(500, 1), (500, 2), (200, 1)]


def test_it_never_calls_another_machine() -> None:
    with pytest.raises(ValueError, match=r"northwind\.example"):
        Teller().tell("northwind", "https://northwind.example/", b"", {})
    assert ask("https://northwind.example/", {}) is None
