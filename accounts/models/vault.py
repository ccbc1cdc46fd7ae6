"""A known secret that proves, at every start, that the keys still fit the database."""

from __future__ import annotations

from django.db import models

from accounts.fields import SecretTextField


class Canary(models.Model):
    """One row, written with the first keys and read at every start."""

    value = SecretTextField()

    class Meta:
        verbose_name_plural = "canaries"

    def __str__(self) -> str:
        return "canary"
