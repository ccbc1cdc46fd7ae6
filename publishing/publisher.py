"""The publisher: claims due deliveries and takes their turns in a pool of threads. Any number may run.

It needs nothing but the database. Killed at any instant it leaves rows whose leases end; told to stop it takes
no more and finishes what it holds.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta

from django.conf import settings
from django.db import Error as DatabaseError, connections

from accounts import heartbeats, network
from accounts.clock import database_now
from accounts.fields import cipher
from accounts.limits import Closings
from publishing import claiming, outcomes, shares, tallies
from publishing.loading import load
from publishing.models import Delivery
from publishing.turning import take_turn
from socialhub.platforms import registry

log = logging.getLogger(__name__)

LONGEST_NAP = 0.25
BUSY_NAP = 0.05
BREATH = 0.03
"""Turns that end within this time are followed by one claim, not by one each: a round costs as much as a turn."""
MOST_STEPS = 4
"""How many steps a turn takes as long as each is done at once; a wait, a chunk or a trouble ends it."""
BEAT_EVERY = timedelta(seconds=5)
DATABASE_PAUSE = 1.0
STILL = 30.0
"""Seconds without a round after which the process beats no more: it lives, but takes nothing."""


class Publisher:
    """One publisher process. :meth:`run` blocks until :meth:`stop` and then drains."""

    def __init__(self, *, threads: int | None = None, steps: int = MOST_STEPS) -> None:
        """``threads`` turns run at once, by default ``PUBLISHER_THREADS``; each takes up to ``steps`` steps."""
        self.threads = threads or settings.PUBLISHER_THREADS
        self.steps = steps
        self._closings = Closings()
        self._pool = ThreadPoolExecutor(self.threads, thread_name_prefix="turn")
        self._held: dict[int, claiming.Claim] = {}
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._done = threading.Event()
        self._round_at = time.monotonic()
        self._others_wait = False

    def stop(self) -> None:
        """Take no more; ``run`` returns when the turns under way are saved. Safe in a signal handler."""
        self._stopping.set()
        self._wake.set()

    def run(self) -> None:
        """Work until told to stop, then drain."""
        _warm_up()
        renewing = threading.Thread(target=self._keep_leases, name="leases", daemon=True)
        renewing.start()
        self._in_each_thread(_connect)  # now, and not when the first burst is due
        try:
            while not self._stopping.is_set():
                self._wake.clear()
                self._round_at = time.monotonic()
                if self._wake.wait(self._round()):
                    self._stopping.wait(BREATH)
        finally:
            self._in_each_thread(connections.close_all)
            self._pool.shutdown(wait=True)
            self._done.set()
            renewing.join(timeout=5)
            connections.close_all()

    def _in_each_thread(self, act: Callable[[], None]) -> None:
        """Let every thread of the pool do something once, as soon as its turns are done."""
        together = threading.Barrier(self.threads)

        def once() -> None:
            together.wait()
            act()

        for _ in range(self.threads):
            self._pool.submit(once)

    def run_once(self) -> int:
        """Claim what is due now, take the turns one after the other, give their number. For tests and tools."""
        claims = claiming.claim(self.threads)
        for claim, delivery in load(claims):
            take_turn(claim, delivery, steps=self.steps, closings=self._closings)
        return len(claims)

    def _round(self) -> float:
        """Claim and hand out what fits; how long to nap in seconds."""
        with self._lock:
            held = [claim.party for claim in self._held.values()]
        free = self.threads - len(held)
        if free <= 0:
            return LONGEST_NAP
        try:
            most = shares.at_once(free)
            claims = claiming.claim(most, crowded=shares.crowded(held, self.threads))
            for claim, delivery in load(claims) if claims else ():
                self._start(claim, delivery)
            if claims:
                return 0.0
            nap = claiming.seconds_to_next()
            # Overdue and yet not to be had: its party or its lane is busy, and a turn that ends wakes us. The steps
            # of a burst end together, so that counting threads at that moment would tell each of them to go on.
            self._others_wait = nap is not None and nap <= 0
            return BUSY_NAP if self._others_wait else min(nap or LONGEST_NAP, LONGEST_NAP)
        except DatabaseError:
            log.exception("the database did not answer; trying again")
            connections.close_all()
            return DATABASE_PAUSE

    def _start(self, claim: claiming.Claim, delivery: Delivery) -> None:
        with self._lock:
            self._held[claim.id] = claim
        future = self._pool.submit(
            take_turn, claim, delivery, steps=self.steps, is_roomy=self._is_roomy, closings=self._closings
        )
        future.add_done_callback(lambda done: self._finish(claim, done))

    def _is_roomy(self) -> bool:
        return not self._others_wait and shares.is_roomy(len(self._held), self.threads)

    def _finish(self, claim: claiming.Claim, done: Future[None]) -> None:
        """Runs in the pool's thread. A turn that broke leaves a row that must not spin."""
        problem = done.exception()
        if problem is not None:
            log.error("delivery %s: the turn broke", claim.id, exc_info=problem)
            connections.close_all()
            try:
                set_back(claim, problem)
            except DatabaseError:
                log.exception("delivery %s: it stays with its lease until that ends", claim.id)
        with self._lock:
            self._held.pop(claim.id, None)
        self._wake.set()

    def _keep_leases(self) -> None:
        """Renew the leases of running turns and beat, until the pool is drained."""
        every = min(claiming.lease_length() / 3, BEAT_EVERY).total_seconds()
        while not self._done.is_set():
            with self._lock:
                held = list(self._held.values())
            try:
                claiming.renew(each for each in held if each.is_aging)
                if time.monotonic() - self._round_at < STILL:
                    heartbeats.beat(heartbeats.PUBLISHER)
                tallies.keep()
            except DatabaseError:
                log.exception("leases could not be renewed")
                connections.close_all()
            self._done.wait(every)
        connections.close_all()


def _warm_up() -> None:
    """Load and derive what the first turn of a process would else have to: seconds, with posts already claimed."""
    registry.connectors()
    cipher()
    network.transport()


def _connect() -> None:
    with suppress(DatabaseError):  # the first turn will tell
        connections["default"].ensure_connection()


def set_back(claim: claiming.Claim, problem: BaseException) -> None:
    """After an error of our own: wait on the ladder, then ask a person. A row in doubt stays in doubt."""
    delivery = Delivery.objects.filter(pk=claim.id, lease_token=claim.token).first()
    if delivery is None:
        return
    verdict = outcomes.after_crash(delivery, type(problem).__name__)
    verdict.commit(claim, delivery, [verdict.line(delivery, database_now())])
