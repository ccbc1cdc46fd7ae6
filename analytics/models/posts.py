"""Live posts whose figures are read: those that went out from here, and those that were made elsewhere."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models

from accounts.models import ConnectedAccount
from publishing.models import Delivery

EXCERPT = 280


class TrackedPost(models.Model):
    """A live post of an account. ``delivery`` is null where it was made elsewhere; then ``text`` is its beginning.

    ``totals`` are the latest figures by our names, with the derived ones that the platform's terms allow (see
    :mod:`analytics.formulas`); ``read_at`` is when they were read. ``night_totals`` are those of the nightly reading
    of ``night`` and ``before_totals`` those of the one before it: their difference is what the day brought.
    ``mark_due_at`` is when the next reading of its early life is due, null when there is none left.
    """

    account = models.ForeignKey(
        ConnectedAccount, on_delete=models.CASCADE, related_name="tracked_posts", db_index=False
    )
    delivery = models.OneToOneField(
        Delivery, on_delete=models.SET_NULL, null=True, blank=True, related_name="tracked"
    )
    external_id = models.CharField(max_length=255)
    kind = models.CharField(max_length=20, blank=True)
    text = models.CharField(max_length=EXCERPT, blank=True)
    url = models.CharField(max_length=500, blank=True)
    has_past = models.BooleanField(
        default=False, help_text="it was there when its account was read the first time"
    )
    facts: models.JSONField[Any, Any] = models.JSONField(default=dict, blank=True)
    published_at = models.DateTimeField()
    found_at = models.DateTimeField()
    told_at = models.DateTimeField(help_text="when the platform last told its text and link")

    totals: models.JSONField[dict[str, float], dict[str, float]] = models.JSONField(default=dict)
    read_at = models.DateTimeField(null=True, blank=True)
    night = models.DateField(null=True, blank=True)
    night_totals: models.JSONField[dict[str, float], dict[str, float]] = models.JSONField(default=dict)
    before_night = models.DateField(null=True, blank=True)
    before_totals: models.JSONField[dict[str, float], dict[str, float]] = models.JSONField(default=dict)
    mark_due_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-published_at", "-pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["account", "external_id"], name="one_row_for_a_live_post"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["account", "-published_at"], name="tracked_by_age"),
            models.Index(fields=["account", "night"], name="tracked_by_night"),
            models.Index(
                fields=["mark_due_at"],
                condition=models.Q(mark_due_at__isnull=False),
                name="tracked_with_marks",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.external_id} of {self.account_id}"
