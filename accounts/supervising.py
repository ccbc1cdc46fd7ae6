"""Keeping the job cluster alive.

django-q2 can wedge for good: when one idle worker process dies by kill -9 or the OOM killer while it holds the
queue's lock, a new worker is started, every process is "alive", and no task runs any more (django-q2 issue 23).
So the cluster runs as a child in a process group of its own, a small task proves every few seconds that work gets
through, and silence ends the whole group. A job longer than the allowed silence has to beat in between
(`accounts.jobs.canary`).
"""

from __future__ import annotations

import contextlib
import ctypes
import logging
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import FrameType

from django.db import DatabaseError, close_old_connections
from django_q.tasks import async_task

from accounts import heartbeats

log = logging.getLogger(__name__)

TICK = 1.0
ASK_EVERY = 5.0
PATIENCE_ON_STOP = 10.0
_PR_SET_PDEATHSIG = 1


@dataclass
class Supervisor:
    """Runs one job cluster until it is told to stop, and beside it `companions`, each of which is started again
    whenever it ends. `silence` is in seconds.
    """

    silence: float = 20.0
    command: tuple[str, ...] = (sys.executable, "manage.py", "qcluster")
    companions: tuple[tuple[str, ...], ...] = ()
    stopping: bool = False
    restarts: int = 0
    child: subprocess.Popen[bytes] | None = field(default=None, repr=False)
    beside: dict[int, subprocess.Popen[bytes]] = field(default_factory=dict, repr=False)
    _started: float = 0.0
    _asked: float = 0.0

    def run(self) -> None:
        """Start, watch, restart; return after SIGTERM or SIGINT once the cluster has stopped."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        while not self.stopping:
            child = self._start()
            while not self.stopping and self._is_well(child):
                self._keep_companions()
                self._wait(child, TICK)
            self._end(child)
            if not self.stopping:
                self.restarts += 1
                log.warning("starting the job cluster again")
        for beside in self.beside.values():
            beside.terminate()
        for beside in self.beside.values():
            self._wait(beside, PATIENCE_ON_STOP)
            beside.kill()
            beside.wait()

    def _keep_companions(self) -> None:
        for place, command in enumerate(self.companions):
            if place not in self.beside or self.beside[place].poll() is not None:
                self.beside[place] = subprocess.Popen(command, preexec_fn=_die_with_parent)  # noqa: PLW1509

    def _start(self) -> subprocess.Popen[bytes]:
        # The supervisor has one thread, so running a function between fork and exec is safe.
        self.child = subprocess.Popen(
            self.command,
            start_new_session=True,
            preexec_fn=_die_with_parent,  # noqa: PLW1509
        )
        self._started, self._asked = time.monotonic(), 0.0
        return self.child

    def _is_well(self, child: subprocess.Popen[bytes]) -> bool:
        """Whether the cluster lives and has done a task lately. Asks for one when it is time."""
        if child.poll() is not None:
            log.warning("the job cluster ended with code %s", child.returncode)
            return False
        try:
            close_old_connections()
            quiet = self._quiet_for(child.pid)
            if quiet >= ASK_EVERY and time.monotonic() - self._asked >= TICK:
                async_task("accounts.jobs.canary", task_name="canary")
                self._asked = time.monotonic()
        except DatabaseError as error:
            # Without the database no cluster can work, and a restart would not help.
            log.warning("no database: %s", error)
            self._started = time.monotonic()
            return True
        if quiet > self.silence:
            log.error("no task got through for %d s", quiet)
            return False
        return True

    def _quiet_for(self, pid: int) -> float:
        """Seconds since the last task, or since the start while there was none."""
        since_start = time.monotonic() - self._started
        latest = heartbeats.last_beat_of(heartbeats.WORKER, pid)
        if latest is None:
            return max(since_start, ASK_EVERY)
        return min(since_start, (datetime.now(UTC) - latest).total_seconds())

    def _end(self, child: subprocess.Popen[bytes]) -> None:
        """Ask the cluster to stop, then make it: a wedged one does not hear SIGTERM."""
        if self.stopping and child.poll() is None:
            child.terminate()
            self._wait(child, PATIENCE_ON_STOP)
        with contextlib.suppress(ProcessLookupError):  # everybody has left
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()

    def _wait(self, child: subprocess.Popen[bytes], seconds: float) -> None:
        with contextlib.suppress(subprocess.TimeoutExpired):  # still running, as it should
            child.wait(timeout=seconds)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self.stopping = True


def _die_with_parent() -> None:
    """Linux: let the cluster be told to stop when the supervisor is killed, so that no second one remains."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
