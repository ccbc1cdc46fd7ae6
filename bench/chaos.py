"""Random `kill -9`: ``python -m bench.chaos [--seconds 120] [--rate 3] [--quick] [--seed 1] [--json]``.

PostgreSQL, Redis as the broker of the jobs, three real publishers, two real workers, the sandbox. Posts are due all
the time on several platforms while publishers, workers and idle processes of a job cluster are killed at random and
started again; one publisher is always left. In the end what is live is counted on the sandbox. ``lag``: from the due
time to the first turn that was kept. ``hit``: posts that a killed publisher held; they wait for the end of its lease
(PUBLISHER_LEASE, and the margin where it was sending). ``watchdog_max_s``: the longest that a cluster took to get a
task through after one of its idle processes was killed. Exit code 1 if anything is double, lost or stranded, or a
cluster took more than 30 s. ``--quick`` has shorter leases and no workers (``watchdog_cases`` is 0): waiting for a
cluster to come back takes as long as all the rest.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bench._figures import quantiles
from bench._ground import ROOT
from bench._harbour import Harbour, Way, harbour

REDIS = "redis://127.0.0.1:6379"
PUBLISHERS, WORKERS = 3, 2
WATCHDOG_S = 30.0
SLOW_S = 5.0
"""Posts that nobody held and that were later than this are named: behind one that was held in the same lane."""
MASTODON, BLUESKY = Way("mastodon", "server", "text"), Way("bluesky", "password", "text")
WAYS = (
    MASTODON, BLUESKY, Way("x", "oauth2", "text"), MASTODON, Way("bluesky", "password", "image"),
    Way("facebook", "page", "text"), MASTODON, BLUESKY, Way("linkedin", "organization", "text"),
    MASTODON, BLUESKY, Way("pinterest", "oauth2", "image"), MASTODON, BLUESKY,
    Way("threads", "threads", "text"), MASTODON, BLUESKY, Way("mastodon", "server", "image"),
)  # fmt: skip
"""In this order, again and again: the stricter a platform's quota of a day, the rarer."""


@dataclass
class Fleet:
    """The processes that are killed and started again."""

    place: Harbour
    chance: random.Random
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    back_at: dict[str, float] = field(default_factory=dict)
    kills: Counter[str] = field(default_factory=Counter)
    held: list[tuple[int, datetime, datetime]] = field(default_factory=list)
    killed_of: Counter[int] = field(default_factory=Counter)
    waiting: tuple[str, datetime] | None = None
    watchdog: list[float] = field(default_factory=list)
    is_quick: bool = False

    def start(self, name: str) -> None:
        """A real process of the product."""
        self.running[name] = subprocess.Popen(
            [sys.executable, "manage.py", name.split()[0]], cwd=ROOT, env=self.place.environment,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def kill(self, name: str) -> None:
        """SIGKILL; it comes back in a moment."""
        from django.utils import timezone

        from publishing.models import Delivery

        self.running[name].kill()
        self.running.pop(name).wait()
        now = timezone.now()
        if name.startswith("publisher"):
            leased = Delivery.objects.filter(lease_until__gt=now).values_list("pk", "lease_until")
            self.held += [(pk, now, until) for pk, until in leased if until is not None]
        self.kills[name.split()[0]] += 1
        self.back_at[name] = time.monotonic() + self.chance.uniform(0.3, 2.0)

    def may_lose(self, name: str) -> bool:
        """Whether a publisher that works is left without this one."""
        from accounts import heartbeats
        from accounts.models import Heartbeat

        others = [process.pid for key, process in self.running.items() if key != name]
        working = Heartbeat.objects.filter(component=heartbeats.PUBLISHER, pid__in=others)
        return name.startswith("worker") or working.exists()

    def wait_for_publishers(self) -> None:
        """Until all of them are at work: what is due before is no lag of theirs."""
        from accounts import heartbeats
        from accounts.models import Heartbeat

        pids = [process.pid for name, process in self.running.items() if name.startswith("publisher")]
        while Heartbeat.objects.filter(component=heartbeats.PUBLISHER, pid__in=pids).count() < len(pids):
            time.sleep(0.1)

    def bring_back(self, *, all_of_them: bool = False) -> None:
        """Start those whose time has come."""
        for name, moment in list(self.back_at.items()):
            if all_of_them or moment <= time.monotonic():
                del self.back_at[name]
                self.start(name)

    def kill_idle(self, name: str) -> None:
        """SIGKILL to an idle process of this worker's job cluster, as the OOM killer would choose it."""
        from django.utils import timezone

        if self.waiting is not None or name not in self.running:
            return
        found = [self.running[name].pid]
        for _ in range(2):
            found = [child for pid in found for child in children_of(pid)]
        for sentinel in found:
            # It starts its workers first. Those that replace the dead come last.
            processes = sorted(children_of(sentinel))
            if len(processes) > 2:
                os.kill(processes[0 if self.killed_of[sentinel] < 2 else -1], signal.SIGKILL)
                self.killed_of[sentinel] += 1
                self.kills["job_process"] += 1
                self.waiting = (name, timezone.now())

    def watch(self) -> None:
        """Note when work gets through again after :meth:`kill_idle`."""
        from accounts import heartbeats
        from accounts.models import Heartbeat

        if self.waiting is None:
            return
        name, since = self.waiting
        clusters = children_of(self.running[name].pid) if name in self.running else []
        beats = Heartbeat.objects.filter(component=heartbeats.WORKER, pid__in=clusters)
        beat = beats.filter(beaten_at__gt=since + timedelta(seconds=0.5)).order_by("beaten_at").first()
        if beat is not None:
            self.watchdog.append((beat.beaten_at - since).total_seconds())
            self.waiting = None

    def stop(self) -> None:
        """SIGTERM to all; in a quick run SIGKILL, for everything is counted by then."""
        for process in self.running.values():
            if self.is_quick:
                _kill_all(process.pid)
            process.terminate()
        for process in self.running.values():
            try:
                process.wait(timeout=25)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _kill_all(pid: int) -> None:
    """SIGKILL to a process and all below it, the eldest first, so that none starts another."""
    below = children_of(pid)
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    for child in below:
        _kill_all(child)


def children_of(pid: int) -> list[int]:
    """Pids of a process's children."""
    said = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False
    )
    return [int(word) for word in said.stdout.split()]


