"""A wall clock that can be pushed forward, the same for every process of a measurement, so that nobody waits.

The offset lies in a small file that all of them map. It is added wherever the product reads a wall clock: Python's
``datetime.now`` and ``time.time``, and PostgreSQL's clocks. Monotonic clocks, and with them a running
claim's sense of its own age, stay as they are. ``python -m bench._clock publisher`` is `manage.py publisher` on it.
"""

from __future__ import annotations

import mmap
import os
import struct
import sys
import time
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any

FILE = "BENCH_CLOCK"
_wall = time.time


class Clock:
    """The offset in seconds, shared; ``skew`` is this process's alone."""

    def __init__(self, path: str) -> None:
        """Map the file, which holds one double."""
        with Path(path).open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), 8)
        self.skew = 0.0

    @property
    def offset(self) -> float:
        """How far ahead of the machine's clock the shared one is."""
        return float(struct.unpack("d", self._map[:])[0])

    def push(self, seconds: float) -> None:
        """Let it be so much later, for everybody."""
        self._map[:] = struct.pack("d", self.offset + seconds)

    def now(self) -> datetime:
        """Aware UTC."""
        return datetime.now(UTC) + timedelta(seconds=self.offset + self.skew)

    def install(self) -> None:
        """Let the product in this process live by it."""
        from django.db import connections
        from django.db.backends.signals import connection_created

        import publishing.publisher  # noqa: F401 (what is imported later would keep the machine's clock)

        time.time = lambda: _wall() + self.offset + self.skew
        shifted = _shifted(self)
        for name, module in list(sys.modules.items()):
            ours = name.startswith(("accounts", "publishing", "socialhub", "django.utils.timezone"))
            if ours and vars(module).get("datetime") is datetime:
                module.datetime = shifted  # type: ignore[attr-defined]
        connection_created.connect(self._watch, weak=False)
        for connection in connections.all(initialized_only=True):
            self._watch(connection=connection)

    def _watch(self, connection: Any, **kwargs: Any) -> None:
        if connection.vendor == "postgresql" and self._ahead not in connection.execute_wrappers:
            connection.execute_wrappers.append(self._ahead)

    def _ahead(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        for clock in ("clock_timestamp()", "statement_timestamp()"):
            sql = sql.replace(clock, f"({clock} + interval '{self.offset} seconds')")
        return execute(sql, params, many, context)


def _shifted(clock: Clock) -> type[datetime]:
    class Meta(type):
        def __instancecheck__(cls, thing: object) -> bool:
            return isinstance(thing, datetime)

    class Shifted(datetime, metaclass=Meta):
        """Makes plain datetimes; only its present is another."""

        def __new__(cls, *args: Any, **kwargs: Any) -> Any:
            return datetime(*args, **kwargs)  # noqa: DTZ001 (as asked for)

        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return datetime.now(tz) + timedelta(seconds=clock.offset + clock.skew)

    return Shifted


def make(folder: str) -> str:
    """A fresh clock file in a folder; its path."""
    path = Path(folder) / "clock"
    path.write_bytes(struct.pack("d", 0.0))
    return str(path)


if __name__ == "__main__":
    import django
    from django.core.management import execute_from_command_line

    django.setup()
    Clock(os.environ[FILE]).install()
    execute_from_command_line(["manage.py", *sys.argv[1:]])
