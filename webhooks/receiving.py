"""Taking a call in: checked by every secret that may have sealed it, stored, and only then acknowledged."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, field
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from accounts.credentials import Seal, of_developer_app, seals, verify_tokens
from accounts.models import AppCredential
from socialhub.platforms.connector import Connector
from socialhub.platforms.events import Call, Reply, Webhooks
from socialhub.platforms.signatures import digest
from webhooks.models import Incoming, Subscription

log = logging.getLogger(__name__)

KEPT_HEADERS = ("content-type", "user-agent", "x-request-id", "x-forwarded-for")
FORGED_BODY = 2048
"""How much of a call that nobody sealed is kept, in bytes."""
FORGED_AN_HOUR = 500
"""How many such calls are kept in an hour; more of them are only counted in the log."""
SEALS_KEPT = 10.0
"""Seconds that a process remembers the secrets it read."""


class Refused(Exception):
    """No known secret sealed this call, or it is not what the platform sends."""


@dataclass
class _Known:
    """Secrets by platform and field, read anew every few seconds: an ack must not wait for their decryption."""

    seals: dict[tuple[str, str], tuple[float, list[Seal]]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def of(self, connector: Connector, name: str) -> list[Seal]:
        with self.lock:
            until, found = self.seals.get((connector.key, name), (0.0, []))
            if time.monotonic() >= until or settings.DEBUG:
                found = seals(connector, name)
                self.seals[connector.key, name] = (time.monotonic() + SEALS_KEPT, found)
            return found

    def forget(self) -> None:
        """Read everything anew at the next call."""
        with self.lock:
            self.seals.clear()


known = _Known()


def shake_hands(connector: Connector, call: Call, app: int | None) -> Reply | None:
    """The answer to a platform that checks our address; None where it is none or we are not meant."""
    hooks = connector.webhooks
    if hooks is None or hooks.handshake is None:
        return None
    # A check is answered with one secret, so the row that the address names counts alone.
    secrets = [seal.secret for seal in _of_app(known.of(connector, hooks.secret_field), app)]
    return hooks.handshake(call, secrets, verify_tokens(connector.key))


def take_in(connector: Connector, call: Call, app: int | None) -> None:
    """Store a call; the same body a second time changes nothing. Raises :class:`Refused` and database errors.

    It is stored once for each workspace whose app sealed it: several may use one developer app, and its calls come
    to one address.
    """
    hooks = _hooks(connector)
    _store(hooks, connector, call, of_developer_app(known.of(connector, hooks.secret_field), app))


def take_in_own(connector: Connector, call: Call, row: Subscription) -> None:
    """Store a call to the address of one subscription, sealed with the secret of that one."""
    sealed = [Seal(row.secret)] if row.secret else []
    _store(_hooks(connector), connector, call, sealed, account=row.account_id)
    Subscription.objects.filter(pk=row.pk).update(heard_at=timezone.now())


def _hooks(connector: Connector) -> Webhooks:
    if connector.webhooks is None:
        raise Refused("no webhooks")
    return connector.webhooks


def _store(
    hooks: Webhooks, connector: Connector, call: Call, candidates: list[Seal], *, account: int | None = None
) -> None:
    if not call.body:
        raise Refused("empty")
    now = timezone.now()
    # Every secret is tried, so that the time taken tells nothing of which one fits.
    fitting = [seal for seal in candidates if hooks.verify(call, seal.secret, now)]
    row = Incoming(
        platform=connector.key,
        account_id=account,
        received_at=now,
        headers={name: _printable(call.header(name)) for name in KEPT_HEADERS if call.header(name)},
        body=call.body,
        digest=digest(call.body if account is None else b"%d " % account + call.body),
    )
    if not fitting:
        _keep_forged(row)
        raise Refused("no known signature")
    if not hooks.is_well_formed(call.body):
        raise Refused("not what the platform sends")
    Incoming.objects.bulk_create(_for_each(row, [seal.app for seal in fitting]), ignore_conflicts=True)


def _for_each(row: Incoming, apps: Sequence[AppCredential | None]) -> list[Incoming]:
    """The call as each workspace has it whose app sealed it; once for all where it was the hub's own."""
    if None in apps:
        return [row]
    by_workspace = {app.workspace_id: app for app in reversed(apps) if app is not None}
    rows = []
    for workspace, app in sorted(by_workspace.items()):
        mine = copy(row)
        mine.app, mine.digest = app, digest(b"w%d " % workspace + bytes(row.body))
        rows.append(mine)
    return rows


def _printable(value: str) -> str:
    """A header for people to read: anything may stand in one, and PostgreSQL stores no NUL."""
    return "".join(sign if sign.isprintable() else "?" for sign in value[:500])


def _of_app(found: list[Seal], app: int | None) -> list[Seal]:
    return [seal for seal in found if app is None or (seal.app is not None and seal.app.pk == app)]


def _keep_forged(row: Incoming) -> None:
    """Keep some of what nobody sealed, for an admin to see that a secret is wrong; never all of a flood."""
    an_hour_ago = row.received_at - timedelta(hours=1)
    lately = Incoming.objects.filter(state=Incoming.State.REFUSED, received_at__gt=an_hour_ago)
    if lately.count() >= FORGED_AN_HOUR:
        log.warning("%s: a call without a known signature", row.platform)
        return
    row.state, row.reason = Incoming.State.REFUSED, "No known secret sealed it."
    row.body = row.body[:FORGED_BODY]
    row.save(force_insert=True)
