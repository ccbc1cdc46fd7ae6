"""What the hub has been given: keys of developer apps, and accounts that still let it in. Counts, no names."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from accounts.credentials import is_ready
from accounts.health import SOON
from accounts.models import AppCredential, ConnectedAccount
from socialhub.doctor.findings import Finding, good, warn
from socialhub.platforms import registry
from socialhub.platforms.connector import Connector

State = ConnectedAccount.State


def apps() -> Iterator[Finding]:
    """Platforms that nobody can connect yet."""
    entered = set(AppCredential.objects.values_list("app_key", flat=True).distinct())
    missing = [one.name for one in registry.connectors().values() if not _can_connect(one, entered)]
    if missing:
        advice = "Enter the keys of your developer app on the set-up page, or leave these platforms out."
        yield warn("App keys", f"Missing for {', '.join(missing)}", advice)
    else:
        yield good("App keys", "There for every platform")


def _can_connect(connector: Connector, entered: set[str]) -> bool:
    """By any of its ways in."""
    return any(is_ready(login, entered) for login in connector.logins)


def accounts() -> Iterator[Finding]:
    """Connections that ended, fail, or will end."""
    rows = ConnectedAccount.objects.order_by()
    lost = rows.filter(state=State.RECONNECT).count()
    failing = rows.filter(state=State.ACTIVE, refresh_failures__gt=0).count()
    ends = datetime.now(UTC) + SOON
    active = rows.filter(state=State.ACTIVE)
    ending = (
        active.filter(refresh_due_at=None, expires_at__lt=ends)
        | active.filter(refresh_due_at__isnull=False, refresh_expires_at__lt=ends)
    ).count()
    said = {
        f"{lost} to be connected again": lost,
        f"{failing} whose renewal fails": failing,
        f"{ending} that end within {SOON.days} days": ending,
    }
    trouble = [text for text, count in said.items() if count]
    if trouble:
        yield warn("Accounts", ", ".join(trouble), "Open Accounts and reconnect them; their posts wait.")
    else:
        yield good("Accounts", "All connections hold")
