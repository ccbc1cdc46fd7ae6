"""The audit log: lines are added, never changed and never removed."""

from __future__ import annotations

from typing import Any, Never

from django.db import models


class AppendOnly(TypeError):
    """Somebody tried to change or remove what is on record."""

    def __init__(self) -> None:
        super().__init__("The audit log takes new lines only.")


class EntryQuerySet(models.QuerySet["Entry"]):
    """Reading, and nothing else."""

    def update(self, **kwargs: Any) -> Never:
        """Never."""
        raise AppendOnly

    def delete(self) -> Never:
        """Never."""
        raise AppendOnly

    def bulk_update(self, *args: Any, **kwargs: Any) -> Never:
        """Never."""
        raise AppendOnly


class Entry(models.Model):
    """One deed. People, workspaces and rows stand here by number alone, so that a line never has to be changed when a
    person is erased: who a number is, the tables of people say as long as they know. The database refuses changes
    by itself too, see :mod:`compliance.triggers`.
    """

    at = models.DateTimeField(auto_now_add=True)
    workspace_id = models.BigIntegerField(null=True)
    actor_id = models.BigIntegerField(null=True, help_text="null: the hub itself, or the platform")
    verb = models.CharField(max_length=40)
    object_type = models.CharField(max_length=40, blank=True)
    object_id = models.BigIntegerField(null=True)
    words = models.JSONField(default=dict)

    objects = EntryQuerySet.as_manager()

    class Meta:
        ordering = ("-pk",)
        verbose_name_plural = "entries"
        indexes = [
            models.Index(fields=["workspace_id", "-id"], name="entry_of_workspace"),
            models.Index(fields=["workspace_id", "verb", "-id"], name="entry_of_verb"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.verb}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Add the line; a line that stands already is left as it is."""
        if not self._state.adding:
            raise AppendOnly
        super().save(*args, **{**kwargs, "force_insert": True})

    def delete(self, *args: Any, **kwargs: Any) -> Never:
        """Never."""
        raise AppendOnly
