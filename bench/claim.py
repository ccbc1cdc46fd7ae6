"""What a claim costs when history is long: ``python -m bench.claim [--rows 10000000] [--quick] [--json]``.

PostgreSQL alone. One of ten deliveries is scheduled, 10,000 are due, the rest is past; the same is measured at a
hundredth, a tenth and all of the rows. Beside ``claiming.claim(50)``: the same with a workspace of 5,000 due posts
that stands ahead of everybody and holds its share of the threads, ``next_due()``, the pages, ``/readyz``,
``/metrics``, and a real publisher. ``p99_ms`` is that of a claim with all of the rows behind it. The database is
dropped afterwards.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Callable
from typing import Any

from bench._figures import quantile
from bench._ground import Ground, ground, lags
from bench._history import History
from bench.pages import TIMES, TOKEN, visit

CLAIMS, AT_ONCE = 100, 50
QUICK = {"rows": 100_000, "posts": 100, "times": 3}
PAGES = (
    "today", "posts", "posts_attention", "posts_last_page", "calendar_month", "calendar_week", "compose",
    "accounts", "readyz", "metrics",
)  # fmt: skip
"""Those that walk deliveries."""


def measure(*, rows: int, posts: int, times: int) -> dict[str, Any]:
    """Everything, at each size; times in milliseconds."""
    due = min(10_000, rows // 20)
    sizes = [size for size in (rows // 100, rows // 10, rows) if size >= 2 * due]
    found: dict[str, Any] = {"bench": "claim", "rows": rows, "due": due, "claims": CLAIMS, "at_once": AT_ONCE}
    found["load"] = [round(os.getloadavg()[0], 1)]
    with ground(postgres=True, DEBUG="True", METRICS_TOKEN=TOKEN) as place:
        from django.conf import settings

        from publishing import tallies

        settings.DEBUG = False
        history = History(rows, due)
        history.begin()
        for size in sizes:
            started = time.monotonic()
            history.grow(size)
            found[f"at_{size}"] = {"written_in_s": round(time.monotonic() - started, 1), **_claims()}
            found["p99_ms"] = found[f"at_{size}"]["claim_p99_ms"]
        found["load"].append(round(os.getloadavg()[0], 1))
        found["database_mb"] = _size()
        found["pages"] = visit(history.owner, history.workspace, PAGES, times=times)
        found["census_ms"] = round(_timed(tallies.keep), 1)
        found["crowded"] = _crowded(history.crowd())
        found["publisher"] = _publish(place, posts)
    return found


def _claims() -> dict[str, Any]:
    from publishing import claiming
    from publishing.claiming import claim

    claim(AT_ONCE)
    costs = [_timed(lambda: claim(AT_ONCE)) for _ in range(CLAIMS)]
    plan = _plan(lambda: claim(AT_ONCE))
    found = {
        **_spread(costs, "claim"),
        **_spread([_timed(claiming.next_due) for _ in range(CLAIMS)], "next_due"),
        "plan": plan,
    }
    _give_back()
    return found


def _crowded(workspace: int) -> dict[str, Any]:
    """While that workspace holds its share, all its due posts have to be passed by."""
    from publishing.claiming import claim
    from publishing.shares import Crowded

    crowded = Crowded(workspaces=frozenset({workspace}))
    claim(AT_ONCE, crowded=crowded)
    costs = [_timed(lambda: claim(AT_ONCE, crowded=crowded)) for _ in range(CLAIMS)]
    return {**_spread(costs, "claim"), "plan": _plan(lambda: claim(AT_ONCE, crowded=crowded))}


def _publish(place: Ground, posts: int) -> dict[str, float]:
    """A real publisher with this history behind it: posts a second, and what one post costs the database."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE publishing_delivery SET next_at = NULL WHERE next_at < now() + interval '20 minutes'"
        )
        cursor.execute("VACUUM ANALYZE publishing_delivery")
    place.start_publisher()
    texts = place.due_posts(place.accounts(20, workspace="Busy"), [0.0] * posts)
    before = _written()
    left = place.wait(texts, within=120)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), pg_total_relation_size('publishing_steplog') FROM publishing_steplog"
        )
        lines, recorded = cursor.fetchone()
    after, arrived = _written(), lags(place.seen(), texts)
    return {
        "posts": posts,
        "unpublished": left,
        "posts_per_s": round(posts / arrived[-1], 1) if arrived else 0.0,
        "commits_per_post": round((after[0] - before[0]) / posts, 1),
        "recorder_lines_per_post": round(lines / posts, 1),
        "recorder_kb_per_post": round(recorded / posts / 1000, 1),
        "wal_kb_per_post": round((after[1] - before[1]) / posts / 1000, 1),
    }


def _written() -> tuple[int, int]:
    """Commits of this database, and bytes of write-ahead log of the whole server, so far."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute(
            "SELECT xact_commit, pg_current_wal_lsn() - '0/0'::pg_lsn FROM pg_stat_database "
            "WHERE datname = current_database()"
        )
        row = cursor.fetchone()
    return int(row[0]), int(row[1])


def _give_back() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE publishing_delivery SET state = 'scheduled', next_at = due_at, lease_until = NULL "
            "WHERE lease_until IS NOT NULL"
        )
        cursor.execute("VACUUM ANALYZE publishing_delivery")


def _plan(act: Callable[[], object]) -> list[str]:
    """The nodes of the plan of the claim that ``act`` makes: what, on which index, rows and milliseconds."""
    from django.db import connection

    seen: list[tuple[str, Any]] = []

    def listen(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.lstrip().startswith("WITH due"):
            seen.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(listen):
        act()
    with connection.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {seen[0][0]}", seen[0][1])
        plan = cursor.fetchone()[0]
        cursor.execute("ROLLBACK")
    top = (json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"]
    blocks = top["Shared Hit Blocks"] + top["Shared Read Blocks"]
    return [f"{blocks} blocks of 8 kB", *_nodes(top)]


def _nodes(plan: dict[str, Any], depth: int = 0) -> list[str]:
    index = f" on {plan['Index Name']}" if "Index Name" in plan else ""
    passed = f", {plan['Rows Removed by Filter']} passed by" if plan.get("Rows Removed by Filter") else ""
    took = f"{plan['Actual Rows']} rows{passed}, {plan['Actual Total Time']:.1f} ms"
    line = f"{'  ' * depth}{plan['Node Type']}{index}: {took}"
    return [line, *(each for part in plan.get("Plans", []) for each in _nodes(part, depth + 1))]


def _size() -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database()) / 1000000")
        return int(cursor.fetchone()[0])


def _timed(act: Callable[[], object]) -> float:
    started = time.perf_counter()
    act()
    return (time.perf_counter() - started) * 1000


def _spread(costs: list[float], name: str) -> dict[str, float]:
    costs = sorted(costs)
    return {
        f"{name}_p50_ms": round(quantile(costs, 0.5), 2),
        f"{name}_p99_ms": round(quantile(costs, 0.99), 2),
        f"{name}_max_ms": round(costs[-1], 2),
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--quick", action="store_true", help="100,000 rows, under 40 s")
    parser.add_argument("--json", action="store_true", help="the JSON line alone (it is all there is)")
    options = parser.parse_args()
    print(
        json.dumps(measure(**QUICK) if options.quick else measure(rows=options.rows, posts=500, times=TIMES))
    )
