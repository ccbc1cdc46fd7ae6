"""Limits that all processes share: who has to wait until when, and how much of each quota is used.

A limit that a platform reports becomes a row that everybody reads before the first request of a step. A quota is
charged before a post leaves, under a lock, so that any number of publishers never use more of it than there is.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction

from accounts.credentials import client_id_of, client_ids
from accounts.models import Budget, ConnectedAccount, Cooldown
from accounts.tally import Tally, as_stored, told_from, uses_from
from socialhub.platforms.api import LimitReading
from socialhub.platforms.policy import Quota, Scope

UNTOLD = timedelta(minutes=5)
"""How long a spent limit without a time keeps others waiting."""
BELIEVED = timedelta(minutes=15)
"""For how long the platform's own count is believed when it names no reset."""
FOR_POSTS = 0.4
"""The share of a quota that reading figures never touches."""


class Spent(Exception):
    """A quota does not take what was asked of it. ``until`` is when it does, ``reason`` a sentence for people."""

    def __init__(self, until: datetime, reason: str) -> None:
        self.until = until
        self.reason = reason
        super().__init__(reason)


@dataclass(frozen=True)
class Usage:
    """A quota of an account, counted in posts."""

    quota: Quota
    used: int
    limit: int

    @property
    def left(self) -> int:
        """How many more posts fit."""
        return max(0, self.limit - self.used)

    @property
    def window(self) -> str:
        """“in 24 hours”, “a day”."""
        return window_word(self.quota)

    @property
    def is_shared(self) -> bool:
        """Whether all accounts of the app use it together."""
        return self.quota.scope is Scope.APP


def scope_of(account: ConnectedAccount, scope: Scope, step: str = "") -> str:
    """The name under which the limits of an account, of one of its calls or of its app are kept."""
    if scope is Scope.ACCOUNT:
        return f"account {account.pk}"
    if scope is Scope.CALL:
        return f"account {account.pk} {step}"
    app = _app_scopes([account])[account.pk]
    return f"{app} {step}" if scope is Scope.APP_CALL else app


def _app_scopes(accounts: Sequence[ConnectedAccount]) -> Mapping[int, str]:
    """The names for the apps of these accounts, in one query."""
    ids = client_ids(account.workspace_id for account in accounts)
    return {
        account.pk: f"{_apps_of(account)}{account.host} "
        + client_id_of(account.workspace_id, account.login_method, account.host, ids)
        for account in accounts
    }


def _apps_of(account: ConnectedAccount) -> str:
    login = account.login_method
    return f"app {getattr(login, 'app_key', '') or login.key} "


class Closings:
    """The cool-downs as they were a moment ago: read again when older than ``FRESH`` seconds. Threads share one."""

    FRESH = 0.1

    def __init__(self) -> None:
        self._rows: tuple[Cooldown, ...] = ()
        self._read_at = float("-inf")

    def of(self, account: ConnectedAccount, now: datetime, step: str = "") -> Cooldown | None:
        """What the account has to wait for longest before it takes ``step``, or ``None``."""
        if time.monotonic() - self._read_at > self.FRESH:
            self._read_at = time.monotonic()
            self._rows = tuple(Cooldown.objects.filter(until__gt=now).order_by("-until"))
        if not self._rows:
            return None
        own = {scope_of(account, Scope.ACCOUNT), scope_of(account, Scope.CALL, step)}
        apps = _apps_of(account)
        if any(row.scope.startswith(apps) for row in self._rows):
            app = scope_of(account, Scope.APP)
            own |= {app, f"{app} {step}"}
        return next((row for row in self._rows if row.scope in own and row.until > now), None)

    def expire(self) -> None:
        """Read again before the next answer: there is a new one."""
        self._read_at = float("-inf")


def cooling(account: ConnectedAccount, now: datetime, step: str = "") -> Cooldown | None:
    """What the account has to wait for longest before it takes ``step``, or ``None``."""
    return Closings().of(account, now, step)


def cool_down(scope: str, until: datetime, reason: str, now: datetime, *, quota: str = "") -> None:
    """Let everybody wait; an end that is known to be later stays."""
    if Cooldown.objects.filter(scope=scope, until__gte=until).exists():
        return
    row = Cooldown(scope=scope, until=until, quota=quota, reason=reason[:300], seen_at=now)
    fields = ["until", "quota", "reason", "seen_at"]
    Cooldown.objects.bulk_create([row], update_conflicts=True, unique_fields=["scope"], update_fields=fields)


def hear(account: ConnectedAccount, step: str, readings: Iterable[LimitReading], now: datetime) -> bool:
    """Keep what the platform said of its limits while it was spoken to; whether somebody has to wait now."""
    closed = False
    quotas = {(quota.name, quota.scope): quota for quota in account.connector.quotas}
    for reading in sorted(readings, key=lambda each: not each.reason):
        if reading.is_spent:
            until = reading.resets_at or now + UNTOLD
            reason = reading.reason or f"{account.connector.name} takes nothing more for now."
            if until > now:
                cool_down(scope_of(account, reading.scope, step), until, reason, now)
                closed = True
        quota = quotas.get((reading.name, reading.scope))
        if quota and reading.limit is not None and reading.remaining is not None:
            _correct(account, quota, reading, now)
    return closed


