"""Snapshots: one figure of one subject in one period, as it was read. A repeat of the same reading changes nothing.

Absent is not zero: what a platform did not give has no row. Why it is absent stands in :class:`Absence`.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models

from accounts.models import ConnectedAccount
from analytics.models.posts import TrackedPost


class Payload(models.Model):
    """An answer as it came, reduced to what figures were read from: the proof of them."""

    account = models.ForeignKey(ConnectedAccount, on_delete=models.CASCADE, related_name="+", db_index=False)
    asked = models.CharField(max_length=40, help_text="the part that was asked for, or posts")
    read_at = models.DateTimeField()
    body: models.JSONField[Any, Any] = models.JSONField()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["account", "read_at"], name="payloads_of_account")
        ]

    def __str__(self) -> str:
        return f"{self.asked} of {self.account_id} at {self.read_at:%Y-%m-%d %H:%M}"


class Snapshot(models.Model):
    """A figure: a value, a breakdown (``groups``, by ``by``), or both.

    ``name`` is the platform's own, ``metric`` ours; times are in seconds. ``is_final`` is false while the platform
    may still change it. ``restated`` lists what was told before, oldest first: ``[read_at, value, groups]``.
    """

    name = models.CharField(max_length=80)
    metric = models.CharField(max_length=20)
    by = models.CharField(max_length=20, blank=True)
    value = models.FloatField(null=True)
    groups: models.JSONField[dict[str, float] | None, dict[str, float] | None] = models.JSONField(null=True)
    is_final = models.BooleanField(default=True)
    read_at = models.DateTimeField()
    restated: models.JSONField[list[Any] | None, list[Any] | None] = models.JSONField(null=True)
    payload = models.ForeignKey(
        Payload, on_delete=models.DO_NOTHING, null=True, db_index=False, db_constraint=False, related_name="+"
    )

    class Meta:
        abstract = True


class PostSnapshot(Snapshot):
    """A figure of a post: all that had come together when it was read.

    ``slot`` says which reading it is: an age (``1h`` … ``28d``, see :mod:`analytics.marks`) or a night (the local
    date on whose small hours it was read, ``2026-11-28``).
    """

    post = models.ForeignKey(TrackedPost, on_delete=models.CASCADE, related_name="snapshots", db_index=False)
    slot = models.CharField(max_length=10)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["post", "slot", "name", "by"], name="one_figure_of_a_post"),
            models.CheckConstraint(
                condition=models.Q(value__isnull=False) | models.Q(groups__isnull=False),
                name="absent_figures_of_posts_have_no_row",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} of post {self.post_id} at {self.slot}"


class AccountSnapshot(Snapshot):
    """A figure of an account: of a day of the platform (``period`` day), or how it stood on a night."""

    class Period(models.TextChoices):
        """What ``day`` is."""

        DAY = "day", "a day of the platform"
        NIGHT = "night", "how it stood on the night of that local date"

    account = models.ForeignKey(
        ConnectedAccount, on_delete=models.CASCADE, related_name="snapshots", db_index=False
    )
    period = models.CharField(max_length=5, choices=Period.choices)
    day = models.DateField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["account", "period", "day", "name", "by"], name="one_figure_of_an_account"
            ),
            models.CheckConstraint(
                condition=models.Q(value__isnull=False) | models.Q(groups__isnull=False),
                name="absent_figures_of_accounts_have_no_row",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["account", "metric", "day"], name="figures_by_metric")
        ]

    def __str__(self) -> str:
        return f"{self.name} of account {self.account_id} on {self.day}"


class DayGain(models.Model):
    """What all tracked posts of an account gained between two nights, by our metric: derived, and made anew with
    each reading of that night.

    ``day`` is the local day that ended in the night; ``days`` is more than 1 where nights before it were missed, so
    that nobody knows how the gain spread over them. ``posts`` is how many gave the figure.
    """

    account = models.ForeignKey(
        ConnectedAccount, on_delete=models.CASCADE, related_name="gains", db_index=False
    )
    day = models.DateField()
    metric = models.CharField(max_length=20)
    value = models.FloatField()
    posts = models.PositiveIntegerField()
    days = models.PositiveSmallIntegerField(default=1)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["account", "day", "metric"], name="one_gain_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.metric} of account {self.account_id} on {self.day}"


class Absence(models.Model):
    """A figure that an account does not get at present, and why. Goes when the figure comes."""

    account = models.ForeignKey(
        ConnectedAccount, on_delete=models.CASCADE, related_name="absences", db_index=False
    )
    of_posts = models.BooleanField()
    name = models.CharField(max_length=80)
    metric = models.CharField(max_length=20)
    why = models.CharField(max_length=12)
    text = models.CharField(max_length=300, blank=True)
    since = models.DateTimeField()
    seen_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["account", "of_posts", "name"], name="one_reason_for_an_absence"),
        ]

    def __str__(self) -> str:
        return f"{self.name} of account {self.account_id}: {self.why}"
