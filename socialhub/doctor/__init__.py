"""The doctor: says of every part whether publishing works with it, and what to do if not."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator

from django.db import DatabaseError
from django.utils import timezone

from accounts.models import Checkup
from socialhub.doctor import connections, engine, figures, surroundings
from socialhub.doctor.findings import Finding, Grade, bad

__all__ = ["Finding", "Grade", "examine", "keep"]

PARTS: tuple[Callable[[], Iterator[Finding]], ...] = (
    engine.database, engine.room, engine.migrations, engine.keys, engine.publishers, engine.worker, engine.clock,
    figures.reading, surroundings.platforms, surroundings.storage, surroundings.address, surroundings.mail,
    surroundings.codecs, surroundings.disk, connections.apps, connections.accounts,
)  # fmt: skip


def examine() -> list[Finding]:
    """Look at every part of the hub from this host. Some seconds; asks nobody but the hub itself."""
    found: list[Finding] = []
    for part in PARTS:
        try:
            found.extend(part())
        except DatabaseError as error:
            name = part.__name__.capitalize()
            said = f"The database refused the question ({type(error).__name__})"
            found.append(bad(name, said, "Check DATABASE_URL, then run manage.py migrate."))
    return found


def keep(findings: list[Finding]) -> None:
    """Store what was found on this host, for the set-up page."""
    values = {"at": timezone.now(), "findings": [each.as_json() for each in findings]}
    Checkup.objects.update_or_create(host=socket.gethostname(), defaults=values)
