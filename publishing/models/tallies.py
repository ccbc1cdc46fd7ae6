"""Numbers that are kept instead of counted: history is too long to walk for each look at them."""

from __future__ import annotations

from django.db import models


class Tally(models.Model):
    """One number: ``name`` says of what, ``labels`` (joined by ``|``) of which part of it."""

    name = models.CharField(max_length=40)
    labels = models.CharField(max_length=120, blank=True)
    value = models.FloatField(default=0)

    class Meta:
        verbose_name_plural = "tallies"
        constraints = [models.UniqueConstraint(fields=["name", "labels"], name="one_tally_of_a_name")]

    def __str__(self) -> str:
        return f"{self.name} {self.labels}: {self.value:g}"


class TallyMark(models.Model):
    """How far a tally, or the sweep of old lines, has come: lines of the recorder up to ``counted`` are in it.

    ``ceiling`` is the newest line that there was at ``at``: once everybody who wrote at that time has committed,
    the lines up to it are all there and can be counted.
    """

    name = models.CharField(max_length=40, unique=True)
    counted = models.BigIntegerField(default=0)
    ceiling = models.BigIntegerField(default=0)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} up to {self.counted}"