def _correct(account: ConnectedAccount, quota: Quota, reading: LimitReading, now: datetime) -> None:
    assert reading.limit is not None
    assert reading.remaining is not None
    used, until = max(0, reading.limit - reading.remaining), reading.resets_at or now + BELIEVED
    told = [used, reading.limit, now.timestamp(), until.timestamp()]
    scope = scope_of(account, quota.scope)
    Budget.objects.update_or_create(scope=scope, name=quota.name, defaults={"told": told})


def charge(
    account: ConnectedAccount,
    posts: int,
    now: datetime,
    *,
    before: datetime | None = None,
    is_used: bool = False,
) -> None:
    """Use every quota of the account for so many posts, or none: then :class:`Spent`.

    What was charged for them ``before`` is taken back. With ``is_used`` the posts are live already and counted
    whatever is left. To be called inside a transaction: its end lets the next one count.
    """
    tallies = _locked(account)
    if before is not None:
        tallies = {pk: each.take_back(posts * each.quota.per_post, before) for pk, each in tallies.items()}
    full = [tally for tally in tallies.values() if not tally.fits(posts * tally.quota.per_post, now)]
    if full and not is_used:
        until, tally = max(
            ((each.free_at(posts * each.quota.per_post, now), each) for each in full),
            key=lambda pair: pair[0],
        )
        raise Spent(until, spent_reason(account.connector.name, tally.quota, tally.limit(now)))
    for pk, tally in tallies.items():
        _store(pk, tally.add(posts * tally.quota.per_post, now), now)


def charge_reading(account: ConnectedAccount, costs: Mapping[str, int], now: datetime) -> None:
    """Use quotas for reading figures, or none: then :class:`Spent`. Reading leaves ``FOR_POSTS`` of each to posts.

    To be called inside a transaction, like :func:`charge`.
    """
    tallies = {pk: each for pk, each in _locked(account).items() if each.quota.name in costs}
    wanted = {pk: costs[each.quota.name] + int(each.limit(now) * FOR_POSTS) for pk, each in tallies.items()}
    full = [
        (each.free_at(wanted[pk], now), each)
        for pk, each in tallies.items()
        if not each.fits(wanted[pk], now)
    ]
    if full:
        until, tally = max(full, key=lambda pair: pair[0])
        raise Spent(
            until, f"What {account.connector.name} allows for reading is used up; the rest is left to posts."
        )
    for pk, tally in tallies.items():
        _store(pk, tally.add(costs[tally.quota.name], now), now)


def close_if_spent(account: ConnectedAccount, now: datetime) -> None:
    """Where a quota takes not even one post more, let others wait without trying."""
    for budget, tally in _tallies(account):
        if not tally.fits(tally.quota.per_post, now):
            until = tally.free_at(tally.quota.per_post, now)
            reason = spent_reason(account.connector.name, tally.quota, tally.limit(now))
            cool_down(budget.scope, until, reason, now, quota=budget.name)


def give_back(account: ConnectedAccount, posts: int, charged_at: datetime) -> None:
    """Undo a charge: the platform has refused, so nothing was used. Inside a transaction."""
    now = datetime.now(UTC)
    for pk, tally in _locked(account).items():
        _store(pk, tally.take_back(posts * tally.quota.per_post, charged_at), now)
    for quota in _quotas(account):
        Cooldown.objects.filter(scope=scope_of(account, quota.scope), quota=quota.name).delete()


def usage(accounts: Iterable[ConnectedAccount], now: datetime) -> Mapping[int, tuple[Usage, ...]]:
    """What is used of the quotas of these accounts, by the account's id; the longest window first."""
    rows = list(accounts)
    found = tallies_of(rows)
    return {account.pk: tuple(_usage(tally, now) for tally in found[account.pk]) for account in rows}


def tallies_of(accounts: Iterable[ConnectedAccount]) -> Mapping[int, tuple[Tally, ...]]:
    """The counts of many accounts in one query, and one more where apps share a quota.

    The longest window first, and of these the tightest: the one that people know as the daily limit.
    """
    named = {account.pk: (account, _quotas(account)) for account in accounts}
    sharing = [row for row, quotas in named.values() if any(quota.scope is Scope.APP for quota in quotas)]
    apps = _app_scopes(sharing) if sharing else {}
    scopes = {
        pk: [
            (apps[pk] if quota.scope is Scope.APP else scope_of(row, quota.scope), quota) for quota in quotas
        ]
        for pk, (row, quotas) in named.items()
    }
    wanted = {scope for pairs in scopes.values() for scope, _ in pairs}
    budgets = (
        {(row.scope, row.name): row for row in Budget.objects.filter(scope__in=wanted)} if wanted else {}
    )
    return {
        pk: tuple(
            sorted(
                (_counted(quota, budgets.get((scope, quota.name)), scope) for scope, quota in pairs),
                key=lambda tally: (-tally.quota.window, tally.quota.posts),
            )
        )
        for pk, pairs in scopes.items()
    }


