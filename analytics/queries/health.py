"""How punctual and how safe publishing was: our own record, of every platform."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import (
    Case,
    CharField,
    Count,
    F,
    Q,
    QuerySet,
    Value,
    When,
)
from django.utils import timezone

from accounts.models import Workspace
from analytics.asking import Line, question
from analytics.mixing import Mixable
from analytics.wishes import Period
from publishing.models import Delivery, StepLog
from publishing.states import State

ON_TIME = timedelta(seconds=60)
ENDED = (State.PUBLISHED, State.FAILED, State.MISSED, State.HELD, State.UNCONFIRMED)


@dataclass(frozen=True)
class Share:
    """Of so many that were due, how many went out in time, and what became of the others."""

    sends: int
    on_time: int
    late: int
    failed: int
    missed: int
    held: int
    unconfirmed: int

    @property
    def share(self) -> float | None:
        """On time, of all that were due and are settled."""
        return self.on_time / self.sends if self.sends else None

    @property
    def stopped(self) -> int:
        """Missed, or held for a person."""
        return self.missed + self.held


@dataclass(frozen=True)
class Health:
    """The whole page. Lateness in seconds, of what was published."""

    share: Share
    median: float | None
    p95: float | None
    causes: list[tuple[str, str, int]]
    later_live: int
    later_closed: int
    latest: list[tuple[Delivery, float]]


def due(
    workspace: Workspace, period: Period, channel: int | None = None, label: int | None = None
) -> QuerySet[Delivery]:
    """Deliveries that were due in the period and are settled."""
    begins, ends = period.instants(workspace.zone)
    rows = Delivery.objects.filter(
        workspace=workspace, state__in=ENDED, due_at__gte=begins, due_at__lt=min(ends, timezone.now())
    )
    rows = rows.filter(account=channel) if channel else rows
    return rows.filter(post__labels=label) if label else rows


def question_of(
    workspace: Workspace, period: Period, accounts: Mixable | None, label: int | None
) -> QuerySet[Any, Any]:
    """A question: how many ended how. It is our own record, so no platform's terms keep it apart."""
    only = accounts.ids[0] if accounts is not None and len(accounts) == 1 else None
    return _ended(due(workspace, period, only, label))


def _ended(rows: QuerySet[Delivery]) -> QuerySet[Any, Any]:
    in_time = Q(state=State.PUBLISHED, published_at__lte=F("due_at") + ON_TIME)
    end = Case(
        When(in_time, then=Value("on_time")),
        When(state=State.PUBLISHED, then=Value("late")),
        default=F("state"), output_field=CharField(),
    )  # fmt: skip
    counted = rows.order_by().annotate(end=end).values("end").annotate(amount=Count("pk"))
    return question("sends", counted, name=F("end"), more=F("amount"))


def share(lines: Iterable[Line]) -> Share:
    """The answer to :func:`question_of`."""
    ends = {str(line.name): line.more or 0 for line in lines if line.what == "sends"}
    kinds = (
        "on_time",
        "late",
        State.FAILED.value,
        State.MISSED.value,
        State.HELD.value,
        State.UNCONFIRMED.value,
    )
    return Share(sum(ends.values()), *(ends.get(kind, 0) for kind in kinds))


def health(
    workspace: Workspace, period: Period, channel: int | None = None, label: int | None = None
) -> Health:
    """All of the health page, in five questions."""
    rows = due(workspace, period, channel, label)
    times = rows.filter(state=State.PUBLISHED, published_at__isnull=False).values_list(
        "pk", "due_at", "published_at"
    )
    late = sorted((_late(due_at, at), pk) for pk, due_at, at in times if due_at and at)
    seconds = [each for each, _ in late]
    worst = {pk: each for each, pk in late[-5:] if each > ON_TIME.total_seconds()}
    doubts = StepLog.objects.filter(delivery__in=rows, event="unconfirmed").order_by()
    doubted = Counter(
        dict(doubts.values_list("delivery__state").annotate(n=Count("delivery", distinct=True)))
    )
    causes = rows.exclude(state=State.PUBLISHED).order_by().values_list("state", "error_kind")
    return Health(
        share([Line(*line) for line in _ended(rows)]), percentile(seconds, 50), percentile(seconds, 95),
        [(state, kind, n) for state, kind, n in causes.annotate(n=Count("pk")).order_by("-n")],
        doubted[State.PUBLISHED], doubted[State.CANCELLED], _named(worst),
    )  # fmt: skip


def _named(worst: dict[int, float]) -> list[tuple[Delivery, float]]:
    if not worst:
        return []
    rows = Delivery.objects.select_related("post", "account").defer(
        "account__access_token", "account__refresh_token", "account__proof_key", "facts"
    )
    found = rows.in_bulk(worst)
    return [(found[pk], late) for pk, late in sorted(worst.items(), key=lambda pair: -pair[1]) if pk in found]


def _late(due_at: datetime, at: datetime) -> float:
    """Never less than 0: clocks of two machines differ by a little."""
    return max(0.0, (at - due_at).total_seconds())


def percentile(ordered: Sequence[float], percent: int) -> float | None:
    """The nearest rank, of values in order."""
    if not ordered:
        return None
    return ordered[min(len(ordered) - 1, -(-percent * len(ordered) // 100) - 1)]
