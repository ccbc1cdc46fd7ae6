"""Keeping each account subscribed: made on connecting, checked, renewed before it ends, mended when it is gone."""

from __future__ import annotations

import logging
import secrets
import threading
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connections, transaction
from django.urls import reverse

from accounts import limits, network, tokens
from accounts.clock import database_now
from accounts.credentials import find_app, of_developer_app, seals, stored_app, verify_tokens
from accounts.models import AppCredential, ConnectedAccount
from socialhub.platforms import registry
from socialhub.platforms.api import Api
from socialhub.platforms.errors import PlatformError
from socialhub.platforms.events import Ask, Call, Reply, Subscribed, Subscribing
from socialhub.platforms.login import OAuth2
from socialhub.platforms.values import Account, App, Secret
from webhooks.models import Subscription
from webhooks.processing import MISTAKES

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)
NAP, DATABASE_PAUSE = 1.0, 2.0
RETRY, LONGEST_RETRY = timedelta(minutes=1), timedelta(hours=6)
PENDING = timedelta(minutes=2)
"""When to look again at a subscription that the platform has yet to confirm."""
STEP = "subscription"
State = Subscription.State


def ensure() -> int:
    """Give every account that can be subscribed a row, and look again at those that work again; gives how many."""
    able = [
        key for key, known in registry.connectors().items() if known.webhooks and known.webhooks.subscribing
    ]
    now = database_now()
    accounts = ConnectedAccount.objects.filter(platform__in=able, state=ConnectedAccount.State.ACTIVE)
    fresh = accounts.filter(subscription=None).values_list("pk", flat=True)
    rows = [
        Subscription(account_id=pk, next_at=now, secret=Secret(secrets.token_urlsafe(32))) for pk in fresh
    ]
    made = Subscription.objects.bulk_create(rows, ignore_conflicts=True)
    idle = Subscription.objects.filter(account__in=accounts, next_at=None)
    return len(made) + idle.update(next_at=now, failures=0)


def hurry(account_id: int) -> None:
    """Look soon at one that does not work: the account was connected anew."""
    rows = Subscription.objects.filter(account=account_id, state=State.FAILED, lease_until=None)
    rows.filter(next_at__isnull=False).update(next_at=database_now(), failures=0)


def run(stopping: threading.Event) -> None:
    """Look after whatever is due until told to stop. Any number may run."""
    while not stopping.is_set():
        try:
            if not look_after_next():
                stopping.wait(NAP)
        except DatabaseError:
            log.exception("subscriptions could not be looked after; trying again")
            connections.close_all()
            stopping.wait(DATABASE_PAUSE)
    connections.close_all()


def look_after_next() -> bool:
    """Look after the subscription that is due longest; whether there was one."""
    row = _claim()
    if row is None:
        return False
    values = _look_after(row)
    mine = Subscription.objects.filter(pk=row.pk, lease_until=row.lease_until)
    # A platform may check our address before it answers us: what was confirmed meanwhile stands.
    if not mine.filter(checked_at=row.checked_at).update(lease_until=None, **values):
        mine.update(lease_until=None)
    return True


def _claim() -> Subscription | None:
    now = database_now()
    due = Subscription.objects.filter(next_at__lte=now).order_by("next_at")
    if not due.exists():  # nothing is locked for nothing
        return None
    with transaction.atomic():
        row = due.select_for_update(skip_locked=True).first()
        if row is not None:
            row.lease_until = row.next_at = now + LEASE
            row.save(update_fields=["lease_until", "next_at"])
    return row


def _look_after(row: Subscription) -> dict[str, Any]:
    account = ConnectedAccount.objects.select_related("workspace").get(pk=row.account_id)
    way, now = _way(account), database_now()
    if way is None or account.state not in {ConnectedAccount.State.ACTIVE, ConnectedAccount.State.PAUSED}:
        return {"state": State.WANTED, "next_at": None, "reason": "The account is not connected."}
    closed = limits.cooling(account, now, STEP)
    if closed is not None:
        return {"next_at": closed.until}
    used: Account | None = None
    try:
        used = tokens.authorised(account, reread=False)
        asked = ask_of(row, account, now)
        api = network.api(account.connector, account=used, app=asked.app)
        return as_values(way, _settle(way, api, used, row, asked), now)
    except PlatformError as error:
        if used is not None:
            tokens.refused(account, used, error)
        return _after_error(row, error, now)
    except MISTAKES as problem:
        log.exception("account %s: its subscription could not be looked after", account.pk)
        reason = f"{type(problem).__name__}: the answer could not be read."
        kept = {} if row.works else {"state": State.FAILED}
        return {**kept, "failures": row.failures + 1, "reason": reason, "next_at": now + LONGEST_RETRY}


def _settle(way: Subscribing, api: Api, used: Account, row: Subscription, asked: Ask) -> Subscribed:
    """What there is; made anew where it is gone, lacks something or nears its end."""
    if row.works or row.state == State.PENDING:
        found = way.check(api, used, asked)
        if found is not None and not found.missing and not _is_ending(row, found, way, asked.now):
            return found
    return way.subscribe(api, used, asked)


