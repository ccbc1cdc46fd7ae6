"""Figures that grow plausibly: the same post at the same time always has the same ones.

A curve depends on a seed (the post's id) and on time alone, so that nothing is stored and a world can be asked about
any moment. Bends (`Bend`) make a platform late, silent, forgetful of names, or change what it has said.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, Protocol
from zoneinfo import ZoneInfo

DAY = 86_400.0
HOURS = (3, 2, 1, 1, 1, 2, 4, 6, 8, 9, 9, 10, 11, 10, 9, 9, 9, 10, 12, 13, 12, 9, 7, 5)
"""How many people are there by hour (UTC), the sum of no importance."""
WEEKDAYS = (9, 10, 10, 11, 10, 12, 11)


class _World(Protocol):
    bends: dict[str, Any]


@dataclass
class Bend:
    """How a platform's figures differ from plain ones.

    ``late_days``: days are told only so long after they ended. ``settles_days``: for so long a day's figure is told
    too low by the factor ``early``, then rightly. ``missing``: names that are left out of answers. ``unknown``: names
    that the platform no longer knows. ``thin``: so few people that breakdowns are kept private.
    """

    late_days: int = 0
    settles_days: int = 0
    early: float = 0.9
    missing: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    thin: bool = False

    def tells(self, name: str) -> bool:
        """Whether a figure of that name is in answers."""
        return name not in self.missing and name not in self.unknown


def bend(world: _World, platform: str) -> Bend:
    """The platform's, which is plain unless something was ordered."""
    return Bend(**world.bends.get(platform, {}))


def chance(*seed: object) -> float:
    """A number from 0 to 1 that always belongs to this seed."""
    digest = hashlib.blake2b("\0".join(map(str, seed)).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64


def grown(seed: str, name: str, born: float, now: float, *, most: float, half: float = DAY) -> int:
    """What has come together since ``born``: half of its end after ``half`` seconds. ``most`` is a usual end; good
    hours and luck make it more or less. Never falls.
    """
    age = max(0.0, now - born)
    moment = datetime.fromtimestamp(born, UTC)
    luck = math.exp((chance(seed, "luck") - 0.5) * 2.2) * (0.7 + 0.6 * chance(seed, name))
    end = most * luck * (0.45 + HOURS[moment.hour] / 10) * WEEKDAYS[moment.weekday()] / 10
    return int(end * (1 - 2 ** (-age / half)))


def on_day(
    seed: str, name: str, day: date, *, usual: float, now: float, bent: Bend, zone: str = "UTC"
) -> int | None:
    """What happened on one day; ``None`` where the platform does not tell it (yet)."""
    ended = datetime.combine(day + timedelta(days=1), datetime.min.time(), ZoneInfo(zone)).timestamp()
    if now < ended + bent.late_days * DAY or not bent.tells(name):
        return None
    wave = 1 + 0.15 * math.sin(day.toordinal() / 11 + chance(seed) * 6)
    whole = usual * WEEKDAYS[day.weekday()] / 10 * wave * (0.8 + 0.4 * chance(seed, name, day.isoformat()))
    return int(whole * (bent.early if now < ended + bent.settles_days * DAY else 1.0))


def level(seed: str, name: str, now: float, *, around: float, a_day: float = 0.0) -> int:
    """How something stands: ``around``, more or less by seed, growing by about ``a_day`` a day since 2026 began."""
    days = (now - datetime(2026, 1, 1, tzinfo=UTC).timestamp()) / DAY
    wobble = math.sin(days / 5 + chance(seed, name) * 6) * a_day * 2
    return max(0, int(around * (0.5 + chance(seed, name, "around")) + days * a_day + wobble))


def split(seed: str, whole: float, groups: tuple[str, ...]) -> dict[str, int]:
    """A whole divided among groups, the first ones getting more."""
    weights = [(1.2 + chance(seed, group)) / (place + 1) for place, group in enumerate(groups)]
    return {group: int(whole * weight / sum(weights)) for group, weight in zip(groups, weights, strict=True)}
