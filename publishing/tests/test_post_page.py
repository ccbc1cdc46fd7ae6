"""The page of a post: the recorder tells the story, updates itself, and offers the acts that are left."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from publishing.models import Delivery, StepLog
from publishing.states import State

Compose = Callable[..., Delivery]
HTMX = {"HX-Request": "true"}


@pytest.fixture
def browser(client: Client, mara: User) -> Client:
    """A browser in which Mara is signed in."""
    client.force_login(mara)
    return client


def put(delivery: Delivery, state: str, **values: object) -> Delivery:
    Delivery.objects.filter(pk=delivery.pk).update(state=state, **values)
    delivery.refresh_from_db()
    return delivery


def recorder(browser: Client, delivery: Delivery) -> str:
    answer = browser.get(f"/w/northwind-coffee/posts/{delivery.post_id}/flights/")
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize(
    ("state", "asks"),
    [
        (State.PUBLISHING, "every 2s"),
        (State.PUBLISHED, ""),
        (State.FAILED, ""),
        (State.UNCONFIRMED, ""),
        (State.DRAFT, ""),
    ],
)
def test_the_recorder_asks_for_itself_only_while_something_moves(
    browser: Client, compose: Compose, state: str, asks: str
) -> None:
    shown = recorder(browser, put(compose(), state))
    assert ("hx-trigger=" in shown) is bool(asks)
    assert asks in shown


def test_the_recorder_tells_each_step_with_its_answer_and_its_body(browser: Client, compose: Compose) -> None:
    delivery = put(compose(), State.UNCONFIRMED, kind="text")
    begun = timezone.now()
    said: dict[str, object] = {"method": "POST", "url": "https://northpost.example/posts", "status": 0}
    said |= {"seconds": 30.0, "sent": "text=Hello"}
    later = begun + timedelta(seconds=1)
    StepLog.objects.bulk_create(
        [
            StepLog(delivery=delivery, at=begun, step="upload", event="ran", status=201, trace_id="abc-1"),
            StepLog(delivery=delivery, at=later, step="create", event="doubt", seconds=30, exchanges=[said]),
        ]
    )
    shown = recorder(browser, delivery)
    for words in (
        "Upload",
        "HTTP 201",
        "abc-1",
        "Sent, no clear answer",
        "30.0 s",
        "← no answer",
        "text=Hello",
    ):
        assert words in shown


def test_the_same_wait_again_and_again_is_one_line(browser: Client, compose: Compose) -> None:
    delivery = put(compose(), State.PUBLISHING, kind="text")
    for second in range(7):
        at = timezone.now() + timedelta(seconds=second)
        StepLog.objects.create(delivery=delivery, at=at, step="upload", event="stayed")
    assert "Upload, 7 times" in recorder(browser, delivery)


def test_a_failed_delivery_is_tried_again_by_one_button(browser: Client, compose: Compose) -> None:
    delivery = put(compose(), State.FAILED, kind="text", due_at=timezone.now())
    answer = browser.post(f"/w/northwind-coffee/deliveries/{delivery.pk}/retry/", headers=HTMX)
    assert "Trying again now." in answer.content.decode()
    delivery.refresh_from_db()
    assert delivery.state == State.SCHEDULED


def test_an_act_that_no_longer_fits_says_so_and_changes_nothing(browser: Client, compose: Compose) -> None:
    delivery = put(compose(), State.PUBLISHED)
    for act, words in (("retry", "no longer needs another try"), ("check", "not unconfirmed any more")):
        answer = browser.post(f"/w/northwind-coffee/deliveries/{delivery.pk}/{act}/", headers=HTMX)
        assert words in answer.content.decode()
    delivery.refresh_from_db()
    assert delivery.state == State.PUBLISHED


def test_a_person_who_saw_the_post_live_gives_its_link(browser: Client, compose: Compose) -> None:
    delivery = put(compose(), State.UNCONFIRMED, in_doubt=True)
    where = f"/w/northwind-coffee/deliveries/{delivery.pk}/live/"
    browser.post(where, {"link": "javascript:alert(1)"})
    delivery.refresh_from_db()
    assert delivery.state == State.UNCONFIRMED
    browser.post(where, {"link": "https://northpost.example/1"})
    delivery.refresh_from_db()
    assert (delivery.state, delivery.url) == (State.PUBLISHED, "https://northpost.example/1")
    assert 'href="https://northpost.example/1"' in recorder(browser, delivery)


def test_a_link_that_is_no_web_address_is_never_drawn(browser: Client, compose: Compose) -> None:
    delivery = put(compose(), State.PUBLISHED, url="javascript:alert(1)")
    assert "javascript:" not in recorder(browser, delivery)


def test_a_post_that_is_known_not_to_be_live_is_closed(browser: Client, compose: Compose) -> None:
    delivery = put(compose(), State.UNCONFIRMED, in_doubt=True)
    browser.post(f"/w/northwind-coffee/deliveries/{delivery.pk}/absent/")
    delivery.refresh_from_db()
    assert delivery.state == State.CANCELLED


def test_a_duplicate_is_a_new_draft(browser: Client, compose: Compose) -> None:
    delivery = put(compose("Again"), State.PUBLISHED)
    answer = browser.post(f"/w/northwind-coffee/posts/{delivery.post_id}/duplicate/")
    copy = Delivery.objects.latest("pk")
    assert answer.headers["Location"] == f"/w/northwind-coffee/posts/{copy.post_id}/edit/"
    assert (copy.state, copy.post.parts) == (State.DRAFT, ["Again"])


def test_what_is_scheduled_is_cancelled_by_one_button(browser: Client, compose: Compose) -> None:
    delivery = compose(due=timezone.now() + timedelta(days=1))
    browser.post(f"/w/northwind-coffee/posts/{delivery.post_id}/cancel/")
    delivery.refresh_from_db()
    assert (delivery.state, delivery.next_at) == (State.CANCELLED, None)


DELIVERIES = "/w/northwind-coffee/deliveries"


def test_a_link_must_lead_to_the_platform_and_to_no_other_post_of_ours(
    browser: Client, compose: Compose
) -> None:
    delivery = put(compose("One"), State.UNCONFIRMED, in_doubt=True)
    put(compose("Two"), State.PUBLISHED, remote_id="7")
    for link, words in (
        ("https://elsewhere.example/1", "This is no link to Northpost."),
        ("https://northpost.example/7", "belongs to another post of yours"),
    ):
        told = browser.post(f"{DELIVERIES}/{delivery.pk}/live/", {"link": link}, follow=True)
        assert words in told.content.decode()
    browser.post(f"{DELIVERIES}/{delivery.pk}/live/", {"link": "https://northpost.example/8"})
    delivery.refresh_from_db()
    assert (delivery.state, delivery.remote_id) == (State.PUBLISHED, "8")


def test_an_unconfirmed_post_is_sent_anew_only_after_a_yes_and_as_a_post_of_its_own(
    browser: Client, compose: Compose
) -> None:
    delivery = put(compose("Flat white"), State.UNCONFIRMED, in_doubt=True, kind="text")
    assert "I know that it may then be there twice" in recorder(browser, delivery)
    browser.post(f"{DELIVERIES}/{delivery.pk}/anew/")
    assert Delivery.objects.count() == 1
    answer = browser.post(f"{DELIVERIES}/{delivery.pk}/anew/", {"sure": "1"})
    copy = Delivery.objects.exclude(pk=delivery.pk).get()
    assert answer.headers["Location"] == f"/w/northwind-coffee/posts/{copy.post_id}/"
    assert (copy.state, copy.in_doubt, copy.post.parts) == (State.SCHEDULED, False, ["Flat white"])
    assert copy.key != delivery.key
    delivery.refresh_from_db()
    assert (delivery.state, delivery.next_at) == (State.CANCELLED, None)
    assert f"Sent anew as post {copy.post_id}" in recorder(browser, delivery)
    browser.post(f"{DELIVERIES}/{delivery.pk}/anew/", {"sure": "1"})
    assert Delivery.objects.count() == 2


def test_a_missed_post_is_given_another_time_or_discarded(browser: Client, compose: Compose) -> None:
    later, gone = (put(compose(text), State.MISSED, due_at=timezone.now(), kind="text") for text in "ab")
    due = timezone.localtime(timezone.now() + timedelta(days=2), later.post.workspace.zone).replace(
        second=0, microsecond=0
    )
    typed = {"date": f"{due:%Y-%m-%d}", "time": f"{due:%H:%M}"}
    browser.post(f"{DELIVERIES}/{later.pk}/later/", typed)
    browser.post(f"{DELIVERIES}/{gone.pk}/discard/")
    later.refresh_from_db()
    gone.refresh_from_db()
    assert (later.state, later.next_at, later.post.due_at) == (State.SCHEDULED, due, due)
    assert (gone.state, gone.next_at) == (State.CANCELLED, None)


def test_another_try_of_what_was_said_meanwhile_asks_first(browser: Client, compose: Compose) -> None:
    delivery = put(compose("Flat white"), State.FAILED, due_at=timezone.now(), kind="text")
    compose("Flat white", due=timezone.now() + timedelta(hours=1))
    where = f"{DELIVERIES}/{delivery.pk}/retry/"
    told = browser.post(where, headers=HTMX).content.decode()
    assert "post it again on purpose" in told
    assert 'name="again" value="1"' in told
    browser.post(where, {"again": "1"}, headers=HTMX)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.is_repeat) == (State.SCHEDULED, True)
