"""The figures of a period: value, change, days, and how much of the whole they stand for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from accounts.models import ConnectedAccount
from analytics.asking import Line
from analytics.formulas import ENGAGED, total_of
from analytics.mixing import Mixable
from analytics.queries.gains import Gains
from analytics.wishes import Period
from socialhub.platforms import registry
from socialhub.platforms.metrics import MEANINGS, Metric


class Tile(NamedTuple):
    """A figure of the overview: what it is made of, and what it says."""

    key: str
    label: str
    text: str
    parts: tuple[Metric, ...]
    is_share: bool = False
    is_level: bool = False


TILES: Mapping[str, Tile] = {
    tile.key: tile
    for tile in (
        Tile("views", "Views", MEANINGS[Metric.VIEWS].text, (Metric.VIEWS,)),
        Tile(
            "reach", "Reach of posts",
            "People, counted once per post: somebody who saw two posts counts twice. What all posts gained.",
            (Metric.REACH,),
        ),
        Tile(
            "engagements", "Engagements",
            "Likes + comments + shares + reposts + quotes + saves, as far as each platform counts them.", ENGAGED,
        ),
        Tile("rate", "Engagement rate", "Engagements ÷ {base}, of channels that give both.", ENGAGED, True),
        Tile("clicks", "Link clicks", MEANINGS[Metric.CLICKS].text, (Metric.CLICKS,)),
        Tile("saves", "Saves", MEANINGS[Metric.SAVES].text, (Metric.SAVES,)),
        Tile(
            "followers", "Followers",
            "How many follow the channels on the last night; the change is against the night before the first day.",
            (Metric.FOLLOWERS,), is_level=True,
        ),
    )
}  # fmt: skip
BASE_WORDS = {Metric.REACH: "reach", Metric.VIEWS: "views"}


class Point(NamedTuple):
    """A day of a figure. A value of None is a day without one; ``is_gap`` says that it was not read in time."""

    day: date
    value: float | None
    is_gap: bool = False


@dataclass(frozen=True)
class Figure:
    """A tile's content. ``before`` and ``after`` are what the change is between: the same channels in both."""

    tile: Tile
    text: str
    value: float | None
    before: float | None
    after: float | None
    points: tuple[Point, ...]
    former: tuple[Point, ...]
    covered: int
    of: int
    compared: int
    as_of: datetime | None = None
    why: tuple[str, ...] = ()
    last: tuple[float, date] | None = None

    @property
    def unread(self) -> int:
        """Days of which nobody knows how the gain spread."""
        return sum(point.is_gap for point in self.points)

    @property
    def values(self) -> list[float | None]:
        """The days as a line."""
        return [point.value for point in self.points]

    @property
    def change(self) -> float | None:
        """Against the period before: a part of it, or for shares the difference."""
        if self.before is None or self.after is None:
            return None
        if self.tile.is_share:
            return self.after - self.before
        return self.after / self.before - 1 if self.before else None


def figures(accounts: Mixable, period: Period, gains: Gains, levels: Iterable[Line]) -> dict[str, Figure]:
    """All of them, from sums that were asked for."""
    levels_of = _levels(levels)
    return {
        tile.key: _followers(tile, accounts, period, levels_of)
        if tile.is_level
        else _rate(tile, accounts, period, gains)
        if tile.is_share
        else _summed(tile, accounts, period, gains)
        for tile in TILES.values()
    }


def missing(gains: Gains) -> list[str]:
    """Metrics of tiles that no account gave in the period."""
    given = {metric for (_, half), sums in gains.accounts.items() if half == "now" for metric in sums}
    wanted = {
        part for tile in TILES.values() if len(tile.parts) == 1 and not tile.is_level for part in tile.parts
    }
    return sorted(wanted - given)


def _summed(tile: Tile, accounts: Mixable, period: Period, gains: Gains) -> Figure:
    sums = {
        half: {
            pk: value
            for (pk, when), found in gains.accounts.items()
            if when == half and (value := total_of(found, tile.parts)) is not None
        }
        for half in ("now", "before")
    }
    both = sums["now"].keys() & sums["before"].keys()
    last = gains.last.get(tile.parts[0]) if len(tile.parts) == 1 else None
    return _figure(
        tile, accounts, period, gains.unknown,
        lambda day: total_of(gains.days.get(day, {}), tile.parts),
        value=sum(sums["now"].values()) if sums["now"] else None,
        before=sum(sums["before"][pk] for pk in both) if both else None,
        after=sum(sums["now"][pk] for pk in both) if both else None,
        covered=set(sums["now"]), compared=len(both), last=last,
    )  # fmt: skip


def _rate(tile: Tile, accounts: Mixable, period: Period, gains: Gains) -> Figure:
    base = gains.base()
    now, before = set(gains.givers(base)), set(gains.givers(base, "before"))
    value, both = _share(gains, now, "now", base), now & before
    return _figure(
        tile, accounts, period, gains.unknown, gains.based.get,
        value=value, before=_share(gains, both, "before", base), after=_share(gains, both, "now", base),
        covered=now if value is not None else set(), compared=len(both), base=base,
    )  # fmt: skip


