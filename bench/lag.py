"""How punctual: ``python -m bench.lag [--posts 60] [--seconds 120] [--delay 0.3] [--quick] [--json]``.

From the due time to the arrival of the first byte at the provider: text posts spread evenly over some seconds, and
as many due at one instant while each answer takes ``--delay`` seconds. A text post on the provider is three calls;
``first`` is the arrival of the first of them, ``public`` that of the call that makes the post public. Each post has
an account of its own, so that the first call tells which post it is for. ``p50_s``, ``p99_s`` and ``max_s`` are the
worse ones of both, for the first call; ``n`` is how many posts each was measured on.
"""

from __future__ import annotations

from typing import Any

from bench._figures import quantiles, worse
from bench._ground import Ground, ground, lags, main

QUICK_ON = ("sqlite",)
KEYS = ("n", "p50_s", "p99_s", "max_s", "unpublished")


def measure(*, posts: int, seconds: float, delay: float, postgres: bool) -> dict[str, Any]:
    """Both parts; times in seconds."""
    with ground(postgres=postgres, delay=delay) as place:
        accounts = place.accounts(posts)
        place.start_publisher()
        at_once = _part(place, accounts, gap=0.0)
        spread = _part(place, accounts, gap=seconds / posts)
    return {
        "posts": posts,
        "answer_s": delay,
        **worse([at_once, spread], KEYS),
        "burst": at_once,
        "spread": spread,
    }


def _part(place: Ground, accounts: list[Any], *, gap: float) -> dict[str, Any]:
    texts = place.due_posts(accounts, [gap * number for number in range(len(accounts))])
    left = place.wait(texts, within=60 + gap * len(accounts))
    seen = place.seen()
    due_of = {account.external_id: due for account, due in zip(accounts, texts.values(), strict=True)}
    first = sorted(
        at - due_of[name].timestamp() for at, method, name in seen if method == "GET" and name in due_of
    )
    return {
        "n": len(first),
        **quantiles(first),
        **quantiles(lags(seen, texts), "public"),
        "unpublished": left,
    }


if __name__ == "__main__":
    quick = {"posts": 30, "seconds": 4.0}
    main(
        "bench.lag",
        str(__doc__),
        measure,
        keys=KEYS,
        quick=quick,
        quick_on=("sqlite",),
        posts=60,
        seconds=120.0,
        delay=0.3,
    )
