"""A past for the demo: posts that were made elsewhere, and the figures of the last weeks.

Nothing is made up here: the sandbox's clock is turned back, and the collector's own code reads each night and each
mark as they would have come. Meanwhile no other collector takes these accounts.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from accounts.models import ConnectedAccount
from analytics.collecting import Turn
from analytics.models import Absence, AccountSnapshot, Collection, DayGain, Gap, Payload, TrackedPost

NIGHTS = 21
APART = timedelta(hours=20)
SAID = (
    "First frost, first mulled filter of the year.",
    "What the grinder taught us this week: slower.",
    "Two new farms on the shelf, one old friend back.",
    "A map of every cup we poured in October.",
    "Behind the counter: Ben and the stubborn kettle.",
    "Your beans, your water, our notes.",
)
BUSY = timedelta(minutes=30)


class World(Protocol):
    """What of the sandbox is steered."""

    def now(self) -> datetime:
        """Its time."""

    def turn_to(self, at: datetime) -> None:
        """Let it be another time."""

    def past(self, account: ConnectedAccount, text: str, seconds: float) -> bool:
        """A post that the account made elsewhere, so long ago; whether that is possible."""


def rehearse(world: World, account: ConnectedAccount) -> bool:
    """Read the last weeks of an account; whether there is anything to read."""
    if account.connector.insights is None:
        return False
    now = datetime.now(UTC)
    begun = now - timedelta(days=NIGHTS)
    for number, text in enumerate(SAID):
        ago = timedelta(days=3 * number + 1) + number * APART / 6
        if not world.past(account, text, ago.total_seconds()):
            break
    row = _alone(account, now)
    there, at = world.now(), begun
    try:
        while at < now:
            world.turn_to(at)
            at = _Rehearsal(row, at, until=now + BUSY).go()
    finally:
        world.turn_to(there + (datetime.now(UTC) - now))
    return True


def release(accounts: Iterable[ConnectedAccount]) -> None:
    """From now on collectors read them: the sandbox's clock is right again."""
    Collection.objects.filter(account__in=list(accounts)).update(next_at=datetime.now(UTC), lease_until=None)


def _alone(account: ConnectedAccount, now: datetime) -> Collection:
    """The account's row, without what a collector has read meanwhile; nobody else takes it for a while."""
    row, _ = Collection.objects.get_or_create(account=account)
    Collection.objects.filter(pk=row.pk).update(
        night=None, todo=[], done_at=None, through={}, asked={}, lease_until=None, next_at=now + BUSY
    )
    for model in (TrackedPost, AccountSnapshot, DayGain, Gap, Payload, Absence):
        model._default_manager.filter(account=account).delete()
    row.refresh_from_db()
    return row


class _Rehearsal(Turn):
    """A turn at a time that is long past. The row stays out of other collectors' sight."""

    def __init__(self, row: Collection, at: datetime, *, until: datetime) -> None:
        row.refresh_from_db()
        self._until, self._following = until, at + timedelta(hours=1)
        super().__init__(row, _standing(at))

    def go(self) -> datetime:
        """Read what was due then; when the next reading was."""
        self.work(threading.Event())
        return self._following

    def _write(self, **values: Any) -> None:
        super()._write(**{**values, "next_at": self._until})

    def _save(self, *, next_at: datetime | None, **values: Any) -> None:
        if next_at is not None:
            self._following = max(next_at, self.clock() + timedelta(minutes=1))
        super()._save(next_at=next_at, **values)


def _standing(at: datetime) -> Callable[[], datetime]:
    return lambda: at
