"""One post, whatever crashes: ``python -m bench.crash [--quick] [--database both] [--json]``.

Every flow of every platform by every login is walked once to learn its requests. Then, for each request, a publisher
dies by SIGKILL before it sends, after it has sent, after the effect, and with the answer in hand; further troubles
befall the requests of the public step. After each case the engine goes on, over the waits, until the post rests, and
what is live is counted on the sandbox. ``real_kills`` are `kill -9` of real `manage.py publisher` processes, alone
and two at once. Exit code 1 if anything is double, lost or stranded, or unconfirmed where the platform does tell.
``--only`` names a way, as in "mastodon server thread". ``window``: see docs/reliability.md.
"""

from __future__ import annotations

import argparse
import functools
import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from bench import _signals, _window
from bench._ground import ROOT
from bench._harbour import Harbour, Way, all_ways, harbour
from bench._ordeals import CRASHES, IN_THE_WINDOW, TROUBLES, Child, Ordeal, settle

QUICK_STEP, QUICK_WAYS = 8, 8
KILLS, PAIRS = 40, 24
"""Real processes killed: alone, and while two work at once. On each database."""
GRAVE = ("double", "lost", "stranded", "unconfirmed_unexpected", "broken_parts")
COUNTED = (
    "cases", "real_kills", _signals.STOPPED, _signals.LOCKED_ALL, "double", "lost", "stranded", "unconfirmed",
    "failed_but_live",
)  # fmt: skip
STARTED = time.monotonic()
Result = TypeVar("Result")
Requests = list[tuple[str, bool]]
"""The step of each request of a way, and whether it is public."""


def tell(words: str) -> None:
    """Say how far it is, while it runs; the result alone goes to the standard output."""
    print(f"[{time.monotonic() - STARTED:6.0f} s, {os.getpid()}] {words}", file=sys.stderr, flush=True)


@dataclass
class Tally:
    """What became of the cases."""

    counts: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    where: dict[str, list[str]] = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict)

    def add(self, key: str, name: str, delivery: Any = None) -> None:
        """Count one, by name; what is grave is told at once, with what the flight recorder has of it."""
        self.counts[key] += 1
        self.where.setdefault(key, []).append(name)
        if key in GRAVE:
            tell(f"{key.upper()} {name}")
        if key in GRAVE and delivery is not None:
            for line in delivery.log.order_by("pk"):
                asked = [f"{each['method']} {each['url']} {each['status']}" for each in line.exchanges]
                tell(f"    {line.at:%H:%M:%S.%f} {line.event} {line.step} {line.note} {asked}")

    def as_json(self) -> dict[str, Any]:
        """What is printed."""
        named = {f"{key}_where": sorted(names) for key, names in self.where.items()}
        counts = {key: self.counts[key] for key in (*COUNTED, "unconfirmed_unexpected")}
        return {**counts, "unconfirmed_where": [], **named, "kinds": dict(self.kinds), **self.extra}


@dataclass
class Case:
    """One post and what shall befall it."""

    place: Harbour
    way: Way
    kind: str
    where: str = ""

    def __post_init__(self) -> None:
        """Remember what is live already."""
        self.before = {post["id"] for post in self.place.live(self.way.platform)}

    def judge(self, delivery: Any, tally: Tally) -> None:
        """Count what became of it; the platform's word against the row's."""
        from publishing.states import State
        from tests.hub import SETTLED

        name = f"{self.way}, {self.kind} {self.where}".strip()
        tally.counts["cases"] += 1
        tally.kinds[self.kind] += 1
        delivery.refresh_from_db()
        copies = self.place.copies(delivery, self.before)
        if copies.most > 1 or copies.comments > 1:
            tally.add("double", f"{name}: {copies}", delivery)
        if delivery.next_at is not None or delivery.state not in SETTLED:
            tally.add("stranded", f"{name}: {delivery.state} at {delivery.step}", delivery)
        elif delivery.state == State.UNCONFIRMED:
            tally.add("unconfirmed", name)
            if self.way.is_knowable:
                tally.add("unconfirmed_unexpected", f"{name}: {delivery.error_message}", delivery)
        elif delivery.state == State.PUBLISHED:
            if not copies.is_whole:
                tally.add("lost", f"{name}: published, but {copies}", delivery)
        else:
            tally.add("lost", f"{name}: {delivery.state}, {copies}, {delivery.error_message!r}", delivery)

    def try_again(self, delivery: Any, tally: Tally) -> None:
        """What a person does with a post that the platform refused: it may be live all the same."""
        from publishing import scheduling
        from publishing.states import State

        delivery.refresh_from_db()
        if delivery.state in {State.FAILED, State.HELD} and delivery.error_message:
            if self.place.copies(delivery, self.before).is_whole:
                tally.add("failed_but_live", f"{self.way}, {self.kind} {self.where}")
            scheduling.retry(delivery, again=True)
            settle(self.place, delivery)