def rage(fleet: Fleet, until: float) -> None:
    """Kill and bring back, at random, until then (monotonic)."""
    names = [f"publisher {number}" for number in range(PUBLISHERS)]
    names += [] if fleet.is_quick else ["worker 1"]
    next_kill = time.monotonic() + 1
    next_idle = time.monotonic() + 5
    while time.monotonic() < until:
        fleet.bring_back()
        fleet.watch()
        if time.monotonic() >= next_kill:
            name = fleet.chance.choices(names, weights=([3] * PUBLISHERS + [1])[: len(names)])[0]
            if name in fleet.running and fleet.may_lose(name):
                fleet.kill(name)
            next_kill = time.monotonic() + fleet.chance.uniform(0.5, 3.0)
        if time.monotonic() >= next_idle and not fleet.is_quick:
            fleet.kill_idle("worker 0")
            next_idle = time.monotonic() + 5
        time.sleep(0.1)


def sow(place: Harbour, seconds: float, rate: float, lead: float) -> dict[int, datetime]:
    """Posts that are due evenly over the time, in ``lead`` seconds the first, ways in turn; due times by delivery."""
    from django.db import transaction

    from bench._ground import soon
    from publishing import scheduling

    count = int(seconds * rate)
    for way in WAYS:
        place.account(way)
    with transaction.atomic():
        rows = [place.compose(WAYS[number % len(WAYS)]) for number in range(count)]
        start = soon(lead)
        dues = {row.pk: start + timedelta(seconds=number / rate) for number, row in enumerate(rows)}
        for row in rows:
            scheduling.schedule(row.post, dues[row.pk])
    return dues


def wait_for_rest(fleet: Fleet, within: float) -> None:
    """Until every post rests and a wedged cluster is back, or the time is up."""
    from publishing.models import Delivery

    end = time.monotonic() + within
    while time.monotonic() < end:
        fleet.watch()
        if not Delivery.objects.exclude(next_at=None).exists() and fleet.waiting is None:
            return
        time.sleep(0.3)


