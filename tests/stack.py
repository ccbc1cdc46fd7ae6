"""The whole product as processes on free ports: web, publisher, worker, sandbox. As `make up` runs it, for tests."""

from __future__ import annotations

import contextlib
import functools
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import requests

from socialhub.platforms.sandbox.client import Control
from tests.processes import eventually

ROOT = Path(__file__).resolve().parent.parent


@dataclass
class Stack:
    """The running product. Everything it writes is below ``folder``; ``log_texts`` gives what it said."""

    url: str
    sandbox_url: str
    folder: Path
    database_url: str
    environment: dict[str, str]
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def control(self) -> Control:
        """The sandbox's control API."""
        return Control(self.sandbox_url)

    def manage(self, *arguments: str) -> str:
        """Run a management command to its end; its output."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments], cwd=ROOT, env=self.environment, check=False,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120,
        )  # fmt: skip
        said = done.stdout.decode()
        assert done.returncode == 0, said
        return said

    def start(self, name: str, *command: str) -> None:
        """Start a process whose output goes to a log of its own."""
        log = (self.folder / f"{name}.log").open("ab")
        self.processes[name] = subprocess.Popen(
            command, cwd=ROOT, env=self.environment, stdout=log, stderr=subprocess.STDOUT
        )
        log.close()

    def stop(self) -> None:
        """Stop everything, the last started first."""
        for process in reversed(self.processes.values()):
            process.terminate()
        for process in self.processes.values():
            try:
                process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
                process.wait(timeout=5)

    def log_texts(self) -> dict[str, str]:
        """What each process has said."""
        return {path.stem: path.read_text(errors="replace") for path in self.folder.glob("*.log")}


def free_port() -> int:
    """A port of the loopback interface that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def database(folder: Path) -> Iterator[str]:
    """A fresh database beside the one of the test run: SQLite, or PostgreSQL where the run is on it."""
    given = os.environ.get("DATABASE_URL", "")
    if not given.startswith("postgres"):
        yield f"sqlite:///{folder / 'db.sqlite3'}"
        return
    name = f"socialhub_stack_{os.getpid()}"
    with psycopg.connect(given, autocommit=True) as admin:
        admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        admin.execute(f'CREATE DATABASE "{name}"')
        try:
            yield given.rsplit("/", 1)[0] + f"/{name}"
        finally:
            admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@contextlib.contextmanager
def running(folder: Path, *, worker: bool = True, tables: Path | None = None) -> Iterator[Stack]:
    """Start everything in ``folder``, or all but the ``worker``; wait until it answers, and stop it in the end.

    ``tables`` is an SQLite file to begin with instead of making the tables anew, which takes some seconds.
    """
    web, sandbox = free_port(), free_port()
    url, sandbox_url = f"http://127.0.0.1:{web}", f"http://127.0.0.1:{sandbox}"
    with database(folder) as database_url:
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "socialhub.settings",
            "SECRET_KEY": "k7Vn2q9XwPz4tLr8mBc1sDf6gHj3yUe5",
            "SECRET_KEY_FALLBACKS": "",
            "SALT_KEY": "r4Tq8wZx1nBv5mKp2cLs9dGh7jFy3eUa",
            "DEBUG": "False",
            "PUBLIC_URL": url,
            "SANDBOX_URL": sandbox_url,
            "DATABASE_URL": database_url,
            "REDIS_URL": "",
            "MEDIA_ROOT": str(folder / "media"),
            "STATIC_ROOT": str(folder / "static"),
            "EMAIL_URL": "consolemail://",
            "LOG_LEVEL": "DEBUG",
            "PUBLISHER_LEASE": "5",
            "PUBLISHER_DOUBT_MARGIN": "1",
        }
        stack = Stack(url, sandbox_url, folder, database_url, environment)
        try:
            if tables:
                shutil.copy(tables, folder / "db.sqlite3")
            else:
                stack.manage("migrate", "--verbosity", "0")
            stack.manage("collectstatic", "--noinput", "--verbosity", "0")
            python = sys.executable
            stack.start("sandbox", python, "manage.py", "sandbox", "--port", str(sandbox))
            stack.start(
                "web", python, "-m", "gunicorn", "--bind", f"127.0.0.1:{web}", "--worker-class", "gthread",
                "--workers", "1", "--threads", "8", "--no-control-socket", "--access-logfile", "-",
                "socialhub.wsgi",
            )  # fmt: skip
            stack.start("publisher", python, "manage.py", "publisher", "--threads", "8")
            if worker:
                stack.start("worker", python, "manage.py", "worker")
            for address in (f"{sandbox_url}/_control/clock", f"{url}/account/login/"):
                eventually(functools.partial(_answers, address), within=40)
            yield stack
        finally:
            stack.stop()


def _answers(address: str) -> bool:
    try:
        return requests.get(address, timeout=2).ok
    except requests.RequestException:
        return False