def cooldowns_of(accounts: Iterable[ConnectedAccount], now: datetime) -> Mapping[int, Cooldown]:
    """The accounts that have to wait as a whole, by id."""
    rows = list(accounts)
    active = list(Cooldown.objects.filter(until__gt=now).order_by("until")) if rows else []
    shared = [row for row in rows if any(each.scope.startswith(_apps_of(row)) for each in active)]
    apps = _app_scopes(shared) if shared else {}
    latest = {row.scope: row for row in active}
    pairs = {
        row.pk: (latest.get(scope_of(row, Scope.ACCOUNT)), latest.get(apps.get(row.pk, ""))) for row in rows
    }
    known = {pk: [each for each in pair if each] for pk, pair in pairs.items()}
    return {pk: max(closed, key=lambda each: each.until) for pk, closed in known.items() if closed}


def sweep(now: datetime) -> None:
    """Forget what has ended: cool-downs that are over, and counts that nobody has touched for a week."""
    Cooldown.objects.filter(until__lte=now).delete()
    Budget.objects.filter(changed_at__lt=now - timedelta(days=7)).delete()


def spent_reason(platform: str, quota: Quota, limit: int) -> str:
    """The sentence for people about a quota that is used up."""
    posts = limit // quota.per_post
    shared = " from this hub's app" if quota.scope is Scope.APP else ""
    return f"{platform} takes {posts:,} post{'s' * (posts != 1)}{shared} {window_word(quota)}, and these are used up."


def window_word(quota: Quota) -> str:
    """“in 24 hours”, “in 15 minutes”, “a day”."""
    if quota.resets:
        return "a day"
    minutes = round(quota.window.total_seconds() / 60)
    number, unit = (minutes // 60, "hour") if minutes % 60 == 0 else (minutes, "minute")
    return f"in {number} {unit}s" if number != 1 else f"in one {unit}"


def _counted(quota: Quota, row: Budget | None, scope: str) -> Tally:
    return _tally(quota, row.uses, row.told, scope) if row else _tally(quota, scope=scope)


def _quotas(account: ConnectedAccount) -> tuple[Quota, ...]:
    return account.connector.quotas_for(account.value())


def _tallies(account: ConnectedAccount) -> list[tuple[Budget, Tally]]:
    quotas = {(scope_of(account, quota.scope), quota.name): quota for quota in _quotas(account)}
    rows = Budget.objects.filter(scope__in={scope for scope, _ in quotas})
    return [
        (row, _tally(quotas[row.scope, row.name], row.uses, row.told, row.scope))
        for row in rows
        if (row.scope, row.name) in quotas
    ]


def _locked(account: ConnectedAccount) -> dict[int, Tally]:
    """The counts by row, locked until the transaction ends. On SQLite the transaction itself is the lock."""
    quotas = {(scope_of(account, quota.scope), quota.name): quota for quota in _quotas(account)}
    if not quotas:
        return {}
    found = _lock(list(quotas))
    missing = sorted(quotas.keys() - {(scope, name) for _, scope, name, *_ in found})
    if missing:
        fresh = [Budget(scope=scope, name=name) for scope, name in missing]
        Budget.objects.bulk_create(fresh, ignore_conflicts=True)
        found = _lock(list(quotas))
    return {
        pk: _tally(quotas[scope, name], json.loads(uses), json.loads(told or "null"), scope)
        for pk, scope, name, uses, told in found
    }


def _lock(keys: Sequence[tuple[str, str]]) -> list[Any]:
    """The rows of these scopes and names, in an order that all keep. Written out: every post comes by here."""
    connection = transaction.get_connection()
    assert connection.in_atomic_block
    marks = " OR ".join(["(scope = %s AND name = %s)"] * len(keys))
    lock = " FOR UPDATE" if connection.features.has_select_for_update else ""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id, scope, name, uses, told FROM {_TABLE} WHERE {marks} ORDER BY scope, name{lock}",  # noqa: S608 (marks only)
            [value for key in keys for value in key],
        )
        return list(cursor.fetchall())


def _store(pk: int, tally: Tally, now: datetime) -> None:
    connection = transaction.get_connection()
    values = [json.dumps(as_stored(tally.uses)), connection.ops.adapt_datetimefield_value(now), pk]
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {_TABLE} SET uses = %s, changed_at = %s WHERE id = %s", values)  # noqa: S608 (a constant)


_TABLE = Budget._meta.db_table


def _tally(
    quota: Quota, uses: Sequence[Sequence[float]] = (), told: Sequence[float] | None = None, scope: str = ""
) -> Tally:
    return Tally(quota, uses_from(uses), told_from(told) if told else None, scope)


def _usage(tally: Tally, now: datetime) -> Usage:
    cost = tally.quota.per_post
    return Usage(tally.quota, -(-tally.used(now) // cost), tally.limit(now) // cost)
