"""Figures that we derive, each by a declared formula that is shown beside it.

A part that a platform does not give is left out of a sum, and the sum is absent where it has no part at all: it is
then not zero. Where a platform's terms forbid derived figures (``Policy.may_mix_with_others`` is false) none is made.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from socialhub.platforms.metrics import Metric

Totals = Mapping[str, float]


@dataclass(frozen=True)
class Formula:
    """A derived figure: ``label`` and ``text`` for people, ``of`` what it is made of. ``is_share``: 0 to 1."""

    name: str
    label: str
    text: str
    of: Callable[[Totals], float | None]
    is_share: bool = False


SPREAD = (Metric.SHARES, Metric.REPOSTS, Metric.QUOTES)
ENGAGED = (Metric.LIKES, Metric.COMMENTS, *SPREAD, Metric.SAVES)


def total_of(totals: Totals, parts: tuple[Metric, ...]) -> float | None:
    """The sum of the parts that are there; ``None`` where none is."""
    known = [totals[part] for part in parts if part in totals]
    return sum(known) if known else None


def _rate(totals: Totals, base: Metric) -> float | None:
    engaged, whole = total_of(totals, ENGAGED), totals.get(base)
    return engaged / whole if engaged is not None and whole else None


FORMULAS: Mapping[str, Formula] = {
    formula.name: formula
    for formula in (
        Formula(
            "spread", "Shares", "Shares + reposts + quotes, as far as the platform counts them.",
            lambda totals: total_of(totals, SPREAD),
        ),
        Formula(
            "engagements", "Engagements", "Likes + comments + shares + reposts + quotes + saves, as far as given.",
            lambda totals: total_of(totals, ENGAGED),
        ),
        Formula(
            "rate_by_reach", "Engagement rate by reach", "Engagements ÷ reach. Absent where reach is not given.",
            lambda totals: _rate(totals, Metric.REACH), is_share=True,
        ),
        Formula(
            "rate_by_views", "Engagement rate by views", "Engagements ÷ views. Absent where views are not given.",
            lambda totals: _rate(totals, Metric.VIEWS), is_share=True,
        ),
        Formula(
            "rate_by_followers", "Engagement rate by followers",
            "Engagements ÷ followers of the account when it was read.",
            lambda totals: _rate(totals, Metric.FOLLOWERS), is_share=True,
        ),
    )
}  # fmt: skip


def derived(totals: Totals) -> dict[str, float]:
    """Everything that can be derived from these figures (those of a post, with the account's followers)."""
    found = {name: formula.of(totals) for name, formula in FORMULAS.items()}
    return {name: value for name, value in found.items() if value is not None}
