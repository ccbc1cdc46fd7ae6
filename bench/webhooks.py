"""Calls from platforms under load and kills: ``python -m bench.webhooks [--quick] [--json] [--database both]``.

Sealed deliveries, each with one new comment, come 200 a second to gunicorn with two workers while two readers take
them in. Every few seconds a web worker and a reader are killed by SIGKILL; a supervisor starts the reader again,
gunicorn its workers. What breaks off is sent again, as platforms do. Afterwards each acknowledged comment is looked
for in the inbox: ``lost`` were acknowledged and are not there, ``double`` are there twice. ``screen_p95_s`` is from
the first try to the moment when a page that asks every 1.5 s, as the inbox does, could show it.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import hmac
import http.client
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from bench._ground import ROOT, Ground, ground

SECRET = "bench-app-secret"
PAGE = "204"
READERS = 2
"""As many as `manage.py worker` starts."""
SENDERS = 24
ASKS_EVERY = 1.5
KILL_EVERY = 15.0
PATIENCE = 60.0


@dataclass
class Sent:
    """What became of the deliveries, by number."""

    began: dict[int, float] = field(default_factory=dict)
    acks: list[float] = field(default_factory=list)
    acked: set[int] = field(default_factory=set)
    refused: int = 0
    broken: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)


def measure(*, postgres: bool, seconds: float, rate: float) -> dict[str, Any]:
    """One database; see the module's text."""
    from tests.stack import free_port

    port = free_port()
    with ground(postgres=postgres, PUBLIC_URL=f"http://127.0.0.1:{port}") as place:
        account = _account(place)
        with _web(place, port) as web, _readers(place) as readers:
            sent, stopping = Sent(), threading.Event()
            killer = threading.Thread(target=_kill, args=[web, readers, stopping, seconds])
            killer.start()
            _send_all(port, sent, seconds, rate)
            stopping.set()
            killer.join()
            arrived = _arrived(account, sent)
    return _figures(sent, arrived)


def _account(place: Ground) -> Any:
    from accounts.credentials import save_app
    from accounts.membership import create_workspace
    from accounts.models import ConnectedAccount, User
    from socialhub.platforms import registry
    from socialhub.platforms.values import Secret

    owner = User.objects.create_user("maya@northwind.test", "a long enough word", name="Maya")
    space = create_workspace(owner=owner, name="Northwind", zone="UTC")
    login = registry.get("facebook").consents[0]
    save_app(workspace=space, login=login, values={"client_id": "1", "client_secret": SECRET}, by=owner)
    return ConnectedAccount.objects.create(
        workspace=space, platform="facebook", login=login.key, external_id=PAGE, handle="northwind",
        access_token=Secret("token-of-northwind"),
    )  # fmt: skip


@contextlib.contextmanager
def _web(place: Ground, port: int) -> Iterator[subprocess.Popen[bytes]]:
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "socialhub.wsgi",
        "-w",
        "2",
        "--threads",
        "4",
        "-b",
        f"127.0.0.1:{port}",
    ]
    child = subprocess.Popen(command, cwd=ROOT, env=place.environment, stderr=subprocess.DEVNULL)
    try:
        _await(port)
        yield child
    finally:
        child.terminate()
        child.wait(timeout=30)


def _await(port: int) -> None:
    end = time.monotonic() + 30
    while time.monotonic() < end:
        with contextlib.suppress(OSError):
            link = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            link.request("GET", "/healthz")
            link.getresponse().read()
            return
        time.sleep(0.1)
    raise TimeoutError("gunicorn did not answer")


class Readers:
    """As many readers as a worker runs, under a supervisor: each is started again when it is gone."""

    def __init__(self, place: Ground) -> None:
        self._place, self._stopping = place, threading.Event()
        self.children = [self._start() for _ in range(READERS)]
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "manage.py", "reader"], cwd=ROOT, env=self._place.environment,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def _watch(self) -> None:
        while not self._stopping.wait(1.0):
            for place, child in enumerate(self.children):
                if child.poll() is not None:
                    self.children[place] = self._start()

    def stop(self) -> None:
        """End them."""
        self._stopping.set()
        self._thread.join()
        for child in self.children:
            child.terminate()
        for child in self.children:
            child.wait(timeout=30)


@contextlib.contextmanager
def _readers(place: Ground) -> Iterator[Readers]:
    readers = Readers(place)
    try:
        yield readers
    finally:
        readers.stop()


def _kill(web: subprocess.Popen[bytes], readers: Readers, stopping: threading.Event, seconds: float) -> None:
    """Kill a web worker and a reader, now and then; the last kill leaves time to come back."""
    every = min(KILL_EVERY, seconds / 3)
    end = time.monotonic() + seconds - every
    while not stopping.wait(every) and time.monotonic() < end:
        workers = _children(web.pid)
        reader = random.choice(readers.children).pid
        for pid in [random.choice(workers)] * bool(workers) + [reader]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def _children(pid: int) -> list[int]:
    found = subprocess.run(["pgrep", "-P", str(pid)], check=False, stdout=subprocess.PIPE)
    return [int(line) for line in found.stdout.split()]


