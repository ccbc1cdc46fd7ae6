"""A slow neighbour: ``python -m bench.neighbour [--posts 60] [--slow 25] [--gap 0.5] [--quick] [--json]``.

One server answers after ``--slow`` seconds and has more due posts than the publisher has threads. Meanwhile posts of
another workspace on another server fall due one after the other, ``--gap`` seconds apart. The figures are the lag of
those others, first alone, then beside the slow one, which is what ``p99_s`` is of.
"""

from __future__ import annotations

from typing import Any

from bench._figures import quantiles
from bench._ground import Ground, ground, lags, main

QUICK_ON = ("sqlite",)


def measure(*, posts: int, slow: float, gap: float, postgres: bool) -> dict[str, Any]:
    """Lag of the others in seconds, alone and beside the slow server."""
    with ground(postgres=postgres, slow=slow) as place:
        from django.conf import settings

        others = place.accounts(10, workspace="Others")
        slow_ones = place.accounts(4, host="slow.example", workspace="Slow")
        place.start_publisher()
        alone, _ = _others(place, others, posts, gap)
        stuck = place.due_posts(slow_ones, [0.0] * settings.PUBLISHER_THREADS * 2)
        beside, waiting = _others(place, others, posts, gap, stuck)
    return {
        "posts": posts,
        "n": len(beside),
        **quantiles(beside),
        "slow_answer_s": slow,
        "slow_posts": len(stuck),
        "slow_unpublished_meanwhile": waiting,
        **quantiles(alone, "alone"),
        "unpublished": posts - len(beside),
    }


def _others(
    place: Ground, accounts: list[Any], posts: int, gap: float, stuck: dict[str, Any] | None = None
) -> tuple[list[float], int]:
    texts = place.due_posts(accounts, [gap * number for number in range(posts)])
    place.wait(texts, within=60 + gap * posts)
    return lags(place.seen(), texts), place.wait(stuck, within=0) if stuck else 0


if __name__ == "__main__":
    keys = ("n", "p50_s", "p99_s", "max_s", "unpublished")
    quick = {"posts": 20, "slow": 8.0, "gap": 0.15}
    main(
        "bench.neighbour",
        str(__doc__),
        measure,
        keys=keys,
        quick=quick,
        quick_on=("sqlite",),
        posts=60,
        slow=25.0,
        gap=0.5,
    )
