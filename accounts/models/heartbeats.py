"""Signs of life of long-running processes, and what was found when they were examined."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models


class Heartbeat(models.Model):
    """When one process of one component last said that it works."""

    component = models.CharField(max_length=32)
    host = models.CharField(max_length=128)
    pid = models.PositiveIntegerField()
    beaten_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["component", "host", "pid"], name="one_heartbeat_per_process"),
        ]

    def __str__(self) -> str:
        return f"{self.component} on {self.host} ({self.pid})"


class Checkup(models.Model):
    """What the doctor found on one host the last time: ``findings`` as it prints them with ``--json``."""

    host = models.CharField(max_length=128, unique=True)
    at = models.DateTimeField(db_index=True)
    findings: models.JSONField[Any, Any] = models.JSONField(default=list)

    def __str__(self) -> str:
        return f"{self.host} at {self.at:%Y-%m-%d %H:%M}"
