"""How well a connection is, in a word, for lists and warnings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from accounts.models import ConnectedAccount, Cooldown

State = ConnectedAccount.State
SOON = timedelta(days=7)


@dataclass(frozen=True)
class Health:
    """`tone` is good, warn, bad or neutral; `word` fits a table cell; `advice` is a sentence or empty."""

    tone: str
    word: str
    advice: str = ""
    wants_login: bool = False


def health(
    account: ConnectedAccount, now: datetime | None = None, *, closed: Cooldown | None = None
) -> Health:
    """The worst thing that can be said of a connection now; ``closed`` is the limit that it waits for."""
    now = now or datetime.now(UTC)
    if account.state == State.DISCONNECTED:
        return Health("neutral", "Disconnected", "Its posts are kept. Connect it again to send more.", True)
    if account.state == State.RECONNECT:
        advice = account.state_reason or "The platform no longer accepts our connection."
        return Health("bad", "Reconnect", advice, True)
    missing = sorted(
        {scope for one in account.connector.capabilities for scope in account.missing_scopes(one)}
    )
    if missing:
        advice = f"Not granted: {', '.join(missing)}. Reconnect and grant everything that is asked."
        return Health("warn", "Missing permission", advice, True)
    if account.state == State.PAUSED:
        return Health("neutral", "Paused", "Nothing is sent until you resume it.")
    if closed is not None:
        until = closed.until.astimezone(account.workspace.zone)
        return Health("warn", "Limited", f"{closed.reason} Posts wait until {until:%-d %B, %H:%M}.")
    return _life(account, now)


def _life(account: ConnectedAccount, now: datetime) -> Health:
    if account.refresh_failures:
        return Health("warn", "Renewal failing", f"{account.refresh_error} We keep trying.")
    end = ends_at(account)
    if end is None or end - now > SOON:
        return Health("good", "Healthy")
    days = max(0, (end - now).days)
    left = "today" if days == 0 else f"in {days} d"
    return Health("warn", f"Expires {left}", "Reconnect it before then; scheduled posts wait for it.", True)


def ends_at(account: ConnectedAccount) -> datetime | None:
    """When somebody must log in again, as far as that is known.

    A token that we renew ourselves ends for a person only when its refresh token does.
    """
    return account.refresh_expires_at if account.refresh_due_at else account.expires_at
