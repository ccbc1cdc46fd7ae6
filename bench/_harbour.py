"""A hub on the whole sandbox, for what is counted rather than timed: every platform connected, posts of every kind.

The sandbox, and the web server that platforms fetch media from, are processes of their own, so whoever measures has a
single thread and may fork. What is live is asked of the sandbox; our own rows are never believed.
"""

from __future__ import annotations

import contextlib
import functools
import os
import subprocess
import sys
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from bench import _clock
from bench._clock import Clock
from bench._ground import ROOT, TEMPLATES, database, migrate
from socialhub.platforms import registry
from socialhub.platforms.sandbox.client import Control
from socialhub.platforms.values import Kind

LINK = "https://northwind.coffee/beans"
FILES = {
    Kind.IMAGE: ("photo",), Kind.STORY: ("photo",), Kind.GALLERY: ("photo", "other"), Kind.THREAD: ("photo",),
    Kind.VIDEO: ("film",), Kind.SHORT: ("film",), Kind.DOCUMENT: ("leaflet",),
}  # fmt: skip

A_DAY_S_POSTS, DAY = 40, 86_460.0
"""After so many posts to an account a day (in seconds) passes: the platforms count them too."""


@dataclass(frozen=True, order=True)
class Way:
    """One way for a post to go out: a platform, a login of it, a kind."""

    platform: str
    login: str
    kind: str

    def __str__(self) -> str:
        return f"{self.platform} {self.login} {self.kind}"

    @property
    def is_knowable(self) -> bool:
        """Whether the platform lets anybody find out what became of a post; the connector's folder says."""
        path = registry.folder_of(self.platform) / "tests" / "unknowable.txt"
        return not path.exists() or f"{self.login} {self.kind}" not in path.read_text().splitlines()


def all_ways() -> list[Way]:
    """Every kind by every login of every platform."""
    return [
        Way(connector.key, login.key, kind.value)
        for connector in registry.connectors().values()
        for login in connector.logins
        for kind in connector.kinds
    ]


@dataclass
class Copies:
    """What came live of one post: the most copies of any of its parts, parts that are missing, comments."""

    most: int
    missing: int
    comments: int

    @property
    def is_whole(self) -> bool:
        """Whether every part is live."""
        return self.most > 0 and not self.missing


