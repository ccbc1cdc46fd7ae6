"""Limits of platforms, as every process sees them: what is closed until when, and what of a quota is used."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Cooldown(models.Model):
    """Nothing is sent for ``scope`` (an account, a kind of call, an app) before ``until``.

    ``quota`` names the budget that is used up, where our own count says so and not the platform.
    """

    scope = models.CharField(max_length=600, unique=True)
    until = models.DateTimeField(db_index=True)
    quota = models.CharField(max_length=40, blank=True)
    reason = models.CharField(max_length=300)
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.scope} until {self.until:%Y-%m-%d %H:%M:%S}"


class Budget(models.Model):
    """What of one quota is used. ``uses`` are ``[first, last, cost]`` in epoch seconds: uses close to each other are
    one line and count until the last of them is free again. ``told`` is what the platform said itself, as
    ``[used, limit, at, until]``, and worth more than our own count until then.
    """

    scope = models.CharField(max_length=600)
    name = models.CharField(max_length=40)
    uses: models.JSONField[list[list[float]], list[list[float]]] = models.JSONField(default=list)
    told: models.JSONField[list[float] | None, list[float] | None] = models.JSONField(null=True, blank=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["scope", "name"], name="one_budget_for_a_quota"),
        ]

    def __str__(self) -> str:
        return f"{self.name} of {self.scope}"