def requests_of(place: Harbour, way: Way, tally: Tally) -> Requests:
    """Walk the way once undisturbed."""
    case = Case(place, way, "nothing_happens")
    delivery = place.queue(way)
    settle(place, delivery)
    case.judge(delivery, tally)
    flow = place.account(way).connector.publishing.flow(way.kind)
    lines = delivery.log.order_by("pk")
    return [(line.step, flow.step(line.step).is_public) for line in lines for _ in line.exchanges]


def walk(place: Harbour, ways: Sequence[Way], tally: Tally, *, quick: bool) -> None:
    """All cases of these ways, or a spread of them."""
    done: set[tuple[str, str, str]] = set()
    number = 0
    for way in ways:
        tell(f"{way}; {tally.counts['cases']} cases so far")
        requests = patiently(functools.partial(requests_of, place, way, tally))
        for ordeal, at in cases_of(requests, is_walked=is_walked_by_another_login(way)):
            key = (way.platform, way.login, ordeal.name)
            number += 1
            if (ordeal.once_a_login and key in done) or (quick and number % QUICK_STEP):
                continue
            done.add(key)
            where = f"at {at} ({requests[at - 1][0]})"
            patiently(functools.partial(undergo, place, way, ordeal, at, where, tally))


def patiently(begin: Callable[[], Result]) -> Result:
    """Begin a case again when there is no room at the database server, which others may use too."""
    from django.db import OperationalError, connections

    for _ in range(5):
        try:
            return begin()
        except OperationalError as error:
            tell(f"the database: {error}")
            connections.close_all()
            time.sleep(3)
    return begin()


def is_walked_by_another_login(way: Way) -> bool:
    """Whether an earlier login has the same flow, so that only the public requests are left to be tried by this."""
    return any((other.platform, other.kind) == (way.platform, way.kind) for other in _before(way))


def _before(way: Way) -> list[Way]:
    ways = all_ways()
    return ways[: ways.index(way)]


def cases_of(requests: Requests, *, is_walked: bool = False) -> Iterator[tuple[Ordeal, int]]:
    """Each ordeal with the number, from 1, of each request that it is for."""
    for ordeal in (*CRASHES, *TROUBLES):
        for at, (_, is_public) in enumerate(requests, 1):
            if is_public or (ordeal.everywhere and not is_walked):
                yield ordeal, at


def undergo(place: Harbour, way: Way, ordeal: Ordeal, at: int, where: str, tally: Tally) -> None:
    """One case in a forked publisher."""
    case = Case(place, way, ordeal.name, where)
    delivery = place.queue(way)
    Child(place, delivery, ordeal, at).run()
    settle(place, delivery)
    if ordeal.retries:
        case.try_again(delivery, tally)
    case.judge(delivery, tally)


def spread(part: int) -> list[Way]:
    """One way of each login, another kind for each: what real processes are tried on."""
    first: dict[tuple[str, str], list[Way]] = {}
    for way in all_ways():
        first.setdefault((way.platform, way.login), []).append(way)
    return [ways[(number + part) % len(ways)] for number, ways in enumerate(first.values())]


