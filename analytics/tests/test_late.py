"""Days that platforms tell late or tell anew, and nights that a limit draws out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from accounts.models import ConnectedAccount
from analytics.models import Absence, AccountSnapshot, Collection, Gap
from analytics.tests.conftest import Publish
from analytics.tests.meter import START, Meter, refused
from socialhub.platforms.errors import Fault
from socialhub.platforms.metrics import Why

Read = Callable[[], int]
TONIGHT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
"""02:00 in Stockholm, the night after the start."""


def test_the_last_days_are_read_again_and_what_was_said_before_stays_beside(
    account: ConnectedAccount, meter: Meter, read: Read
) -> None:
    yesterday = date(2026, 2, 28)
    meter.early = {yesterday: 0.5}
    read()
    row = AccountSnapshot.objects.get(name="shown", day=yesterday)
    first = row.value
    assert first is not None
    assert not row.is_final
    meter.early = {}
    meter.now = TONIGHT
    read()
    row.refresh_from_db()
    assert (row.value, row.is_final) == (first * 2, True)
    assert row.restated == [[START.isoformat(), first, None]]


def test_what_is_late_is_asked_for_again_until_it_is_there(
    account: ConnectedAccount, meter: Meter, read: Read
) -> None:
    meter.late = 2
    read()
    days = AccountSnapshot.objects.filter(name="shown")
    assert days.order_by("-day").values_list("day", flat=True)[0] == date(2026, 2, 26)
    assert Absence.objects.get(name="shown").why == Why.NOT_YET
    meter.late = 0
    meter.now = TONIGHT
    read()
    assert days.count() == 31
    assert not Absence.objects.filter(name="shown").exists()


def test_days_that_are_later_than_ever_are_asked_for_again_too(
    account: ConnectedAccount, meter: Meter, read: Read
) -> None:
    read()
    meter.late = 8  # more than the three days that are read again anyway
    for night in range(7):
        meter.now = TONIGHT + timedelta(days=night)
        read()
    meter.late = 0
    meter.push(days=1)
    read()
    shown = set(AccountSnapshot.objects.filter(name="shown").values_list("day", flat=True))
    assert {date(2026, 2, 28) + timedelta(days=number) for number in range(9)} <= shown
    meter.asked.clear()
    meter.push(days=1)
    read()
    assert [about for what, about in meter.asked if what == "days"] == [(date(2026, 3, 7), date(2026, 3, 9))]


def test_days_that_never_come_are_not_asked_for_without_end(
    account: ConnectedAccount, meter: Meter, read: Read
) -> None:
    meter.late = 1000
    read()
    meter.asked.clear()
    meter.now = TONIGHT
    read()
    asked = [about for what, about in meter.asked if what == "days"]
    assert min(first for first, _ in asked) == date(2026, 2, 15)


def test_a_night_that_a_limit_draws_out_is_marked_as_late(
    account: ConnectedAccount, meter: Meter, publish: Publish, read: Read
) -> None:
    publish(account, "p1", START - timedelta(days=3))
    read()
    limited = refused(Fault.RATE_LIMIT, retry_after=timedelta(hours=20))

    def trouble(what: str, about: object) -> None:
        if what == "profile":
            meter.trouble = lambda what, about: None
            raise limited

    meter.now, meter.trouble = TONIGHT, trouble
    read()
    assert Gap.objects.count() == 0
    meter.now = Collection.objects.get().next_at or meter.now
    read()
    assert Collection.objects.get().done_at is not None
    late = dict(Gap.objects.filter(night=date(2026, 3, 2)).values_list("what", "reason"))
    assert set(late) == {"profile", "posts"}
    assert all(reason.startswith("Read 2") for reason in late.values())  # 20 hours and up to a tenth more
