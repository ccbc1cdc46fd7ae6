"""Who is alive: processes write a row every few seconds, pages and supervisors read it."""

from __future__ import annotations

import os
import socket
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from accounts.models import Heartbeat

PUBLISHER = "publisher"
WORKER = "worker"
COLLECTOR = "collector"
# After this long without a beat a component counts as gone, and every page says so.
SILENCE = timedelta(seconds=60)
_KEEP = timedelta(days=1)


def beat(component: str, *, pid: int | None = None) -> None:
    """Say that this process (or the one with `pid`) works. Cheap enough for once a second."""
    now = timezone.now()
    row: dict[str, Any] = {
        "component": component,
        "host": socket.gethostname(),
        "pid": pid or os.getpid(),
    }
    if Heartbeat.objects.filter(**row).update(beaten_at=now):
        return
    Heartbeat.objects.update_or_create(**row, defaults={"beaten_at": now})
    Heartbeat.objects.filter(component=component, beaten_at__lt=now - _KEEP).delete()


def last_beat(component: str) -> datetime | None:
    """When any process of the component last worked, on any host."""
    return (
        Heartbeat.objects.filter(component=component)
        .order_by("-beaten_at")
        .values_list("beaten_at", flat=True)
        .first()
    )


def last_beat_of(component: str, pid: int) -> datetime | None:
    """When one process on this host last worked."""
    found = Heartbeat.objects.filter(component=component, host=socket.gethostname(), pid=pid)
    return found.values_list("beaten_at", flat=True).first()


def is_alive(component: str) -> bool:
    """Whether the component has worked within the last minute."""
    latest = last_beat(component)
    return latest is not None and latest > timezone.now() - SILENCE
