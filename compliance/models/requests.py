"""What platforms and people ask to be erased. Nothing in these rows names a person once the work is done."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q, QuerySet
from django.urls import reverse

from accounts.fields import SealedJSONField
from accounts.models import AppCredential, ConnectedAccount, Workspace

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager


def new_code() -> str:
    """A code that nobody guesses and everybody can type."""
    return secrets.token_hex(12)


class Request(models.Model):
    """Somebody's data shall go. ``digest`` names the notice that asked, so that a replay asks nothing; ``code`` is
    what the person gets to follow it. Erasing begins at ``begin_at``: at once, or late enough to come back before.
    """

    class Kind(models.TextChoices):
        """Who asked, and how."""

        DEAUTHORISE = "deauthorise", "App removed on the platform"
        DELETION = "deletion", "Deletion asked on the platform"
        LISTED = "listed", "In a list of the platform"
        REVOCATION = "revocation", "Access withdrawn on the platform"
        LOST = "lost", "Sign-in lost and not renewed"
        DISCONNECTED = "disconnected", "Disconnected in the hub"
        OWN = "own", "Asked in the hub"

    class State(models.TextChoices):
        """How far it is."""

        RECEIVED = "received", "Received"
        RUNNING = "running", "Erasing"
        DONE = "done", "Done"
        HELD = "held", "On hold"
        FAILED = "failed", "Failing"
        CALLED_OFF = "called_off", "Called off"

    kind = models.CharField(max_length=16, choices=Kind.choices)
    platform = models.CharField(max_length=32, blank=True)
    app_key = models.CharField(max_length=32, blank=True)
    app = models.ForeignKey(AppCredential, null=True, on_delete=models.SET_NULL, related_name="+")
    digest = models.CharField(max_length=64, null=True, unique=True)
    code = models.CharField(max_length=32, unique=True, default=new_code)
    state = models.CharField(max_length=12, choices=State.choices, default=State.RECEIVED)
    received_at = models.DateTimeField()
    begin_at = models.DateTimeField()
    deadline_at = models.DateTimeField(db_index=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    if TYPE_CHECKING:
        erasures: RelatedManager[Erasure]

    class Meta:
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"{self.kind} {self.code} ({self.state})"

    @property
    def status_url(self) -> str:
        """The public page that shows how far it is."""
        return settings.PUBLIC_URL + reverse("compliance:status", args=[self.code])


OPEN = (Request.State.RECEIVED, Request.State.RUNNING, Request.State.HELD, Request.State.FAILED)
"""States in which there is still something to do."""


def concerning(workspace: Workspace) -> QuerySet[Request]:
    """Requests that touched accounts of a workspace, or were sealed by one of its apps."""
    touched = Q(pk__in=Erasure.objects.filter(workspace_id=workspace.pk).values("request"))
    return Request.objects.filter(touched | Q(app__workspace=workspace))


class Erasure(models.Model):
    """One account to be erased for a request, and what of it is gone.

    ``stage`` is the eraser that is at work and ``mark`` how far it came; ``sought`` are the words by which the person
    is known there, sealed, and forgotten with the last row. ``counts`` are rows by what they are called in reports.
    ``workspace_id`` is a plain number: the report outlives the workspace.
    """

    request = models.ForeignKey(Request, on_delete=models.CASCADE, related_name="erasures")
    account = models.ForeignKey(
        ConnectedAccount, null=True, on_delete=models.SET_NULL, related_name="erasures"
    )
    workspace_id = models.BigIntegerField(db_index=True)
    platform = models.CharField(max_length=32)
    state = models.CharField(max_length=12, choices=Request.State.choices, default=Request.State.RECEIVED)
    stage = models.CharField(max_length=40, blank=True)
    mark = models.BigIntegerField(default=0)
    counts: models.JSONField[dict[str, int], dict[str, int]] = models.JSONField(default=dict)
    sought = SealedJSONField()
    next_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    error = models.CharField(max_length=200, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(fields=["request", "account"], name="an_account_once_a_request"),
        ]
        indexes = [
            models.Index(fields=["next_at"], name="erasure_due", condition=Q(next_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"erasure {self.pk} ({self.state})"


class Hold(models.Model):
    """An account whose data must be kept for now (a dispute, an order of a court): nothing of it is erased."""

    account = models.OneToOneField(ConnectedAccount, on_delete=models.CASCADE, related_name="hold")
    reason = models.CharField(max_length=300)
    placed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    placed_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"hold on account {self.account_id}"