def count(fleet: Fleet, dues: dict[int, datetime]) -> dict[str, Any]:
    """The platform's word against the rows."""
    from publishing.models import Delivery
    from publishing.states import State

    posts = [post for key in {way.platform for way in WAYS} for post in fleet.place.live(key)]
    seen = Counter(str(post["text"]) for post in posts)
    hit = set(_hit(fleet))
    found: Counter[str] = Counter()
    lags: dict[bool, list[float]] = {True: [], False: []}
    names: list[str] = []
    slow: list[str] = []
    for row in Delivery.objects.select_related("post", "account").filter(pk__in=list(dues)):
        copies = seen[row.post.parts[0]]
        found["double"] += copies > 1
        resting = row.next_at is None and row.state == State.PUBLISHED
        found["stranded"] += row.next_at is not None
        found["lost"] += row.next_at is None and (not resting or copies == 0)
        if copies != 1 or not resting:
            names.append(
                f"{row.account.platform} {row.kind}: {row.state}, {copies} live, {row.error_message}"
            )
        else:
            begun = row.log.exclude(event="queued").order_by("at").values_list("at", flat=True)[0]
            lag = (begun - dues[row.pk]).total_seconds()
            lags[row.pk in hit].append(lag)
            if row.pk not in hit and lag > SLOW_S:
                slow.append(f"{row.account.platform} {row.kind}{' (lane)' if row.lane else ''}: {lag:.1f} s")
    everything = sorted(lags[True] + lags[False])
    return {
        "posts": len(dues), **{key: found[key] for key in ("double", "lost", "stranded")}, "where": names,
        "slow_where": slow,
        **quantiles(everything, "lag"), "hit": len(lags[True]), **quantiles(sorted(lags[True]), "hit_lag"),
        **quantiles(sorted(lags[False]), "not_hit_lag"),
    }  # fmt: skip


def _hit(fleet: Fleet) -> Iterator[int]:
    """Deliveries that were held when a publisher was killed, and then silent until their lease ended."""
    from publishing.models import StepLog

    for pk, killed_at, until in fleet.held:
        line = StepLog.objects.filter(delivery=pk, at__gt=killed_at).order_by("at").first()
        if line is None or line.at >= until:
            yield pk


@contextmanager
def fleet_of(place: Harbour, seed: int, *, quick: bool) -> Iterator[Fleet]:
    """Everything started, and stopped in the end."""
    fleet = Fleet(place, random.Random(seed), is_quick=quick)
    for number in range(PUBLISHERS):
        fleet.start(f"publisher {number}")
    for number in range(0 if quick else WORKERS):
        fleet.start(f"worker {number}")
    try:
        yield fleet
    finally:
        fleet.stop()


def measure(*, seconds: float, rate: float, quick: bool, seed: int) -> dict[str, Any]:
    """One run."""
    settings = {"REDIS_URL": f"{REDIS}/{2 + os.getpid() % 14}", "PUBLISHER_THREADS": "16"}
    if quick:
        settings |= {"PUBLISHER_LEASE": "4", "PUBLISHER_DOUBT_MARGIN": "2"}
    started = time.monotonic()
    with harbour(postgres=True, **settings) as place, fleet_of(place, seed, quick=quick) as fleet:
        fleet.wait_for_publishers()
        dues = sow(place, seconds, rate, lead=3.0 if quick else 10.0)
        wait = (min(dues.values()) - datetime.now(tz=min(dues.values()).tzinfo)).total_seconds()
        time.sleep(max(wait - 1, 0))
        rage(fleet, time.monotonic() + seconds)
        fleet.bring_back(all_of_them=True)
        wait_for_rest(fleet, within=150)
        found = count(fleet, dues)
    return {
        "bench": "chaos", "quick": quick, "seed": seed, **found,
        "kills": sum(fleet.kills.values()), "killed": dict(fleet.kills),
        "watchdog_max_s": round(max(fleet.watchdog, default=0.0), 1), "watchdog_cases": len(fleet.watchdog),
        "watchdog_open": int(fleet.waiting is not None), "seconds": round(time.monotonic() - started, 1),
    }  # fmt: skip


def main() -> int:
    """The command line; prints one JSON line."""
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument(
        "--seconds", type=float, default=120.0, help="how long posts are due and processes die"
    )
    parser.add_argument("--rate", type=float, default=3.0, help="posts a second")
    parser.add_argument("--quick", action="store_true", help="killing for 8 s, with short leases")
    parser.add_argument("--seed", type=int, default=1, help="of the random choices")
    parser.add_argument("--json", action="store_true", help="the JSON line alone (it is all there is)")
    options = parser.parse_args()
    seconds = min(options.seconds, 8.0) if options.quick else options.seconds
    found = measure(seconds=seconds, rate=options.rate, quick=options.quick, seed=options.seed)
    print(json.dumps(found))
    grave = found["double"] + found["lost"] + found["stranded"] + found["watchdog_open"]
    return int(bool(grave) or found["watchdog_max_s"] > WATCHDOG_S)


if __name__ == "__main__":
    sys.exit(main())
