"""The composer as people use it: publish, schedule, keep; and whatever goes wrong, nothing typed is lost."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image

from accounts.membership import create_workspace
from accounts.models import ConnectedAccount, User, Workspace
from publishing import library, scheduling
from publishing.models import Delivery, MediaFile, Post
from publishing.models.posts import ALWAYS
from publishing.states import State

COMPOSE = "/w/northwind-coffee/compose/"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def browser(client: Client, mara: User, account: ConnectedAccount) -> Client:
    """A browser in which Mara is signed in."""
    client.force_login(mara)
    return client


def picture(name: str = "bag.jpg") -> SimpleUploadedFile:
    drawn = io.BytesIO()
    Image.new("RGB", (40, 30), (90, 30, 60)).save(drawn, "JPEG")
    return SimpleUploadedFile(name, drawn.getvalue(), "image/jpeg")


def send(browser: Client, account: ConnectedAccount, where: str = COMPOSE, **typed: Any) -> Any:
    form = {"text": "Kenya is back", "channel": account.pk, "when": "now", "act": "go", **typed}
    return browser.post(where, form)


def test_publishing_now_queues_the_post_and_leads_to_its_page(
    browser: Client, account: ConnectedAccount
) -> None:
    answer = send(browser, account, title="Kenya")
    delivery = Delivery.objects.get()
    assert answer.headers["Location"] == f"/w/northwind-coffee/posts/{delivery.post_id}/"
    assert (delivery.state, delivery.post.title, delivery.post.parts) == (
        State.SCHEDULED,
        "Kenya",
        ["Kenya is back"],
    )
    assert delivery.next_at is not None
    assert delivery.next_at <= timezone.now()


def test_a_time_is_read_in_the_zone_of_the_workspace(browser: Client, account: ConnectedAccount) -> None:
    year = timezone.now().year + 1
    send(browser, account, when="at", date=f"{year}-07-15", time="09:30")
    assert Delivery.objects.get().due_at == datetime(year, 7, 15, 8, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "clock", "said"),
    [
        ("2020-01-01", "09:30", "This time has passed"),
        ("2028-03-26", "01:30", "does not exist on 26 March 2028"),
        ("2026-02-30", "09:30", "This is no day and time"),
        ("", "", "Choose a day and a time"),
        ("9999-12-31", "23:59", "two years ahead"),
        ("tomorrow", "25:61", "This is no day and time"),
    ],
)
def test_a_time_that_cannot_be_is_refused_at_its_field_with_every_word_kept(
    browser: Client, account: ConnectedAccount, day: str, clock: str, said: str
) -> None:
    answer = send(browser, account, when="at", date=day, time=clock, text="Two\nlines & more")
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert said in shown.partition('id="due_error"')[2].partition("</div>")[0]
    assert "Two\nlines &amp; more</textarea>" in shown
    assert Delivery.objects.get().state == State.DRAFT
    assert Post.objects.get().parts == ["Two\nlines & more"]


def test_a_text_that_is_too_long_is_refused_at_its_field(browser: Client, account: ConnectedAccount) -> None:
    answer = send(browser, account, text="x" * 51)
    assert answer.status_code == 422
    assert "Northpost: The text is too long: 51 of 50." in answer.content.decode()
    assert Delivery.objects.get().state == State.DRAFT


def test_without_a_channel_nothing_goes_out_and_the_draft_is_kept(browser: Client) -> None:
    answer = browser.post(COMPOSE, {"text": "For whom?", "when": "now", "act": "go"})
    assert answer.status_code == 422
    assert "Choose at least one channel." in answer.content.decode()
    assert Post.objects.get().parts == ["For whom?"]


def test_a_scheduled_post_keeps_its_words_and_time_when_a_change_is_refused(
    browser: Client, account: ConnectedAccount, compose: Callable[..., Delivery]
) -> None:
    due = timezone.now() + timedelta(days=1)
    delivery = compose("Agreed words", due=due)
    answer = send(browser, account, f"/w/northwind-coffee/posts/{delivery.post_id}/edit/", text="y" * 51)
    assert answer.status_code == 422
    assert "y" * 51 in answer.content.decode()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.due_at) == (State.SCHEDULED, due)
    assert Post.objects.get().parts == ["Agreed words"]


def test_a_scheduled_post_can_become_a_draft_again(
    browser: Client, account: ConnectedAccount, compose: Callable[..., Delivery]
) -> None:
    delivery = compose("Not yet", due=timezone.now() + timedelta(days=1))
    send(browser, account, f"/w/northwind-coffee/posts/{delivery.post_id}/edit/", when="draft")
    delivery.refresh_from_db()
    assert (delivery.state, delivery.next_at) == (State.DRAFT, None)


def test_a_post_that_went_out_is_not_edited(browser: Client, compose: Callable[..., Delivery]) -> None:
    delivery = compose("Gone")
    Delivery.objects.update(state=State.PUBLISHED)
    answer = browser.get(f"/w/northwind-coffee/posts/{delivery.post_id}/edit/", follow=True)
    assert "Duplicate it to change it" in answer.content.decode()


def test_channels_and_files_of_others_are_left_out(
    browser: Client, account: ConnectedAccount, mara: User
) -> None:
    other = create_workspace(owner=mara, name="Harbour Bakery")
    theirs = library.take_in(workspace=other, user=mara, upload=picture())
    stranger = ConnectedAccount.objects.create(
        workspace=other, platform=account.platform, login=account.login, external_id="2"
    )
    send(browser, account, channel=[account.pk, stranger.pk], media=theirs.pk)
    post = Post.objects.get()
    assert [delivery.account_id for delivery in post.deliveries.all()] == [account.pk]
    assert post.placed.count() == 0


def test_a_browser_without_scripts_adds_parts_and_files_by_buttons(
    browser: Client, account: ConnectedAccount
) -> None:
    form = {"text": "One", "channel": account.pk, "act": "part-all-0", "files": picture()}
    shown = browser.post(COMPOSE, form).content.decode()
    assert shown.count('name="text"') == 2
    assert "bag.jpg" in shown
    assert MediaFile.objects.get().name == "bag.jpg"


def test_a_file_that_is_no_picture_says_why_and_loses_no_word(
    browser: Client, account: ConnectedAccount
) -> None:
    wrong = SimpleUploadedFile("page.jpg", b"<html>hello</html>", "image/jpeg")
    answer = browser.post(COMPOSE, {"text": "Look", "channel": account.pk, "act": "go", "files": wrong})
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert "page.jpg is neither a picture nor a video" in shown
    assert ">\nLook</textarea>" in shown
    assert Delivery.objects.get().state == State.DRAFT


def test_an_upload_answers_with_its_card_or_a_sentence(browser: Client) -> None:
    good = browser.post("/w/northwind-coffee/media/", {"file": picture("cup.jpg")})
    row = MediaFile.objects.get()
    assert good.status_code == 201
    assert f'name="media" value="{row.pk}"' in good.content.decode()
    small = browser.get(f"/w/northwind-coffee/media/{row.pk}/picture/")
    assert (small.status_code, small["Content-Type"]) == (200, "image/jpeg")
    broken = SimpleUploadedFile("cut.jpg", picture().read()[:200], "image/jpeg")
    bad = browser.post("/w/northwind-coffee/media/", {"file": broken})
    assert (bad.status_code, bad["Content-Type"]) == (422, "text/plain; charset=utf-8")
    assert "damaged" in bad.content.decode()


def test_files_of_another_workspace_cannot_be_seen(browser: Client, mara: User) -> None:
    other = create_workspace(owner=mara, name="Harbour Bakery")
    theirs = library.take_in(workspace=other, user=mara, upload=picture())
    for name in ("picture", "file"):
        assert browser.get(f"/w/northwind-coffee/media/{theirs.pk}/{name}/").status_code == 404


def test_while_typing_the_rules_answer_and_nothing_is_stored(
    browser: Client, account: ConnectedAccount
) -> None:
    form = {"text": "x" * 51, "channel": account.pk, "when": "now"}
    shown = browser.post(f"{COMPOSE}check/", form, headers=HTMX).content.decode()
    assert "−1" in shown
    assert "Blocks Northpost" in shown
    assert "Publish now to 1 channel" in shown
    assert not Post.objects.exists()


def test_autosave_makes_one_draft_and_then_keeps_it_fresh(browser: Client, account: ConnectedAccount) -> None:
    form = {"text": "First thought", "channel": account.pk}
    answer = browser.post(f"{COMPOSE}autosave/", form, headers=HTMX)
    post = Post.objects.get()
    assert answer.headers["HX-Replace-Url"] == f"/w/northwind-coffee/posts/{post.pk}/edit/"
    assert f'value="{post.pk}"' in answer.content.decode()
    browser.post(f"{COMPOSE}autosave/", {**form, "text": "Second thought", "post": post.pk}, headers=HTMX)
    assert Post.objects.get().parts == ["Second thought"]


def test_autosave_writes_nothing_for_an_empty_form_or_somebody_elses_post(
    browser: Client, mara: User, account: ConnectedAccount
) -> None:
    assert browser.post(f"{COMPOSE}autosave/", {"text": " ", "channel": account.pk}).status_code == 204
    other: Workspace = create_workspace(owner=mara, name="Harbour Bakery")
    theirs = Post.objects.create(workspace=other, parts=["Bread"])
    assert browser.post(f"{COMPOSE}autosave/", {"text": "Mine", "post": theirs.pk}).status_code == 204
    theirs.refresh_from_db()
    assert theirs.parts == ["Bread"]
    assert Post.objects.count() == 1


def test_autosave_never_changes_a_scheduled_post_behind_somebodys_back(
    browser: Client, account: ConnectedAccount, compose: Callable[..., Delivery]
) -> None:
    delivery = compose("Agreed", due=timezone.now() + timedelta(days=1))
    form = {"text": "Half a thou", "channel": account.pk, "post": delivery.post_id}
    assert browser.post(f"{COMPOSE}autosave/", form).status_code == 204
    assert Post.objects.get().parts == ["Agreed"]


def test_the_form_that_autosave_stored_is_sent_as_the_same_post(
    browser: Client, account: ConnectedAccount
) -> None:
    browser.post(f"{COMPOSE}autosave/", {"text": "Kenya", "channel": account.pk})
    send(browser, account, post=Post.objects.get().pk)
    assert Post.objects.count() == 1
    assert Delivery.objects.get().state == State.SCHEDULED


def test_a_channel_that_was_signed_out_says_so_and_offers_to_reconnect(
    browser: Client, account: ConnectedAccount
) -> None:
    ConnectedAccount.objects.update(state="reconnect")
    shown = browser.get(COMPOSE).content.decode()
    assert "signed out" in shown
    assert "Reconnect" in shown
    assert f'value="{account.pk}" id="channel-' not in shown


def test_an_own_text_goes_out_where_it_belongs(browser: Client, account: ConnectedAccount) -> None:
    send(browser, account, **{f"text-{account.pk}": "Just for you"})
    assert Delivery.objects.get().own_parts == ["Just for you"]
    again = browser.get(f"/w/northwind-coffee/posts/{Post.objects.get().pk}/edit/").content.decode()
    assert "Just for you" in again


def test_a_first_comment_is_kept_for_those_who_take_one(browser: Client, account: ConnectedAccount) -> None:
    send(browser, account, comment="Brew it at 94 °C")
    assert Post.objects.get().first_comment == "Brew it at 94 °C"


def test_two_buttons_at_once_publish_only_once(
    browser: Client, account: ConnectedAccount, compose: Callable[..., Delivery]
) -> None:
    delivery = compose("Once")
    scheduling.publish_now(delivery.post)
    Delivery.objects.update(state=State.PUBLISHED)
    answer = browser.post(f"/w/northwind-coffee/posts/{delivery.post_id}/publish/", follow=True)
    assert "Choose at least one channel that this post has not gone out to." in answer.content.decode()
    assert Delivery.objects.get().state == State.PUBLISHED


def test_a_draft_remembers_the_time_it_is_planned_for_and_nothing_goes_out_by_it(
    browser: Client, account: ConnectedAccount
) -> None:
    form = {"text": "Planned", "channel": account.pk, "when": "draft", "date": "2027-03-01", "time": "09:30"}
    browser.post(
        "/w/northwind-coffee/compose/?act=go", {**form, "act": "go", "suggested": "2026-11-22 10:00"}
    )
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.next_at, delivery.due_at) == (State.DRAFT, None, None)
    shown = browser.get(f"/w/northwind-coffee/posts/{delivery.post_id}/edit/").content.decode()
    assert 'value="2027-03-01"' in shown
    assert 'value="09:30"' in shown
    month = browser.get("/w/northwind-coffee/calendar/month/?day=2027-03-01").content.decode()
    assert "Planned" in month
    assert "Draft" in month


def test_a_time_that_nobody_chose_is_no_plan(browser: Client, account: ConnectedAccount) -> None:
    form = {"text": "No plan", "channel": account.pk, "when": "draft", "date": "2027-03-01", "time": "09:30"}
    browser.post("/w/northwind-coffee/compose/", {**form, "act": "go", "suggested": "2027-03-01 09:30"})
    assert Post.objects.get().due_at is None


@pytest.mark.parametrize(
    ("late", "minutes", "kept"),
    [("", "", None), ("never", "", 0), ("within", "45", 45), ("always", "", ALWAYS)],
)
def test_how_late_a_post_may_be_is_kept_and_shown_again(
    browser: Client, account: ConnectedAccount, late: str, minutes: str, kept: int | None
) -> None:
    form = {"text": "Late", "channel": account.pk, "when": "draft", "late": late, "late_minutes": minutes}
    browser.post("/w/northwind-coffee/compose/", {**form, "act": "go"})
    post = Post.objects.get()
    assert post.late_minutes == kept
    shown = browser.get(f"/w/northwind-coffee/posts/{post.pk}/edit/").content.decode()
    assert f'<option value="{late}" selected>' in shown


def test_minutes_that_are_none_are_refused_at_their_field(browser: Client, account: ConnectedAccount) -> None:
    form = {"text": "Late", "channel": account.pk, "when": "now", "late": "within", "late_minutes": "soon"}
    refused = browser.post("/w/northwind-coffee/compose/", {**form, "act": "go"})
    assert refused.status_code == 422
    assert "Give the minutes as a number" in refused.content.decode()
