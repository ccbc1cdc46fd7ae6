"""What may befall a publisher at a request, and a forked publisher that it befalls.

The child is the real engine (claims, turns, verdicts) on the real database. It dies by SIGKILL, sent by itself or by
the sandbox, so nothing is closed, rolled back or said: what is left is what the database and the platform know.
"""

from __future__ import annotations

import itertools
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from bench._harbour import Harbour
from socialhub.platforms.redaction import Redactor
from socialhub.platforms.sandbox.client import Control
from socialhub.platforms.transport import (
    Exchange,
    Request,
    Response,
    Transport,
    TransportError,
    current_guard,
    wire_guard,
)

MOST_ROUNDS = 90
NAP = 0.6
"""Seconds of a lease that shall end while its holder sleeps."""
PATIENCE = 0.4
"""Seconds that the client waits for an answer which is made to come late."""


@dataclass(frozen=True)
class Ordeal:
    """One kind of trouble at one request. ``faults`` are ordered from the sandbox, ``{pid}`` and all.

    ``before``, ``checked`` and ``after`` run in the publisher: before the request, between the last look at the lease
    and the bytes, with the answer in hand. ``skew``: by how many seconds the publisher's host is ahead of the others.
    ``everywhere``: at each request of a flow, else only at those of its public step. ``retries``: it may end as
    failed or held, and then a person tries again.
    """

    name: str
    faults: tuple[tuple[str, dict[str, Any]], ...] = ()
    before: Callable[[], None] | None = None
    checked: Callable[[], None] | None = None
    after: Callable[[], None] | None = None
    patience: float = 0.0
    skew: float = 0.0
    lease: float = 30.0
    everywhere: bool = False
    once_a_login: bool = False
    is_live_process: bool = False
    retries: bool = False

    def order(self, place: Harbour, pid: int, nth: int) -> None:
        """Order the trouble for the ``nth`` request from now on."""
        for kind, details in self.faults:
            wish: dict[str, Any] = dict(details)
            match = {"nth": nth, **wish.pop("match", {})}
            if kind == "kill":
                wish["signal"] = {"pid": pid, "when": wish.pop("when")}
            place.control.fault(kind, match=match, **wish)


def die() -> None:
    """End this process as `kill -9` does."""
    os.kill(os.getpid(), signal.SIGKILL)


def sleep() -> None:
    """Suspend this process until somebody wakes it."""
    os.kill(os.getpid(), signal.SIGSTOP)


def lose_database() -> None:
    """Break this thread's connection to the database."""
    from django.db import connection

    connection.ensure_connection()
    raw: Any = connection.connection
    raw.close()


LAG = ("lagging_listing", {"seconds": 40, "match": {"nth": 1, "times": 0}})
KILL_AFTER = ("kill", {"when": "after_effect"})
CRASHES = (
    Ordeal("dies_before_sending", before=die, everywhere=True),
    Ordeal("dies_before_effect", (("kill", {"when": "before_effect"}),), everywhere=True),
    Ordeal("dies_after_effect", (KILL_AFTER,), everywhere=True),
    Ordeal("dies_with_answer", after=die, everywhere=True),
)
TROUBLES = (
    Ordeal("answer_lost", (("reset_after", {}),)),
    Ordeal("answer_after_timeout", (("lost_answer", {}),), patience=PATIENCE),
    Ordeal(
        "effect_after_timeout", (("slow", {"seconds": 3 * PATIENCE}),), patience=PATIENCE, once_a_login=True,
    ),
    Ordeal("server_error_after_effect", (("status_after", {"status": 500}),)),
    Ordeal("bad_gateway_after_effect", (("status_after", {"status": 502, "body": "<html>"}),)),
    Ordeal("database_lost_with_answer", after=lose_database, is_live_process=True),
    Ordeal("dies_and_listings_lag", (KILL_AFTER, LAG)),
    Ordeal("dies_on_a_host_2s_ahead", (KILL_AFTER,), skew=2.0, once_a_login=True),
    Ordeal("dies_on_a_host_2s_behind", (KILL_AFTER,), skew=-2.0, once_a_login=True),
    Ordeal("asleep_past_its_lease", before=sleep, lease=NAP),
    # The last: it leaves a post that nobody knows of, which a later look for a post without words may meet.
    Ordeal("refused_after_effect", (("status_after", {"status": 400}),), retries=True),
)  # fmt: skip
IN_THE_WINDOW = Ordeal("asleep_after_the_last_look", checked=sleep, lease=NAP)
"""What nothing can stop: see docs/reliability.md. Counted apart."""