def _is_ending(row: Subscription, found: Subscribed, way: Subscribing, now: datetime) -> bool:
    if found.expires_at is None or found.is_pending:
        return False
    begun = found.begins_at or row.checked_at or now
    return now >= begun + (found.expires_at - begun) * way.renew_at


def as_values(way: Subscribing, found: Subscribed, now: datetime) -> dict[str, Any]:
    """What a good answer means for the row."""
    goes_on = found.expires_at is not None and found.expires_at > now
    is_waiting = found.is_pending and not goes_on
    state = State.PENDING if is_waiting else State.LACKING if found.missing else State.ACTIVE
    next_at = now + (PENDING if found.is_pending else way.every)
    if found.expires_at is not None:
        begun = found.begins_at or now
        next_at = min(next_at, max(now + RETRY, begun + (found.expires_at - begun) * way.renew_at))
    lacking = f"The platform left out {', '.join(sorted(found.missing))}." if found.missing else ""
    return {
        "state": state,
        "reason": lacking,
        "fields": sorted(found.fields),
        "missing": sorted(found.missing),
        "expires_at": found.expires_at,
        "checked_at": now,
        "kept": dict(found.kept),
        "next_at": next_at,
        "failures": 0,
    }


def _after_error(row: Subscription, error: PlatformError, now: datetime) -> dict[str, Any]:
    failures = row.failures + 1
    wait = error.retry_after or min(RETRY * (2 ** min(failures, 9)), LONGEST_RETRY)
    values: dict[str, Any] = {"failures": failures, "reason": error.user_message, "next_at": now + wait}
    # What worked goes on working while a check fails for a reason of the network.
    if not (row.works and (error.is_retryable or error.is_ambiguous)):
        values["state"] = State.FAILED
    return values


def confirm(row: Subscription, call: Call) -> Reply | None:
    """The platform checks the address of this one subscription; the answer, ``None`` where nobody asked for it."""
    account = ConnectedAccount.objects.select_related("workspace").get(pk=row.account_id)
    way = _way(account)
    if way is None or way.confirm is None:
        return None
    now = database_now()
    answer = way.confirm(call, account.value(), ask_of(row, account, now))
    if answer is None:
        return None
    reply, found = answer
    if found is None:
        return reply
    Subscription.objects.filter(pk=row.pk).update(**as_values(way, found, now))
    return reply


def end(account: ConnectedAccount) -> None:
    """The account is about to leave: end its subscription where it can still be told to, unless it is also that of
    another workspace: a platform knows one of an app and an account.
    """
    row, way = Subscription.objects.filter(account=account).first(), _way(account)
    if row is None or way is None or account.access_token is None:
        return
    now = database_now()
    Subscription.objects.filter(pk=row.pk).update(state=State.WANTED, next_at=None, reason="Disconnected.")
    if not way.own_callback and _is_anothers_too(account):
        return
    try:
        used = tokens.with_tokens(account)
        asked = ask_of(row, account, now)
        way.unsubscribe(network.api(account.connector, account=used, app=asked.app), used, asked)
    except PlatformError as error:
        log.warning("account %s: its subscription was not ended: %s", account.pk, error)


def ask_of(row: Subscription, account: ConnectedAccount, now: datetime) -> Ask:
    """What a subscription is made with."""
    login = account.login_method
    stored = stored_app(account.workspace, login, account.host) if isinstance(login, OAuth2) else None
    app = find_app(account.workspace, login, account.host) or App(client_id="")
    way = _way(account)
    if way is not None and way.own_callback:
        path = reverse("webhooks:receive-own", args=[account.platform, row.path])
    elif stored is not None and not account.host:
        path = reverse("webhooks:receive-app", args=[account.platform, _first_row(account, stored)])
    else:
        path = reverse("webhooks:receive", args=[account.platform])
    return Ask(
        callback=settings.PUBLIC_URL + path,
        verify_token=verify_tokens(account.platform)[0],
        app=app,
        now=now,
        secret=row.secret,
        kept=row.kept,
        is_leaving=row.state == State.WANTED and row.next_at is None,
    )


def _first_row(account: ConnectedAccount, stored: AppCredential) -> int:
    """Of the rows of one developer app the first whose secret is the same: platforms call one address for an app."""
    hooks = account.connector.webhooks
    assert hooks is not None
    same = of_developer_app(seals(account.connector, hooks.secret_field), stored.pk)
    own = [seal.secret for seal in same if seal.app == stored]
    return min((seal.app.pk for seal in same if seal.app and seal.secret in own), default=stored.pk)


def _is_anothers_too(account: ConnectedAccount) -> bool:
    """Whether the same account is subscribed in another workspace through the same developer app."""
    works = ConnectedAccount.objects.filter(subscription__state__in=[State.ACTIVE, State.LACKING])
    others = works.filter(platform=account.platform, host=account.host, external_id=account.external_id)
    app = _client_id(account)
    return bool(app) and any(
        _client_id(other) == app for other in others.exclude(pk=account.pk).select_related("workspace")
    )


def _client_id(account: ConnectedAccount) -> str:
    app = find_app(account.workspace, account.login_method, account.host)
    return app.client_id if app else ""


def _way(account: ConnectedAccount) -> Subscribing | None:
    hooks = account.connector.webhooks
    return hooks.subscribing if hooks else None
