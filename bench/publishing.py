"""How fast and how punctually a publisher works: ``python -m bench.publishing [--posts 60] [--json]``.

Text posts to one simulated Mastodon account, a real publisher process, a database of its own (SQLite, or
PostgreSQL where DATABASE_URL names one). First all posts are due at one instant (throughput), then they are due
one after the other (lag from the due time to the platform's answer). The sandbox and the publisher
share the machine, so these are figures of the whole.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
import time
from datetime import timedelta
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "socialhub.settings")


def measure(posts: int, seconds: float) -> dict[str, object]:
    """Run both parts; times in seconds."""
    from tests.stack import running

    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as stack:
        os.environ.update(stack.environment)
        import django

        django.setup()
        account = _account(stack.control)
        burst = _run(account, posts, timedelta(seconds=2), 0.0)
        spread = _run(account, posts, timedelta(seconds=2), seconds / posts)
    return {
        "bench": "publishing",
        "database": "postgresql" if "postgres" in stack.database_url else "sqlite",
        "posts": posts,
        "burst_per_s": round(posts / burst["whole"], 1),
        "burst_lag_p50_s": burst["p50"],
        "burst_lag_p99_s": burst["p99"],
        "spread_lag_p50_s": spread["p50"],
        "spread_lag_p99_s": spread["p99"],
        "unpublished": burst["left"] + spread["left"],
    }


def _account(control: object) -> object:
    from accounts.membership import create_workspace
    from accounts.models import User
    from tests.hub import connect

    control.enforce_limits(False)  # type: ignore[attr-defined]
    owner = User.objects.create_user("bench@northwind.test", "a long enough word", name="Bench")
    workspace = create_workspace(owner=owner, name="Bench", zone="UTC")
    return connect(control, workspace, "mastodon", host="social.example")  # type: ignore[arg-type]


def _run(account: object, posts: int, ahead: timedelta, gap: float) -> dict[str, float]:
    from django.utils import timezone

    from publishing import scheduling
    from publishing.composing import Composition, Target, save
    from publishing.models import Delivery
    from publishing.states import State

    start = timezone.now() + ahead + timedelta(milliseconds=25 * posts)
    keys = []
    for number in range(posts):
        composition = Composition((f"Post {number} of {start:%H:%M:%S}",), (Target(account.pk),))  # type: ignore[attr-defined]
        post = save(workspace=account.workspace, author=None, composition=composition)  # type: ignore[attr-defined]
        scheduling.schedule(post, start + timedelta(seconds=gap * number))
        keys.append(post.deliveries.get().pk)
    rows = Delivery.objects.filter(pk__in=keys)
    end = time.monotonic() + 120 + gap * posts
    while rows.exclude(state=State.PUBLISHED).exists() and time.monotonic() < end:
        time.sleep(0.2)
    lags = sorted(
        (row.published_at - row.due_at).total_seconds() for row in rows if row.published_at and row.due_at
    )
    latest = max((row.published_at for row in rows if row.published_at), default=start)
    return {
        "whole": max((latest - start).total_seconds(), 0.001),
        "p50": round(statistics.median(lags), 3),
        "p99": round(lags[min(len(lags) - 1, int(len(lags) * 0.99))], 3),
        "left": posts - len(lags),
    }


def main() -> None:
    """Parse, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--posts", type=int, default=60)
    parser.add_argument("--seconds", type=float, default=30.0, help="over how long the second part is spread")
    parser.add_argument("--json", action="store_true", help="the JSON line alone")
    options = parser.parse_args()
    print(json.dumps(measure(options.posts, options.seconds)))


if __name__ == "__main__":
    main()
