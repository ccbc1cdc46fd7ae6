"""The one store of the simulated world: tables of records, files, everything ever issued. It can be saved
and loaded whole.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import tempfile
import threading
from collections import deque
from collections.abc import Callable, Iterator
from hashlib import file_digest
from pathlib import Path
from typing import Any, BinaryIO, Generic, TypeVar

from .clock import Clock
from .faults import Faults
from .records import Account, App, Code, Media, Person, Post, Token
from .telling import Teller

Record = TypeVar("Record")


class Table(Generic[Record]):
    """Records of one kind by their key, in the order they were added."""

    def __init__(self, record: type[Record], key: str) -> None:
        self._record = record
        self._key = key
        self._rows: dict[str, Record] = {}

    def add(self, row: Record) -> Record:
        """Store `row` under its key (an older row with that key is replaced) and hand it back."""
        self._rows[getattr(row, self._key)] = row
        return row

    def get(self, key: str) -> Record | None:
        """The row with this key, if there is one."""
        return self._rows.get(key)

    def remove(self, key: str) -> None:
        """Forget the row with this key."""
        self._rows.pop(key, None)

    def clear(self) -> None:
        """Forget every row."""
        self._rows.clear()

    def where(self, **equal: object) -> list[Record]:
        """All rows whose attributes equal the given values."""
        return [
            row
            for row in self._rows.values()
            if all(getattr(row, name) == value for name, value in equal.items())
        ]

    def __iter__(self) -> Iterator[Record]:
        return iter(list(self._rows.values()))

    def __len__(self) -> int:
        return len(self._rows)

    def dump(self) -> list[dict[str, Any]]:
        """All rows as plain JSON objects."""
        return [dict(vars(row)) for row in self._rows.values()]

    def load(self, rows: list[dict[str, Any]]) -> None:
        """Take over rows written by `dump`."""
        for row in rows:
            self.add(self._record(**row))


class Blobs:
    """Files of the world: uploaded bytes stay on disk, never in memory."""

    def __init__(self, folder: Path | None = None) -> None:
        self._temporary = folder is None
        self.folder = folder or Path(tempfile.mkdtemp(prefix="sandbox-media-"))
        self.folder.mkdir(parents=True, exist_ok=True)

    def create(self) -> str:
        """The name of a new empty file."""
        name = secrets.token_hex(12)
        self.path(name).touch()
        return name

    def path(self, name: str) -> Path:
        """Where the file `name` lies. Names are made here and carry no path of a caller."""
        return self.folder / Path(name).name

    def save(self, source: BinaryIO) -> str:
        """Copy a stream into a new file and name it."""
        name = self.create()
        with self.path(name).open("wb") as target:
            shutil.copyfileobj(source, target, 1 << 20)
        return name

    def size(self, name: str) -> int:
        """Length of the file in bytes."""
        return self.path(name).stat().st_size

    def sha256(self, name: str) -> str:
        """Hex digest of the file: tells exactly which bytes are live."""
        with self.path(name).open("rb") as source:
            return file_digest(source, "sha256").hexdigest()

    def close(self) -> None:
        """Remove the files unless they belong to a saved world."""
        if self._temporary:
            shutil.rmtree(self.folder, ignore_errors=True)


class World:
    """Everything the simulators know. Hold `lock` while reading and writing more than one thing."""

    def __init__(self, clock: Clock, blobs: Blobs, saved: dict[str, Any] | None = None) -> None:
        self.clock = clock
        self.blobs = blobs
        self.lock = threading.RLock()
        self.faults = Faults()
        self.teller = Teller()
        self.journal: deque[dict[str, Any]] = deque(maxlen=20_000)
        self.limits_enforced = True
        self.received = 0
        self.answered = 0
        self.is_loaded = saved is not None
        saved = saved or {}
        self.issued: list[dict[str, str]] = saved.get("issued", [])
        self.bends: dict[str, dict[str, Any]] = saved.get("bends", {})
        self._serial: int = saved.get("serial", 0)
        self._saved: dict[str, list[dict[str, Any]]] = saved.get("tables", {})
        self._tables: dict[str, Table[Any]] = {}
        self.windows: dict[tuple[str, ...], list[float]] = {}
        self.persons = self.table("persons", Person)
        self.accounts = self.table("accounts", Account)
        self.apps = self.table("apps", App, "client_id")
        self.codes = self.table("codes", Code, "value")
        self.tokens = self.table("tokens", Token, "value")
        self.media = self.table("media", Media)
        self.posts = self.table("posts", Post)

    def table(self, name: str, record: type[Record], key: str = "id") -> Table[Record]:
        """The table `name`; a simulator asks for its own under `<key>.<noun>`."""
        if name not in self._tables:
            self._tables[name] = Table(record, key)
            self._tables[name].load(self._saved.get(name, []))
        return self._tables[name]

    def clear(self) -> None:
        """Forget everything but the time; the files stay until the world closes."""
        with self.lock:
            for table in self._tables.values():
                table.clear()
            self.faults.clear()
            self.journal.clear()
            self.windows.clear()
            self.issued.clear()
            self.bends.clear()
            self.is_loaded = False

    def serial(self) -> int:
        """A number never handed out before in this world."""
        with self.lock:
            self._serial += 1
            return self._serial

    def snowflake(self, shift: int = 16) -> str:
        """An id that grows with world time, as the big platforms make them: milliseconds, then a running
        number.
        """
        return str((int(self.clock.now() * 1000) << shift) + self.serial() % (1 << shift))

    def issue(self, platform: str, kind: str, value: str) -> str:
        """Note that a secret left the sandbox, so that a test can search for leaks of it."""
        with self.lock:
            self.issued.append({"platform": platform, "kind": kind, "value": value})
        return value

    def live_posts(self, **equal: object) -> list[Post]:
        """Posts that are up, oldest first."""
        return [post for post in self.posts.where(**equal) if post.deleted_at is None]

    def take_turn(self, key: tuple[str, ...], limit: int, window: float) -> tuple[bool, int, float]:
        """Count one use of `key` in a window of `window` seconds: (allowed, uses left, when the window
        ends).
        """
        now = self.clock.now()
        with self.lock:
            started, used = self.windows.get(key, [now, 0])
            if not started <= now < started + window:  # over, or the clock was turned back
                started, used = now, 0
            allowed = used < limit or not self.limits_enforced
            self.windows[key] = [started, used + 1 if allowed else used]
        return allowed, max(0, limit - int(used) - 1), started + window

    def dump(self) -> dict[str, Any]:
        """The whole world as one JSON object."""
        with self.lock:
            return {
                "clock": {"offset": self.clock.offset, "rate": self.clock.rate},
                "serial": self._serial,
                "issued": list(self.issued),
                "bends": dict(self.bends),
                "tables": {name: table.dump() for name, table in self._tables.items()},
            }


def load_world(path: Path | None, seed: Callable[[World], None]) -> World:
    """The world saved at `path`, or a fresh one filled by `seed`."""
    if path is None:
        world = World(Clock(), Blobs())
    elif path.exists():
        saved = json.loads(path.read_text())
        world = World(Clock(**saved["clock"]), Blobs(media_folder(path)), saved)
    else:
        world = World(Clock(), Blobs(media_folder(path)))
    seed(world)
    return world


def save_world(world: World, path: Path) -> None:
    """Write the world beside `path` and move it into place, so that a crash leaves the old or the new file,
    never half of one.
    """
    text = json.dumps(world.dump())
    part = path.with_name(path.name + ".part")
    with part.open("w") as target:
        target.write(text)
        target.flush()
        os.fsync(target.fileno())
    part.replace(path)


def media_folder(path: Path) -> Path:
    """Where the files of the world saved at `path` lie."""
    return path.with_name(path.name + ".media")