@dataclass
class Harbour:
    """The hub. Use it only inside of :func:`harbour`."""

    control: Control
    environment: dict[str, str]
    clock: Clock
    children: list[subprocess.Popen[bytes]] = field(default_factory=list)
    _workspaces: dict[int, Any] = field(default_factory=dict)
    _accounts: dict[tuple[str, str], Any] = field(default_factory=dict)
    _files: dict[tuple[int, str], int] = field(default_factory=dict)
    _sent: Counter[str] = field(default_factory=Counter)

    def start(self, *words: str, greets: bool = False, **values: str) -> subprocess.Popen[bytes]:
        """`manage.py WORDS` by the shared clock; with ``greets`` returns when it has said its first line."""
        child = subprocess.Popen(
            [sys.executable, "-m", "bench._clock", *words], cwd=ROOT, env={**self.environment, **values},
            stdout=subprocess.PIPE if greets else subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        if child.stdout is not None:
            child.stdout.readline()
        self.children.append(child)
        return child

    def let_pass(self, seconds: float) -> None:
        """Let it be so much later for the hub and for the platforms."""
        self.clock.push(seconds)
        self.control.advance(seconds)

    def account(self, way: Way) -> Any:
        """The connected account of a login. Logins of one platform may meet the same identity, so each has a
        workspace of its own.
        """
        from tests import hub

        found = self._accounts.get((way.platform, way.login))
        if found is None:
            connector = registry.get(way.platform)
            login = connector.login(way.login)
            them = next(
                each for each in self.control.call("GET", "accounts") if each["platform"] == way.platform
            )
            host = ""
            if getattr(login, "check_host", None):
                host = them["handle"] if getattr(login, "find_server", None) else them["host"]
            space = self._workspace(connector.logins.index(login))
            found = hub.connect(
                self.control, space, way.platform, login=way.login, person=them["person"], host=host
            )
            self._accounts[way.platform, way.login] = found
        return found

    def reconnect(self, way: Way) -> None:
        """Let a person connect the account of a login again."""
        del self._accounts[way.platform, way.login]
        self.account(way)

    def renew(self, way: Way) -> None:
        """Renew tokens that are due: a refresh in the midst of a case would be another case.

        A publisher that died while it refreshed left a claim that runs out by itself, or, where refresh tokens are
        replaced, a session that has ended: then a person connects the account again.
        """
        from accounts import tokens
        from socialhub.platforms.errors import PlatformError

        for _ in range(3):
            try:
                tokens.authorised(self.account(way))
                return
            except PlatformError as error:
                if error.code == "refresh_under_way":
                    self.let_pass(tokens.CLAIM.total_seconds() + 1)
                elif error.requires_reauth:
                    self.reconnect(way)
                else:
                    raise

    def _workspace(self, number: int) -> Any:
        from accounts.membership import create_workspace
        from accounts.models import User

        if number not in self._workspaces:
            owner = User.objects.create_user(
                f"{uuid.uuid4().hex}@northwind.test", "a long enough word", name="M"
            )
            self._workspaces[number] = create_workspace(owner=owner, name=f"Harbour {number}", zone="UTC")
        return self._workspaces[number]

    def _file(self, workspace: Any, name: str) -> int:
        from django.core.files.uploadedfile import SimpleUploadedFile

        from publishing import library
        from socialhub.platforms.tests import samples

        if (workspace.pk, name) not in self._files:
            made: dict[str, Callable[[], bytes]] = {
                "photo": samples.picture, "other": functools.partial(samples.picture, "brown"),
                "film": samples.film, "leaflet": samples.leaflet,
            }  # fmt: skip
            upload = SimpleUploadedFile(name, made[name]())
            self._files[workspace.pk, name] = library.take_in(
                workspace=workspace, user=None, upload=upload
            ).pk
        return self._files[workspace.pk, name]

    def compose(self, way: Way) -> Any:
        """A draft by that way; no two have the same text. Its delivery."""
        self.renew(way)
        from publishing.composing import Composition, Placed, Target, save
        from socialhub.platforms.tests.samples import answers

        account, kind = self.account(way), Kind(way.kind)
        mark = uuid.uuid4().hex[:10]
        parts: tuple[str, ...] = (f"Roast {mark}",)
        if kind is Kind.STORY:
            parts = ("",)
        if kind is Kind.LINK:
            parts = (f"Roast {mark}: {LINK}",)
        if kind is Kind.THREAD:
            parts = tuple(f"{mark} {number}" for number in ("one", "two", "three"))
        media = tuple(Placed(self._file(account.workspace, name)) for name in FILES.get(kind, ()))
        options = answers(account.connector.options_for(account.value()), kind)
        target = Target(account.pk, kind=way.kind, options=options)
        comment = "" if kind is Kind.STORY else f"First! {mark}"
        composition = Composition(parts, (target,), media=media, first_comment=comment)
        return save(workspace=account.workspace, author=None, composition=composition).deliveries.get()

    def queue(self, way: Way) -> Any:
        """A post by that way that is due now, on a day of which no quota is used. Its delivery."""
        from accounts.models import Budget, Cooldown
        from publishing import scheduling

        # One account of a platform may be connected by several logins, under several ids.
        self._sent[way.platform] += 1
        if self._sent[way.platform] % A_DAY_S_POSTS == 0:
            self.let_pass(DAY)
        Budget.objects.all().delete()
        Cooldown.objects.all().delete()
        delivery = self.compose(way)
        scheduling.publish_now(delivery.post, again=True)
        delivery.refresh_from_db()
        assert delivery.kind == way.kind, f"{way} became {delivery.kind}"
        return delivery

    def live(self, platform: str) -> list[dict[str, Any]]:
        """Everything that people can see there."""
        return self.control.posts(platform=platform)

    def copies(self, delivery: Any, before: set[str]) -> Copies:
        """How often each part of a post is live, among the posts that were not there ``before``."""
        fresh = [post for post in self.live(delivery.account.platform) if post["id"] not in before]
        parts = delivery.post.parts
        seen = Counter(str(post["text"]) for post in fresh)
        comments = sum(len(post.get("comments", ())) for post in fresh)
        return Copies(max(seen.values(), default=0), max(len(parts) - len(seen), 0), comments)


@contextlib.contextmanager
def harbour(*, postgres: bool, **settings: str) -> Iterator[Harbour]:
    """A database of its own, the sandbox, a web server for media; ``settings`` hold for every process."""
    from tests.stack import free_port

    with tempfile.TemporaryDirectory() as folder, database(Path(folder), postgres=postgres) as url:
        if postgres:
            _relax(url)
        sandbox, web = free_port(), free_port()
        environment = {
            **os.environ, "DATABASE_URL": url, "SANDBOX_URL": f"http://127.0.0.1:{sandbox}",
            "PUBLIC_URL": f"http://127.0.0.1:{web}", "DJANGO_SETTINGS_MODULE": "socialhub.settings",
            "SECRET_KEY": "k7Vn2q9XwPz4tLr8mBc1sDf6gHj3yUe5", "SALT_KEY": "r4Tq8wZx1nBv5mKp2cLs9dGh7jFy3eUa",
            "MEDIA_ROOT": f"{folder}/media", "REDIS_URL": "", "PYTHONUNBUFFERED": "1", "LOG_LEVEL": "CRITICAL",
            _clock.FILE: _clock.make(folder), **settings,
        }  # fmt: skip
        os.environ.update(environment)
        made = Harbour(Control(environment["SANDBOX_URL"]), environment, Clock(environment[_clock.FILE]))
        try:
            if not os.environ.get(TEMPLATES):
                migrate(environment)
            made.children += [_sandbox(sandbox, environment), _web(web, environment)]
            import django

            django.setup()
            made.clock.install()
            _wait_for(f"http://127.0.0.1:{web}/account/login/")
            made.control.enforce_limits(False)
            yield made
        finally:
            from django.db import connections

            connections.close_all()
            _stop(made.children)


def _relax(url: str) -> None:
    """Let PostgreSQL answer before the disk does: processes die here, machines do not."""
    import psycopg

    with psycopg.connect(url, autocommit=True) as admin:
        name = url.rsplit("/", 1)[1]
        admin.execute(f'ALTER DATABASE "{name}" SET synchronous_commit = off')


def _sandbox(port: int, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    child = subprocess.Popen(
        [sys.executable, "manage.py", "sandbox", "--port", str(port)], cwd=ROOT, env=environment,
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    assert child.stdout is not None
    child.stdout.readline()
    return child


def _web(port: int, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    command = ["-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--worker-class", "gthread", "--threads", "4"]
    return subprocess.Popen(
        [sys.executable, *command, "--no-control-socket", "socialhub.wsgi"], cwd=ROOT, env=environment,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def _wait_for(address: str, within: float = 60.0) -> None:
    end = time.monotonic() + within
    while True:
        with contextlib.suppress(requests.RequestException):
            requests.get(address, timeout=2)
            return
        if time.monotonic() > end:
            raise TimeoutError(address)
        time.sleep(0.1)


def _stop(children: list[subprocess.Popen[bytes]]) -> None:
    living = [child for child in children if child.poll() is None]
    for child in living:
        child.terminate()
    for child in living:
        try:
            child.wait(timeout=15)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
