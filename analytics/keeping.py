"""Putting what was read into rows. The same reading twice changes nothing; another word about the same day is kept
beside the one that it replaces.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from accounts.models import ConnectedAccount
from analytics import formulas
from analytics.models import Absence, AccountSnapshot, Payload, PostSnapshot, TrackedPost
from socialhub.platforms.metrics import Findings, Lack, Metric, MetricTable, Number, Term

Period = AccountSnapshot.Period
SEEN_AGAIN = timedelta(hours=20)
"""An absence that goes on is noted about once a day."""


@dataclass(frozen=True)
class Reading:
    """What is being read: of whom, by which table, when; ``night`` is the local date of the night it belongs to."""

    account: ConnectedAccount
    table: MetricTable
    night: date
    now: datetime


@transaction.atomic(savepoint=False)
def keep_account(reading: Reading, part: str, found: Findings) -> int:
    """Keep figures of the account; how many rows came or changed."""
    rows = [_account_row(reading, number) for number in found.numbers]
    known = {
        (row.period, row.day, row.name, row.by): row
        for row in AccountSnapshot.objects.filter(
            account=reading.account, day__in={row.day for row in rows}, name__in={row.name for row in rows}
        )
    }
    fresh: list[AccountSnapshot] = []
    changed: list[AccountSnapshot] = []
    for row in rows:
        before = known.get((row.period, row.day, row.name, row.by))
        if before is None:
            fresh.append(row)
        elif before.period == Period.DAY and _restate(before, row):
            changed.append(before)
    if fresh or changed:
        payload = _payload(reading, part, found.raw)
        for row in (*fresh, *changed):
            row.payload = payload
    AccountSnapshot.objects.bulk_create(fresh, ignore_conflicts=True)
    fields = ["value", "groups", "is_final", "read_at", "restated", "payload"]
    AccountSnapshot.objects.bulk_update(changed, fields)
    _note_absences(reading, found, of_posts=False)
    return len(fresh) + len(changed)


def _account_row(reading: Reading, number: Number) -> AccountSnapshot:
    term = reading.table.of_account(number.name)
    return AccountSnapshot(
        account=reading.account,
        period=Period.DAY if number.day else Period.NIGHT,
        day=number.day or reading.night,
        **_figure(term, number, reading.now),
    )


def _figure(term: Term, number: Number, now: datetime) -> dict[str, Any]:
    groups = {name: term.value(value) for name, value in number.groups.items()}
    return {
        "name": number.name[:80],
        "metric": str(term.metric),
        "by": number.by,
        "value": None if number.value is None else term.value(number.value),
        "groups": groups or None,
        "is_final": number.is_final,
        "read_at": now,
    }


def _restate(before: AccountSnapshot, told: AccountSnapshot) -> bool:
    """Take over what is said now, keeping what was said; whether anything differs."""
    if (before.value, before.groups) == (told.value, told.groups):
        is_settled = told.is_final and not before.is_final
        before.is_final = before.is_final or told.is_final
        return is_settled
    said = [before.read_at.isoformat(), before.value, before.groups]
    before.restated = [*(before.restated or []), said]
    before.value, before.groups = told.value, told.groups
    before.is_final, before.read_at = told.is_final, told.read_at
    return True


@transaction.atomic(savepoint=False)
def keep_posts(
    reading: Reading, slots: Mapping[TrackedPost, str], found: Mapping[str, Findings], *, nightly: bool
) -> int:
    """Keep figures of posts, each under its slot; how many rows came. ``nightly`` also moves the totals of nights."""
    told = {post: found[post.external_id] for post in slots if post.external_id in found}
    rows: list[PostSnapshot] = []
    for post, findings in told.items():
        rows += [
            PostSnapshot(
                post=post,
                slot=slots[post],
                **_figure(reading.table.of_post(number.name), number, reading.now),
            )
            for number in findings.numbers
        ]
    known = set(
        PostSnapshot.objects.filter(post__in=told, slot__in=set(slots.values())).values_list(
            "post", "slot", "name", "by"
        )
    )
    fresh = [row for row in rows if (row.post_id, row.slot, row.name, row.by) not in known]
    if fresh:
        raws = {post.external_id: each.raw for post, each in told.items() if each.raw is not None}
        payload = _payload(reading, "posts", raws)
        for row in fresh:
            row.payload = payload
    PostSnapshot.objects.bulk_create(fresh, ignore_conflicts=True)
    _move_totals(reading, told, nightly=nightly)
    _note_absences(reading, _together(told.values()), of_posts=True)
    return len(fresh)


def _move_totals(reading: Reading, told: Mapping[TrackedPost, Findings], *, nightly: bool) -> None:
    followers = _followers(reading.account)
    may_derive = reading.account.connector.policy.may_mix_with_others
    for post, findings in told.items():
        told_now = _totals(reading.table, findings.numbers)
        if not told_now:
            continue
        # What is not told this time keeps its last figure: it has not become nothing.
        latest = {
            name: value for name, value in post.totals.items() if name not in formulas.FORMULAS
        } | told_now
        if may_derive:
            more = {str(Metric.FOLLOWERS): followers} if followers else {}
            latest |= formulas.derived(latest | more)
            told_now |= formulas.derived(told_now | more)
        if nightly and post.night != reading.night:
            post.before_night, post.before_totals = post.night, post.night_totals
            post.night, post.night_totals = reading.night, told_now
        if post.read_at is None or reading.now >= post.read_at:
            post.totals, post.read_at = latest, reading.now
    save_posts(told, ["totals", "read_at", "night", "night_totals", "before_night", "before_totals"])


def save_posts(posts: Iterable[TrackedPost], fields: Sequence[str]) -> None:
    """Write these columns of posts that are there. Far cheaper than Django's update of many rows."""
    TrackedPost.objects.bulk_create(posts, update_conflicts=True, unique_fields=["id"], update_fields=fields)


