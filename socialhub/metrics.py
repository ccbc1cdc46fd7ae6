"""The numbers of `/metrics`: a reading of rows that publishers keep, so every web process gives the same.

No process counts for itself, so none has to be asked and none that is killed takes numbers with it. What is not
known is left out: missing is not zero.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from django.db.models import Count, Q
from django.db.models.functions import Now
from django_q.brokers import get_broker
from django_q.conf import Conf
from django_q.models import OrmQ
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4 as CONTENT_TYPE
from redis.exceptions import RedisError

from accounts.clock import database_now
from accounts.models import Heartbeat
from accounts.models.limits import Cooldown
from analytics import pace
from publishing import tallies
from socialhub import vitals

__all__ = ["CONTENT_TYPE", "exposition"]

PROCESSES = 200
"""Heartbeats of so many processes are told, the latest first."""
Labelled = dict[str, float]


def exposition() -> bytes:
    """Everything, in the text format of Prometheus."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Reading())
    return bytes(generate_latest(registry))


class _Reading:
    """One look; what the client library calls a collector."""

    def collect(self) -> Iterator[Metric]:
        known = tallies.read()
        yield from _turns(known)
        yield from _states(known)
        yield from _vitals()
        yield from _limits()
        yield from _jobs()
        yield from _figures()


def _turns(known: dict[str, Labelled]) -> Iterator[Metric]:
    events = CounterMetricFamily(
        "socialhub_turn_events", "Lines of the flight recorder", labels=["event", "platform"]
    )
    for labels, value in known.get(tallies.EVENTS, {}).items():
        events.add_metric(labels.split("|"), value)
    yield events
    for name, metric, about in (
        (tallies.FIRST, "socialhub_due_to_first_turn_seconds", "From the due time to the first turn"),
        (tallies.LIVE, "socialhub_due_to_live_seconds", "From the due time to the post being live"),
    ):
        yield _histogram(metric, about, known.get(name, {}))


def _histogram(metric: str, about: str, values: Labelled) -> Metric:
    found = HistogramMetricFamily(metric, about, labels=["platform"])
    for platform in sorted({labels.partition("|")[0] for labels in values}):
        total, buckets = 0.0, []
        for bound in tallies.BOUNDS:
            total += values.get(f"{platform}|{bound:g}", 0)
            buckets.append(("+Inf" if bound == float("inf") else f"{bound:g}", total))
        found.add_metric([platform], buckets, values.get(f"{platform}|{tallies.SUM}", 0))
    return found


def _states(known: dict[str, Labelled]) -> Iterator[Metric]:
    """Counted once a minute by one of the publishers; how long ago is told beside it."""
    yield _gauges(
        "socialhub_deliveries", "Deliveries that are not at their end", "state", known.get(tallies.DELIVERIES)
    )
    yield _gauges(
        "socialhub_accounts_in_trouble", "Connected accounts that need somebody", "trouble",
        known.get(tallies.ACCOUNTS),
    )  # fmt: skip
    counted = tallies.counted_at()
    if counted is not None:
        age = (database_now() - counted).total_seconds()
        yield _gauge("socialhub_counted_age_seconds", "Since the two before this were counted", age)


def _vitals() -> Iterator[Metric]:
    seen = vitals.read()
    yield _gauge(
        "socialhub_oldest_due_age_seconds",
        "For how long the oldest due delivery has waited for a publisher",
        seen.overdue.total_seconds(),
    )
    beats = GaugeMetricFamily(
        "socialhub_heartbeat_age_seconds", "Since a process last worked", labels=["component", "host", "pid"]
    )
    rows = Heartbeat.objects.order_by("-beaten_at").values_list("component", "host", "pid", "beaten_at")
    for component, host, pid, at in rows[:PROCESSES]:
        beats.add_metric([component, host, str(pid)], max((seen.now - at).total_seconds(), 0.0))
    yield beats


def _limits() -> Iterator[Metric]:
    """Told by the platform, or our own count of a quota that is used up."""
    found = GaugeMetricFamily(
        "socialhub_cool_downs",
        "Accounts, calls and apps for which nothing is sent for now",
        labels=["because"],
    )
    rows = Cooldown.objects.filter(until__gt=Now()).order_by()
    spent = Count("pk", filter=~Q(quota=""))
    counts = rows.aggregate(all=Count("pk"), quota=spent)
    found.add_metric(["quota"], counts["quota"])
    found.add_metric(["platform"], counts["all"] - counts["quota"])
    yield found


def _jobs() -> Iterator[Metric]:
    """The age is known where the database carries the queue; with Redis the worker's heartbeat tells it."""
    try:
        waiting = get_broker().queue_size()
    except RedisError:
        return
    yield _gauge("socialhub_job_queue_size", "Jobs that wait for a worker", waiting)
    if Conf.ORM:
        now = database_now()
        oldest = OrmQ.objects.filter(lock__lte=now).order_by("lock").values_list("lock", flat=True).first()
        age = (now - oldest).total_seconds() if oldest else 0.0
        yield _gauge("socialhub_job_queue_age_seconds", "How long the oldest of them has waited", age)


def _figures() -> Iterator[Metric]:
    """How the collectors keep up."""
    found = pace.read(database_now())
    yield _gauge("socialhub_figures_waiting_accounts", "Accounts whose figures are due", found.waiting)
    yield _gauge(
        "socialhub_figures_oldest_due_age_seconds",
        "For how long the oldest of them has waited for a collector",
        found.overdue.total_seconds(),
    )
    yield _gauges(
        "socialhub_figures_failing_accounts", "Accounts whose last reading failed", "platform", found.failing
    )
    if found.share is not None:
        about = "Accounts whose present night has been read, from 0 to 1"
        yield _gauge("socialhub_figures_nights_finished_ratio", about, found.share)


def _gauge(name: str, about: str, value: float) -> Metric:
    return GaugeMetricFamily(name, about, value=value)


def _gauges(name: str, about: str, label: str, values: Mapping[str, float] | None) -> Metric:
    found = GaugeMetricFamily(name, about, labels=[label])
    for key, value in _items(values):
        found.add_metric([key], value)
    return found


def _items(values: Mapping[str, float] | None) -> Iterable[tuple[str, float]]:
    return sorted((values or {}).items())
