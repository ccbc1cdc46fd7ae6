"""Asking platforms what was said, where they do not call us or not about everything.

Each account has a row with a time. While nothing is new the waits grow; what is new brings them back. Publishing
goes first: an account that is closed by a limit, or whose posts are about to leave, is asked later. To its posts it
gives way for a while only, for some accounts have posts that leave all the time.
"""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import DatabaseError, connections, transaction

from accounts import limits, network, tokens
from accounts.clock import database_now
from accounts.models import ConnectedAccount
from socialhub.platforms import registry
from socialhub.platforms.errors import PlatformError
from socialhub.platforms.inbox import Haul, Inbox, Watching
from socialhub.platforms.values import Account, Capability
from webhooks import hearing
from webhooks.models import Subscription, Watch
from webhooks.processing import MISTAKES
from webhooks.signals import poll_wished, posts_asked

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)
NAP, DATABASE_PAUSE = 0.5, 2.0
PATIENCE = timedelta(minutes=20)
"""For so long an account gives way to its posts; one whose posts leave all the time is asked all the same."""
POSTS = 25
"""Under how many of its latest posts an account is watched, where a platform is asked post by post."""
MOST_DOUBLINGS, LONGEST_BACKOFF = 6, timedelta(hours=6)
STEP = "inbox"


def ensure() -> int:
    """Give every account that can be asked a row, and those that can be asked again a time; gives how many."""
    able = [key for key, known in registry.connectors().items() if known.inbox and known.inbox.fetch]
    now = database_now()
    accounts = ConnectedAccount.objects.filter(platform__in=able, state=ConnectedAccount.State.ACTIVE)
    fresh = accounts.filter(watch=None).values_list("pk", flat=True)
    made = Watch.objects.bulk_create(
        [Watch(account_id=pk, next_at=now) for pk in fresh], ignore_conflicts=True
    )
    idle = Watch.objects.filter(account__in=accounts, next_at=None)
    return len(made) + idle.update(next_at=now, reason="", failures=0)


def run(stopping: threading.Event) -> None:
    """Ask whoever is due until told to stop. Any number may run."""
    while not stopping.is_set():
        try:
            if not ask_next():
                stopping.wait(NAP)
        except DatabaseError:
            log.exception("accounts could not be asked; trying again")
            connections.close_all()
            stopping.wait(DATABASE_PAUSE)
    connections.close_all()


def ask_next() -> bool:
    """Ask for the account that is due longest; whether there was one."""
    watch = _claim()
    if watch is None:
        return False
    values = _ask(watch)
    Watch.objects.filter(pk=watch.pk, lease_until=watch.lease_until).update(lease_until=None, **values)
    return True


def _claim() -> Watch | None:
    now = database_now()
    due = Watch.objects.filter(next_at__lte=now).order_by("next_at")
    if not due.exists():  # nothing is locked for nothing
        return None
    with transaction.atomic():
        watch = due.select_for_update(skip_locked=True).first()
        if watch is not None:
            watch.lease_until = watch.next_at = now + LEASE
            watch.save(update_fields=["lease_until", "next_at"])
    return watch


def _ask(watch: Watch) -> dict[str, Any]:
    """What becomes of the row."""
    account = ConnectedAccount.objects.select_related("workspace").get(pk=watch.account_id)
    inbox, now = account.connector.inbox, database_now()
    if inbox is None or inbox.fetch is None or account.state != ConnectedAccount.State.ACTIVE:
        return {"next_at": None, "reason": "The account is not connected."}
    if lacking := account.missing_scopes(Capability.INBOX):
        return {"next_at": None, "reason": f"Connect it again and allow {', '.join(lacking)}."}
    if closed := limits.cooling(account, now, STEP):
        return {"next_at": closed.until}
    since = watch.yields_since or now
    if (wait := _posts_go_first(account, now)) and now - since < PATIENCE:
        return {"next_at": wait, "yields_since": since}
    return _ask_now(watch, account, inbox, now)


