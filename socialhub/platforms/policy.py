"""What a platform's terms bind us to: quotas that we must stay inside, how long data may be kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class Scope(StrEnum):
    """Who shares a quota."""

    ACCOUNT = "account"
    APP = "app"


@dataclass(frozen=True)
class Quota:
    """``limit`` uses of ``name`` in each ``window``; ``per_post`` is what one published post costs.

    ``limit`` is what holds when the platform has not told us better.
    """

    name: str
    limit: int
    window: timedelta
    scope: Scope = Scope.ACCOUNT
    per_post: int = 1
    source: str = ""


@dataclass(frozen=True)
class Policy:
    """Rules for data of a platform. ``keep`` is ``None`` where the terms set no end."""

    keep: timedelta | None = None
    may_mix_with_others: bool = True
