"""Accounts are read in the night and posts at their ages, whatever comes in between."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from accounts import limits
from accounts.models import ConnectedAccount, Workspace
from analytics import tracking
from analytics.models import (
    Absence,
    AccountSnapshot,
    Collection,
    DayGain,
    Gap,
    Payload,
    PostSnapshot,
    TrackedPost,
)
from analytics.tests.conftest import Publish, connect
from analytics.tests.meter import PLAIN, START, Meter, build, lost, refused
from publishing.models import Delivery
from publishing.states import State
from socialhub.platforms import registry
from socialhub.platforms.errors import Fault
from socialhub.platforms.metrics import Lack, Published, Why
from socialhub.platforms.policy import Quota, Scope

Read = Callable[[], int]
TONIGHT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
"""02:00 in Stockholm, the night after the start."""


def slots(post: str) -> dict[str, float | None]:
    """The likes of a post by slot."""
    rows = PostSnapshot.objects.filter(post__external_id=post, name="hearts").order_by("read_at", "pk")
    return dict(rows.values_list("slot", "value"))


def everything() -> list[tuple[object, ...]]:
    """All rows of figures, without their numbers."""
    posts = PostSnapshot.objects.order_by("post__external_id", "slot", "name", "by")
    accounts = AccountSnapshot.objects.order_by("account__external_id", "period", "day", "name", "by")
    gains = DayGain.objects.order_by("account", "day", "metric")
    return [
        *posts.values_list("post__external_id", "slot", "name", "metric", "value", "read_at", "restated"),
        *accounts.values_list("account__external_id", "period", "day", "name", "value", "groups", "read_at"),
        *gains.values_list("account__external_id", "day", "metric", "value", "posts", "days"),
    ]


def test_a_post_is_read_at_its_ages_and_every_night(
    account: ConnectedAccount, meter: Meter, publish: Publish, read: Read
) -> None:
    publish(account, "p1")
    read()
    while meter.now < START + timedelta(days=30):
        meter.now = Collection.objects.get().next_at or meter.now
        read()
    marks = {name: value for name, value in slots("p1").items() if not name.startswith("2026")}
    assert list(marks) == ["1h", "6h", "24h", "3d", "7d", "28d"]
    assert (marks["1h"], marks["6h"], marks["24h"]) == (2.0, 11.0, 38.0)
    nightly = sorted(name for name in slots("p1") if name.startswith("2026"))
    assert nightly[0] == "2026-03-02"
    assert len(nightly) == 30
    assert TrackedPost.objects.get().totals["engagements"] == 99.0


def test_the_first_night_begins_at_two_where_the_workspace_is(
    account: ConnectedAccount, meter: Meter, read: Read
) -> None:
    read()
    row = Collection.objects.get()
    assert row.next_at == TONIGHT
    assert row.night == date(2026, 3, 1)
    meter.now = TONIGHT - timedelta(seconds=1)
    assert read() == 0
    meter.now = TONIGHT
    assert read() == 1
    assert Collection.objects.get().night == date(2026, 3, 2)


def test_a_second_run_of_the_same_night_changes_nothing(
    account: ConnectedAccount, meter: Meter, publish: Publish, read: Read
) -> None:
    publish(account, "p1", START - timedelta(hours=13))
    read()
    before, payloads = everything(), Payload.objects.count()
    assert before
    meter.push(minutes=7)
    Collection.objects.update(night=None, done_at=None, next_at=meter.now, through={}, asked={})
    read()
    assert everything() == before
    assert Payload.objects.count() == payloads
    assert Gap.objects.count() == 0


def test_a_missed_night_is_caught_up_and_what_cannot_be_is_a_gap(
    account: ConnectedAccount, meter: Meter, publish: Publish, read: Read
) -> None:
    publish(account, "p1", START - timedelta(hours=13))
    read()
    meter.now = TONIGHT + timedelta(days=3)
    read()
    shown = set(AccountSnapshot.objects.filter(name="shown").values_list("day", flat=True))
    assert {date(2026, 3, day) for day in (1, 2, 3, 4)} <= shown
    gaps = set(Gap.objects.values_list("what", "night"))
    nights = [date(2026, 3, day) for day in (2, 3, 4)]
    assert gaps == {(what, night) for what in ("posts", "profile", "audience") for night in nights}
    gain = DayGain.objects.get(metric="likes", day=date(2026, 3, 4))
    assert gain.days == 4
    assert gain.value == slots("p1")["2026-03-05"] - slots("p1")["2026-03-01"]  # type: ignore[operator]


def test_days_beyond_the_platforms_memory_are_gaps(
    account: ConnectedAccount, meter: Meter, read: Read
) -> None:
    read()
    meter.now = TONIGHT + timedelta(days=40)
    read()
    lost_days = sorted(Gap.objects.filter(what="days").values_list("night", flat=True))
    assert lost_days[0] == date(2026, 3, 1)
    assert lost_days[-1] == date(2026, 3, 11)
    assert not AccountSnapshot.objects.filter(name="shown", day__in=lost_days).exists()


def test_what_goes_wrong_in_one_part_leaves_the_others(
    account: ConnectedAccount, meter: Meter, publish: Publish, read: Read
) -> None:
    def trouble(what: str, about: object) -> None:
        if what == "audience":
            raise refused(Fault.PERMISSION)
        if what == "profile":
            raise refused(Fault.INVALID_REQUEST)

    meter.trouble = trouble
    publish(account, "p1", START - timedelta(hours=13))
    read()
    absence = Absence.objects.get(name="audience")
    assert (absence.why, absence.text) == ("permission", "It said no.")
    assert list(Gap.objects.values_list("what", "reason")) == [("profile", "It said no.")]
    assert AccountSnapshot.objects.filter(name="shown").count() == 30
    assert set(slots("p1")) == {"2026-03-01"}
    assert Collection.objects.get().done_at == START


def test_a_lost_answer_is_asked_for_again_later_and_nothing_is_done_twice(
    account: ConnectedAccount, meter: Meter, read: Read
) -> None:
    meter.trouble = lambda what, about: (_ for _ in ()).throw(lost()) if what == "days" else None
    read()
    row = Collection.objects.get()
    assert row.failures == 1
    assert row.next_at is not None
    assert timedelta(seconds=50) < row.next_at - START < timedelta(seconds=80)
    meter.trouble = lambda what, about: None
    meter.push(minutes=2)
    read()
    assert [what for what, _ in meter.asked].count("profile") == 1
    assert Collection.objects.get().done_at == meter.now


def test_a_platform_that_stays_silent_costs_a_part_and_not_the_night(
    account: ConnectedAccount, meter: Meter, read: Read
) -> None:
    meter.trouble = lambda what, about: (_ for _ in ()).throw(lost()) if what == "profile" else None
    for _ in range(10):
        read()
        meter.push(hours=1)
    assert Gap.objects.get().what == "profile"
    assert AccountSnapshot.objects.filter(name="shown").exists()


def test_a_limit_makes_it_wait_for_as_long_as_the_platform_says(
    account: ConnectedAccount, meter: Meter, read: Read
) -> None:
    def trouble(what: str, about: object) -> None:
        raise refused(Fault.RATE_LIMIT, retry_after=timedelta(minutes=9))

    meter.trouble = trouble
    read()
    row = Collection.objects.get()
    assert row.next_at is not None
    assert timedelta(minutes=8.9) < row.next_at - START < timedelta(minutes=10)
    assert len(meter.asked) == 1


def test_reading_stops_where_a_limit_closes_the_account(
    account: ConnectedAccount, meter: Meter, read: Read
) -> None:
    until = START + timedelta(minutes=9)
    limits.cool_down(limits.scope_of(account, Scope.ACCOUNT), until, "Too many.", START)
    read()
    assert meter.asked == []
    assert Collection.objects.get().next_at == until


def test_publishing_goes_first_but_not_for_ever(
    account: ConnectedAccount, meter: Meter, publish: Publish, read: Read
) -> None:
    read()
    meter.asked.clear()
    meter.now = TONIGHT
    waiting = publish(account, "later", START)
    Delivery.objects.filter(pk=waiting.pk).update(
        state=State.SCHEDULED, next_at=TONIGHT + timedelta(seconds=30), published_at=None, remote_id=""
    )
    read()
    assert meter.asked == []
    assert Collection.objects.get().next_at == TONIGHT + timedelta(minutes=1)
    for _ in range(25):
        meter.push(minutes=1)
        Delivery.objects.filter(pk=waiting.pk).update(next_at=meter.now)
        read()
    assert meter.asked


def test_reading_never_touches_the_share_of_a_quota_that_posts_need(
    northwind: Workspace, meter: Meter, read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    quota = Quota("units", 10, timedelta(hours=1), source="https://north.example/quota")
    connector = build(meter, quota=quota)
    monkeypatch.setattr(registry, "connectors", lambda: {connector.key: connector})
    meter.now = datetime.now(UTC)  # quotas forget what is long ago
    account = connect(northwind, connector.key)
    read()
    row = Collection.objects.get()
    assert len(meter.asked) <= 6
    assert "left to posts" in row.reason
    assert row.todo
    (usage,) = limits.usage([account], meter.now)[account.pk]
    assert usage.left >= 4


def test_one_post_that_is_refused_leaves_the_others_of_its_batch(
    account: ConnectedAccount, meter: Meter, publish: Publish, read: Read
) -> None:
    def trouble(what: str, about: object) -> None:
        if what == "posts" and isinstance(about, tuple) and "bad" in about:
            raise refused()

    for name in ("p1", "bad", "p2"):
        publish(account, name, START - timedelta(days=2))
    TrackedPost.objects.update(mark_due_at=None)
    tracking.track_fresh(START - timedelta(days=9), START)
    TrackedPost.objects.update(mark_due_at=None)
    meter.trouble = trouble
    read()
    assert set(slots("p1")) == set(slots("p2")) == {"2026-03-01"}
    assert slots("bad") == {}
    assert Gap.objects.get(what="posts").night == date(2026, 3, 1)


def test_a_post_that_is_not_in_the_answer_has_no_row(
    account: ConnectedAccount, meter: Meter, publish: Publish, read: Read
) -> None:
    for name in ("p1", "p2"):
        publish(account, name, START - timedelta(hours=13))
    meter.hidden = {"p1"}
    read()
    assert slots("p1") == {}
    assert slots("p2")
    assert TrackedPost.objects.get(external_id="p1").totals == {}


def test_what_is_absent_is_told_with_its_reason_and_forgotten_when_it_comes(
    account: ConnectedAccount, meter: Meter, publish: Publish, read: Read
) -> None:
    publish(account, "p1", START - timedelta(hours=13))
    meter.lacking = (Lack("saves", Why.TOO_FEW, "Fewer than five viewers."),)
    read()
    absence = Absence.objects.get()
    assert (absence.name, absence.why, absence.of_posts) == ("saves", "too_few", True)
    assert "saves" not in TrackedPost.objects.get().totals


def test_posts_made_elsewhere_are_found_page_by_page_and_ours_are_not_doubled(
    account: ConnectedAccount, meter: Meter, publish: Publish, read: Read
) -> None:
    ours = publish(account, "p1", START - timedelta(days=2))
    meter.elsewhere = [
        Published("p1", START - timedelta(days=2), text="Ours"),
        *(Published(f"e{n}", START - timedelta(days=n), text=f"Theirs {n}") for n in (1, 3, 5, 7, 200)),
    ]
    read()
    rows = {row.external_id: row for row in TrackedPost.objects.all()}
    assert set(rows) == {"p1", "e1", "e3", "e5", "e7"}
    assert rows["p1"].delivery == ours
    assert rows["e3"].delivery is None
    assert rows["e3"].text == "Theirs 3"
    assert [about for what, about in meter.asked if what == "list"] == [{}, {"start": 2}, {"start": 4}]
    assert "2026-03-01" in slots("e5")


def test_a_first_look_at_an_old_post_is_no_gain_of_that_day(
    account: ConnectedAccount, meter: Meter, publish: Publish, read: Read
) -> None:
    meter.elsewhere = [Published("old", START - timedelta(days=9))]
    publish(account, "new", START - timedelta(hours=12))
    read()
    gain = DayGain.objects.get(metric="likes")
    assert (gain.day, gain.posts) == (date(2026, 2, 28), 1)
    assert gain.value == slots("new")["2026-03-01"]
    meter.now = TONIGHT
    read()
    assert DayGain.objects.get(metric="likes", day=date(2026, 3, 1)).posts == 2


def test_slow_parts_are_asked_for_once_a_week(account: ConnectedAccount, meter: Meter, read: Read) -> None:
    for _ in range(15):
        read()
        meter.push(days=1)
    assert [what for what, _ in meter.asked].count("audience") == 3
    row = AccountSnapshot.objects.filter(name="fans_by_country").first()
    assert row is not None
    assert (row.groups, row.by, row.value) == ({"SE": 50.0, "NO": 20.0}, "country", None)


def test_an_account_that_is_not_connected_is_left_alone_and_read_again_when_it_is(
    account: ConnectedAccount, meter: Meter, read: Read
) -> None:
    account.state = ConnectedAccount.State.RECONNECT
    account.save()
    Collection.objects.create(account=account, next_at=START)
    read()
    assert meter.asked == []
    assert Collection.objects.get().next_at is None
    account.state = ConnectedAccount.State.ACTIVE
    account.save()
    read()
    assert meter.asked


def test_a_missing_permission_is_said(account: ConnectedAccount, meter: Meter, read: Read) -> None:
    account.scopes = ["talk"]
    account.save()
    read()
    assert meter.asked == []
    assert Collection.objects.get().reason == "Connect it again and allow figures."


def test_who_lost_the_row_writes_nothing(account: ConnectedAccount, meter: Meter, read: Read) -> None:
    tracking.ensure(meter.now)

    def trouble(what: str, about: object) -> None:
        if what == "days":
            Collection.objects.update(lease_until=START + timedelta(hours=2))

    meter.trouble = trouble
    read()
    assert not AccountSnapshot.objects.filter(name="shown").exists()
    assert AccountSnapshot.objects.filter(name="fans").exists()


def test_a_platform_without_days_has_its_nights(northwind: Workspace, meter: Meter, read: Read) -> None:
    connect(northwind, PLAIN)
    read()
    row = AccountSnapshot.objects.get()
    assert (row.name, row.metric, row.period, row.day) == ("fans", "followers", "night", date(2026, 3, 1))


def test_a_rate_goes_with_the_figure_that_it_was_made_of(
    account: ConnectedAccount, meter: Meter, publish: Publish, read: Read
) -> None:
    publish(account, "p1", START - timedelta(hours=13))
    read()
    assert TrackedPost.objects.get().totals["rate_by_reach"] > 0
    meter.says_reach_alone = True
    meter.now = TONIGHT
    read()
    totals = TrackedPost.objects.get().totals
    assert totals["reach"] == 0.0
    assert "rate_by_reach" not in totals
    assert totals["likes"] > 0
