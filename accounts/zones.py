"""Time zones: IANA names, checked against the data that is installed."""

from __future__ import annotations

import functools
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError

# Areas that hold places. The rest ("Etc", "posix", "EST5EDT") is history or trap, though still valid.
_AREAS = ("Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")


def validate_time_zone(name: str) -> None:
    """Refuse a name that this machine cannot turn into local times."""
    if name not in available_timezones():
        raise ValidationError(
            "%(name)s is no time zone. Write it like Europe/Berlin.", code="time_zone", params={"name": name}
        )


@functools.cache
def time_zone_choices() -> list[tuple[str, str]]:
    """The zones to offer, by name, UTC first."""
    places = sorted(name for name in available_timezones() if name.partition("/")[0] in _AREAS)
    return [("UTC", "UTC"), *[(name, name.replace("_", " ")) for name in places]]
