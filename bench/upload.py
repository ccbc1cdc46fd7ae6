"""Memory and time of one large video: ``python -m bench.upload --platform youtube --mib 1024 [--json]``.

The video is a real short one padded with an empty box, so that nothing but its size is unusual. It goes through a
real publisher process to the sandbox on the same machine. The figure is the growth of the publisher's resident
memory over what it had after it sent a small video the same way.
"""

from __future__ import annotations

import argparse
import json
import os
import struct
import tempfile
import time
from pathlib import Path
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "socialhub.settings")

MIB = 1024 * 1024
PATIENCE = 1200.0


def measure(platform: str, mib: int) -> dict[str, object]:
    """Send a small video, then one of ``mib`` MiB; memory in MiB, times in seconds."""
    os.environ["MAX_UPLOAD_BYTES"] = str(4096 * MIB)
    from tests.stack import running

    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as stack:
        os.environ.update(stack.environment)
        import django

        django.setup()
        account = _account(stack.control, platform)
        publisher = stack.processes["publisher"].pid
        _send(account, _film(Path(folder), 1), publisher)
        before = _resident(publisher)
        started = time.monotonic()
        state, peak = _send(account, _film(Path(folder), mib), publisher)
        return {
            "bench": "upload",
            "platform": platform,
            "mib": mib,
            "state": state,
            "seconds": round(time.monotonic() - started, 1),
            "rss_before_mib": round(before, 1),
            "rss_growth_mib": round(max(peak - before, 0.0), 1),
        }


def _account(control: Any, platform: str) -> Any:
    from accounts.membership import create_workspace
    from accounts.models import User
    from tests.hub import connect

    control.enforce_limits(False)
    owner = User.objects.create_user("bench@northwind.test", "a long enough word", name="Bench")
    return connect(control, create_workspace(owner=owner, name="Bench", zone="UTC"), platform)


def _film(folder: Path, mib: int) -> Path:
    """A playable MP4 of that size: a short film, then a `free` box (ISO/IEC 14496-12 §8.1.2) full of nothing."""
    from tests.media import video

    path = folder / f"film-{mib}.mp4"
    film = video(path, seconds=4)
    padding = mib * MIB - len(film)
    with path.open("ab") as file:
        if padding > 16:
            file.write(struct.pack(">I4sQ", 1, b"free", padding))
            file.truncate(mib * MIB)
    return path


def _send(account: Any, film: Path, publisher: int) -> tuple[str, float]:
    """Publish the file; the state it ended in and the most memory the publisher held meanwhile, in MiB."""
    from django.core.files import File

    from publishing import scheduling
    from publishing.composing import Composition, Placed, Target, save
    from publishing.library import take_in
    from publishing.models import Delivery
    from socialhub.platforms.tests.samples import answers
    from socialhub.platforms.values import Kind

    with film.open("rb") as stored:
        upload: Any = File(stored, name=film.name)
        row = take_in(workspace=account.workspace, user=None, upload=upload)
    kinds = [kind for kind in (Kind.VIDEO, Kind.SHORT) if kind in account.connector.kinds]
    options = answers(account.connector.options_for(account.value()), kinds[0])
    target = Target(account.pk, options=options)
    composition = Composition((f"A film of {film.stat().st_size} bytes",), (target,), media=(Placed(row.pk),))
    post = save(workspace=account.workspace, author=None, composition=composition)
    scheduling.publish_now(post)
    peak, end = 0.0, time.monotonic() + PATIENCE
    while time.monotonic() < end:
        peak = max(peak, _resident(publisher))
        delivery = Delivery.objects.get(post=post)
        if delivery.next_at is None:
            return f"{delivery.state} {delivery.error_message}".strip(), peak
        time.sleep(0.05)
    return "not settled", peak


def _resident(pid: int) -> float:
    """Resident memory of a process in MiB (Linux)."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise LookupError(f"process {pid} tells nothing of its memory")


def main() -> None:
    """Parse, measure, print."""
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument(
        "--platform", default="youtube", help="the key of a connector that sends files in pieces"
    )
    parser.add_argument("--mib", type=int, default=256)
    parser.add_argument("--json", action="store_true", help="the JSON line alone")
    options = parser.parse_args()
    print(json.dumps(measure(options.platform, options.mib)))


if __name__ == "__main__":
    main()
