"""What the pages cost: ``python -m bench.pages [--rows 10000000] [--snapshots 10000000] [--only posts] [--quick]``.

PostgreSQL alone. Server time, queries and size of each page of one workspace with 5,000 posts in five channels, in a
database of that many posts and that many figures of posts, asked through the whole of Django without a network. The
figures are those of the first 40,000 posts. Prints a list, one entry a page.
"""

from __future__ import annotations

import argparse
import json
import logging
import time
from collections.abc import Collection
from typing import Any

from bench._figures import quantile
from bench._ground import ground
from bench._history import History
from bench._snapshots import write

TIMES, QUICK_TIMES = 20, 3
QUICK_ROWS, QUICK_SNAPSHOTS = 100_000, 100_000
FIGURED = 40_000
"""So many posts have figures: those of eight workspaces."""
# name → address, under the workspace where it does not begin with a slash
PAGES = {
    "today": "",
    "posts": "posts/",
    "posts_attention": "posts/?show=attention",
    "posts_search": "posts/?q=of+a+long",
    "posts_last_page": "posts/?page=199",
    "calendar_month": "calendar/month/",
    "calendar_week": "calendar/week/",
    "compose": "compose/",
    "accounts": "accounts/",
    "readyz": "/readyz",
    "metrics": "/metrics",
    "analytics_overview": "analytics/",
    "analytics_90_days": "analytics/?range=90",
    "analytics_posts": "analytics/posts/?range=90",
    "analytics_posts_by_views": "analytics/posts/?range=90&sort=-views",
    "analytics_post": "analytics/posts/{post}/",
    "analytics_account": "analytics/accounts/{account}/?range=90",
    "analytics_best_time": "analytics/best-time/",
    "analytics_comparison": "analytics/comparison/?range=90",
    "analytics_audience": "analytics/audience/",
    "analytics_publishing": "analytics/publishing/?range=90",
    "analytics_export": "analytics/export/days.csv?range=90",
}
TOKEN = "a-token-of-the-bench"


def visit(owner: Any, workspace: int, names: Collection[str], *, times: int) -> list[dict[str, Any]]:
    """Server time in milliseconds, queries, and KiB of HTML (not compressed), of these pages."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from accounts.models import Workspace

    logging.getLogger("django.request").setLevel(logging.CRITICAL)
    client = Client(SERVER_NAME="localhost")
    client.force_login(owner)
    slug = Workspace.objects.get(pk=workspace).slug
    headers = {"Authorization": f"Bearer {TOKEN}"}
    client.get(f"/w/{slug}/", headers=headers)  # the session learns the workspace once
    found = []
    for name in names:
        path = PAGES[name]
        address = path if path.startswith("/") else f"/w/{slug}/{path.format(**_some(workspace))}"
        with CaptureQueriesContext(connection) as asked:
            # Nothing publishes here, so that readiness says no; its price is the same.
            response = client.get(address, headers=headers)
            size = sum(map(len, response)) if response.streaming else len(response.content)
            assert response.status_code in {200, 503}, (address, response.status_code)
            queries = len(asked)
        costs = []
        for _ in range(times):
            started = time.perf_counter()
            answer = client.get(address, headers=headers)
            if answer.streaming:
                list(answer)
            costs.append((time.perf_counter() - started) * 1000)
            if sum(costs) > 20_000:
                break
        costs.sort()
        found.append(
            {
                "page": name,
                "p50_ms": round(quantile(costs, 0.5), 1),
                "p95_ms": round(quantile(costs, 0.95), 1),
                "max_ms": round(costs[-1], 1),
                "queries": queries,
                "kib": round(size / 1024, 1),
            }
        )
    return found


def _some(workspace: int) -> dict[str, int]:
    """A post and an account of the workspace that have figures."""
    from analytics.models import TrackedPost

    row = (
        TrackedPost.objects.filter(account__workspace=workspace)
        .order_by("pk")
        .values("pk", "account")
        .first()
    )
    return {"post": row["pk"], "account": row["account"]} if row else {"post": 0, "account": 0}


def measure(*, rows: int, snapshots: int, only: str, times: int) -> dict[str, Any]:
    """All pages whose name has ``only`` in it, and the worst of each figure."""
    with ground(postgres=True, DEBUG="True", METRICS_TOKEN=TOKEN):
        from django.conf import settings

        settings.DEBUG = False
        history = History(rows, 100)
        history.begin()
        history.grow(rows)
        figures = write(snapshots, FIGURED)
        pages = visit(history.owner, history.workspace, [name for name in PAGES if only in name], times=times)
    worst = {name: max((page[name] for page in pages), default=None) for name in ("p95_ms", "queries")}
    return {"bench": "pages", "rows": rows, "snapshots": figures, **worst, "pages": pages}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--snapshots", type=int, default=10_000_000)
    parser.add_argument("--only", default="", help="pages whose name has this in it")
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_ROWS:,} rows of each, under 40 s")
    parser.add_argument("--json", action="store_true", help="the JSON line alone (it is all there is)")
    options = parser.parse_args()
    times = TIMES
    if options.quick:
        options.rows, options.snapshots, times = QUICK_ROWS, QUICK_SNAPSHOTS, QUICK_TIMES
    print(json.dumps(measure(rows=options.rows, snapshots=options.snapshots, only=options.only, times=times)))
