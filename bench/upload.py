"""Memory and resumption of large videos: ``python -m bench.upload [--platform all] [--mib 1024] [--quick] [--json]``.

The video is a real short one padded with an empty box, so that nothing but its size is unusual. It goes through a
real publisher process to the sandbox on the same machine, twice: once undisturbed, for the growth of the publisher's
resident memory over what it had after a small video; once with the publisher killed (SIGKILL) when half of the bytes
have arrived and another one started, for the bytes that are sent again. The size is what was asked for, or the most
that the platform's rules take (``limit_mib``). ``peak_rss_growth_mib`` is the most of all ways. ``--quick`` sends a
small video by one way.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench._ground import TEMPLATES

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "socialhub.settings")
os.environ["MAX_UPLOAD_BYTES"] = str(4096 * 1024 * 1024)

if TYPE_CHECKING:
    from socialhub.platforms.values import Kind
    from tests.stack import Stack

MIB = 1024 * 1024
PATIENCE = 1200.0
"""Seconds that one video may take."""
TICK = 0.02
MIBS, QUICK_MIBS = 256, 32
QUICK_WAY = ("x", "oauth2", "video")
"""Sent in pieces, and the platform is done with it in a few seconds."""


@dataclass
class Bench:
    """A running product with one connected account."""

    stack: Stack
    account: Any
    kind: Kind
    folder: Path

    @property
    def publisher(self) -> int:
        """The process that sends."""
        return self.stack.processes["publisher"].pid

    def start_another(self) -> None:
        """A new publisher in place of the one that was killed."""
        self.stack.processes["publisher"].wait()
        self.stack.start("publisher", sys.executable, "manage.py", "publisher", "--threads", "8")


def measure(platform: str, login: str, kind: str, asked: int) -> dict[str, object]:
    """Both runs with the largest video of at most ``asked`` MiB that the platform takes."""
    from tests.stack import running

    made = os.environ.get(TEMPLATES)
    tables = Path(made) / "db.sqlite3" if made else None
    with tempfile.TemporaryDirectory() as name, running(Path(name), worker=False, tables=tables) as stack:
        os.environ.update(stack.environment)
        import django

        django.setup()
        bench = _bench(stack, platform, login, kind, Path(name))
        video = bench.account.connector.rules_for(bench.account.value()).kinds[bench.kind].video
        limit = video.max_bytes / MIB
        size = min(asked * MIB, video.max_bytes)
        way: dict[str, object] = {"platform": platform, "login": login, "kind": kind}
        received = stack.control.received()
        state = _settle(bench, _publish(bench, _taken_in(bench, _film(Path(name), 2 * MIB))))
        if stack.control.received() - received < MIB:
            return {**way, "state": state, "mib": 0, "note": "nothing is sent: the platform fetches the file"}
        before, large = _resident(bench.publisher), _taken_in(bench, _film(Path(name), size))
        return {
            **way,
            "mib": round(size / MIB, 1),
            "limit_mib": round(limit, 1),
            "rss_before_mib": round(before, 1),
            **_undisturbed(bench, large, before),
            **_killed(bench, large, size),
        }


def _bench(stack: Stack, platform: str, login: str, kind: str, folder: Path) -> Bench:
    from accounts.membership import create_workspace
    from accounts.models import User
    from socialhub.platforms.values import Kind
    from tests.hub import connect

    stack.control.enforce_limits(False)
    owner = User.objects.create_user("bench@northwind.test", "a long enough word", name="Bench")
    workspace = create_workspace(owner=owner, name="Bench", zone="UTC")
    known = stack.control.call("GET", "accounts")
    host = next(account["host"] for account in known if account["platform"] == platform)
    account = connect(stack.control, workspace, platform, login=login, host=host)
    return Bench(stack, account, Kind(kind), folder)


def _film(folder: Path, size: int) -> Path:
    """A playable MP4 of that size: a short film, then a `free` box (ISO/IEC 14496-12 §8.1.2) full of nothing."""
    from tests.media import video

    path = folder / f"film-{size}.mp4"
    padding = size - len(video(path, seconds=4))
    with path.open("ab") as file:
        if padding > 16:
            file.write(struct.pack(">I4sQ", 1, b"free", padding))
            file.truncate(size)
    return path


def _taken_in(bench: Bench, film: Path) -> int:
    from django.core.files import File

    from publishing.library import take_in

    with film.open("rb") as stored:
        upload: Any = File(stored, name=film.name)
        row = take_in(workspace=bench.account.workspace, user=None, upload=upload)
    film.unlink()
    return row.pk


def _publish(bench: Bench, media: int) -> int:
    """Schedule it for now; the delivery."""
    from publishing import scheduling
    from publishing.composing import Composition, Placed, Target, save
    from publishing.models import Delivery
    from socialhub.platforms.tests.samples import answers

    options = answers(bench.account.connector.options_for(bench.account.value()), bench.kind)
    target = Target(bench.account.pk, kind=bench.kind.value, options=options)
    text = f"A film at {time.time()}"
    composition = Composition((text,), (target,), media=(Placed(media),))
    post = save(workspace=bench.account.workspace, author=None, composition=composition)
    scheduling.publish_now(post)
    return Delivery.objects.get(post=post).pk


def _settle(bench: Bench, delivery: int) -> str:
    """Wait until the delivery rests; the state that it rests in, with what is said of it."""
    from publishing.models import Delivery

    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        row = Delivery.objects.get(pk=delivery)
        if row.next_at is None:
            return f"{row.state} {row.error_message}".strip()
        time.sleep(TICK)
    return "not settled"


def _undisturbed(bench: Bench, media: int, before: float) -> dict[str, object]:
    started = time.monotonic()
    Path(f"/proc/{bench.publisher}/clear_refs").write_text("5")  # the peak begins anew, proc(5)
    state = _settle(bench, _publish(bench, media))
    peak = _resident(bench.publisher, "VmHWM")
    return {
        "state": state,
        "seconds": round(time.monotonic() - started, 1),
        "rss_growth_mib": round(peak - before, 1),
    }


def _killed(bench: Bench, media: int, size: int) -> dict[str, object]:
    """Kill the publisher when half has arrived; how much arrived twice, and where its successor went on."""
    control, begun = bench.stack.control, bench.stack.control.received()
    delivery, end = _publish(bench, media), time.monotonic() + PATIENCE
    while control.received() - begun < size / 2 and time.monotonic() < end:
        time.sleep(TICK)
    os.kill(bench.publisher, signal.SIGKILL)
    bench.stack.processes["publisher"].wait()
    arrived = _stable(control.received) - begun
    started = time.monotonic()
    bench.start_another()
    state = _settle(bench, delivery)
    resent = max(0, control.received() - begun - size)
    return {
        "resume_state": state,
        "resume_seconds": round(time.monotonic() - started, 1),
        "killed_at_mib": round(arrived / MIB, 2),
        "resumed_at_mib": round(max(0, arrived - resent) / MIB, 2),
        "resent_mib": round(resent / MIB, 2),
        "copies": _copies(bench, delivery),
    }


def _stable(read: Callable[[], int]) -> int:
    """A number once it no longer grows: bytes of a dead process are still in the socket."""
    last = -1
    while (now := read()) != last:
        last = now
        time.sleep(0.5)
    return last


def _copies(bench: Bench, delivery: int) -> int:
    """How many live posts bear the text of the delivery."""
    from publishing.models import Delivery

    text = Delivery.objects.get(pk=delivery).post.parts[0]
    return sum(post["text"] == text for post in bench.stack.control.posts(platform=bench.account.platform))


def _resident(pid: int, measure: str = "VmRSS") -> float:
    """Resident memory of a process in MiB, now or at its peak (`VmHWM`); Linux."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(f"{measure}:"):
            return int(line.split()[1]) / 1024
    raise LookupError(f"process {pid} tells nothing of its memory")


