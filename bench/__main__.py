"""Every measurement in small: ``python -m bench [--json]``, which is ``make bench``.

Those that measure time run alone, one after the other; those that count run at the same time after them. Writes
``bench/results.json``: what each found, by its name, with the date, the commit and what the machine was doing. One
that breaks, or is not done in time, is named with the reason and the others go on; the exit code is then 1.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench._figures import last_line
from bench._ground import ROOT, templates

TIMED = ("throughput", "lag", "neighbour", "claim", "pages", "snapshots")
LONGEST = 90.0
"""Seconds that one may take."""
RESULTS = Path(__file__).parent / "results.json"


def names() -> list[str]:
    """The measurements, found by walking."""
    return sorted(path.stem for path in Path(__file__).parent.glob("[a-z]*.py"))


def run(name: str) -> dict[str, Any]:
    """One measurement in small: what it printed last, how long it took, what went wrong if something did."""
    started = time.monotonic()
    child = subprocess.Popen(
        [sys.executable, "-m", f"bench.{name}", "--quick", "--json"], cwd=ROOT, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    try:
        said, complained = child.communicate(timeout=LONGEST)
    except subprocess.TimeoutExpired:
        _end(child)
        return {"error": f"not done in {LONGEST:.0f} s", "took_s": round(time.monotonic() - started, 1)}
    return outcome(said, complained, child.returncode) | {"took_s": round(time.monotonic() - started, 1)}


def _end(child: subprocess.Popen[str]) -> None:
    """Let it and all that it started clear up behind themselves, then make sure that nothing of it is left."""
    for sent in (signal.SIGINT, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError, subprocess.TimeoutExpired):
            os.killpg(child.pid, sent)
            child.communicate(timeout=15)


def outcome(said: str, complained: str, code: int) -> dict[str, Any]:
    """What to keep of what a measurement said, whether it ended well or not."""
    try:
        found: dict[str, Any] = {"found": last_line(said)}
    except ValueError:
        return {
            "error": "\n".join(complained.strip().splitlines()[-3:]) or f"ended with {code}, saying nothing"
        }
    return found | ({"error": f"ended with {code}"} if code else {})


def commit() -> str:
    """The commit that is measured, and whether there is more than that."""
    words = ["git", "describe", "--always", "--dirty", "--abbrev=12"]
    return subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()


def main() -> int:
    """Measure, write, print."""
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="it always is: for more, run one by its name")
    parser.add_argument("--json", action="store_true", help="one line with everything instead of a line each")
    options = parser.parse_args()
    started, load = time.monotonic(), [round(each, 1) for each in os.getloadavg()]
    benches: dict[str, Any] = {}
    with templates():
        for name in TIMED:
            benches[name] = run(name)
        counted = [name for name in names() if name not in TIMED]
        with ThreadPoolExecutor(len(counted)) as pool:
            benches |= zip(counted, pool.map(run, counted), strict=True)
    results = {
        "date": datetime.now(UTC).isoformat(timespec="seconds"), "commit": commit(), "cores": os.cpu_count(),
        "load_before": load, "load_after": [round(each, 1) for each in os.getloadavg()],
        "seconds": round(time.monotonic() - started, 1), "benches": benches,
    }  # fmt: skip
    RESULTS.write_text(json.dumps(results, indent=1) + "\n")
    if not options.json:
        for name, found in benches.items():
            print(json.dumps({name: found}))
    print(json.dumps(results if options.json else {key: results[key] for key in ("commit", "seconds")}))
    return int(any("error" in found for found in benches.values()))


if __name__ == "__main__":
    sys.exit(main())
