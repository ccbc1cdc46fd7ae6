"""Real processes of the product in tests: started on the test's own database, stopped by their pid."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from django.conf import settings
from django.db import connection

T = TypeVar("T")


def database_url() -> str:
    """Where a child process finds the rows of this test. The test needs `django_db(transaction=True)`."""
    config = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{config['NAME']}"
    password = f":{config['PASSWORD']}" if config["PASSWORD"] else ""
    return f"postgres://{config['USER']}{password}@{config['HOST']}:{config['PORT'] or 5432}/{config['NAME']}"


@contextmanager
def manage(*words: str, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """`manage.py WORDS` as a child, told to stop at the end. Settings can be given as TEST_<NAME>."""
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), *words]
    env = {**os.environ, "DATABASE_URL": database_url(), **environment}
    child = subprocess.Popen(command, env=env)
    try:
        yield child
    finally:
        child.terminate()
        try:
            child.wait(timeout=20)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def eventually(ask: Callable[[], T | None], *, within: float = 10.0) -> T:
    """The first true answer; fails after `within` seconds without one."""
    end = time.monotonic() + within
    while True:
        answer = ask()
        if answer:
            return answer
        assert time.monotonic() < end, f"not within {within} s"
        time.sleep(0.05)