def _send_all(port: int, sent: Sent, seconds: float, rate: float) -> None:
    """Delivery ``n`` goes out at its moment; each sender has a connection of its own."""
    start = time.monotonic() + 0.5
    numbers = iter(range(int(seconds * rate)))
    taking = threading.Lock()

    def work() -> None:
        link: http.client.HTTPConnection | None = None
        while True:
            with taking:
                number = next(numbers, None)
            if number is None:
                return
            time.sleep(max(0.0, start + number / rate - time.monotonic()))
            link = _deliver(port, link, number, sent)

    threads = [threading.Thread(target=work) for _ in range(SENDERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _deliver(
    port: int, link: http.client.HTTPConnection | None, number: int, sent: Sent
) -> http.client.HTTPConnection | None:
    """Send one until it is acknowledged or refused."""
    body = _body(number)
    seal = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    headers = {"Content-Type": "application/json", "X-Hub-Signature-256": f"sha256={seal}"}
    end = time.monotonic() + PATIENCE
    with sent.lock:
        sent.began[number] = time.time()
    while time.monotonic() < end:
        begun = time.monotonic()
        try:
            link = link or http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            link.request("POST", "/webhooks/facebook/", body, headers)
            answer = link.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            link = None
            with sent.lock:
                sent.broken += 1
            time.sleep(0.2)
            continue
        if answer.will_close:
            link.close()
            link = None
        with sent.lock:
            if answer.status == 200:
                sent.acks.append(time.monotonic() - begun)
                sent.acked.add(number)
            else:
                sent.refused += 1
        return link
    return link


def _body(number: int) -> bytes:
    value = {
        "item": "comment",
        "verb": "add",
        "comment_id": f"7_{number}",
        "post_id": f"{PAGE}_7",
        "parent_id": f"{PAGE}_7",
        "from": {"id": str(1000 + number % 300), "name": f"Visitor {number % 300}"},
        "message": f"Is there oat milk? {number}",
        "created_time": int(time.time()),
    }
    entry = {"id": PAGE, "time": int(time.time()), "changes": [{"field": "feed", "value": value}]}
    return json.dumps({"object": "page", "entry": [entry]}).encode()


def _arrived(account: Any, sent: Sent) -> dict[int, list[float]]:
    """When each comment was in the inbox, once all are or patience ends."""
    from webhooks.models import InboxItem, Incoming

    end = time.monotonic() + PATIENCE
    waiting = Incoming.objects.filter(state=Incoming.State.RECEIVED)
    while waiting.exists() and time.monotonic() < end:
        time.sleep(0.2)
    found: dict[int, list[float]] = {}
    rows = InboxItem.objects.filter(account=account).values_list("external_id", "arrived_at")
    for number, at in rows:
        found.setdefault(int(number.rpartition("_")[2]), []).append(at.timestamp())
    return found


def _figures(sent: Sent, arrived: dict[int, list[float]]) -> dict[str, Any]:
    acks = sorted(sent.acks)
    # A page asks every 1.5 s, so on average it sees a change half of that later: each gets its own chance.
    screens = sorted(
        arrived[number][0] - sent.began[number] + random.uniform(0, ASKS_EVERY)
        for number in sent.acked
        if number in arrived
    )
    return {
        "sent": len(sent.began),
        "acked": len(sent.acked),
        "refused": sent.refused,
        "broken_off": sent.broken,
        "lost": len(sent.acked - set(arrived)),
        "double": sum(len(times) - 1 for times in arrived.values()),
        "ack_p50_ms": _at(acks, 0.5, 1000),
        "ack_p99_ms": _at(acks, 0.99, 1000),
        "screen_p50_s": _at(screens, 0.5),
        "screen_p95_s": _at(screens, 0.95),
    }


def _at(values: list[float], share: float, factor: float = 1.0) -> float | None:
    return round(values[min(len(values) - 1, int(len(values) * share))] * factor, 3) if values else None


def main() -> None:
    """The command line; each database is measured in a process of its own. One JSON line last."""
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--rate", type=float, default=200.0)
    parser.add_argument("--quick", action="store_true", help="twelve seconds, on SQLite")
    parser.add_argument("--database", choices=("sqlite", "postgres", "both"), default="both")
    parser.add_argument("--json", action="store_true", help="the JSON line alone (it is all there is)")
    options = parser.parse_args()
    if options.quick:
        options.seconds, options.database = 12.0, "sqlite"
    if options.database != "both":
        found = measure(postgres=options.database == "postgres", seconds=options.seconds, rate=options.rate)
        print(json.dumps({"bench": "webhooks", "database": options.database, **found}))
        return
    parts: dict[str, Any] = {}
    for database in ("sqlite", "postgres"):
        command = [sys.executable, "-m", "bench.webhooks", "--database", database]
        command += [f"--seconds={options.seconds}", f"--rate={options.rate}"]
        done = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE)
        parts[database] = json.loads(done.stdout.splitlines()[-1])
    print(json.dumps({"bench": "webhooks", **_worse(parts), **parts}))


def _worse(parts: dict[str, Any]) -> dict[str, Any]:
    """Counts summed, times of the slower database."""
    names = ("sent", "refused", "lost", "double")
    sums: dict[str, Any] = {name: sum(part[name] for part in parts.values()) for name in names}
    slower = {
        name: max(part[name] or 0.0 for part in parts.values()) for name in ("ack_p99_ms", "screen_p95_s")
    }
    return sums | slower


if __name__ == "__main__":
    main()
