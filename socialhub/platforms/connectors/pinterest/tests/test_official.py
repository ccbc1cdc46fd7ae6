"""Pinterest's own client (pinterest-api-sdk) lists boards, makes pins and deletes one on the sandbox. It was
generated from the official OpenAPI description, so its types and required fields hold the sandbox's answers to that.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from socialhub.platforms.sandbox.server import SandboxServer
from socialhub.platforms.testing import connect
from socialhub.platforms.tests.samples import picture

from .desks import CONNECTOR, pins

LOCK = Path(__file__).parent / "official" / "requirements.txt"
DRIVE = Path(__file__).parent / "official" / "drive.py"


def interpreter() -> Path:
    """Python of the environment with the client; made on the first call and kept for all checkouts of the lock."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "socialhub"
    folder = cache / f"pinterest-{hashlib.sha256(LOCK.read_bytes()).hexdigest()[:12]}"
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "pinterest.lock").open("w") as gate:
        fcntl.flock(gate, fcntl.LOCK_EX)
        if not (folder / "ready").exists():
            shutil.rmtree(folder, ignore_errors=True)
            run(sys.executable, "-m", "venv", str(folder))
            pip = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes")
            run(str(folder / "bin" / "python"), *pip, "-r", str(LOCK))
            (folder / "ready").touch()
    return folder / "bin" / "python"


def run(*command: str, said: str = "", **environment: str) -> str:
    """What the command prints; it must succeed."""
    done = subprocess.run(
        command,
        input=said,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        env={**os.environ, **environment},
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def test_it_lists_boards_and_makes_reads_and_deletes_pins(tmp_path: Path) -> None:
    python, path = interpreter(), tmp_path / "cup.jpg"
    path.write_bytes(picture())
    with SandboxServer() as sandbox:
        desk = connect(CONNECTOR, CONNECTOR.logins[0], sandbox)
        assert desk.account.tokens is not None
        token = desk.account.tokens.access.reveal()
        base = f"{sandbox.url}/api.pinterest.com/v5"
        seen = json.loads(run(str(python), str(DRIVE), str(path), said=token, PINTEREST_API_URI=base))
        (pin,) = pins(desk)
    assert (seen["boards"], seen["sections"]) == (["Brewing", "The roastery"], ["Filter", "Espresso"])
    assert seen["figures"] == {
        "account": ["READY", "READY", "READY", "PROCESSING"],
        "one": ["BEFORE_PIN_CREATED", "BEFORE_PIN_CREATED", "BEFORE_PIN_CREATED", "PROCESSING"],
        "many": ["TOTAL_COMMENTS"],
    }
    link = "https://northwind.coffee/crema"
    assert seen["pin"] == [pin["id"], "Crema", "Fresh & slow", link, "A cup", True]
    assert (seen["listed"], pin["media"][0]["sha256"]) == ([pin["id"]], hashlib.sha256(picture()).hexdigest())
