"""What would not go out is found before its time, told once, and forgotten when it is mended."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.mail import EmailMessage
from django.core.mail.backends.locmem import EmailBackend
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts import disconnecting
from accounts.models import ConnectedAccount, User, Workspace
from accounts.permissions import Role
from publishing import jobs, scheduling
from publishing.forecasting import forecast
from publishing.models import Delivery, MediaFile, Post, Risk
from publishing.models.risks import open_risks
from publishing.states import State
from publishing.tests.conftest import PLATFORM, Platform, build
from publishing.warning import warn
from socialhub.platforms import registry
from socialhub.platforms.options import Choice, Option, Options
from socialhub.platforms.policy import Quota
from socialhub.platforms.values import Kind

Compose = Callable[..., Delivery]


@pytest.fixture
def tomorrow(now: datetime) -> datetime:
    """A time inside the forecast."""
    return now + timedelta(days=1)


def causes() -> list[str]:
    return sorted(open_risks().values_list("cause", flat=True))


def set_account(**values: Any) -> None:
    ConnectedAccount.objects.update(**values)


def test_nothing_is_at_risk_where_all_is_well(compose: Compose, tomorrow: datetime) -> None:
    compose("Flat white", due=tomorrow)
    assert forecast() == 0
    assert causes() == []


@pytest.mark.parametrize(
    ("values", "cause"),
    [
        ({"state": "reconnect"}, "reconnect"),
        ({"state": "paused"}, "paused"),
        ({"state": "disconnected"}, "disconnected"),
        ({"scopes": ["read"]}, "scope"),
    ],
)
def test_what_is_wrong_with_the_account_is_found_and_clears_when_it_is_mended(
    compose: Compose, tomorrow: datetime, values: dict[str, Any], cause: str
) -> None:
    compose("Flat white", due=tomorrow)
    set_account(**values)
    forecast()
    assert causes() == [cause]
    set_account(state="active", scopes=["post"])
    forecast()
    assert causes() == []


def test_a_sign_in_that_nobody_renews_is_a_risk_only_for_what_is_due_after_its_end(
    compose: Compose, now: datetime
) -> None:
    compose("Before", due=now + timedelta(hours=5))
    after = compose("After", due=now + timedelta(hours=50))
    set_account(expires_at=now + timedelta(hours=24))
    forecast()
    assert [(risk.delivery_id, risk.cause) for risk in open_risks()] == [(after.pk, "token")]
    # One that is renewed in time is none, unless the renewing fails.
    set_account(refresh_due_at=now + timedelta(hours=23))
    Risk.objects.all().delete()
    forecast()
    assert "token" not in causes()
    set_account(refresh_failures=3)
    forecast()
    assert "token" in causes()


def test_keys_that_are_missing_count_where_the_token_must_be_renewed_first(
    compose: Compose, now: datetime, workspace: Workspace
) -> None:
    compose("Flat white", due=now + timedelta(hours=50))
    set_account(expires_at=now + timedelta(hours=24), refresh_due_at=now + timedelta(hours=23))
    forecast()
    assert causes() == ["app"]
    workspace.apps.create(app_key=PLATFORM, client_id="7")
    forecast()
    assert causes() == []


def test_rules_that_changed_since_are_found(compose: Compose, tomorrow: datetime, platform: Platform) -> None:
    delivery = compose("Flat white", due=tomorrow)
    Post.objects.filter(pk=delivery.post_id).update(parts=["far too long " * 10])
    forecast()
    risk = open_risks().get()
    assert (risk.cause, risk.message) == ("rule", "The text is too long: 129 of 50.")


def test_a_choice_that_is_gone_is_found(
    compose: Compose, tomorrow: datetime, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    boards = [Choice("a", "Beans"), Choice("b", "Cups")]
    asked = Options((Option("board", "Board", required=True, remote="boards"),))

    def offer() -> None:
        made = replace(build(platform), options=asked, remote_choices=lambda account, name: tuple(boards))
        monkeypatch.setattr(registry, "connectors", lambda: MappingProxyType({PLATFORM: made}))

    offer()
    compose("Flat white", due=tomorrow, options={"board": "b"})
    assert forecast() == 0
    boards.pop()
    assert forecast() == 1
    assert causes() == ["option"]


def test_a_file_that_is_gone_is_found(compose: Compose, tomorrow: datetime, workspace: Workspace) -> None:
    delivery = compose("Flat white", due=tomorrow)
    facts: dict[str, Any] = {"mime": "image/jpeg", "size": 10, "width": 10, "height": 10, "sha256": "a" * 64}
    row = MediaFile(workspace=workspace, name="beans.jpg", **facts)
    row.file.save("beans.jpg", ContentFile(b"beans"))
    delivery.post.placed.create(media=row)
    Delivery.objects.update(kind=Kind.IMAGE)
    assert forecast() == 0
    row.file.storage.delete(str(row.file.name))
    forecast()
    assert causes() == ["file"]
    assert "beans.jpg is gone" in open_risks().get().message


def test_a_quota_that_will_be_spent_by_then_is_a_risk_for_what_comes_last(
    compose: Compose, tomorrow: datetime, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    quota = Quota("posts", 1, timedelta(hours=24), source="https://northpost.example/docs")
    made = replace(build(platform), quotas=(quota,))
    monkeypatch.setattr(registry, "connectors", lambda: MappingProxyType({PLATFORM: made}))
    compose("First", due=tomorrow)
    second = compose("Second", due=tomorrow + timedelta(hours=1))
    forecast()
    assert [(risk.delivery_id, risk.cause) for risk in open_risks()] == [(second.pk, "quota")]
    scheduling.schedule(second.post, tomorrow + timedelta(hours=25))
    forecast(post=second.post_id)
    assert causes() == []


def test_what_is_due_later_or_no_longer_waits_is_not_at_risk(compose: Compose, now: datetime) -> None:
    compose("Far", due=now + timedelta(hours=80))
    near = compose("Near", due=now + timedelta(hours=70))
    set_account(state="paused")
    forecast()
    assert [risk.delivery_id for risk in open_risks()] == [near.pk]
    scheduling.cancel(near.post)
    forecast()
    assert causes() == []


def test_an_account_that_changes_is_looked_at_at_once(
    compose: Compose, tomorrow: datetime, account: ConnectedAccount
) -> None:
    compose("Flat white", due=tomorrow)
    disconnecting.pause(account)
    assert causes() == ["paused"]
    disconnecting.resume(account)
    assert causes() == []


def test_looking_again_changes_nothing_and_costs_no_more_for_more_posts(
    compose: Compose, tomorrow: datetime
) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            forecast()
        return len(queries)

    compose("One", due=tomorrow)
    set_account(state="paused")
    forecast()
    before, rows = asked(), list(Risk.objects.values_list("pk", "found_at"))
    assert list(Risk.objects.values_list("pk", "found_at")) == rows
    set_account(state="active")
    for number in range(20):
        compose(f"Round {number}", due=tomorrow)
    set_account(state="paused")
    forecast()
    assert asked() == before


def test_those_who_may_publish_are_told_once_for_each_post_and_cause(
    compose: Compose, tomorrow: datetime, workspace: Workspace, mailoutbox: list[EmailMessage]
) -> None:
    for role in (Role.MARKETER, Role.APPROVER, Role.VIEWER):
        person = User.objects.create_user(f"{role}@northwind.test", "a long enough word")
        workspace.memberships.create(user=person, role=role)
    delivery = compose("Flat white at nine", due=tomorrow)
    set_account(state="paused")
    jobs.look_ahead()
    assert sorted(mail.to[0] for mail in mailoutbox) == ["mara@northwind.test", "marketer@northwind.test"]
    text = str(mailoutbox[0].body)
    assert mailoutbox[0].subject == "Northwind Coffee: a post would not go out"
    assert "Flat white at nine" in text
    assert "northwind is paused." in text
    assert f"/w/northwind-coffee/posts/{delivery.post_id}/" in text
    assert "token-of-northwind" not in text
    jobs.look_ahead()
    set_account(state="active")
    jobs.look_ahead()
    set_account(state="paused")
    jobs.look_ahead()
    assert len(mailoutbox) == 2
    set_account(state="active", scopes=["read"])
    jobs.look_ahead()
    assert len(mailoutbox) == 4


def test_forty_posts_of_one_channel_are_one_letter(
    compose: Compose, tomorrow: datetime, mailoutbox: list[EmailMessage]
) -> None:
    for number in range(40):
        compose(f"Round {number}", due=tomorrow)
    set_account(state="reconnect")
    jobs.look_ahead()
    (mail,) = mailoutbox
    assert mail.subject == "Northwind Coffee: 40 posts would not go out"
    assert "and 10 more." in str(mail.body)


def test_a_mail_server_that_refuses_is_asked_again(
    compose: Compose, tomorrow: datetime, mailoutbox: list[EmailMessage], monkeypatch: pytest.MonkeyPatch
) -> None:
    compose("Flat white", due=tomorrow)
    set_account(state="paused")
    forecast()

    def refuses(self: EmailBackend, messages: list[EmailMessage]) -> int:
        raise ConnectionRefusedError("nobody there")

    with monkeypatch.context() as patched:
        patched.setattr(EmailBackend, "send_messages", refuses)
        assert warn() == 0
    assert warn() == 1
    assert len(mailoutbox) == 1


def test_pages_mark_what_is_at_risk_and_say_what_to_do(
    client: Client, mara: User, compose: Compose, now: datetime
) -> None:
    client.force_login(mara)
    delivery = compose("Flat white", due=now + timedelta(hours=1))
    set_account(state="paused")
    forecast()
    home = "/w/northwind-coffee/"
    today = client.get(home).content.decode()
    assert "At risk: channel paused" in today
    for path in ("posts/", "calendar/list/"):
        assert "Channel paused" in client.get(home + path).content.decode()
    post = client.get(f"{home}posts/{delivery.post_id}/").content.decode()
    assert "As things stand it will not go out." in post
    assert "northwind is paused. Resume it before this is due." in post
    Delivery.objects.update(state=State.PUBLISHED)
    assert "Channel paused" not in client.get(f"{home}posts/").content.decode()
