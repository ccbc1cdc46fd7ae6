"""What a day brought: the difference between two nights, added up over the posts of an account.

Made anew from the rows of the posts, so that it may be done as often as one likes.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta

from django.db import transaction

from accounts.models import ConnectedAccount
from analytics.models import DayGain, Gap, TrackedPost
from socialhub.platforms.metrics import MEANINGS, Adds

ADDED = frozenset(
    {str(metric) for metric, meaning in MEANINGS.items() if meaning.adds in {Adds.UP, Adds.ONCE}}
    | {"spread", "engagements"}
)
POSTS = "posts"


@transaction.atomic(savepoint=False)
def add_up(account: ConnectedAccount, night: date) -> None:
    """Make the gains of the day that ended in that night."""
    sums: dict[str, float] = defaultdict(float)
    counts: dict[str, int] = defaultdict(int)
    for post in TrackedPost.objects.filter(account=account, night=night):
        for metric, gain in gains_of(post).items():
            sums[metric] += gain
            counts[metric] += 1
    day, days = night - timedelta(days=1), _span(account, night)
    DayGain.objects.filter(account=account, day=day).exclude(metric__in=sums).delete()
    DayGain.objects.bulk_create(
        [
            DayGain(account=account, day=day, metric=metric, value=value, posts=counts[metric], days=days)
            for metric, value in sums.items()
        ],
        update_conflicts=True,
        unique_fields=["account", "day", "metric"],
        update_fields=["value", "posts", "days"],
    )


def gains_of(post: TrackedPost) -> dict[str, float]:
    """What the post gained between its last two nights. Nothing for a first look at an old post: it has a past."""
    now, before = post.night_totals, post.before_totals
    if post.before_night is None:
        return {} if post.has_past else {metric: value for metric, value in now.items() if metric in ADDED}
    return {metric: now[metric] - before[metric] for metric in now if metric in ADDED and metric in before}


def _span(account: ConnectedAccount, night: date) -> int:
    """How many days the difference is about: one, and the nights just before that were missed."""
    missed = set(
        Gap.objects.filter(account=account, what=POSTS, night__lt=night)
        .order_by("-night")
        .values_list("night", flat=True)[:60]
    )
    days = 1
    while night - timedelta(days=days) in missed:
        days += 1
    return days
