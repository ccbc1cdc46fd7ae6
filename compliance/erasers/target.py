"""What erasers get, and how they take rows a piece at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet


@dataclass(frozen=True)
class Target:
    """An account that shall be forgotten, and the words by which it and its person are known."""

    account_id: int
    workspace_id: int
    platform: str
    words: tuple[str, ...]

    def is_named_in(self, text: str) -> bool:
        """Whether a text holds one of the words."""
        return any(word in text for word in self.words)


class Busy(Exception):
    """Somebody is at work on what shall be erased: come back in a minute."""


def remove(rows: QuerySet[Any], limit: int) -> tuple[int, int | None]:
    """Delete a piece of the rows."""
    keys = list(rows.order_by("pk").values_list("pk", flat=True)[:limit])
    rows.model._default_manager.filter(pk__in=keys).delete()
    return len(keys), 0 if len(keys) == limit else None


def clean(rows: QuerySet[Any], limit: int, **values: Any) -> tuple[int, int | None]:
    """Empty columns in a piece of the rows; ``rows`` are those that are not empty yet."""
    keys = list(rows.order_by("pk").values_list("pk", flat=True)[:limit])
    rows.model._default_manager.filter(pk__in=keys).update(**values)
    return len(keys), 0 if len(keys) == limit else None
