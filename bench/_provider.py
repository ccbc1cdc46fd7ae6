"""A platform that costs next to nothing: what a text post asks of Mastodon's API, answered after a delay.

A simulator written for strictness would itself be what is measured. This one gives the account's newest post, takes
a post and shows it (https://docs.joinmastodon.org/methods/), and tells figures of posts and accounts; it keeps
nothing, and tells on ``GET /_seen`` when each request arrived (wall clock of this machine, seconds). A host called
``slow.example`` answers after ``--slow`` seconds. Listens on the loopback interface alone.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import time
from urllib.parse import parse_qsl

NUMBERS = itertools.count(1)


def _account(path: str) -> str:
    """The id in an address that asks for an account's posts; empty for others."""
    parts = path.split("?")[0].split("/")
    return parts[-2] if parts[-1] == "statuses" else ""


COUNTS = {"favourites_count": 7, "reblogs_count": 2, "replies_count": 1, "quotes_count": 0}
STANDS = {"followers_count": 900, "following_count": 120, "statuses_count": 44}


def _figures(path: str) -> str:
    """The counters of the posts that an address asks for, or of the account; nothing for other addresses."""
    address, _, query = path.partition("?")
    if address.endswith("/accounts/verify_credentials"):
        return json.dumps(STANDS)
    ids = [value for name, value in parse_qsl(query) if name == "id[]"]
    return json.dumps([{"id": number, **COUNTS} for number in ids]) if ids else ""


class Provider(asyncio.Protocol):
    """One connection. Requests come one after the other, as from a pool of connections."""

    delay = 0.0
    slow = 25.0
    seen: list[tuple[float, str, str]]

    def __init__(self) -> None:
        """Nothing read yet."""
        self.buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer each whole request."""
        self.buffer += data
        while (end := self.buffer.find(b"\r\n\r\n")) >= 0:
            head = self.buffer[:end].decode("latin-1")
            length = next(
                (int(line[15:]) for line in head.split("\r\n") if line.lower().startswith("content-length:")),
                0,
            )
            if len(self.buffer) < end + 4 + length:
                return
            body, self.buffer = self.buffer[end + 4 : end + 4 + length], self.buffer[end + 4 + length :]
            method, path, _ = head.split(" ", 2)
            self._answer(method, path, body)

    def _answer(self, method: str, path: str, body: bytes) -> None:
        if path == "/_seen":
            self._send(json.dumps(self.seen))
            self.seen.clear()
            return
        text = str(json.loads(body)["status"]) if body else _account(path)
        self.seen.append((time.time(), method, text))
        if method == "POST":
            number = next(NUMBERS)
            said = json.dumps({"id": str(number), "url": f"https://social.example/@bench/{number}"})
        else:
            said = _figures(path) or "[]"
        wait = self.slow if path.startswith("/slow.example/") else self.delay
        if wait:
            asyncio.get_running_loop().call_later(wait, self._send, said)
        else:
            self._send(said)

    def _send(self, said: str) -> None:
        if not self.transport.is_closing():
            body = said.encode()
            head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
            self.transport.write(head.encode() + body)


async def serve(port: int, delay: float, slow: float) -> None:
    """Answer until killed."""
    Provider.delay, Provider.slow, Provider.seen = delay, slow, []
    server = await asyncio.get_running_loop().create_server(Provider, "127.0.0.1", port, backlog=512)
    print("ready", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--delay", type=float, default=0.0, help="seconds until an answer")
    parser.add_argument("--slow", type=float, default=25.0, help="seconds until an answer of slow.example")
    options = parser.parse_args()
    asyncio.run(serve(options.port, options.delay, options.slow))
