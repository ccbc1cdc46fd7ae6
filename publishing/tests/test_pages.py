"""Today, the list of posts, the calendar: what they show, to whom, and with how many queries."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import heartbeats
from accounts.membership import create_workspace
from accounts.models import ConnectedAccount, User, Workspace
from accounts.permissions import Role
from publishing.models import Delivery, Post
from publishing.states import State

Compose = Callable[..., Delivery]
MOST_QUERIES = 12


@pytest.fixture
def browser(client: Client, mara: User) -> Client:
    """A browser in which Mara is signed in."""
    client.force_login(mara)
    return client


def page(browser: Client, path: str) -> str:
    answer = browser.get(f"/w/northwind-coffee/{path}")
    assert answer.status_code == 200
    return answer.content.decode()


def planned(compose: Compose, text: str, at: datetime, state: str = State.SCHEDULED, **more: object) -> Post:
    delivery = compose(text)
    Post.objects.filter(pk=delivery.post_id).update(due_at=at)
    Delivery.objects.filter(pk=delivery.pk).update(state=state, due_at=at, **more)
    return delivery.post


def test_today_puts_what_needs_a_person_first_with_the_reason_and_one_act(
    browser: Client, compose: Compose
) -> None:
    planned(compose, "Lost in the post", timezone.now(), State.FAILED, error_message="The board is gone.")
    shown = page(browser, "")
    needs = shown.partition('id="needs"')[2].partition("</section>")[0]
    assert "Failed on Northpost" in needs
    assert "The board is gone. It did not go out and will not by itself." in needs
    assert "See why" in needs


def test_today_offers_to_reconnect_an_account_that_was_signed_out(
    browser: Client, compose: Compose, account: ConnectedAccount
) -> None:
    planned(compose, "Waiting", timezone.now() + timedelta(days=1))
    ConnectedAccount.objects.update(state="reconnect", state_reason="The owner changed the password.")
    shown = page(browser, "")
    assert "1 scheduled post depends on it" in shown
    assert f"/accounts/{account.pk}/" in shown


def test_a_quiet_day_says_so(browser: Client, account: ConnectedAccount) -> None:
    assert "Nothing waits for you" in page(browser, "")


@pytest.mark.parametrize(
    "path",
    [
        "",
        "posts/",
        "posts/?q=round&show=scheduled",
        "calendar/month/",
        "calendar/week/",
        "calendar/list/",
        "compose/",
    ],
)
def test_a_page_asks_the_database_at_most_twelve_times_however_many_posts(
    browser: Client, compose: Compose, path: str
) -> None:
    for number in range(15):
        state = (State.SCHEDULED, State.FAILED, State.PUBLISHED)[number % 3]
        planned(compose, f"Round {number}", timezone.now() + timedelta(hours=number - 7), state)
    page(browser, path)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        page(browser, path)
    assert len(asked) <= MOST_QUERIES, "\n".join(query["sql"][:160] for query in asked)


def test_a_post_page_asks_at_most_twelve_times(browser: Client, compose: Compose) -> None:
    post = planned(compose, "Once", timezone.now() + timedelta(hours=1))
    page(browser, f"posts/{post.pk}/")
    for path in (f"posts/{post.pk}/", f"posts/{post.pk}/flights/", f"posts/{post.pk}/edit/"):
        with CaptureQueriesContext(connection) as asked:
            page(browser, path)
        assert len(asked) <= MOST_QUERIES, path


@pytest.mark.parametrize(
    "path",
    ["posts/{post}/", "posts/{post}/edit/", "posts/{post}/flights/", "!posts/{post}/publish/",
     "!posts/{post}/cancel/",
     "!posts/{post}/duplicate/", "!deliveries/{delivery}/retry/", "!deliveries/{delivery}/check/",
     "!deliveries/{delivery}/live/", "!deliveries/{delivery}/absent/"],
)  # fmt: skip
def test_posts_of_another_workspace_do_not_exist(
    browser: Client, mara: User, compose: Compose, path: str
) -> None:
    delivery = compose("Secret plans")
    create_workspace(owner=mara, name="Harbour Bakery")
    where = "/w/harbour-bakery/" + path.lstrip("!").format(post=delivery.post_id, delivery=delivery.pk)
    answer = browser.post(where) if path.startswith("!") else browser.get(where)
    assert answer.status_code == 404
    delivery.refresh_from_db()
    assert delivery.state == State.DRAFT


def test_a_viewer_sees_posts_but_neither_writes_nor_sends(
    client: Client, workspace: Workspace, compose: Compose
) -> None:
    olu = User.objects.create_user("olu@northwind.test", "a long enough word")
    workspace.memberships.create(user=olu, role=Role.VIEWER)
    client.force_login(olu)
    delivery = compose("For all eyes")
    shown = page(client, f"posts/{delivery.post_id}/")
    assert "For all eyes" in shown
    assert "/compose/" not in shown
    for path in (
        f"posts/{delivery.post_id}/publish/",
        f"deliveries/{delivery.pk}/retry/",
        "compose/",
        "media/",
    ):
        assert client.post(f"/w/northwind-coffee/{path}").status_code == 403


def test_the_list_finds_words_in_title_and_text_in_any_alphabet(browser: Client, compose: Compose) -> None:
    compose("Καλημέρα from the roastery")
    compose("Nothing of the kind")
    shown = page(browser, "posts/?q=Καλημέρα")
    assert "Καλημέρα" in shown
    assert "Nothing of the kind" not in shown
    assert "No post fits" in page(browser, "posts/?q=absent")


def test_the_list_shows_only_the_asked_states_and_keeps_them_over_pages(
    browser: Client, compose: Compose
) -> None:
    for number in range(26):
        planned(compose, f"Queued {number:02}", timezone.now() + timedelta(hours=number))
    compose("Still a draft")
    shown = page(browser, "posts/?show=scheduled")
    assert "Still a draft" not in shown
    assert "?show=scheduled&amp;page=2" in shown
    assert "Queued 00" in page(browser, "posts/?show=scheduled&page=2")
    assert "Still a draft" in page(browser, "posts/?show=drafts")


def test_a_post_just_before_midnight_utc_stands_on_the_next_day_of_london_in_summer(
    browser: Client, compose: Compose
) -> None:
    planned(compose, "Late shift", datetime(2026, 7, 14, 23, 30, tzinfo=UTC))
    shown = page(browser, "calendar/month/?day=2026-07-15")
    day = shown.partition('title="Wednesday 15 July, 1 post"')
    assert day[1]
    assert "00:30" in day[2].partition("</td>")[0]


def test_the_month_of_december_leads_to_january_and_shows_its_first_days(
    browser: Client, compose: Compose
) -> None:
    planned(compose, "Happy new year", datetime(2027, 1, 1, 0, 0, tzinfo=UTC))
    shown = page(browser, "calendar/month/?day=2026-12-24")
    assert "December 2026" in shown
    assert "Happy new year" in shown
    assert "day=2027-01-01" in shown
    assert "28 December 2026 – 3 January 2027" in page(browser, "calendar/week/?day=2027-01-01")


def test_the_week_of_a_clock_change_says_so_and_offers_no_hour_that_is_missing(
    browser: Client, compose: Compose
) -> None:
    planned(compose, "Night owls", datetime(2028, 3, 22, 0, 30, tzinfo=UTC))
    shown = page(browser, "calendar/week/?day=2028-03-26")
    assert "Clocks go forward" in shown
    assert "date=2028-03-25&amp;time=01%3A00" in shown
    assert "date=2028-03-26&amp;time=01%3A00" not in shown
    assert "date=2028-03-26&amp;time=02%3A00" in shown


@pytest.mark.parametrize("day", ["", "yesterday", "2026-02-30", "0001-01-01", "9999-12-31", "2026-13-01"])
def test_a_day_that_cannot_be_shown_becomes_today(
    browser: Client, account: ConnectedAccount, day: str
) -> None:
    for view in ("month", "week", "list"):
        page(browser, f"calendar/{view}/?day={day}")
    assert f"{timezone.localtime():%B %Y}" in page(browser, f"calendar/month/?day={day}")


def test_clicking_a_day_begins_a_post_for_that_day(browser: Client, account: ConnectedAccount) -> None:
    tomorrow = f"{timezone.localdate() + timedelta(days=1)}"
    assert f"/compose/?date={tomorrow}" in page(browser, f"calendar/month/?day={tomorrow}")
    assert f'value="{tomorrow}"' in page(browser, f"compose/?date={tomorrow}")


def test_the_red_banner_stands_until_the_publisher_beats(browser: Client, account: ConnectedAccount) -> None:

    assert "The publisher has not been seen yet" in page(browser, "posts/")
    heartbeats.beat(heartbeats.PUBLISHER)
    heartbeats.beat(heartbeats.WORKER)
    calm = page(browser, "posts/")
    assert "has not been seen" not in calm
    assert "On time" in page(browser, "pulse/")


def test_what_people_write_is_never_markup(browser: Client, compose: Compose) -> None:
    delivery = compose("<script>alert(1)</script>")
    for path in ("posts/", "", f"posts/{delivery.post_id}/", f"posts/{delivery.post_id}/edit/"):
        assert "<script>alert" not in page(browser, path)