def _ask_now(watch: Watch, account: ConnectedAccount, inbox: Inbox, now: datetime) -> dict[str, Any]:
    assert inbox.fetch is not None
    used: Account | None = None
    try:
        used = tokens.authorised(account, reread=False)
        api = network.api(account.connector, account=used, app=_app(account))
        haul = inbox.fetch(api, used, Watching(now, watch.cursor, _posts(account)))
        limits.hear(account, STEP, list(api.heard.values()), now)
        return _after(watch, account, inbox, haul, now)
    except PlatformError as error:
        if used is not None:
            tokens.refused(account, used, error)
        return _after_error(watch, inbox, error, now)
    except MISTAKES as problem:
        log.exception("account %s: what it was told could not be read", account.pk)
        reason = f"{type(problem).__name__}: the answer could not be read."
        return {"next_at": now + LONGEST_BACKOFF, "reason": reason, "failures": watch.failures + 1}


def _after(
    watch: Watch, account: ConnectedAccount, inbox: Inbox, haul: Haul, now: datetime
) -> dict[str, Any]:
    heard = hearing.keep(account, haul.found, now)
    quiet = 0 if heard.new or haul.is_more else min(watch.quiet + 1, MOST_DOUBLINGS)
    wait = timedelta(0) if haul.is_more else _wait(account, inbox, quiet)
    told = {"cursor": dict(haul.cursor), "quiet": quiet, "asked_at": now, "next_at": now + wait}
    if not haul.is_more:  # what was waited for so long is asked for to its end
        told["yields_since"] = None
    return {**told, "failures": 0, "reason": ""}


def _wait(account: ConnectedAccount, inbox: Inbox, quiet: int) -> timedelta:
    """Twice as long after each time that brought nothing, seldom where calls tell everything."""
    wait = min(inbox.poll_every * int(2**quiet), inbox.poll_at_least)
    subscribed = Subscription.objects.filter(account=account).first()
    if subscribed and subscribed.works and not inbox.needs_poll:
        wait = inbox.poll_at_least
    return wait * random.uniform(0.9, 1.1)  # noqa: S311 (no secret)


def _after_error(watch: Watch, inbox: Inbox, error: PlatformError, now: datetime) -> dict[str, Any]:
    failures = watch.failures + 1
    wait = error.retry_after or min(inbox.poll_every * (2 ** min(failures, MOST_DOUBLINGS)), LONGEST_BACKOFF)
    if not (error.is_retryable or error.is_ambiguous):
        wait = max(wait, LONGEST_BACKOFF)
    return {"next_at": now + wait, "failures": failures, "reason": error.user_message}


def _posts_go_first(account: ConnectedAccount, now: datetime) -> datetime | None:
    wishes: list[Any] = [wish for _, wish in poll_wished.send(sender=None, account=account, now=now) if wish]
    return max(wishes, default=None)


def _posts(account: ConnectedAccount) -> tuple[str, ...]:
    answers: list[Any] = posts_asked.send(sender=None, account=account, most=POSTS)
    return tuple(number for _, numbers in answers for number in numbers)[:POSTS]


def _app(account: ConnectedAccount) -> Any:
    from accounts.credentials import find_app

    signs = account.connector.service.sign is not None
    return find_app(account.workspace, account.login_method, account.host) if signs else None


def hurry(account: ConnectedAccount) -> None:
    """Ask soon: a call hinted at something that it did not tell whole."""
    Watch.objects.filter(account=account, lease_until=None, next_at__isnull=False).update(
        next_at=database_now(), quiet=0
    )


def state_of(account: ConnectedAccount) -> Mapping[str, Any]:
    """When it was asked last and is asked next, and what is wrong, for its page."""
    watch = Watch.objects.filter(account=account).first()
    if watch is None:
        return {}
    return {"asked_at": watch.asked_at, "next_at": watch.next_at, "reason": watch.reason}
