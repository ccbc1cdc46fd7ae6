"""One act on many deliveries: who asked for it, how far it is, what it could not do."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from accounts.models import ConnectedAccount, Workspace


class Batch(models.Model):
    """A person's decision about all deliveries of a kind, carried out a chunk at a time.

    Which ones: those of ``state``, and of ``account`` and ``error_kind`` where ``account`` is given, that were due
    until ``until``, in the order they were due. ``after_due`` and ``after_id`` are those of the last one that was
    taken. ``per_account`` counts what each account has been given, so that the next one keeps its distance.
    """

    class Act(models.TextChoices):
        """What is done with each."""

        PUBLISH = "publish", "Publish"
        RESCHEDULE = "reschedule", "Reschedule"
        DISCARD = "discard", "Discard"
        CHECK = "check", "Check"

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="batches")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    act = models.CharField(max_length=12, choices=Act.choices)
    state = models.CharField(max_length=20)
    account = models.ForeignKey(ConnectedAccount, null=True, on_delete=models.CASCADE, related_name="+")
    error_kind = models.CharField(max_length=30, blank=True)
    until = models.DateTimeField()
    start_at = models.DateTimeField()
    first_due = models.DateTimeField()
    after_due = models.DateTimeField(null=True)
    after_id = models.PositiveBigIntegerField(default=0)
    per_account = models.JSONField(default=dict)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    refusals = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)
    worked_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "batches"
        ordering = ("-pk",)
        indexes = [
            models.Index(
                fields=["workspace"], name="batch_open", condition=models.Q(finished_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.act} {self.done + self.refused} of {self.total}"
