"""How long the window is that nothing closes: from the last look at the lease to the bytes in the kernel's hands.

A process that is suspended exactly there, and wakes after another has taken over, still sends. Measured on real
requests through the product's transport to the cheap provider; with one thread, and with as many as a publisher has,
where a thread may lose the interpreter in between.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from bench._ground import ROOT
from socialhub.platforms import transport
from socialhub.platforms.transport import Body, Request, Transport, wire_guard

THREADS = 40


class _Watched:
    """A socket that notes when it has handed over what it was given."""

    def __init__(self, real: Any, seen: threading.local, taken: list[float]) -> None:
        self._real, self._seen, self._taken = real, seen, taken

    def sendall(self, data: Any, *flags: Any) -> None:
        self._real.sendall(data, *flags)
        self._taken.append(time.perf_counter() - self._seen.at)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


def measure(*, requests: int) -> dict[str, float]:
    """Microseconds: median, 99th percentile and most, of one thread and of many."""
    from tests.stack import free_port

    port = free_port()
    provider = subprocess.Popen(
        [sys.executable, "-m", "bench._provider", "--port", str(port)], cwd=ROOT, stdout=subprocess.PIPE
    )
    assert provider.stdout is not None
    provider.stdout.readline()
    try:
        alone = _windows(port, requests, threads=1)
        crowded = _windows(port, requests, threads=THREADS)
    finally:
        provider.terminate()
        provider.wait()
    return {**_figures(alone, "alone"), **_figures(crowded, "crowded")}


def _figures(windows: list[float], name: str) -> dict[str, float]:
    ordered = sorted(windows)
    return {
        f"{name}_p50_us": round(statistics.median(ordered) * 1e6, 1),
        f"{name}_p99_us": round(ordered[int(len(ordered) * 0.99)] * 1e6, 1),
        f"{name}_max_us": round(ordered[-1] * 1e6, 1),
    }


def _windows(port: int, requests: int, *, threads: int) -> list[float]:
    seen, taken = threading.local(), []  # type: ignore[var-annotated]
    door = Transport(sandbox_url=f"http://127.0.0.1:{port}")
    connect = transport._Connection.connect

    def watched(self: Any) -> None:
        connect(self)
        self.sock = _Watched(self.sock, seen, taken)

    def look() -> None:
        seen.at = time.perf_counter()

    def send(number: int) -> None:
        body = Body.of(b'{"status": "Hello"}', "application/json")
        with wire_guard(look):
            door.send(Request("POST", "https://social.example/api/v1/statuses", body=body))

    transport._Connection.connect = watched  # type: ignore[method-assign]
    try:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(send, range(requests)))
    finally:
        transport._Connection.connect = connect  # type: ignore[method-assign]
    return taken
