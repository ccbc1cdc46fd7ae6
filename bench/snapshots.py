"""A night of many accounts: ``python -m bench.snapshots [--accounts 10000] [--posts 10] [--quick] [--json]``.

Every account is due at one instant, with its posts; each answer takes ``--delay`` seconds. Real collector processes
read them all while a real publisher sends posts of other accounts on the same two cores. ``seconds`` is from the due
time to the last figure, ``missing`` how many of the expected figures have no row, ``over_quota`` how many accounts
were asked more often than Mastodon lets them (300 calls in five minutes), ``again`` is 1 where a second reading of
the same night, of 200 accounts, changed any row. On PostgreSQL, unless ``--database sqlite``.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from datetime import timedelta
from typing import Any

from bench._figures import quantiles
from bench._ground import ROOT, Ground, ground, lags

PARTS = 3
"""Figures of an account: followers, following, posts."""
OF_A_POST = 4
ALLOWED = 300
REPEATED = 200
LONGEST = 1500.0


def measure(
    *, postgres: bool, accounts: int, posts: int, delay: float, threads: int, gap: float, collectors: int
) -> dict[str, Any]:
    """One night, and once more."""
    with ground(postgres=postgres, delay=delay, COLLECTOR_THREADS=str(threads)) as place:
        read = place.accounts(1)[0]
        senders = place.accounts(20, host="posts.example", workspace="Senders")
        ids = _prepare(read, accounts, posts)
        publisher = place.start_publisher()
        texts = place.due_posts(senders, [gap * number for number in range(int(_guess(accounts) / gap))])
        _due(ids)
        started = time.monotonic()
        working = [_collector(place) for _ in range(collectors)]
        try:
            _wait(ids, started)
            seconds = time.monotonic() - started
            place.wait(_only_due(texts), within=30)
            seen = place.seen()
            first = _missing(ids, accounts, posts)
            before = _fingerprint()
            _due(ids[:REPEATED], again=True)
            _wait(ids[:REPEATED], time.monotonic())
            changed = int(before != _fingerprint())
        finally:
            for each in working:
                each.terminate()
            for each in working:
                each.wait(timeout=60)
            publisher.terminate()
    found = lags(seen, texts)
    return {
        "accounts": accounts,
        "posts": accounts * posts,
        "missing": first,
        "seconds": round(seconds, 1),
        "publish_lag_p99_s": quantiles(found).get("p99_s"),
        "publish_lag_p50_s": quantiles(found).get("p50_s"),
        "published_meanwhile": len(found),
        "over_quota": _over_quota(seen),
        "again": changed,
        "collectors": collectors,
        "threads": threads,
        "answer_s": delay,
    }


def _guess(accounts: int) -> float:
    """For how many seconds posts fall due: at least as long as the reading may take."""
    return max(10.0, accounts * 0.09)


def _prepare(template: Any, accounts: int, posts: int) -> list[int]:
    """Accounts of one workspace with posts that went out in the last days."""
    from django.utils import timezone

    from accounts.models import ConnectedAccount
    from analytics.models import Collection, TrackedPost

    now = timezone.now()
    made = ConnectedAccount.objects.bulk_create(
        [
            ConnectedAccount(
                workspace=template.workspace, platform=template.platform, login=template.login,
                host=f"social{number % 20}.example", handle=f"reader{number}", external_id=f"r{number}",
                access_token=template.access_token,
            )
            for number in range(accounts)
        ],
        batch_size=2000,
    )  # fmt: skip
    TrackedPost.objects.bulk_create(
        [
            TrackedPost(
                account=account, external_id=f"{account.pk}{number:02}", kind="text", found_at=now, told_at=now,
                published_at=now - timedelta(days=1 + number),
            )
            for account in made
            for number in range(posts)
        ],
        batch_size=5000,
    )  # fmt: skip
    Collection.objects.bulk_create([Collection(account=account) for account in made], batch_size=5000)
    return [account.pk for account in made]


def _due(ids: list[int], *, again: bool = False) -> None:
    """Let all be due now; their first night, or the same once more."""
    from django.utils import timezone

    from analytics.models import Collection

    anew: dict[str, Any] = {"night": None, "todo": [], "done_at": None, "through": {}, "asked": {}}
    Collection.objects.filter(account__in=ids).update(next_at=timezone.now(), **(anew if again else {}))


def _collector(place: Ground) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "manage.py", "collector"], cwd=ROOT, env=place.environment, stderr=subprocess.DEVNULL
    )


def _wait(ids: list[int], started: float) -> None:
    """Until every account's night is done."""
    from analytics.models import Collection

    waiting = Collection.objects.filter(account__in=ids, done_at=None)
    beat = threading.Event()
    while waiting.exists():
        if time.monotonic() - started > LONGEST:
            raise TimeoutError(f"{waiting.count()} accounts are not read")
        beat.wait(0.5)


def _only_due(texts: dict[str, Any]) -> dict[str, Any]:
    from django.utils import timezone

    return {text: due for text, due in texts.items() if due < timezone.now() - timedelta(seconds=5)}


def _missing(ids: list[int], accounts: int, posts: int) -> int:
    from analytics.models import AccountSnapshot, PostSnapshot

    there = AccountSnapshot.objects.filter(account__in=ids).count()
    there += PostSnapshot.objects.filter(post__account__in=ids).count()
    return accounts * (PARTS + posts * OF_A_POST) - there


def _fingerprint() -> tuple[Any, ...]:
    """Changes when a row of figures comes or changes."""
    from django.db.models import Count, Max, Sum

    from analytics.models import AccountSnapshot, DayGain, PostSnapshot

    return tuple(
        str(model._default_manager.aggregate(Count("pk"), Max("pk"), Sum("value")))
        for model in (AccountSnapshot, PostSnapshot, DayGain)
    )


def _over_quota(seen: list[tuple[float, str, str]]) -> int:
    asked = Counter(name for _, method, name in seen if method == "GET" and name.startswith("r"))
    return sum(count > ALLOWED for count in asked.values())


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--accounts", type=int, default=10_000)
    parser.add_argument("--posts", type=int, default=10, help="posts an account")
    parser.add_argument("--delay", type=float, default=0.2, help="seconds until an answer")
    parser.add_argument("--threads", type=int, default=16, help="accounts that are read at once")
    parser.add_argument("--collectors", type=int, default=2, help="processes")
    parser.add_argument(
        "--gap", type=float, default=0.5, help="seconds between posts that fall due meanwhile"
    )
    parser.add_argument("--database", choices=("sqlite", "postgres"), default="postgres")
    parser.add_argument("--quick", action="store_true", help="100 accounts, under 40 s")
    parser.add_argument("--json", action="store_true", help="the JSON line alone (it is all there is)")
    options = parser.parse_args()
    found = measure(
        postgres=options.database == "postgres", accounts=100 if options.quick else options.accounts,
        posts=options.posts, delay=options.delay, threads=options.threads, gap=options.gap,
        collectors=options.collectors,
    )  # fmt: skip
    print(json.dumps({"bench": "snapshots", "quick": options.quick, **found, "cores": os.cpu_count()}))


if __name__ == "__main__":
    main()
