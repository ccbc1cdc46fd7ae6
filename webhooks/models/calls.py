"""Calls as they came, and the events inside."""

from __future__ import annotations

from django.db import models

from accounts.models import AppCredential, ConnectedAccount
from socialhub.platforms.events import EventKind


class Incoming(models.Model):
    """One call of a platform: stored before it is answered, read afterwards, once.

    ``app`` is whose secret sealed it, null where that stands in the environment; only accounts of its workspace are
    touched, and where apps of several workspaces sealed it each has a row. ``account`` is whose own address was
    called, where a platform gives each subscription one. ``digest`` is the SHA-256 of the body and of whom of these
    the row is for: the same body a second time is the same call.
    """

    class State(models.TextChoices):
        """How far it is."""

        RECEIVED = "received", "Received"
        PROCESSED = "processed", "Processed"
        FAILED = "failed", "Failed"
        REFUSED = "refused", "Refused"

    platform = models.CharField(max_length=32)
    app = models.ForeignKey(AppCredential, null=True, on_delete=models.SET_NULL, related_name="+")
    account = models.ForeignKey(ConnectedAccount, null=True, on_delete=models.CASCADE, related_name="+")
    received_at = models.DateTimeField()
    headers = models.JSONField(default=dict)
    body = models.BinaryField()
    digest = models.CharField(max_length=64)
    state = models.CharField(max_length=16, choices=State.choices, default=State.RECEIVED)
    reason = models.CharField(max_length=200, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    events_found = models.PositiveIntegerField(default=0)
    processed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-pk",)
        verbose_name = "incoming call"
        constraints = [
            # What was refused must not stand in the way of the same body, sealed well, later.
            models.UniqueConstraint(
                fields=["platform", "digest"], condition=~models.Q(state="refused"), name="one_call_a_body"
            ),
        ]
        indexes = [
            models.Index(fields=["id"], name="incoming_waiting", condition=models.Q(state="received")),
            models.Index(fields=["state", "received_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.platform} {self.digest[:8]} ({self.state})"


class Event(models.Model):
    """One thing that a platform told us of one of our accounts."""

    account = models.ForeignKey(ConnectedAccount, on_delete=models.CASCADE, related_name="events")
    incoming = models.ForeignKey(Incoming, null=True, on_delete=models.SET_NULL, related_name="events")
    kind = models.CharField(max_length=20, choices=[(kind.value, kind.value) for kind in EventKind])
    key = models.CharField(max_length=255)
    subject = models.CharField(max_length=255, blank=True)
    at = models.DateTimeField(null=True, blank=True)
    data = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-pk",)
        constraints = [models.UniqueConstraint(fields=["account", "key"], name="an_event_is_told_once")]
        indexes = [models.Index(fields=["account", "-created_at"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}".strip()
