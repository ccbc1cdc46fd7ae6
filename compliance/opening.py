"""Taking a request in: whose accounts it is about, until when they must be erased, and a code to follow it by."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db import DatabaseError, IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.credentials import Seal
from accounts.forgetting import forget_logins, forget_tokens
from accounts.models import AppCredential, ConnectedAccount, Workspace
from accounts.signals import announce
from compliance.models import Erasure, Request
from compliance.models.requests import OPEN
from socialhub.platforms import registry
from socialhub.platforms.login import OAuth2
from socialhub.platforms.privacy import Notice

log = logging.getLogger(__name__)
Kind = Request.Kind
GRACE_KINDS = frozenset({Kind.DEAUTHORISE, Kind.REVOCATION, Kind.LOST, Kind.DISCONNECTED})
"""Requests that a person calls off by connecting the account again before erasing begins."""
ENDS_ACCESS = frozenset({Kind.DEAUTHORISE, Kind.DELETION, Kind.LISTED, Kind.OWN})
"""Requests that end our access themselves; the others follow from its end."""
_CLOCKS = timedelta(minutes=1)
"""By how much the platform's clock and ours may differ."""
_AHEAD = 0.1
"""Erasing begins when this share of the time is left, a day at most: a failure must still find time."""


def take_notice(*, kind: Request.Kind, platform: str, seals: Sequence[Seal], notice: Notice) -> Request:
    """A platform asks for a person. The same notice a second time gives the same request and changes nothing.

    Only accounts are touched that came of the apps whose secrets sealed the notice.
    """
    app = seals[0]
    digest = hashlib.sha256(f"{kind}:{notice.seal}".encode()).hexdigest()
    known = _opened(digest)
    if known is not None:
        return known
    scope = _scope(seals)
    try:
        with transaction.atomic():
            accounts = list(_theirs(scope, notice.person_id, kind, notice.issued_at))
            request = open_request(
                kind=kind,
                platform=platform,
                accounts=accounts,
                app=app.app,
                app_key=app.app_key,
                digest=digest,
            )
            for ways, workspaces in scope:
                forget_logins({name for name, _ in ways}, workspaces, notice.person_id)
    except IntegrityError:
        # The same notice came a second time at the same moment: now its request is there.
        known = _opened(digest)
        if known is None:
            raise
        return known
    return request


def open_request(
    *,
    kind: Request.Kind,
    platform: str,
    accounts: Sequence[ConnectedAccount],
    app: AppCredential | None = None,
    app_key: str = "",
    digest: str | None = None,
    within: timedelta | None = None,
    at_once: bool = False,
) -> Request:
    """Ask for accounts to be erased. Without any there is nothing to do, and the request says so."""
    now = timezone.now()
    time = within or min(
        (account.connector.policy.erase_within for account in accounts), default=timedelta(days=30)
    )
    deadline = now + time
    waits = kind in GRACE_KINDS and not at_once
    begin = deadline - min(time * _AHEAD, timedelta(days=1)) if waits else now
    with transaction.atomic():
        request = Request.objects.create(
            kind=kind, platform=platform, app=app, app_key=app_key, digest=digest,
            received_at=now, begin_at=begin, deadline_at=deadline,
            state=Request.State.RECEIVED if accounts else Request.State.DONE,
            finished_at=None if accounts else now,
        )  # fmt: skip
        Erasure.objects.bulk_create(
            Erasure(
                request=request, account=account, workspace_id=account.workspace_id,
                platform=account.platform, next_at=begin,
            )
            for account in accounts
        )  # fmt: skip
        changed = [account.pk for account in accounts] if kind in ENDS_ACCESS else []
        forget_tokens(ConnectedAccount.objects.filter(pk__in=changed))
        transaction.on_commit(lambda: _after(changed, hurry=bool(accounts) and not waits))
    return request


def _opened(digest: str) -> Request | None:
    """The request that a notice opened."""
    return Request.objects.filter(digest=digest).first()


def has_open(account: ConnectedAccount) -> bool:
    """Whether erasing this account is asked for already."""
    return Erasure.objects.filter(account=account, state__in=OPEN).exists()


def own_accounts(workspace: Workspace, app_key: str, people: Iterable[str]) -> list[ConnectedAccount]:
    """The accounts in one workspace that those people connected through that app."""
    mine = ConnectedAccount.objects.known().filter(_ways(app_key), workspace=workspace)
    return list(mine.filter(person_id__in=list(people)).without_secrets())


def ways_of(app_key: str) -> set[tuple[str, str]]:
    """(platform, login) of every way in that leads through that app: one app may serve several platforms."""
    return {
        (connector.key, login.key)
        for connector in registry.connectors().values()
        for login in connector.logins
        if isinstance(login, OAuth2) and login.app_key == app_key
    }


def _ways(app_key: str) -> Q:
    found = Q(pk__in=[])
    for platform, login in ways_of(app_key):
        found |= Q(platform=platform, login=login)
    return found


def _scope(seals: Sequence[Seal]) -> list[tuple[set[tuple[str, str]], set[int]]]:
    """For each app that sealed: the ways in through it, and the workspaces that it speaks for."""
    found = []
    for seal in seals:
        if seal.app is not None:
            spoken_for = {seal.app.workspace_id}
        else:
            own = AppCredential.objects.filter(app_key=seal.app_key, host="").values("workspace")
            spoken_for = set(Workspace.objects.exclude(pk__in=own).values_list("pk", flat=True))
        found.append((ways_of(seal.app_key), spoken_for))
    return found


def _theirs(
    scope: list[tuple[set[tuple[str, str]], set[int]]],
    person_id: str,
    kind: Request.Kind,
    issued_at: datetime | None,
) -> QuerySet[ConnectedAccount]:
    rows = ConnectedAccount.objects.known().filter(person_id=person_id).without_secrets()
    chosen = [
        row.pk
        for row in rows
        for ways, workspaces in scope
        if (row.platform, row.login) in ways and row.workspace_id in workspaces
    ]
    found = ConnectedAccount.objects.filter(pk__in=chosen).without_secrets()
    if kind != Kind.DEAUTHORISE or issued_at is None:
        return found
    # A notice that came late says nothing against access that was given after it.
    return found.exclude(connected_at__gt=issued_at + _CLOCKS)


def _after(changed: Sequence[int], *, hurry: bool) -> None:
    for account in changed:
        announce(account)
    if hurry:
        kick("compliance.jobs.carry_out")


def kick(job: str) -> None:
    """Let a job run now and not at its next time. Where it cannot be queued, that time is soon enough."""
    from django_q.brokers import get_broker
    from django_q.tasks import async_task
    from redis.exceptions import RedisError

    try:
        async_task(job, broker=get_broker())
    except (DatabaseError, RedisError, OSError):
        log.warning("%s could not be queued; it runs at its next time", job)
