"""Kinds of posts, and labels, beside each other: medians, so that one post decides nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from zoneinfo import ZoneInfo

from analytics.mixing import Mixable
from analytics.queries.samples import Basis, Sample, basis_of, labelled, published, samples, values
from analytics.wishes import Wish
from publishing.views.shapes import KINDS
from socialhub.platforms.values import Kind

THIN = 3
NONE = "no label"


@dataclass(frozen=True)
class Group:
    """Posts of a kind or label: how many, with figures, and their medians. ``share`` is for the bar, 0 to 100."""

    name: str
    posts: int
    measured: int
    success: float | None
    views: float | None
    reach: float | None
    engagements: float | None
    against: float | None

    @property
    def is_thin(self) -> bool:
        """Whether it says little."""
        return self.measured < THIN


@dataclass(frozen=True)
class Comparison:
    """Both tables on one basis, with the median over all posts."""

    basis: Basis
    usual: float | None
    posts: int
    kinds: list[Group]
    labels: list[Group]


def comparison(accounts: Mixable, wish: Wish, zone: ZoneInfo) -> Comparison:
    """Of the posts that went out in the period, in two questions."""
    rows = published(accounts, wish.period, zone, label=wish.label)
    posts = samples(rows, zone)
    basis = basis_of(posts)
    usual = median(found) if (found := values(posts, basis)) else None
    by_kind: dict[str, list[Sample]] = defaultdict(list)
    by_label: dict[str, list[Sample]] = defaultdict(list)
    names = labelled(rows)
    for post in posts:
        by_kind[_kind(post.kind)].append(post)
        for name in names.get(post.post, [NONE]):
            by_label[name].append(post)
    has_labels = set(by_label) - {NONE}
    return Comparison(
        basis, usual, len(posts), _groups(by_kind.items(), basis, usual),
        _groups(by_label.items(), basis, usual) if has_labels else [],
    )  # fmt: skip


def _kind(kind: str) -> str:
    return KINDS[Kind(kind)] if kind in set(Kind) else "Unknown"


def _groups(found: Iterable[tuple[str, Sequence[Sample]]], basis: Basis, usual: float | None) -> list[Group]:
    made = [_group(name, posts, basis, usual) for name, posts in found]
    return sorted(made, key=lambda group: (group.success is None, -(group.success or 0), group.name))


def _group(name: str, posts: Sequence[Sample], basis: Basis, usual: float | None) -> Group:
    measured = values(posts, basis)
    success = median(measured) if measured else None

    def middle(key: str) -> float | None:
        known = [value for post in posts if (value := getattr(post, key)) is not None]
        return median(known) if known else None

    against = success / usual - 1 if success is not None and usual else None
    return Group(
        name,
        len(posts),
        len(measured),
        success,
        middle("views"),
        middle("reach"),
        middle("engagements"),
        against,
    )
