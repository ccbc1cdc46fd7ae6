"""Posts a second: ``python -m bench.throughput [--posts 200] [--quick] [--json]``.

That many text posts of one workspace are due at one instant and the provider answers at once. *Ours* is a real
publisher process, counted from the due time to the last arrival at the provider; *bare* is ``bench._bare`` in the
same run with as many threads. On SQLite and on PostgreSQL.
"""

from __future__ import annotations

import subprocess
import sys
from typing import Any

from bench._ground import ROOT, ground, lags, main


def measure(*, posts: int, postgres: bool) -> dict[str, Any]:
    """Both in one run; posts a second."""
    with ground(postgres=postgres) as place:
        from django.conf import settings

        threads = settings.PUBLISHER_THREADS
        command = [sys.executable, "-m", "bench._bare", "--database", place.environment["DATABASE_URL"]]
        command += ["--provider", place.provider, "--posts", str(posts), "--threads", str(threads)]
        bare = posts / float(subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout)
        accounts = place.accounts(20)
        place.start_publisher()
        texts = place.due_posts(accounts, [0.0] * posts)
        left = place.wait(texts, within=120)
        found = lags(place.seen(), texts)
    return {
        "posts": posts,
        "threads": threads,
        "per_s": round(posts / found[-1], 1) if found else None,
        "bare_per_s": round(bare, 1),
        "ratio": round(posts / found[-1] / bare, 2) if found else None,
        "unpublished": left,
        "copies": len(found) - len(set(texts)) + left,
    }


if __name__ == "__main__":
    keys = ("per_s", "bare_per_s", "ratio", "unpublished", "copies")
    main("bench.throughput", str(__doc__), measure, keys=keys, quick={"posts": 100}, posts=200)
