"""What would keep a scheduled delivery from going out, as found before its time."""

from __future__ import annotations

from django.db import models
from django.db.models import QuerySet

from publishing.models.deliveries import Delivery


class Risk(models.Model):
    """One cause for one delivery. A risk that is mended stays, so that nobody is told of it a second time."""

    class Cause(models.TextChoices):
        """Why it would not go out."""

        RECONNECT = "reconnect", "Channel signed out"
        DISCONNECTED = "disconnected", "Channel disconnected"
        PAUSED = "paused", "Channel paused"
        TOKEN = "token", "Sign-in ends before"
        SCOPE = "scope", "Permission missing"
        APP = "app", "App keys missing"
        QUOTA = "quota", "Quota spent by then"
        FILE = "file", "File gone"
        OPTION = "option", "Choice no longer valid"
        RULE = "rule", "Breaks a rule"

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="risks")
    cause = models.CharField(max_length=20, choices=Cause.choices)
    message = models.CharField(max_length=300)
    found_at = models.DateTimeField()
    mended_at = models.DateTimeField(null=True, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("pk",)
        constraints = [models.UniqueConstraint(fields=["delivery", "cause"], name="one_risk_of_a_cause")]
        indexes = [
            models.Index(fields=["delivery"], name="risk_open", condition=models.Q(mended_at__isnull=True)),
            models.Index(
                fields=["found_at"],
                name="risk_untold",
                condition=models.Q(mended_at__isnull=True, told_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.cause} for {self.delivery_id}"


def open_risks() -> QuerySet[Risk]:
    """What is not mended."""
    return Risk.objects.filter(mended_at=None)
