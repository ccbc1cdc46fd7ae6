"""Reports by e-mail: who gets them, and when the next one is due."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from accounts.models import User, Workspace


class ReportSubscription(models.Model):
    """A person gets the figures of a workspace by e-mail: each week on a weekday, or on the first of a month.

    ``next_at`` is when the next one is due; it moves on before a letter leaves, so that none leaves twice.
    """

    class Every(models.TextChoices):
        """How often, and of which days."""

        WEEK = "week", "Every week"
        MONTH = "month", "Every month"

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="reports", db_index=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="reports")
    every = models.CharField(max_length=5, choices=Every.choices, default=Every.WEEK)
    weekday = models.PositiveSmallIntegerField(default=0, help_text="Monday is 0; of no account for months")
    next_at = models.DateTimeField(db_index=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["workspace", "user"], name="one_report_for_a_person"),
        ]

    def __str__(self) -> str:
        return f"{self.every} for {self.user_id} of workspace {self.workspace_id}"
