"""What somebody wants to see, as the address of a page says it: days, channel, label, order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from socialhub.platforms.metrics import midnight

PRESETS = {"7": 7, "28": 28, "90": 90}
USUAL, CUSTOM = "28", "custom"
LONGEST = 366
EARLIEST = date(2004, 2, 4)
"""Before this no platform of today had anything to measure."""
FIELDS = ("range", "from", "to", "channel", "label", "compare", "metric", "sort", "kind", "made", "q")


@dataclass(frozen=True)
class Period:
    """Local days, first and last included."""

    first: date
    last: date

    @property
    def length(self) -> int:
        """How many days."""
        return (self.last - self.first).days + 1

    @cached_property
    def days(self) -> tuple[date, ...]:
        """Every one of them."""
        return tuple(self.first + timedelta(days=n) for n in range(self.length))

    @property
    def before(self) -> Period:
        """As many days before it."""
        return Period(self.first - timedelta(days=self.length), self.first - timedelta(days=1))

    def instants(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """When it begins, and the instant after its end."""
        return midnight(self.first, zone.key), midnight(self.last + timedelta(days=1), zone.key)


@dataclass(frozen=True)
class Wish:
    """Read from a query string; what makes no sense there is left out."""

    period: Period
    range: str = USUAL
    channel: int | None = None
    label: int | None = None
    compares: bool = True
    metric: str = ""
    sort: str = ""
    kind: str = ""
    made: str = ""
    q: str = ""
    typed: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, query: Mapping[str, str], today: date) -> Wish:
        """The wish of an address; the days end with yesterday, the last day that is over."""
        typed = {name: query.get(name, "").strip()[:100] for name in FIELDS}
        named, period = _period(typed, today - timedelta(days=1))
        return cls(
            period, named, _number(typed["channel"]), _number(typed["label"]), typed["compare"] != "no",
            typed["metric"], typed["sort"], typed["kind"], typed["made"], typed["q"],
            {name: value for name, value in typed.items() if value},
        )  # fmt: skip

    def query(self, **other: str) -> str:
        """As a query string, with some of it changed; an empty value takes a part away."""
        kept = {name: value for name, value in {**self.typed, **other}.items() if value}
        return urlencode(kept)

    def hidden(self, *but: str) -> Iterator[tuple[str, str]]:
        """What a form carries along: all but the fields that it has itself."""
        return ((name, value) for name, value in self.typed.items() if name not in but)


def _period(typed: Mapping[str, str], last: date) -> tuple[str, Period]:
    named = typed["range"] or (CUSTOM if typed["from"] or typed["to"] else USUAL)
    if named == CUSTOM:
        try:
            first, end = date.fromisoformat(typed["from"]), date.fromisoformat(typed["to"])
        except ValueError:
            named = USUAL
        else:
            first, end = min(first, end), max(first, end)
            end = min(end, last)
            end = max(end, EARLIEST)
            return CUSTOM, Period(max(min(first, end), end - timedelta(days=LONGEST - 1)), end)
    length = PRESETS.get(named, PRESETS[USUAL])
    return named if named in PRESETS else USUAL, Period(last - timedelta(days=length - 1), last)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else None
