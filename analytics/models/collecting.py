"""Who is read when, and what could not be read."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models

from accounts.models import ConnectedAccount


class Collection(models.Model):
    """The reading of one account: a row with a time, like all waiting here.

    ``night`` is the night (local date) that is being read or was read last, and ``todo`` what of it is left, piece by
    piece, so that whoever goes on after a crash repeats one piece at most. ``done_at`` is when it was finished, null
    while it is not. ``through`` is, by part, the last day of the platform that was read. ``asked`` is, by part, when
    it was last asked.
    """

    account = models.OneToOneField(ConnectedAccount, on_delete=models.CASCADE, related_name="collection")
    night = models.DateField(null=True, blank=True)
    todo: models.JSONField[list[Any], list[Any]] = models.JSONField(default=list, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    through: models.JSONField[dict[str, str], dict[str, str]] = models.JSONField(default=dict, blank=True)
    asked: models.JSONField[dict[str, str], dict[str, str]] = models.JSONField(default=dict, blank=True)
    next_at = models.DateTimeField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveSmallIntegerField(default=0)
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["next_at"], condition=models.Q(next_at__isnull=False), name="collections_to_take"
            ),
        ]

    def __str__(self) -> str:
        return f"account {self.account_id}, night {self.night}"


class Gap(models.Model):
    """What was not read in its night, or much too late, and cannot be made up for: ``what`` is a part, or ``posts``.
    ``night`` is the local date; for a part that is about days, the day that the platform no longer tells.
    """

    account = models.ForeignKey(
        ConnectedAccount, on_delete=models.CASCADE, related_name="gaps", db_index=False
    )
    night = models.DateField()
    what = models.CharField(max_length=40)
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["account", "night", "what"], name="one_gap_for_a_night"),
        ]

    def __str__(self) -> str:
        return f"{self.what} of account {self.account_id}, night {self.night}"
