"""The least that is still crash-safe: a pool of threads, the same three calls, a raw commit before and after each.

No framework, no rules, no tokens, no record: what it reaches is the ceiling for anything that keeps the promise on
this machine. Prints the seconds from the start to the last answer.
"""

from __future__ import annotations

import argparse
import sqlite3
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import requests
from requests.adapters import HTTPAdapter

_local = threading.local()
_writes = threading.Lock()


def run(database: str, provider: str, posts: int, threads: int) -> float:
    """Seconds until all posts are out."""
    with _connect(database)() as setup:
        setup.execute("CREATE TABLE bare (id INTEGER PRIMARY KEY, state TEXT)")
        setup.execute("CREATE INDEX bare_state ON bare (state)")
        for number in range(posts):
            setup.execute(f"INSERT INTO bare VALUES ({number}, 'scheduled')")
        setup.commit()
    session = requests.Session()
    session.trust_env = False
    session.mount("http://", HTTPAdapter(pool_connections=threads, pool_maxsize=threads))
    connect, is_sqlite = _connect(database), database.startswith("sqlite")

    def write(number: int, state: str) -> None:
        if not hasattr(_local, "connection"):
            _local.connection = connect()
        statement = f"UPDATE bare SET state = '{state}' WHERE id = {number}"
        if is_sqlite:
            with _writes:
                _local.connection.execute(statement)
                _local.connection.commit()
        else:
            _local.connection.execute(statement)
            _local.connection.commit()

    def turn(number: int) -> None:
        token, host = {"Authorization": "Bearer token"}, f"{provider}/social.example/api/v1"
        write(number, "preparing")
        session.get(
            f"{provider}/social.example/api/v1/accounts/{number}/statuses?limit=1", headers=token, timeout=30
        ).json()
        write(number, "prepared")
        write(number, "in doubt")
        session.post(f"{host}/statuses", json={"status": f"Post {number}"}, headers=token, timeout=30).json()
        write(number, "posted")
        session.get(f"{host}/statuses/{number}", headers=token, timeout=30).json()
        write(number, "published")

    started = time.monotonic()
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(turn, range(posts)))
    return time.monotonic() - started


def _connect(database: str) -> Callable[[], Any]:
    if not database.startswith("sqlite"):
        return lambda: psycopg.connect(database)

    def connect() -> sqlite3.Connection:
        opened = sqlite3.connect(database.removeprefix("sqlite:///") + ".bare", timeout=20)
        opened.execute("PRAGMA journal_mode=WAL")
        opened.execute("PRAGMA synchronous=NORMAL")
        return opened

    return connect


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    for name in ("--database", "--provider"):
        parser.add_argument(name, required=True)
    for name in ("--posts", "--threads"):
        parser.add_argument(name, type=int, required=True)
    options = parser.parse_args()
    print(run(options.database, options.provider, options.posts, options.threads))
