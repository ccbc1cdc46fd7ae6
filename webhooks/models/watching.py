"""How we hear of each account: the subscription at its platform, and asking where nobody calls."""

from __future__ import annotations

import secrets
from typing import ClassVar

from django.db import models

from accounts.fields import SealedJSONField, SecretTextField
from accounts.models import ConnectedAccount


def new_path() -> str:
    """A part of an address that cannot be guessed."""
    return secrets.token_urlsafe(24)


class Subscription(models.Model):
    """An account's subscription to calls of its platform. Waiting for the next look at it is ``next_at``."""

    class State(models.TextChoices):
        """What it is good for."""

        WANTED = "wanted", "Being set up"
        PENDING = "pending", "Waiting for the platform’s check"
        ACTIVE = "active", "Active"
        LACKING = "lacking", "Active, but not for everything"
        FAILED = "failed", "Not working"

    account = models.OneToOneField(ConnectedAccount, on_delete=models.CASCADE, related_name="subscription")
    state = models.CharField(max_length=8, choices=State.choices, default=State.WANTED)
    reason = models.TextField(blank=True)
    fields = models.JSONField(default=list)
    missing = models.JSONField(default=list)
    path = models.CharField(max_length=64, unique=True, default=new_path)
    secret = SecretTextField()
    kept = SealedJSONField()
    expires_at = models.DateTimeField(null=True)
    checked_at = models.DateTimeField(null=True)
    heard_at = models.DateTimeField(null=True)
    next_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    failures = models.PositiveSmallIntegerField(default=0)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["next_at"], condition=models.Q(next_at__isnull=False), name="subscriptions_to_look_at"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.state}"

    @property
    def works(self) -> bool:
        """Whether calls come."""
        return self.state in {self.State.ACTIVE, self.State.LACKING}


class Watch(models.Model):
    """Asking a platform what was said to an account. ``next_at`` moves away while nothing is new, and back when
    something is. ``yields_since`` is since when it gives way to the account's posts, empty while it does not.
    """

    account = models.OneToOneField(ConnectedAccount, on_delete=models.CASCADE, related_name="watch")
    cursor = models.JSONField(default=dict)
    next_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    quiet = models.PositiveSmallIntegerField(default=0)
    failures = models.PositiveSmallIntegerField(default=0)
    reason = models.TextField(blank=True)
    asked_at = models.DateTimeField(null=True)
    yields_since = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["next_at"], condition=models.Q(next_at__isnull=False), name="watches_to_take"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id}"