@contextmanager
def noted(tally: Tally) -> Iterator[None]:
    """What hangs or cannot even begin is stranded; the others are tried all the same."""
    from publishing.scheduling import NotAllowed
    from socialhub.platforms.errors import PlatformError

    try:
        yield
    except (_signals.Hung, NotAllowed, PlatformError) as problem:
        tally.add("stranded", f"{type(problem).__name__}: {problem}")


def kill_real(place: Harbour, ways: Sequence[Way], tally: Tally, *, kills: int) -> None:
    """`kill -9` of a real publisher that works alone."""
    lengths = {way: len(requests_of(place, way, tally)) for way in ways[:kills]}
    for number in range(kills):
        way, when = ways[number % len(ways)], ("after_effect", "before_effect")[number // len(ways) % 2]
        if not lengths[way]:
            tally.add("lost", f"{way}: it sent nothing at all")
            continue
        nth = lengths[way] - number % lengths[way]
        with noted(tally):
            tell(f"real kill {number}: {way}, {when} of {nth}")
            case = Case(place, way, "real_kill", f"{when} of {nth}")
            delivery, was_killed = _signals.kill_one(place, way, nth, when)
            case.judge(delivery, tally)
            tally.counts["real_kills"] += was_killed


def kill_one_of_two(place: Harbour, ways: Sequence[Way], tally: Tally, *, kills: int) -> None:
    """`kill -9` of one of two real publishers, with posts to several platforms under way."""
    two = [_signals.publisher(place, lease=_signals.LEASE) for _ in range(2)]
    for number in range(kills):
        group = list({way.platform: way for way in ways[number % 3 :: 3]}.values())
        when = ("after_effect", "before_effect")[number % 2]
        with noted(tally):
            tell(f"real kill of two {number}")
            cases = [Case(place, way, "real_kill_of_two", f"{when}, number {number}") for way in group]
            deliveries, was_killed = _signals.kill_one_of_two(place, two, group, 2 + number % 11, when)
            for case, delivery in zip(cases, deliveries, strict=True):
                case.judge(delivery, tally)
            tally.counts["real_kills"] += was_killed
    for process in two:
        _signals.end(process)


def suspend_real(place: Harbour, ways: Sequence[Way], tally: Tally) -> None:
    """SIGSTOP of a real publisher for longer than its lease, then SIGCONT."""
    sleeper = _signals.publisher(place, lease=_signals.SHORT_LEASE)
    for number, way in enumerate(ways):
        when = ("before_effect", "after_effect")[number % 2]
        with noted(tally):
            tell(f"suspended: {way}")
            case = Case(place, way, "suspended_past_its_lease", when)
            delivery, what = _signals.suspend(place, sleeper, way, 2 + number % 3, when)
            case.judge(delivery, tally)
            tally.counts[what] += 1
    _signals.end(sleeper)


def tell_to_stop(place: Harbour, ways: Sequence[Way], tally: Tally) -> None:
    """SIGTERM to a real publisher while the public request is under way."""
    for way in ways:
        with noted(tally):
            tell(f"told to stop: {way}")
            case = Case(place, way, "told_to_stop")
            delivery, code, left = _signals.drain(place, way)
            if code:
                tally.add("stranded", f"{way}, told to stop: it ended with {code} and left {left}")
            case.judge(delivery, tally)


def fall_asleep_in_the_window(place: Harbour, ways: Sequence[Way], tally: Tally) -> None:
    """What remains possible: suspended between the last look at the lease and the bytes. Counted apart."""
    found = Tally()
    for way in ways:
        requests = requests_of(place, way, tally)
        last = max((number for number, (_, is_public) in enumerate(requests, 1) if is_public), default=1)
        undergo(place, way, IN_THE_WINDOW, last, f"at {last}", found)
    doubles = sorted(name.partition(",")[0] for name in found.where.get("double", []))
    tally.extra["asleep_in_the_window"] = {
        "cases": found.counts["cases"], "double": len(doubles), "double_where": doubles,
    }  # fmt: skip


def measure_part(*, postgres: bool, quick: bool, part: int, parts: int, only: str) -> dict[str, Any]:
    """One share of the cases, in this process."""
    tally = Tally()
    with harbour(postgres=postgres) as place:
        ways = [way for way in all_ways() if only in str(way)]
        if not only:
            kills, pairs, most = KILLS // parts, PAIRS // parts, 8
            if quick:  # starting processes is most of it, so that each share does half
                kills, pairs, most = int(part == 0), int(part == parts - 1), 1
            few = spread(part)
            knowable = [way for way in few if way.is_knowable][:most]
            kill_real(place, few, tally, kills=kills)
            if pairs:
                kill_one_of_two(place, knowable, tally, kills=pairs)
            if not quick or part == 0:
                suspend_real(place, knowable, tally)
            if not quick:
                tell_to_stop(place, knowable[:4], tally)
                fall_asleep_in_the_window(place, few, tally)
            if part == 0:
                tally.extra["window"] = _window.measure(requests=100 if quick else 2000)
        tell(f"now every request; {tally.as_json()}")
        walk(place, ways[part :: parts * (QUICK_WAYS if quick else 1)], tally, quick=quick)
    return tally.as_json()


def measure(*, postgres: bool, quick: bool, parts: int, only: str) -> dict[str, Any]:
    """All shares at once, each in a process with a database of its own; then what they found together."""
    started = time.monotonic()
    command = [sys.executable, "-m", "bench.crash", "--database", "postgres" if postgres else "sqlite"]
    command += ["--only", only, "--parts", str(parts), *(["--quick"] if quick else [])]
    children = [
        subprocess.Popen([*command, "--part", str(part)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
        for part in range(parts)
    ]
    said = [child.communicate()[0] for child in children]
    found: dict[str, Any] = {"broken_parts": sum(bool(child.returncode) for child in children)}
    for text in filter(None, said):
        add_up(found, json.loads(text.splitlines()[-1]))
    return found | {"seconds": round(time.monotonic() - started, 1)}


def add_up(found: dict[str, Any], more: dict[str, Any]) -> None:
    """Add counts, join lists."""
    for key, value in more.items():
        if isinstance(value, dict):
            add_up(found.setdefault(key, {}), value)
        else:
            found[key] = found[key] + value if key in found else value


def main() -> int:
    """The command line; prints one JSON line."""
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument(
        "--quick", action="store_true", help="a small spread, on SQLite unless a database is named"
    )
    parser.add_argument("--database", choices=("sqlite", "postgres", "both"), default="")
    parser.add_argument("--only", default="", help="ways whose name has this in it: 'mastodon server thread'")
    parser.add_argument("--parts", type=int, default=2, help="processes that share the cases (cores)")
    parser.add_argument("--part", type=int, default=None, help=argparse.SUPPRESS)
    parser.add_argument("--json", action="store_true", help="the JSON line alone (it is all there is)")
    options = parser.parse_args()
    chosen: dict[str, Any] = {"quick": options.quick, "parts": options.parts, "only": options.only}
    if options.part is not None:
        print(json.dumps(measure_part(postgres=options.database == "postgres", part=options.part, **chosen)))
        return 0
    usual = "sqlite" if options.quick else "both"
    database = options.database or usual
    databases = ("sqlite", "postgres") if database == "both" else (database,)
    found: dict[str, Any] = {"bench": "crash"}
    for database in databases:
        found[database] = measure(postgres=database == "postgres", **chosen)
    for key in COUNTED:
        found[key] = sum(found[database].get(key, 0) for database in databases)
    print(json.dumps(found))
    return int(any(found[database].get(key) for database in databases for key in GRAVE))


if __name__ == "__main__":
    sys.exit(main())
