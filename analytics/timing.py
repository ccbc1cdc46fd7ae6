"""When posts do well: by the hour at which they went out, with the evidence, and nothing where it is thin.

Everything here is a median, so one post that went through the roof moves nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter
from statistics import median
from typing import NamedTuple
from zoneinfo import ZoneInfo

from analytics.queries.samples import Basis, Sample, basis_of

LEAST_POSTS = 20
LEAST_IN_SLOT = 3
LEVELS = 5


class Slot(NamedTuple):
    """An hour of a weekday, Monday is 0, in the zone of the workspace."""

    weekday: int
    hour: int


@dataclass(frozen=True)
class Cell:
    """The posts of a slot: their median, how many they are and how many weeks they are from."""

    slot: Slot
    value: float
    posts: int
    weeks: int
    level: int = 0


@dataclass(frozen=True)
class Heat:
    """All slots that have posts with figures, on one basis. ``usual`` is the median over all posts."""

    basis: Basis
    cells: dict[Slot, Cell]
    usual: float | None
    posts: int
    left_out: int


@dataclass(frozen=True)
class Suggestion:
    """The slot to try, or why there is none (``reason``)."""

    cell: Cell | None
    usual: float | None
    basis: Basis
    posts: int
    reason: str = ""

    @property
    def times(self) -> float | None:
        """How many times the usual figure the slot brings."""
        return self.cell.value / self.usual if self.cell and self.usual else None


Valued = dict[Slot, list[tuple[float, int]]]
"""By slot, the figures of its posts, each with the Monday of its week as an ordinal."""


def heat(posts: Sequence[Sample], zone: ZoneInfo) -> Heat:
    """The posts by the slot at which they went out."""
    basis = basis_of(posts)
    return _heat(basis, _by_slot(posts, basis, zone), len(posts))


def _by_slot(posts: Sequence[Sample], basis: Basis, zone: ZoneInfo) -> Valued:
    found: dict[tuple[int, int], list[tuple[float, int]]] = defaultdict(list)
    figure_of = attrgetter(basis.key)
    for post in posts:
        if (value := figure_of(post)) is not None:
            local = post.at.astimezone(zone)
            ordinal = local.toordinal()
            weekday = (ordinal + 6) % 7
            found[weekday, local.hour].append((value, ordinal - weekday))
    return {Slot(*key): values for key, values in found.items()}


def _heat(basis: Basis, by_slot: Valued, posts: int) -> Heat:
    everything = [value for found in by_slot.values() for value, _ in found]
    cells = {
        slot: Cell(slot, median(value for value, _ in found), len(found), len({week for _, week in found}))
        for slot, found in by_slot.items()
    }
    usual = median(everything) if everything else None
    return Heat(basis, _graded(cells), usual, len(everything), posts - len(everything))


def _graded(cells: dict[Slot, Cell]) -> dict[Slot, Cell]:
    """Tints by rank, so that one extreme does not leave all others pale."""
    order = sorted({cell.value for cell in cells.values()})
    if not order:
        return {}
    places = {value: place for place, value in enumerate(order)}
    most = len(order)
    return {
        slot: Cell(slot, cell.value, cell.posts, cell.weeks, 1 + places[cell.value] * LEVELS // most)
        for slot, cell in cells.items()
    }


def suggest(posts: Sequence[Sample], zone: ZoneInfo) -> Suggestion:
    """The best slot of one account's posts: above the usual, and still above it without its best post."""
    basis = basis_of(posts)
    by_slot = _by_slot(posts, basis, zone)
    found = _heat(basis, by_slot, len(posts))

    def none(reason: str) -> Suggestion:
        return Suggestion(None, found.usual, found.basis, found.posts, reason)

    if found.posts < LEAST_POSTS:
        return none(f"{found.posts} of the {LEAST_POSTS} posts with figures that a suggestion needs.")
    thick = [cell for cell in found.cells.values() if cell.posts >= LEAST_IN_SLOT]
    if not thick:
        return none(f"No hour has {LEAST_IN_SLOT} posts yet.")
    usual = found.usual or 0
    for cell in sorted(thick, key=lambda cell: (-cell.value, -cell.posts, cell.slot)):
        if cell.value <= usual:
            break
        if median(sorted(value for value, _ in by_slot[cell.slot])[:-1]) > usual:
            return Suggestion(cell, found.usual, found.basis, found.posts)
    return none("No hour stands out: all do about as well as usual.")
