"""A server that does to a connection exactly what a test wants."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

Behave = Callable[[socket.socket, "Wire"], None]


@dataclass
class Wire:
    """Where it listens, and what it was sent."""

    url: str = ""
    received: bytes = b""
    connections: int = 0
    ended: threading.Event = field(default_factory=threading.Event)

    def read_request(self, connection: socket.socket) -> bytes:
        """Head and body of one request."""
        data = b""
        while b"\r\n\r\n" not in data:
            data += _piece(connection)
        head, _, body = data.partition(b"\r\n\r\n")
        length = next(
            (
                int(line.split(b":")[1])
                for line in head.split(b"\r\n")
                if line.lower().startswith(b"content-length")
            ),
            0,
        )
        while len(body) < length:
            body += _piece(connection)
        self.received = head + b"\r\n\r\n" + body
        return self.received


def _piece(connection: socket.socket) -> bytes:
    piece = connection.recv(65536)
    if not piece:
        raise ConnectionError("the client went away")
    return piece


@contextmanager
def wire(behave: Behave) -> Iterator[Wire]:
    """Serve until the block ends; each connection is handed to ``behave``."""
    listener = socket.create_server(("127.0.0.1", 0))
    here = Wire(url=f"http://127.0.0.1:{listener.getsockname()[1]}")

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            here.connections += 1
            with connection, suppress(OSError):
                behave(connection, here)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield here
    finally:
        here.ended.set()
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(timeout=5)


def answer(status: str = "200 OK", body: bytes = b"{}", *headers: str) -> Behave:
    """Read one request and give this answer."""

    def behave(connection: socket.socket, here: Wire) -> None:
        here.read_request(connection)
        lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers, "", ""]
        connection.sendall("\r\n".join(lines).encode() + body)

    return behave


def go_silent(connection: socket.socket, here: Wire) -> None:
    """Take the request and say nothing."""
    here.read_request(connection)
    here.ended.wait(10)


def hang_up(connection: socket.socket, here: Wire) -> None:
    """Take the request and close."""
    here.read_request(connection)
