"""Where publishing is measured: a fresh database, a cheap provider, accounts and due posts, real publishers."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import requests

from bench._figures import last_line, worse

ROOT = Path(__file__).resolve().parent.parent
LEAD = 2.0
"""Seconds between the last post that is made and the first that is due."""
POSTGRES = "postgres://postgres@127.0.0.1:5432/postgres"
FIXED = {
    "DJANGO_SETTINGS_MODULE": "socialhub.settings", "SECRET_KEY": "k7Vn2q9XwPz4tLr8mBc1sDf6gHj3yUe5",
    "SALT_KEY": "r4Tq8wZx1nBv5mKp2cLs9dGh7jFy3eUa", "REDIS_URL": "", "PYTHONUNBUFFERED": "1",
    "LOG_LEVEL": "WARNING",
}  # fmt: skip
DATABASES = ("sqlite", "postgres")
TEMPLATES = "BENCH_TEMPLATES"
"""A folder with an empty database of each kind, so that several measurements need not make it anew."""


@dataclass
class Ground:
    """A measuring ground. Call :meth:`accounts` and :meth:`due_posts` only inside of it."""

    provider: str
    environment: dict[str, str]
    publishers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start_publisher(self, *words: str) -> subprocess.Popen[bytes]:
        """A real publisher; returns when it works."""
        child = subprocess.Popen(
            [sys.executable, "manage.py", "publisher", *words], cwd=ROOT, env=self.environment,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        assert child.stdout is not None
        child.stdout.readline()
        self.publishers.append(child)
        return child

    def accounts(self, count: int, *, host: str = "social.example", workspace: str = "Bench") -> list[Any]:
        """That many connected accounts of one workspace on one server."""
        from accounts.membership import create_workspace
        from accounts.models import ConnectedAccount, User
        from socialhub.platforms.values import Secret

        owner = User.objects.create_user(f"{uuid.uuid4().hex}@northwind.test", "a long enough word", name="B")
        space = create_workspace(owner=owner, name=workspace, zone="UTC")
        return [
            ConnectedAccount.objects.create(
                workspace=space, platform="mastodon", login="server", host=host, handle=f"bench{number}",
                external_id=f"{space.pk}-{number}", access_token=Secret(f"token-{uuid.uuid4()}"),
            )
            for number in range(count)
        ]  # fmt: skip

    def due_posts(self, accounts: Sequence[Any], gaps: Sequence[float]) -> dict[str, datetime]:
        """One scheduled text post a gap, the accounts in turn; due time by text.

        They are due that many seconds after ``LEAD`` from when all of them stand in the database: how long it takes
        to make them depends on the machine, and a post that is made after its time would count as late.
        """
        from django.db import transaction
        from django.db.models import F

        from publishing import scheduling
        from publishing.composing import Composition, Target, save
        from publishing.models import Delivery

        planned = soon(3600)
        texts: dict[str, datetime] = {}
        made: list[int] = []
        with transaction.atomic():
            for number, gap in enumerate(gaps):
                account = accounts[number % len(accounts)]
                text = f"Post {number} of {uuid.uuid4()}"
                post = save(
                    workspace=account.workspace, author=None,
                    composition=Composition((text,), (Target(account.pk),)),
                )  # fmt: skip
                texts[text] = planned + timedelta(seconds=gap)
                scheduling.schedule(post, texts[text])
                made.append(post.pk)
            earlier = planned - soon(LEAD)
            rows = Delivery.objects.filter(post__in=made)
            rows.update(due_at=F("due_at") - earlier, next_at=F("next_at") - earlier)
        return {text: due - earlier for text, due in texts.items()}

    def wait(self, texts: dict[str, datetime], *, within: float) -> int:
        """Wait until the posts are published; how many are not."""
        from publishing.models import Delivery
        from publishing.states import State

        end = time.monotonic() + within
        rows = Delivery.objects.filter(post__parts__0__in=list(texts)).exclude(state=State.PUBLISHED)
        while (left := rows.count()) and time.monotonic() < end:
            time.sleep(0.3)
        return left

    def seen(self) -> list[tuple[float, str, str]]:
        """Requests since the last call: (arrival, method, text of a post or id of an account)."""
        return [tuple(row) for row in requests.get(f"{self.provider}/_seen", timeout=30).json()]


@contextlib.contextmanager
def ground(*, postgres: bool, delay: float = 0.0, slow: float = 25.0, **settings: str) -> Iterator[Ground]:
    """A database of its own and a provider that answers after ``delay`` seconds; ``settings`` for publishers."""
    from tests.stack import free_port

    with tempfile.TemporaryDirectory() as folder, database(Path(folder), postgres=postgres) as url:
        port = free_port()
        environment = {
            **os.environ, **FIXED, "DATABASE_URL": url, "SANDBOX_URL": f"http://127.0.0.1:{port}",
            "MEDIA_ROOT": f"{folder}/media", **settings,
        }  # fmt: skip
        os.environ.update(environment)
        command = [sys.executable, "-m", "bench._provider", "--port", str(port)]
        provider = subprocess.Popen(
            [*command, "--delay", str(delay), "--slow", str(slow)], cwd=ROOT, stdout=subprocess.PIPE
        )
        assert provider.stdout is not None
        provider.stdout.readline()
        made = Ground(f"http://127.0.0.1:{port}", environment)
        try:
            if not os.environ.get(TEMPLATES):
                migrate(environment)
            import django

            django.setup()
            yield made
        finally:
            from django.db import connections

            connections.close_all()
            for child in [*made.publishers, provider]:
                child.kill()  # what is still under way is of no interest
            for child in [*made.publishers, provider]:
                child.wait(timeout=30)


def migrate(environment: Mapping[str, str]) -> None:
    """Make the tables."""
    subprocess.run([sys.executable, "manage.py", "migrate", "-v", "0"], cwd=ROOT, env=environment, check=True)


@contextlib.contextmanager
def templates() -> Iterator[None]:
    """Make the tables of both databases once, at the same time, for all measurements that are started inside."""
    if os.environ.get(TEMPLATES):
        yield
        return
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as made:
        urls = [made.enter_context(database(Path(folder), postgres=postgres)) for postgres in (False, True)]
        with ThreadPoolExecutor() as pool:
            list(pool.map(migrate, [{**os.environ, **FIXED, "DATABASE_URL": url} for url in urls]))
        (Path(folder) / "postgres").write_text(urls[1].rsplit("/", 1)[1])
        os.environ[TEMPLATES] = folder
        try:
            yield
        finally:
            del os.environ[TEMPLATES]


@contextlib.contextmanager
def database(folder: Path, *, postgres: bool) -> Iterator[str]:
    """The address of an empty database that is dropped in the end; with tables where :data:`TEMPLATES` has some."""
    import psycopg

    templates = os.environ.get(TEMPLATES, "")
    if not postgres:
        if templates:
            shutil.copy(Path(templates) / "db.sqlite3", folder / "db.sqlite3")
        yield f"sqlite:///{folder / 'db.sqlite3'}"
        return
    server = os.environ.get("POSTGRES_URL", POSTGRES)
    name = f"socialhub_bench_{os.getpid()}"
    made_of = f' TEMPLATE "{(Path(templates) / "postgres").read_text()}"' if templates else ""
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}"{made_of}')
        try:
            yield server.rsplit("/", 1)[0] + f"/{name}"
        finally:
            admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def lags(seen: Sequence[tuple[float, str, str]], texts: dict[str, datetime]) -> list[float]:
    """Seconds from due to the arrival of each post at the provider, sorted."""
    return sorted(
        at - texts[text].timestamp() for at, method, text in seen if method == "POST" and text in texts
    )


def soon(seconds: float) -> datetime:
    """An aware time that many seconds from now."""
    from django.utils import timezone

    return timezone.now() + timedelta(seconds=seconds)


def main(
    module: str,
    about: str,
    measure: Callable[..., dict[str, Any]],
    *,
    keys: Sequence[str],
    quick: Mapping[str, float],
    quick_on: Sequence[str] = DATABASES,
    **numbers: float,
) -> None:
    """The command line of a measurement: its numbers as options, and on which database.

    Each database is measured in a process of its own. Prints one JSON line: what each found, and the worse of both
    of those figures that ``keys`` names. ``quick`` are the numbers of a short run, ``quick_on`` the databases of it.
    """
    parser = argparse.ArgumentParser(description=about.splitlines()[0])
    for name, value in numbers.items():
        parser.add_argument(f"--{name}", type=type(value), default=None, help=f"usually {value}")
    parser.add_argument("--database", choices=(*DATABASES, "both"), default="")
    parser.add_argument("--quick", action="store_true", help=f"a small run on {' and '.join(quick_on)}")
    parser.add_argument("--json", action="store_true", help="the JSON line alone (it is all there is)")
    options = parser.parse_args()
    usual = {**numbers, **quick} if options.quick else numbers
    given = {
        name: value if (value := getattr(options, name)) is not None else usual[name] for name in numbers
    }
    if options.database in DATABASES:
        print(json.dumps(measure(postgres=options.database == "postgres", **given)))
        return
    parts: dict[str, Any] = {}
    with templates():
        for database in quick_on if options.quick and not options.database else DATABASES:
            command = [sys.executable, "-m", module, "--database", database]
            command += [f"--{name}={value}" for name, value in given.items()]
            done = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE)
            parts[database] = last_line(done.stdout.decode())
    found = {"bench": module.rpartition(".")[2], "quick": options.quick}
    print(json.dumps({**found, **worse(list(parts.values()), keys), **parts}))
