"""What publishing itself stands on: the database, the keys, the processes and the rows that wait for them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Q
from django_q.brokers import get_broker
from django_q.conf import Conf
from django_q.models import OrmQ
from redis.exceptions import RedisError

from accounts.clock import database_now
from accounts.heartbeats import PUBLISHER, SILENCE, WORKER
from accounts.models import Heartbeat
from publishing.models import Delivery
from publishing.states import State
from socialhub import vitals
from socialhub.checks import reads_like_an_example
from socialhub.doctor.findings import Finding, bad, good, warn

LONG_AGO = timedelta(minutes=10)
SKEW_WARN, SKEW_BAD = 1.0, 10.0
QUEUE_PATIENCE = timedelta(minutes=2)
CROWDED, FULL = 0.80, 0.95
# pg_stat_activity hides from a plain role what others' sessions are; this counts them, with a few autovacuum workers.
_PLACES = """
SELECT (SELECT sum(numbackends) FROM pg_stat_database),
       current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
"""
MANY = 1000
"""Counted no further: that there are so many says enough."""


def database() -> Iterator[Finding]:
    """Which one, and whether it keeps the promises that exactly-once rests on."""
    with connection.cursor() as cursor:
        yield from _sqlite(cursor) if connection.vendor == "sqlite" else _postgresql(cursor)


def _sqlite(cursor: Any) -> Iterator[Finding]:
    cursor.execute("SELECT sqlite_version()")
    detail = f"SQLite {cursor.fetchone()[0]}"
    cursor.execute("PRAGMA journal_mode")
    mode = str(cursor.fetchone()[0])
    begins = connection.settings_dict["OPTIONS"].get("transaction_mode", "DEFERRED")
    if mode != "wal":
        advice = "Let the database lie on a local disk: only there SQLite can write and read at once (WAL)."
        yield bad("Database", f"SQLite writes in {mode} mode", advice, detail=detail)
    elif begins != "IMMEDIATE":
        advice = "Set transaction_mode IMMEDIATE in DATABASES, or writers fail with “database is locked”."
        yield bad("Database", f"SQLite begins transactions {begins.lower()}", advice, detail=detail)
    elif not vitals.is_writable():
        yield bad(
            "Database",
            "It takes no writes",
            "Check the owner and the free space of its folder.",
            detail=detail,
        )
    else:
        yield good("Database", "SQLite, WAL, immediate transactions", detail=detail)


def _postgresql(cursor: Any) -> Iterator[Finding]:
    names = ("server_version", "default_transaction_isolation", "fsync", "synchronous_commit", "autovacuum")
    known: dict[str, str] = {}
    for name in names:
        cursor.execute(f"SHOW {name}")
        known[name] = str(cursor.fetchone()[0])
    detail = f"PostgreSQL {known['server_version']}"
    if not vitals.is_writable():
        yield bad(
            "Database",
            "It takes no writes",
            "DATABASE_URL must name the primary, not a replica.",
            detail=detail,
        )
    elif known["default_transaction_isolation"] != "read committed":
        advice = "Set default_transaction_isolation to “read committed”: claims are made for it."
        yield bad("Database", f"Isolation is {known['default_transaction_isolation']}", advice, detail=detail)
    elif "off" in (known["fsync"], known["synchronous_commit"]):
        advice = "Set fsync and synchronous_commit on: after a power cut a post could otherwise go out twice."
        yield warn("Database", "PostgreSQL forgets its last commits in a crash", advice, detail=detail)
    elif known["autovacuum"] == "off":
        advice = "Set autovacuum on: each claim leaves dead rows at the head of the index of due posts."
        yield warn("Database", "PostgreSQL does not clean up", advice, detail=detail)
    else:
        yield good("Database", "PostgreSQL, read committed, commits are kept", detail=detail)


def room() -> Iterator[Finding]:
    """How near PostgreSQL is to refusing connections: each thread of ours keeps one, and 100 are its usual limit."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(_PLACES)
            used, most = map(int, cursor.fetchone())
        yield how_full(used, most)


def how_full(used: int, most: int) -> Finding:
    """What that many connections out of so many mean."""
    said = f"{used} of {most} are in use"
    if used < most * CROWDED:
        return good("Database connections", said)
    advice = (
        "Raise max_connections of PostgreSQL, or lower PUBLISHER_THREADS and COLLECTOR_THREADS: when none is left "
        "pages fail, and posts wait."
    )
    return (bad if used >= most * FULL else warn)("Database connections", said, advice)


def migrations() -> Iterator[Finding]:
    """Whether the tables are those of this code."""
    if vitals.is_migrated():
        yield good("Migrations", "All applied")
    else:
        yield bad(
            "Migrations", "The code is ahead of the tables", "Run manage.py migrate, then restart everything."
        )


