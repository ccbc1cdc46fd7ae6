"""Calls from the simulated platforms to the hub: events, handshakes, requests for privacy.

They go to this machine only. A call that is not answered with 2xx is tried again a few times, sooner than the real
platforms do.
"""

from __future__ import annotations

import heapq
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import requests

WAITS = (0.2, 1.0, 3.0, 8.0)
"""Seconds before each further try."""
TIMEOUT = 10.0
HOME = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(order=True)
class Letter:
    """One call that has to be made."""

    at: float
    number: int
    platform: str = field(compare=False)
    kind: str = field(compare=False)
    url: str = field(compare=False)
    body: bytes = field(compare=False)
    headers: Mapping[str, str] = field(compare=False)
    answered: Callable[[requests.Response], None] | None = field(compare=False)
    tries: int = field(default=0, compare=False)


class Teller:
    """Sends letters from a thread of its own, each in its time. ``told`` is the journal."""

    def __init__(self) -> None:
        self.told: deque[dict[str, Any]] = deque(maxlen=5_000)
        self._letters: list[Letter] = []
        self._number = 0
        self._ready = threading.Condition()
        self._thread: threading.Thread | None = None
        self._closing = False

    def tell(
        self,
        platform: str,
        url: str,
        body: bytes,
        headers: Mapping[str, str],
        *,
        kind: str = "event",
        answered: Callable[[requests.Response], None] | None = None,
    ) -> None:
        """Post ``body`` soon; ``answered`` gets the good answer."""
        if not is_home(url):
            raise ValueError(f"the sandbox calls this machine only, not {urlsplit(url).hostname}")
        with self._ready:
            self._number += 1
            letter = Letter(time.monotonic(), self._number, platform, kind, url, body, headers, answered)
            heapq.heappush(self._letters, letter)
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="teller", daemon=True)
                self._thread.start()
            self._ready.notify()

    def close(self) -> None:
        """Send no more."""
        with self._ready:
            self._closing = True
            self._ready.notify()
        if self._thread is not None:
            self._thread.join(timeout=TIMEOUT)

    def _work(self) -> None:
        while (letter := self._next()) is not None:
            self._send(letter)

    def _next(self) -> Letter | None:
        with self._ready:
            while not self._closing:
                wait = self._letters[0].at - time.monotonic() if self._letters else None
                if wait is not None and wait <= 0:
                    return heapq.heappop(self._letters)
                self._ready.wait(wait)
        return None

    def _send(self, letter: Letter) -> None:
        try:
            answer = requests.post(
                letter.url, letter.body, headers=dict(letter.headers), timeout=TIMEOUT, allow_redirects=False
            )
        except requests.RequestException:
            answer = None
        letter.tries += 1
        status = answer.status_code if answer is not None else 0
        line = {"platform": letter.platform, "kind": letter.kind, "url": letter.url, "status": status}
        self.told.append({**line, "tries": letter.tries})
        if answer is not None and answer.ok:
            if letter.answered is not None:
                letter.answered(answer)
        elif letter.tries <= len(WAITS):
            letter.at = time.monotonic() + WAITS[letter.tries - 1]
            with self._ready:
                heapq.heappush(self._letters, letter)
                self._ready.notify()


def ask(url: str, query: Mapping[str, str]) -> requests.Response | None:
    """A handshake: the answer to a GET, ``None`` where nothing came. At this machine only."""
    if not is_home(url):
        return None
    try:
        return requests.get(url, params=dict(query), timeout=TIMEOUT, allow_redirects=False)
    except requests.RequestException:
        return None


def is_home(url: str) -> bool:
    """Whether an address is on this machine."""
    return urlsplit(url).hostname in HOME
