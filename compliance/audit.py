"""Writing down who did what. Lines are made where deeds are told (`accounts.signals.tell_deed`)."""

from __future__ import annotations

from typing import Any

from django.db.models import Model

from accounts.models import User
from compliance.models import Entry

_SHORT = 80
PLAIN = (str, int, bool, float, type(None))


def note(
    *,
    verb: str,
    by: User | None,
    workspace: int | None,
    subject: Model | None,
    words: dict[str, Any],
    **rest: Any,
) -> None:
    """Add a line. ``words`` are kinds and numbers, never names, addresses or secrets; long ones are cut."""
    Entry(
        verb=verb,
        actor_id=by.pk if by else None,
        workspace_id=workspace,
        object_type=subject._meta.model_name or "" if subject is not None else "",
        object_id=subject.pk if subject is not None else None,
        words={name: _plain(value) for name, value in words.items()},
    ).save()


def _plain(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return (
        (value[:_SHORT] if isinstance(value, str) else value)
        if isinstance(value, PLAIN)
        else str(value)[:_SHORT]
    )
