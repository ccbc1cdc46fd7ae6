"""Ninety days of a world with kills, limits, lost answers and an outage of three nights end with the same rows as
ninety quiet days, but for gaps that are marked.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from accounts.models import ConnectedAccount, Workspace
from accounts.models.limits import Cooldown
from analytics import tracking
from analytics.collecting import Collector, Turn
from analytics.marks import MARKS
from analytics.models import AccountSnapshot, Collection, DayGain, Gap, PostSnapshot, TrackedPost
from analytics.tests.conftest import Publish, connect
from analytics.tests.meter import PLAIN, PLATFORM, START, Meter, lost, refused
from publishing.models import Delivery, Post
from socialhub.platforms.errors import Fault
from socialhub.platforms.metrics import Published

DAYS = 90
DARK = (START + timedelta(days=40), START + timedelta(days=43))
"""Nobody reads from here to there: three nights."""
Rows = dict[tuple[Any, ...], tuple[Any, ...]]


class Killed(BaseException):
    """The process died here."""


@dataclass
class Weather:
    """What befalls a call: ``chance`` of each trouble."""

    dice: random.Random
    chance: float = 0.08
    fired: dict[str, int] = field(default_factory=dict)

    def strike(self, what: str, about: object) -> None:
        """Perhaps something goes wrong."""
        troubles: dict[str, BaseException] = {
            "killed": Killed(),
            "limited": refused(Fault.RATE_LIMIT, retry_after=timedelta(minutes=4)),
            "lost": lost(),
        }
        for name, problem in troubles.items():
            if self.dice.random() < self.chance:
                self.fired[name] = self.fired.get(name, 0) + 1
                raise problem


def _live(meter: Meter, accounts: list[ConnectedAccount], publish: Publish, *, dark: bool) -> None:
    """Ninety days: a post each third day on each account, some made elsewhere, and whoever is due is read."""
    planned = [
        (START + timedelta(days=number, hours=4), account, f"{account.platform}-{number}")
        for number in range(0, DAYS, 3)
        for account in accounts
    ]
    meter.elsewhere = [
        Published(f"e{number}", START + timedelta(days=number, hours=7)) for number in range(-20, DAYS, 10)
    ]
    every = list(meter.elsewhere)
    collector, end = Collector(meter.clock), START + timedelta(days=DAYS)
    while meter.now < end:
        while planned and planned[0][0] <= meter.now:
            at, account, name = planned.pop(0)
            publish(account, name, at)
        meter.elsewhere = [post for post in every if post.at <= meter.now]
        tracking.track_fresh(meter.now - timedelta(days=5), meter.now)
        if not (dark and DARK[0] <= meter.now < DARK[1]):
            _read_all(collector)
        meter.now = _next(meter, planned, dark=dark)


def _read_all(collector: Collector) -> None:
    for _ in range(200):
        try:
            if not collector.take_next():
                return
        except Killed:
            collector = Collector(collector.clock)  # somebody starts it again
    raise AssertionError("it never came to rest")


def _next(meter: Meter, planned: list[Any], *, dark: bool) -> datetime:
    times: list[datetime] = [at for at, *_ in planned[:1]]
    times += [at for at in Collection.objects.values_list("next_at", flat=True) if at is not None]
    following = min((at for at in times if at > meter.now), default=meter.now + timedelta(hours=1))
    if dark and meter.now < DARK[1]:
        return min(following, DARK[1])
    return following


def _rows() -> Iterator[tuple[tuple[Any, ...], tuple[Any, ...]]]:
    posts = PostSnapshot.objects.values_list("post__external_id", "slot", "name", "metric", "value")
    yield from (((post, slot, name), (metric, value)) for post, slot, name, metric, value in posts)
    accounts = AccountSnapshot.objects.values_list(
        "account__platform", "period", "day", "name", "value", "groups", "is_final"
    )
    yield from ((row[:4], (row[4], str(row[5]), row[6])) for row in accounts)


def _totals() -> dict[str, dict[str, float]]:
    return dict(TrackedPost.objects.values_list("external_id", "totals"))


def _start_again() -> None:
    for model in (PostSnapshot, TrackedPost, AccountSnapshot, DayGain, Gap, Collection, Cooldown):
        model._default_manager.all().delete()
    Delivery.objects.all().delete()
    Post.objects.all().delete()


@pytest.mark.parametrize("seed", [1])
def test_trouble_and_an_outage_leave_the_same_rows_but_for_marked_gaps(
    northwind: Workspace, meter: Meter, publish: Publish, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    accounts = [connect(northwind, PLATFORM), connect(northwind, PLAIN)]
    tracking.ensure(meter.now)
    _live(meter, accounts, publish, dark=False)
    quiet, quiet_totals = dict(_rows()), _totals()
    quiet_sum = _sum_of_gains()
    _start_again()

    meter.now = START
    weather = Weather(random.Random(seed))
    meter.trouble = weather.strike
    whole = Turn._write

    def dies_in_the_middle(turn: Turn, **values: Any) -> None:
        """Some deaths are just before a commit, some just after."""
        if weather.dice.random() < 0.02:
            weather.fired["at the commit"] = weather.fired.get("at the commit", 0) + 1
            raise Killed
        whole(turn, **values)

    monkeypatch.setattr(Turn, "_write", dies_in_the_middle)
    tracking.ensure(meter.now)
    _live(meter, accounts, publish, dark=True)
    rough = dict(_rows())

    assert min(weather.fired.values()) > 20
    assert set(weather.fired) == {"killed", "limited", "lost", "at the commit"}
    # Three nights are missing, the third of them in part: it was read at noon, which is marked like the others.
    nights = {date(2026, 4, day) for day in (11, 12, 13)}
    assert set(Gap.objects.values_list("night", flat=True)) == nights
    assert set(Gap.objects.values_list("what", flat=True)) == {"posts", "profile", "audience"}
    other = [key for key, value in rough.items() if quiet.get(key, value) != value]
    assert [key for key in other if not _is_dark(key)] == []
    # What is asked once a week and fell into the outage is asked as soon as it is over.
    assert set(rough) - set(quiet) == {(PLATFORM, "night", DARK[1].date(), "fans_by_country")}
    missing = set(quiet) - set(rough)
    assert missing
    assert [key for key in missing if not _is_dark(key)] == []
    # Days that the platform remembers are all there, and what was gained is gained.
    assert not [key for key in missing if len(key) == 4 and key[1] == "day"]
    assert _totals() == quiet_totals
    assert _sum_of_gains() == pytest.approx(quiet_sum)


def _sum_of_gains() -> float:
    return sum(DayGain.objects.filter(metric="likes").values_list("value", flat=True))


def _is_dark(key: tuple[Any, ...]) -> bool:
    """Whether a figure was due during the outage."""
    slot = str(key[2] if len(key) == 4 else key[1])
    if slot not in MARKS:
        return DARK[0].date() < date.fromisoformat(slot) <= DARK[1].date()
    name, _, number = str(key[0]).partition("-")
    is_elsewhere = name.startswith("e")
    days = int(name[1:] or f"-{number}") if is_elsewhere else int(number)
    due = START + timedelta(days=days, hours=7 if is_elsewhere else 4) + MARKS[slot]
    return DARK[0] <= due < DARK[1]
