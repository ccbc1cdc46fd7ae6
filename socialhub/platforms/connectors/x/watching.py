"""How long videos were watched (https://docs.x.com/x-api/media/get-media-analytics, read 2026-08).

Which plans have this is not certain, so what X refuses here leaves the other figures as they are. Only limits and
dead tokens end the whole reading.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from socialhub.platforms.api import Api
from socialhub.platforms.errors import Fault, PlatformError
from socialhub.platforms.events import mappings
from socialhub.platforms.metrics import Findings, Lack, Number, Why, as_number

from .metrics import WATCHED

AT_ONCE = 100
REFUSALS: Mapping[Fault, Why] = {
    Fault.PERMISSION: Why.PERMISSION,
    Fault.POLICY: Why.PERMISSION,
    Fault.INVALID_REQUEST: Why.UNKNOWN,
    Fault.NOT_FOUND: Why.UNKNOWN,
    Fault.UNKNOWN: Why.UNKNOWN,
    Fault.SERVER_ERROR: Why.NOT_YET,
    Fault.TIMEOUT: Why.NOT_YET,
}


@dataclass
class Watched:
    """Milliseconds by the key of the file; ``why`` says for a key why there are none."""

    told: dict[str, float] = field(default_factory=dict)
    why: dict[str, Why] = field(default_factory=dict)

    def of(self, films: Sequence[str]) -> Findings:
        """The figure of a post with these files."""
        if not films:
            return Findings()
        known = {key: self.told[key] for key in films if key in self.told}
        if len(known) == len(films):
            return Findings((Number(WATCHED.name, sum(known.values())),), raw={WATCHED.name: known})
        why = next((self.why[key] for key in films if key in self.why), Why.NOT_GIVEN)
        return Findings(lacks=(Lack(WATCHED.name, why),))


def read_watched(api: Api, since: Mapping[str, datetime], now: datetime) -> Watched:
    """How long each file was watched since the time beside its key."""
    watched, keys = Watched(), list(since)
    for first in range(0, len(keys), AT_ONCE):
        asked = keys[first : first + AT_ONCE]
        params = {
            "media_keys": ",".join(asked),
            "start_time": _moment(min(since[key] for key in asked)),
            "end_time": _moment(now),
            "granularity": "total",
            "media_analytics.fields": f"media_key,timestamped_metrics,{WATCHED.name}",
        }
        try:
            body = api.get("2/media/analytics", params=params).body
        except PlatformError as error:
            if error.kind not in REFUSALS:
                raise
            watched.why |= dict.fromkeys(asked, REFUSALS[error.kind])
            continue
        for line in mappings(body.get("data") if isinstance(body, Mapping) else None):
            if (total := _total(line)) is not None:
                watched.told[str(line.get("media_key"))] = total
    return watched


def _total(line: Mapping[str, Any]) -> float | None:
    """The sum of the stretches; the OpenAPI has room for the figure beside them too."""
    stretches = [each.get("metrics") for each in mappings(line.get("timestamped_metrics"))]
    values = [as_number(one.get(WATCHED.name)) for one in stretches if isinstance(one, Mapping)]
    known = [value for value in values if value is not None]
    return sum(known) if known else as_number(line.get(WATCHED.name))


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
