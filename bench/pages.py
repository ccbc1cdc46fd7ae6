"""What the main pages cost: ``python -m bench.pages [--rows 10000000] [--quick] [--json]``.

PostgreSQL alone. Server time, queries and size of each page of one workspace with 5,000 posts in five channels, in a
database of that many posts, asked through the whole of Django without a network. Prints a list, one entry a page.
"""

from __future__ import annotations

import argparse
import json
import logging
import time
from typing import Any

from bench._figures import quantile
from bench._ground import ground
from bench._history import History

TIMES = 20
QUICK_ROWS = 100_000
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
}
TOKEN = "a-token-of-the-bench"


def visit(owner: Any, workspace: int) -> list[dict[str, Any]]:
    """Server time in milliseconds, queries, and KiB of HTML (not compressed), of each page."""
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
    for name, path in PAGES.items():
        address = path if path.startswith("/") else f"/w/{slug}/{path}"
        with CaptureQueriesContext(connection) as asked:
            # Nothing publishes here, so that readiness says no; its price is the same.
            response = client.get(address, headers=headers)
            assert response.status_code in {200, 503}, address
            queries = len(asked)
        costs = []
        for _ in range(TIMES):
            started = time.perf_counter()
            client.get(address, headers=headers)
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
                "kib": round(len(response.content) / 1024, 1),
            }
        )
    return found


def measure(*, rows: int) -> list[dict[str, Any]]:
    """All pages."""
    with ground(postgres=True, DEBUG="True", METRICS_TOKEN=TOKEN):
        from django.conf import settings

        settings.DEBUG = False
        history = History(rows, 100)
        history.begin()
        history.grow(rows)
        return [{**page, "rows": rows} for page in visit(history.owner, history.workspace)]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_ROWS:,} rows, under 40 s")
    parser.add_argument("--json", action="store_true", help="the JSON line alone (it is all there is)")
    options = parser.parse_args()
    print(json.dumps(measure(rows=QUICK_ROWS if options.quick else options.rows)))