def _ways(platform: str) -> list[tuple[str, str, str]]:
    """Each way into each platform with each kind of post that is a video."""
    from socialhub.platforms import registry
    from socialhub.platforms.values import Kind

    found: list[tuple[str, str, str]] = []
    for connector in registry.connectors().values():
        if connector.publishing is None or platform not in ("all", connector.key):
            continue
        kinds = [kind for kind in (Kind.VIDEO, Kind.SHORT) if kind in connector.kinds]
        found += [(connector.key, login.key, kind.value) for login in connector.logins for kind in kinds]
    return found


def main() -> None:
    """Parse, measure each way in a process of its own, print."""
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--platform", default="all", help="the key of a connector, or all")
    parser.add_argument("--login", default="", help=argparse.SUPPRESS)
    parser.add_argument("--kind", default="", help=argparse.SUPPRESS)
    parser.add_argument("--mib", type=int, default=None, help=f"usually {MIBS}, in a quick run {QUICK_MIBS}")
    parser.add_argument("--quick", action="store_true", help="one way, under 40 s")
    parser.add_argument("--json", action="store_true", help="the JSON line alone")
    options = parser.parse_args()
    mib = options.mib or (QUICK_MIBS if options.quick else MIBS)
    if options.kind:
        print(json.dumps(measure(options.platform, options.login, options.kind, mib)))
        return
    ways = _ways(options.platform)
    ways = [way for way in ways if way == QUICK_WAY][:1] or ways[:1] if options.quick else ways
    results = [_apart(*way, mib=mib) for way in ways]
    print(json.dumps(report(results, quick=options.quick)))


def report(results: Sequence[dict[str, object]], *, quick: bool) -> dict[str, object]:
    """What is printed: the most that memory grew by any way, or nothing where one was not measured to its end."""
    sent = [result for result in results if "note" not in result]
    grown = [result.get("rss_growth_mib") for result in sent]
    known = [each for each in grown if isinstance(each, float)]
    return {
        "bench": "upload",
        "quick": quick,
        "peak_rss_growth_mib": max(known) if known and len(known) == len(grown) else None,
        "rate_limits": "not enforced",
        "results": list(results),
    }


def _apart(platform: str, login: str, kind: str, *, mib: int) -> dict[str, object]:
    """One measurement in a process of its own: settings are read once a process."""
    way = {"platform": platform, "login": login, "kind": kind}
    words = [word for name, value in {**way, "mib": str(mib)}.items() for word in (f"--{name}", value)]
    done = subprocess.run([sys.executable, "-m", "bench.upload", *words], stdout=subprocess.PIPE, check=False)
    lines = done.stdout.decode().strip().splitlines()
    if done.returncode or not lines:
        return {**way, "state": f"the measurement ended with {done.returncode}"}
    result: dict[str, object] = json.loads(lines[-1])
    print(json.dumps(result), file=sys.stderr, flush=True)
    return result


if __name__ == "__main__":
    main()