def _share(gains: Gains, of: set[int], half: str, base: Metric | None) -> float | None:
    if base is None:
        return None
    found = [gains.accounts[pk, half] for pk in of]
    engaged = [value for sums in found if (value := total_of(sums, ENGAGED)) is not None]
    whole = sum(sums[base] for sums in found)
    return sum(engaged) / whole if engaged and whole else None


Levels = Mapping[int, Mapping[date, float]]


def _levels(lines: Iterable[Line]) -> dict[int, dict[date, float]]:
    """By account and by the local day that ended in the night."""
    found: dict[int, dict[date, float]] = {}
    for line in lines:
        if (
            line.what == "level"
            and line.number is not None
            and line.day is not None
            and line.value is not None
        ):
            found.setdefault(line.number, {})[line.day - timedelta(days=1)] = line.value
    return found


def _followers(tile: Tile, accounts: Mixable, period: Period, levels: Levels) -> Figure:
    """A level is carried on over nights that were not read; a day counts when all channels are known by then."""
    known = {pk: days for pk, days in levels.items() if any(day <= period.last for day in days)}
    filled = {pk: _carried(days, period) for pk, days in known.items()}

    def all_of(day: date) -> float | None:
        found = [days.get(day) for days in filled.values()]
        return sum(value for value in found if value is not None) if found and None not in found else None

    read = {day for days in known.values() for day in days}
    start = period.first - timedelta(days=1)
    ends = {pk: days.get(period.last) for pk, days in filled.items()}
    starts = {pk: days.get(start) for pk, days in filled.items()}
    both = [pk for pk in known if starts[pk] is not None and ends[pk] is not None]
    last = max(read, default=None)
    unread = {
        day for day in period.days if read and day not in read and last is not None and min(read) < day < last
    }
    return _figure(
        tile, accounts, period, unread,
        lambda day: all_of(day) if last is not None and day <= last else None,
        value=sum(value for value in ends.values() if value is not None) if known else None,
        before=sum(starts[pk] or 0 for pk in both) if both else None,
        after=sum(ends[pk] or 0 for pk in both) if both else None,
        covered=set(known), compared=len(both),
    )  # fmt: skip


def _carried(days: Mapping[date, float], period: Period) -> dict[date, float]:
    """Each day with the level that was known last."""
    found: dict[date, float] = {}
    latest = None
    for day in (period.before.first - timedelta(days=1), *period.before.days, *period.days):
        latest = days.get(day, latest)
        if latest is not None:
            found[day] = latest
    return found


def _figure(
    tile: Tile,
    accounts: Mixable,
    period: Period,
    unknown: set[date],
    value_of: Callable[[date], float | None],
    *,
    value: float | None,
    before: float | None,
    after: float | None,
    covered: set[int],
    compared: int,
    base: Metric | None = None,
    last: tuple[float, date] | None = None,
) -> Figure:
    def points(of: Period) -> tuple[Point, ...]:
        return tuple(
            Point(day, None if day in unknown else value_of(day), bool(covered) and day in unknown)
            for day in of.days
        )

    giving = [account for account in accounts if account.pk in covered]
    text = tile.text.format(base=BASE_WORDS.get(base or Metric.REACH, "reach"))
    return Figure(
        tile, text, value, before, after, points(period), points(period.before), len(giving), len(accounts),
        compared, _read_at(giving), reasons(tile, [each for each in accounts if each.pk not in covered]), last,
    )  # fmt: skip


def _read_at(accounts: Sequence[ConnectedAccount]) -> datetime | None:
    """When all of them had been read."""
    read = [
        state.done_at for each in accounts if (state := getattr(each, "collection", None)) and state.done_at
    ]
    return min(read, default=None)


def reasons(tile: Tile, accounts: Iterable[ConnectedAccount]) -> tuple[str, ...]:
    """Why channels give nothing to a figure, each platform once."""
    return tuple(dict.fromkeys(reason(account, tile.parts) for account in accounts))


def reason(account: ConnectedAccount, parts: Sequence[Metric]) -> str:
    """Why a channel gives none of these figures."""
    try:
        connector = registry.get(account.platform)
    except LookupError:
        return f"{account.platform}: no longer known here."
    if connector.insights is None:
        return f"{connector.name}: SocialHub reads no figures here yet."
    table = connector.insights.table
    left_out = [table.left_out[part] for part in parts if part in table.left_out]
    if len(left_out) == len(parts):
        return f"{connector.name}: {left_out[0]}"
    state = getattr(account, "collection", None)
    if state is not None and state.reason:
        return f"{connector.name}: not read. {state.reason}"
    if state is None or state.done_at is None:
        return f"{connector.name}: the first figures come in the night."
    return f"{connector.name}: nothing was given for these days."
