"""What pages of posts ask of the apps to the right."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.dispatch import Signal

from accounts.models import Workspace

figures_asked = Signal()
"""Sent with ``workspace`` and ``deliveries``, their ids; answered with a mapping from an id to :class:`Figures`."""


@dataclass(frozen=True)
class Figures:
    """How a live post does so far: what may be said in a line (maybe nothing), and where all of it stands."""

    line: str
    url: str
    read_at: datetime | None


def figures_of(workspace: Workspace, deliveries: Iterable[int]) -> dict[int, Figures]:
    """What is known of live posts; nothing where nobody measures."""
    ids = list(deliveries)
    answers: list[tuple[Any, Any]] = (
        figures_asked.send(sender=None, workspace=workspace, deliveries=ids) if ids else []
    )
    return {pk: figures for _, found in answers for pk, figures in found.items()}
