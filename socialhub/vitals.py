"""Whether publishing works, in facts: read by `/readyz`, the red banner, `/metrics` and the doctor.

A process that lives proves little. What counts is that due posts are claimed, that beats come from all who work,
and that the database and the files can be written. Each fact costs one short query, whatever has been published.
"""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.core.files.storage import FileSystemStorage, storages
from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Max, Q, Subquery
from django.db.models.functions import Coalesce, Now

from accounts.fields import SecretUnreadable
from accounts.heartbeats import COLLECTOR, PUBLISHER, SILENCE, WORKER
from accounts.models import Heartbeat
from accounts.vault import keys_fit
from publishing import claiming

DUE_POSTS = "due posts"
OVERDUE = timedelta(seconds=60)
"""A due post that nobody has claimed for so long is proof that publishing does not work, whoever beats."""
SEEN = (PUBLISHER, WORKER, COLLECTOR)
"""Whose beats are read. Publishing does not need the last: its silence is told, but is no alarm."""


@dataclass(frozen=True)
class Vitals:
    """What beats, and what waits. Times are the database's."""

    now: datetime
    beats: dict[str, datetime]
    oldest: datetime | None

    @property
    def overdue(self) -> timedelta:
        """For how long the oldest due delivery has waited for a publisher that takes it."""
        return max(self.now - self.oldest, timedelta(0)) if self.oldest else timedelta(0)

    def is_silent(self, component: str) -> bool:
        """Whether no process of the component has beaten for a minute."""
        beat = self.beats.get(component)
        return beat is None or self.now - beat > SILENCE

    @property
    def failing(self) -> list[str]:
        """The names of what fails, the worst first: silence tells more than what follows from it."""
        found = {
            PUBLISHER: self.is_silent(PUBLISHER),
            DUE_POSTS: self.overdue > OVERDUE,
            WORKER: self.is_silent(WORKER),
        }
        return [name for name, failed in found.items() if failed]


def read() -> Vitals:
    """Everything in one query, which every page asks."""
    latest = {name: Max("beaten_at", filter=Q(component=name)) for name in SEEN}
    # An aggregate gives a row even where nothing has ever beaten; what is no aggregate comes along in one.
    nothing = Max("beaten_at", filter=Q(pk=0))
    oldest = Coalesce(nothing, Subquery(claiming.unclaimed()[:1]))
    found = Heartbeat.objects.aggregate(**latest, now=Coalesce(nothing, Now()), oldest=oldest)
    now, waiting = found.pop("now"), found.pop("oldest")
    return Vitals(now, {name: beat for name, beat in found.items() if beat}, waiting)


def failing() -> list[str]:
    """The names of the parts that fail, in the order in which to mend them; empty while publishing works."""
    try:
        with transaction.atomic():
            vitals, writable = read(), is_writable()
    except DatabaseError:
        return ["database"]
    found = {
        "database": not writable,
        "migrations": not is_migrated(),
        "secrets": not secrets_fit(),
        "storage": not storage_works(),
    }
    return [*(name for name, failed in found.items() if failed), *vitals.failing]


def is_writable() -> bool:
    """Whether the database takes writes: no replica, no disk that is full or read-only."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT NOT pg_is_in_recovery() AND current_setting('transaction_read_only') = 'off'"
            )
            return bool(cursor.fetchone()[0])
    path = Path(str(connection.settings_dict["NAME"]))
    return os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)


_migrated = False


def is_migrated() -> bool:
    """Whether every migration of this code has been applied. Once true it stays so for this process."""
    global _migrated  # noqa: PLW0603
    if not _migrated:
        executor = MigrationExecutor(connection)
        _migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    return _migrated


def secrets_fit() -> bool:
    """Whether today's keys read what earlier keys wrote."""
    try:
        return keys_fit()
    except SecretUnreadable:
        return False


def storage_works() -> bool:
    """Whether uploads can be stored, where the files lie on a disk of this host.

    For storage elsewhere the doctor writes, reads and deletes a file; here nothing waits for another service.
    """
    if not isinstance(storages["default"], FileSystemStorage):
        return True
    return is_folder_writable(Path(settings.MEDIA_ROOT))


def is_folder_writable(folder: Path) -> bool:
    """Whether a file can be made there; the folder itself is made when it is missing, as an upload would."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False
