"""Looking ahead: what is planned against what platforms take."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts import limits
from accounts.models import Budget, ConnectedAccount, User, Workspace
from publishing import quotas as looking
from publishing.models import Delivery
from publishing.tests.conftest import Platform, Quotas
from publishing.tests.test_turns import turn
from socialhub.platforms.policy import Quota, Scope

COMPOSE = "/w/northwind-coffee/compose/"
Compose = Callable[..., Delivery]
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture
def noon() -> datetime:
    """A moment to plan for."""
    return (datetime.now(UTC) + 3 * DAY).replace(hour=12, minute=0, second=0, microsecond=0)


def test_room_is_that_of_the_fullest_window_in_which_the_moment_lies(
    compose: Compose, account: ConnectedAccount, quotas: Quotas, noon: datetime
) -> None:
    quotas(Quota("posts", 5, DAY))
    for hours in (-20, -1, 4):
        compose("Hello", due=noon + hours * HOUR)
    outlook = looking.Outlook([account])

    def left(at: datetime) -> int:
        return outlook.rooms(account.pk, at)[0].left

    assert left(noon) == 3  # never three of them in 24 hours, but two
    assert left(noon + 5 * HOUR) == 3
    assert left(noon + 25 * HOUR) == 4
    assert left(noon + 40 * HOUR) == 5
    assert left(noon - 2 * DAY) == 5


def test_a_day_of_quota_counts_from_midnight_to_midnight_there(
    compose: Compose, account: ConnectedAccount, quotas: Quotas
) -> None:
    quotas(Quota("uploads", 3, DAY, resets="America/Los_Angeles"))
    compose("Hello", due=datetime(2027, 7, 1, 6, 30, tzinfo=UTC))  # 23:30 there, on 30 June
    compose("World", due=datetime(2027, 7, 1, 7, 30, tzinfo=UTC))
    outlook = looking.Outlook([account])
    assert outlook.rooms(account.pk, datetime(2027, 7, 1, 6, 0, tzinfo=UTC))[0].left == 2
    assert outlook.rooms(account.pk, datetime(2027, 7, 2, 6, 0, tzinfo=UTC))[0].left == 2
    assert outlook.rooms(account.pk, datetime(2027, 7, 2, 7, 0, tzinfo=UTC))[0].left == 3


def test_what_was_sent_and_what_is_planned_count_together(
    compose: Compose, platform: Platform, account: ConnectedAccount, quotas: Quotas, now: datetime
) -> None:
    quotas(Quota("posts", 5, DAY))
    turn(compose("Sent", due=now), times=3)
    planned = compose("Planned", due=now + HOUR)
    (room,) = looking.Outlook([account]).rooms(account.pk, now + HOUR)
    assert (room.used, room.limit, room.left, room.window) == (2, 5, 3, "in 24 hours")
    (room,) = looking.Outlook([account], without=planned.post_id).rooms(account.pk, now + HOUR)
    assert room.used == 1


def test_the_posts_that_come_too_many_are_named_with_the_reason(
    compose: Compose, workspace: Workspace, quotas: Quotas, noon: datetime
) -> None:
    quotas(Quota("posts", 2, DAY))
    rows = [compose("Hello", due=noon + number * HOUR) for number in range(4)]
    next_day = compose("Hello", due=noon + 25 * HOUR)
    late = looking.will_not_fit(workspace)
    assert set(late) == {rows[2].pk, rows[3].pk}
    assert next_day.pk not in late
    place = (noon + DAY).astimezone(workspace.zone)
    assert late[rows[2].pk] == (
        "Northpost takes 2 posts in 24 hours, and others come before it. "
        f"A place is free on {place:%-d %B at %H:%M}."
    )


def test_what_waits_a_little_takes_the_place_that_frees(
    compose: Compose, workspace: Workspace, quotas: Quotas, noon: datetime
) -> None:
    quotas(Quota("posts", 1, timedelta(minutes=20)))
    rows = [compose("Hello", due=noon + timedelta(minutes=minutes)) for minutes in (0, 5, 22)]
    assert set(looking.will_not_fit(workspace)) == {rows[1].pk, rows[2].pk}


def test_looking_ahead_costs_the_same_for_many_accounts(
    compose: Compose, account: ConnectedAccount, quotas: Quotas, noon: datetime
) -> None:
    quotas(Quota("posts", 2, DAY), Quota("points", 2, HOUR))
    Budget.objects.create(scope=f"account {account.pk}", name="posts", uses=[[0, 0, 1]])
    for number in range(30):
        compose("Hello", due=noon + number * HOUR)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        outlook = looking.Outlook([account])
        outlook.rooms(account.pk, noon)
        outlook.overflow(noon)
    assert len(asked) == 2


@pytest.fixture
def browser(client: Client, mara: User, account: ConnectedAccount) -> Client:
    """Mara, signed in."""
    client.force_login(mara)
    return client


def test_the_composer_says_what_is_used_and_warns_where_the_post_is_one_too_many(
    browser: Client, compose: Compose, account: ConnectedAccount, quotas: Quotas, noon: datetime
) -> None:
    quotas(Quota("posts", 2, DAY))
    first = compose("Hello", due=noon)
    shown = browser.get(COMPOSE, {"date": f"{noon:%Y-%m-%d}", "channel": str(account.pk)}).content.decode()
    assert "Northpost, 1 of 2 today" in shown
    assert "takes 2 posts in 24 hours" not in shown
    compose("World", due=noon + HOUR)
    form = {
        "text": ["Third"],
        "channel": [account.pk],
        "when": "at",
        "date": f"{noon:%Y-%m-%d}",
        "time": "13:30",
    }
    checked = browser.post("/w/northwind-coffee/compose/check/", form).content.decode()
    assert "Northpost takes 2 posts in 24 hours" in checked
    assert "2 of them are used or planned around this time" in checked
    sent = browser.post(COMPOSE, {**form, "act": "go"})
    assert sent.status_code == 302  # a warning, no ban
    edited = browser.get(f"/w/northwind-coffee/posts/{first.post_id}/edit/").content.decode()
    assert "Northpost, 2 of 2 today" in edited  # the others


def test_the_week_shows_the_fullest_daily_limit_of_each_day_to_come(
    browser: Client, compose: Compose, quotas: Quotas, noon: datetime
) -> None:
    quotas(Quota("posts", 3, DAY))
    compose("Hello", due=noon)
    compose("World", due=noon)
    browser.get(
        f"/w/northwind-coffee/calendar/week/?day={noon:%Y-%m-%d}"
    )  # a first visit keeps where one was
    with CaptureQueriesContext(connection) as asked:
        shown = browser.get(f"/w/northwind-coffee/calendar/week/?day={noon:%Y-%m-%d}").content.decode()
    assert "2 of 3" in shown
    assert "2 of 3 posts in 24 hours used or planned" in shown
    assert len(asked) <= 12, "\n".join(query["sql"][:110] + " … " + query["sql"][-90:] for query in asked)


def test_the_accounts_page_shows_use_and_who_is_limited(
    browser: Client, compose: Compose, account: ConnectedAccount, quotas: Quotas, now: datetime
) -> None:
    quotas(Quota("posts", 50, DAY), Quota("units", 100, DAY, scope=Scope.APP))
    turn(compose("Hello", due=now), times=3)
    limits.cool_down(limits.scope_of(account, Scope.ACCOUNT), now + HOUR, "Slow down.", now)
    browser.get("/w/northwind-coffee/accounts/")
    with CaptureQueriesContext(connection) as asked:
        listed = browser.get("/w/northwind-coffee/accounts/").content.decode()
    assert len(asked) <= 12, "\n".join(query["sql"][:110] + " … " + query["sql"][-90:] for query in asked)
    assert "Limited" in listed
    assert '1 <span class="quiet">of 50</span>' in listed
    alone = browser.get(account.get_absolute_url()).content.decode()
    assert "1 of 100 posts in 24 hours, shared by all accounts of the app" in alone
    assert "Slow down. Posts wait until" in alone
