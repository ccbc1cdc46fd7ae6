"""What platforms ask of us for a person: to forget that they let us in, to erase what came from them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from socialhub.platforms.values import Secret


@dataclass(frozen=True)
class Notice:
    """Who asks: ``person_id`` is the app-scoped id that accounts keep of whoever connected them.

    ``seal`` names this very notice: the same one a second time has the same, and nobody without the app's secret can
    make it or tell from it who is meant.
    """

    person_id: str
    seal: str
    issued_at: datetime | None = None


@dataclass(frozen=True)
class Privacy:
    """How a platform calls us about a person.

    ``read`` gives the notice inside a body if that secret sealed it. Callbacks belong to a developer app:
    ``secret_field`` is the app's field that seals.
    """

    read: Callable[[Mapping[str, str], Secret], Notice | None]
    secret_field: str = "client_secret"
    source: str = ""
