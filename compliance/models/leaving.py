"""Taking one's data along, and leaving."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models import Workspace


def _place(instance: Export, filename: str) -> str:
    """A path that nobody guesses; it is served to its owner alone."""
    return f"exports/{secrets.token_hex(24)}.zip"


class Export(models.Model):
    """A ZIP of a person's data, or of a workspace's where one is named."""

    class State(models.TextChoices):
        """How far it is."""

        WAITING = "waiting", "Waiting"
        RUNNING = "running", "Being made"
        READY = "ready", "Ready"
        FAILED = "failed", "Failed"
        GONE = "gone", "Deleted"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="exports")
    workspace = models.ForeignKey(Workspace, null=True, on_delete=models.CASCADE, related_name="exports")
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    file = models.FileField(upload_to=_place, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    asked_at = models.DateTimeField(auto_now_add=True)
    claimed_until = models.DateTimeField(null=True)
    ready_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"export {self.pk} ({self.state})"


class Leaving(models.Model):
    """A person or a workspace that will be erased at ``due_at`` unless somebody calls it off.

    Numbers, not references: the row tells afterwards that it was done.
    """

    user_id = models.BigIntegerField(null=True)
    workspace_id = models.BigIntegerField(null=True)
    asked_by = models.BigIntegerField()
    asked_at = models.DateTimeField(auto_now_add=True)
    due_at = models.DateTimeField()
    called_off_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name_plural = "leavings"
        ordering = ("-pk",)
        constraints = [
            models.UniqueConstraint(
                fields=["user_id"],
                condition=Q(called_off_at=None, done_at=None, user_id__isnull=False),
                name="a_person_leaves_once",
            ),
            models.UniqueConstraint(
                fields=["workspace_id"],
                condition=Q(called_off_at=None, done_at=None, workspace_id__isnull=False),
                name="a_workspace_leaves_once",
            ),
        ]

    def __str__(self) -> str:
        return f"leaving {self.pk} on {self.due_at:%Y-%m-%d}"
