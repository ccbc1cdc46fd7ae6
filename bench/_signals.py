"""Real publisher processes that get signals: killed, told to stop, suspended longer than their lease."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from typing import Any

from django.db import OperationalError

from bench._harbour import Harbour, Way
from bench._ordeals import rests, settle, skip_wait

LEASE, MARGIN = 3.0, 1.0
"""Seconds, for publishers of which another one shall take over in real time."""
SHORT_LEASE = 1.2
PATIENCE = 60.0
STOPPED, LOCKED_ALL = "suspended", "suspended_with_the_only_lock"
"""SQLite has one writer: a process that is stopped between BEGIN and COMMIT keeps everybody from writing."""


class Hung(AssertionError):
    """Something that had to happen did not."""


def wait_until(is_so: Callable[[], bool], what: str, *, within: float = PATIENCE) -> None:
    """Wait for a condition; raises :class:`Hung`."""
    end = time.monotonic() + within
    while not is_so():
        if time.monotonic() > end:
            raise Hung(what)
        time.sleep(0.03)


def publisher(place: Harbour, *, lease: float = 30.0, margin: float = MARGIN) -> subprocess.Popen[bytes]:
    """A real publisher, at work."""
    settings = {"PUBLISHER_LEASE": str(lease), "PUBLISHER_DOUBT_MARGIN": str(margin)}
    return place.start("publisher", "--threads", "4", greets=True, **settings)


def end(process: subprocess.Popen[bytes]) -> int:
    """SIGTERM; its exit code once it has drained."""
    if process.poll() is None:
        process.terminate()
    return process.wait(timeout=30)


def kill_one(place: Harbour, way: Way, nth: int, when: str) -> tuple[Any, bool]:
    """Kill a publisher around its ``nth`` request, then let another go on: the delivery, whether it was killed."""
    process = publisher(place)
    place.control.fault("kill", match={"nth": nth}, signal={"pid": process.pid, "when": when})
    delivery = place.queue(way)

    def is_over() -> bool:
        if rests(delivery) or process.poll() is not None:
            return True
        if delivery.lease_until is None:
            skip_wait(place, delivery)
        return False

    try:
        wait_until(is_over, f"{way}: neither killed nor published")
        was_killed = process.poll() == -signal.SIGKILL
    finally:
        end(process)
        place.control.clear_faults()
    settle(place, delivery)
    return delivery, was_killed


def kill_one_of_two(
    place: Harbour, pair: list[subprocess.Popen[bytes]], ways: Sequence[Way], nth: int, when: str
) -> tuple[list[Any], bool]:
    """Kill one of two publishers around the ``nth`` request of either; the other goes on by itself.

    Gives the deliveries, at rest or not; the killed one of ``pair`` is replaced.
    """
    victim = nth % 2
    for way in ways:
        place.account(way)  # connecting asks the platform too, and these requests are not meant
    place.control.fault("kill", match={"nth": nth}, signal={"pid": pair[victim].pid, "when": when})
    deliveries = [place.queue(way) for way in ways]

    def is_over() -> bool:
        moving = [delivery for delivery in deliveries if not rests(delivery)]
        if moving and all(delivery.lease_until is None for delivery in moving):
            skip_wait(place, min(moving, key=lambda delivery: delivery.next_at))
        return not moving

    try:
        wait_until(is_over, f"{[str(way) for way in ways]}: not at rest")
    finally:
        was_killed = pair[victim].poll() is not None
        place.control.clear_faults()
        if was_killed:
            pair[victim] = publisher(place, lease=LEASE)
    return deliveries, was_killed


def suspend(
    place: Harbour, sleeper: subprocess.Popen[bytes], way: Way, nth: int, when: str
) -> tuple[Any, str]:
    """Stop a publisher around its ``nth`` request for longer than its lease; another publishes; wake it up.

    Gives the delivery and what became of the sleeper: :data:`STOPPED`, :data:`LOCKED_ALL`, or empty where it had sent
    too little to be stopped.
    """
    place.control.fault("stop", match={"nth": nth}, signal={"pid": sleeper.pid, "when": when})
    delivery = place.queue(way)

    def is_over() -> bool:
        if is_stopped(sleeper.pid) or rests(delivery):
            return True
        if delivery.lease_until is None:
            skip_wait(place, delivery)
        return False

    try:
        wait_until(is_over, f"{way}: neither stopped nor published")
    finally:
        place.control.clear_faults()
    if not is_stopped(sleeper.pid):
        return delivery, ""
    what = STOPPED
    try:
        delivery.refresh_from_db()
        if delivery.lease_until is not None:
            time.sleep(max((delivery.lease_until - place.clock.now()).total_seconds(), 0.0) + 0.05)
        settle(place, delivery)
    except OperationalError as problem:
        if "locked" not in str(problem):
            raise
        what = LOCKED_ALL
    finally:
        os.kill(sleeper.pid, signal.SIGCONT)
    settle(place, delivery)
    wait_until_silent(place)
    return delivery, what


def is_stopped(pid: int) -> bool:
    """Whether the process is suspended."""
    with open(f"/proc/{pid}/stat") as file:  # noqa: PTH123 (no file)
        return file.read().rpartition(")")[2].split()[0] == "T"


def wait_until_silent(place: Harbour, seconds: float = 0.6) -> None:
    """Wait until the platforms have not been asked anything for so long."""
    count, since = place.control.answered(), time.monotonic()
    while time.monotonic() - since < seconds:
        time.sleep(0.1)
        now = place.control.answered()
        if now != count:
            count, since = now, time.monotonic()


def drain(place: Harbour, way: Way) -> tuple[Any, int, str]:
    """SIGTERM while the public request is under way: the delivery, the exit code, the state that was left."""
    process = publisher(place)
    delivery = place.compose(way)
    queue_slowly(place, delivery)

    def is_sending() -> bool:
        delivery.refresh_from_db()
        return bool(delivery.in_doubt) or rests(delivery)

    wait_until(is_sending, f"{way}: never sent")
    code = end(process)
    delivery.refresh_from_db()
    left = delivery.state
    place.control.clear_faults()
    settle(place, delivery)
    return delivery, code, left


def queue_slowly(place: Harbour, delivery: Any) -> None:
    """Let it be due now on platforms whose every writing answer takes a second."""
    from publishing import scheduling

    place.control.fault("slow", match={"method": "POST", "times": 0}, seconds=1.0)
    scheduling.publish_now(delivery.post, again=True)