class Troubled(Transport):
    """The way to the platforms with trouble at its ``at``-th request (from 1)."""

    def __init__(self, control: Control, at: int, ordeal: Ordeal) -> None:
        super().__init__(sandbox_url=control.url)
        self.control, self.count, self.at, self.ordeal = control, 0, at, ordeal

    def send(
        self,
        request: Request,
        *,
        redactor: Redactor | None = None,
        record: Callable[[Exchange], None] | None = None,
    ) -> Response:
        """Send, with whatever befalls this one."""
        self.count += 1
        if self.count != self.at:
            return super().send(request, redactor=redactor, record=record)
        if self.ordeal.before:
            self.ordeal.before()
        answered = self.control.answered()
        if self.ordeal.patience:
            request = replace(request, timeout=(5.0, self.ordeal.patience))
        try:
            with wire_guard(self._guard(request)):
                response = super().send(request, redactor=redactor, record=record)
        except TransportError:
            if self.ordeal.patience:
                self._wait_for_effect(answered)
            raise
        if self.ordeal.after:
            self.ordeal.after()
        return response

    def _wait_for_effect(self, answered: int) -> None:
        """Wait, in real time, until the platform has done what it was asked. From here on hours pass at once, and a
        request that is served after hours is none that a platform knows.
        """
        end = time.monotonic() + 60
        while self.control.answered() == answered:
            if time.monotonic() > end:
                raise RuntimeError("the sandbox never served a request that was sent")
            time.sleep(0.02)

    def _guard(self, request: Request) -> Callable[[], None]:
        """The engine's own look at the lease, and what befalls the publisher right after the last one."""
        look, last, looks = (
            current_guard(),
            2 if request.body and request.body.length else 1,
            itertools.count(1),
        )

        def guard() -> None:
            look()
            if self.ordeal.checked and next(looks) == last:
                self.ordeal.checked()

        return guard


@dataclass
class Child:
    """A forked publisher that works on one delivery. ``was_killed`` tells how it ended."""

    place: Harbour
    delivery: Any
    ordeal: Ordeal
    at: int
    was_killed: bool = field(default=False, init=False)

    def run(self) -> None:
        """Fork, order the trouble, wait for the end."""
        from django.db import connections

        connections.close_all()  # no connection outlives a fork in two processes
        ready, go = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(go)
            os.read(ready, 1)
            self._work()
        os.close(ready)
        self.ordeal.order(self.place, pid, self.at)
        os.write(go, b".")
        os.close(go)
        status = os.waitstatus_to_exitcode(self._outcome(pid))
        self.place.control.clear_faults()
        self.was_killed = status == -signal.SIGKILL
        if status not in (0, -signal.SIGKILL):
            raise RuntimeError(f"a publisher ended with {status} at request {self.at} by {self.ordeal.name}")

    def _outcome(self, pid: int) -> int:
        """How the child ended. While it sleeps its lease ends, and another publisher goes on."""
        _, status = os.waitpid(pid, os.WUNTRACED)
        while os.WIFSTOPPED(status):
            time.sleep(self.ordeal.lease)
            settle(self.place, self.delivery)
            os.kill(pid, signal.SIGCONT)
            _, status = os.waitpid(pid, os.WUNTRACED)
        return status

    def _work(self) -> None:
        try:
            from django.conf import settings

            from accounts import network

            settings.PUBLISHER_LEASE = self.ordeal.lease
            self.place.clock.skew = self.ordeal.skew
            transport = Troubled(self.place.control, self.at, self.ordeal)
            network._transport = lambda url, pid: transport  # type: ignore[assignment]
            (run_on if self.ordeal.is_live_process else settle)(self.place, self.delivery)
        except BaseException:  # noqa: BLE001 (the child must not go on as a second parent)
            traceback.print_exc(file=sys.stderr)
            os._exit(70)
        os._exit(0)


def rests(delivery: Any) -> bool:
    """Whether nobody will touch the delivery any more without a person."""
    from tests import hub

    delivery.refresh_from_db()
    return delivery.next_at is None and delivery.state in hub.SETTLED


def settle(place: Harbour, delivery: Any) -> bool:
    """Let the engine work, skipping over the waits; whether the delivery came to rest."""
    from publishing.publisher import Publisher

    publisher = Publisher(threads=4)
    for _ in range(MOST_ROUNDS):
        if rests(delivery):
            return True
        skip_wait(place, delivery)
        publisher.run_once()
    return rests(delivery)


def run_on(place: Harbour, delivery: Any) -> bool:
    """The same with the publisher's own loop, its pool and its way of taking a broken turn."""
    from publishing.publisher import Publisher

    publisher = Publisher(threads=2)
    thread = threading.Thread(target=publisher.run)
    thread.start()
    end = time.monotonic() + 60
    while not (done := rests(delivery)) and time.monotonic() < end:
        if delivery.lease_until is None:
            skip_wait(place, delivery)
        time.sleep(0.02)
    publisher.stop()
    thread.join()
    return done


def skip_wait(place: Harbour, delivery: Any) -> None:
    """Let the time pass until the delivery is due."""
    if delivery.next_at is not None:
        wait = (delivery.next_at - place.clock.now()).total_seconds()
        if wait > 0:
            place.let_pass(wait + 0.1)