def keys() -> Iterator[Finding]:
    """Whether the keys read what is stored, and are real ones."""
    examples = [one for one in (settings.SECRET_KEY, *settings.SALT_KEY) if reads_like_an_example(one)]
    if not vitals.secrets_fit():
        advice = (
            "Put the old SECRET_KEY into SECRET_KEY_FALLBACKS, or the old salt behind the new in SALT_KEY."
        )
        yield bad("Secrets", "Stored tokens cannot be read", advice)
    elif examples or not settings.SALT_KEY:
        advice = "Put fresh values for SECRET_KEY and SALT_KEY into .env before real accounts are connected."
        yield warn("Secrets", "Keys still read like examples", advice)
    else:
        yield good("Secrets", f"Readable, {len(settings.SALT_KEY)} salt{'s' * (len(settings.SALT_KEY) > 1)}")


def publishers() -> Iterator[Finding]:
    """Who beats, how long due posts wait, and whether rows lie where nobody takes them."""
    seen = vitals.read()
    rows = Heartbeat.objects.filter(component=PUBLISHER, beaten_at__gt=seen.now - SILENCE)
    hosts = sorted(rows.values_list("host", "pid"))
    detail = ", ".join(f"{host} ({pid})" for host, pid in hosts)
    if not hosts:
        advice = "Start it: manage.py publisher. Nothing goes out until it runs; nothing is lost."
        yield bad("Publisher", "None has been seen for a minute", advice)
    else:
        many = f"{len(hosts)} processes beat" if len(hosts) > 1 else "One process beats"
        yield good("Publisher", many, detail=detail)
    late = int(seen.overdue.total_seconds())
    if seen.overdue > vitals.OVERDUE:
        advice = "Restart the publisher; if it works at its limit, start another."
        yield bad("Due posts", f"The oldest has waited {late} s for a publisher", advice)
    else:
        yield good("Due posts", "None waits" if not late else f"The oldest has waited {late} s")
    yield _stranded(seen.now)


def _stranded(now: datetime) -> Finding:
    """Rows that no publisher will take by itself although their state says so. There should never be one."""
    no_time = Q(state=State.PUBLISHING, next_at=None) | Q(
        state=State.SCHEDULED, next_at=None, due_at__lt=now - vitals.OVERDUE
    )
    old_lease = Q(state=State.PUBLISHING, lease_until__lt=now - LONG_AGO)
    found = list(Delivery.objects.filter(no_time | old_lease).values_list("pk", flat=True)[:MANY])
    if not found:
        return good("Stranded posts", "None")
    advice = "Open each in the admin and try it again; please report how it came to that."
    first = ", ".join(map(str, found[:10]))
    return bad("Stranded posts", f"{len(found)} wait for nobody", advice, detail=f"deliveries {first}")


def worker() -> Iterator[Finding]:
    """Whether jobs get through: the canary is one of them."""
    seen = vitals.read()
    if seen.is_silent(WORKER):
        advice = "Start it: manage.py worker. Posts go out, but tokens are not renewed."
        yield bad("Job cluster", "No job has got through for a minute", advice)
    else:
        yield good("Job cluster", "Jobs get through")
    try:
        waiting = get_broker().queue_size()
    except RedisError:
        yield bad("Job queue", "Redis does not answer", "Check REDIS_URL and that Redis runs.")
        return
    oldest = None
    if Conf.ORM:
        rows = OrmQ.objects.filter(lock__lte=seen.now).order_by("lock")
        oldest = rows.values_list("lock", flat=True).first()
    if oldest is not None and seen.now - oldest > QUEUE_PATIENCE:
        minutes = int((seen.now - oldest).total_seconds() // 60)
        advice = "Raise WORKER_PROCESSES, or look for a job that hangs."
        yield warn("Job queue", f"{waiting} jobs wait, the oldest for {minutes} min", advice)
    else:
        yield good("Job queue", f"{waiting} jobs wait")


def clock() -> Iterator[Finding]:
    """This host's clock beside the database's: heartbeats and leases are compared across hosts."""
    if connection.vendor == "sqlite":
        yield good("Clock", "The database is on this host")
        return
    before = datetime.now(UTC)
    theirs = database_now()
    after = datetime.now(UTC)
    skew = abs((theirs - before - (after - before) / 2).total_seconds())
    if skew < SKEW_WARN:
        yield good("Clock", f"Within {max(skew, 0.001):.3f} s of the database's")
        return
    grade = bad if skew > SKEW_BAD else warn
    yield grade("Clock", f"{skew:.1f} s apart from the database's", "Let NTP set the clocks of both hosts.")