def _totals(table: MetricTable, numbers: Sequence[Number]) -> dict[str, float]:
    """Values by our metric. Where a platform has two names for one, the first of its table counts."""
    order = {term.name: place for place, term in enumerate(table.post)}
    totals: dict[str, float] = {}
    for number in sorted(numbers, key=lambda each: order.get(each.name, len(order))):
        term = table.of_post(number.name)
        if number.value is not None and term.metric is not Metric.OTHER:
            totals.setdefault(str(term.metric), term.value(number.value))
    return totals


def _followers(account: ConnectedAccount) -> float | None:
    latest = AccountSnapshot.objects.filter(
        account=account, metric=Metric.FOLLOWERS, period=Period.NIGHT, value__isnull=False
    ).order_by("-day")
    return latest.values_list("value", flat=True).first()


def _payload(reading: Reading, asked: str, raw: Any) -> Payload | None:
    if not raw:
        return None
    return Payload.objects.create(account=reading.account, asked=asked, read_at=reading.now, body=raw)


def _together(each: Collection[Findings]) -> Findings:
    """What several posts brought: what one of them has is not absent, for the others may be of another kind."""
    numbers = tuple(number for findings in each for number in findings.numbers)
    come = {number.name for number in numbers}
    return Findings(
        numbers, tuple(lack for findings in each for lack in findings.lacks if lack.name not in come)
    )


def _note_absences(reading: Reading, found: Findings, *, of_posts: bool) -> None:
    """Note what is absent, and forget it of what has come. A day that is missing beside others is absent still."""
    known = {row.name: row for row in Absence.objects.filter(account=reading.account, of_posts=of_posts)}
    come = {number.name for number in found.numbers} & known.keys() - {lack.name for lack in found.lacks}
    if come:
        Absence.objects.filter(account=reading.account, of_posts=of_posts, name__in=come).delete()
    note_lacks(
        reading, [lack for lack in found.lacks if _is_news(lack, known, reading.now)], of_posts=of_posts
    )


def _is_news(lack: Lack, known: Mapping[str, Absence], now: datetime) -> bool:
    row = known.get(lack.name)
    return row is None or row.why != lack.why or now - row.seen_at > SEEN_AGAIN


def note_lacks(reading: Reading, lacks: Iterable[Lack], *, of_posts: bool) -> None:
    """Note that figures are absent, and why."""
    find = reading.table.of_post if of_posts else reading.table.of_account
    rows = [
        Absence(
            account=reading.account, of_posts=of_posts, name=lack.name[:80], metric=str(find(lack.name).metric),
            why=str(lack.why), text=lack.text[:300], since=reading.now, seen_at=reading.now,
        )
        for lack in {lack.name: lack for lack in lacks}.values()
    ]  # fmt: skip
    Absence.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["account", "of_posts", "name"],
        update_fields=["metric", "why", "text", "seen_at"],
    )
