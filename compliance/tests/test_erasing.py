"""What is erased is nowhere: not in a row, a file or a line of the log. Dying in between harms nothing."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from django.apps import apps
from django.conf import settings
from django.core.files.base import ContentFile
from django.db import OperationalError, connection
from django.test import Client
from pytest_django.fixtures import Settings

from accounts.models import ConnectedAccount, User, Workspace
from accounts.models.limits import Budget
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
from compliance import erasing
from compliance.erasers import ERASERS, KEPT, posts
from compliance.models import Entry, Erasure, Export, Request
from compliance.tests.conftest import PERSON, Ask, connect, sealed
from publishing.models import Delivery, Post, Risk, StepLog
from publishing.states import State
from socialhub.platforms import registry
from webhooks.models import Answer, Contact, Conversation, Event, InboxItem, Incoming, Subscription, Watch

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def everything() -> Iterator[tuple[str, str]]:
    """Every value of every column of every table, as text; secrets and sealed columns as they come out."""
    for model in apps.get_models(include_auto_created=True):
        for row in model._default_manager.all():
            for field in model._meta.concrete_fields:
                value = getattr(row, field.attname)
                if hasattr(value, "reveal"):
                    value = value.reveal()
                if isinstance(value, memoryview | bytes):
                    value = bytes(value).decode("utf-8", "replace")
                yield f"{model._meta.label}.{field.name}", str(value)
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            for line in cursor.fetchall():
                for value in line:
                    plain = bytes(value) if isinstance(value, memoryview) else value
                    yield table, plain.decode("utf-8", "replace") if isinstance(plain, bytes) else str(plain)


def places_of(words: list[str], folder: Path) -> list[str]:
    """Where any of the words still stands."""
    found = {place for place, text in everything() if any(word in text for word in words)}
    for path in folder.rglob("*"):
        if path.is_file() and any(word.encode() in path.read_bytes() for word in words):
            found.add(str(path.relative_to(folder)))
    return sorted(found)


def publish(account: ConnectedAccount, number: int) -> Delivery:
    """A post that went out, with all that the platform said."""
    who = account.handle
    post = Post.objects.create(workspace=account.workspace, parts=[f"New roast {number}"])
    delivery = Delivery.objects.create(
        post=post, account=account, state=State.PUBLISHED, published_at=NOW, options={"place": who},
        remote_id=f"{account.external_id}_{number}", url=f"{account.url}/posts/{number}", facts={"page": who},
        note=f"Live as {who}", error_message=f"{who} was slow", lane=f"{account.pk}:{who}",
    )  # fmt: skip
    exchange = {
        "url": f"https://graph.example/{account.external_id}/feed",
        "body": f"posted as {account.name}",
    }
    StepLog.objects.create(
        delivery=delivery, at=NOW, step="create_post", event="live", note=f"Live as {who}", seconds=0.4, status=200,
        trace_id=f"trace-{account.external_id}", exchanges=[exchange],
    )  # fmt: skip
    Risk.objects.create(
        delivery=delivery, cause="token", message=f"{account.name} is signed out", found_at=NOW
    )
    return delivery


def hear(account: ConnectedAccount, number: int) -> None:
    """A comment under one of its posts, as it was told."""
    body = json.dumps(
        {"entry": [{"id": account.external_id, "from": {"name": "Kim"}, "to": account.name, "n": number}]}
    ).encode()
    call = Incoming.objects.create(
        platform=account.platform,
        received_at=NOW,
        body=body,
        digest=f"{account.pk}-{number}",
        state="processed",
    )
    kim, _ = Contact.objects.get_or_create(
        account=account,
        external_id="kim-4711",
        defaults={"name": "Kim", "note": account.handle, "read_at": NOW},
    )
    thread = Conversation.objects.create(
        workspace=account.workspace, account=account, kind="comment", key=f"{account.external_id}_{number}",
        contact=kim, last_at=NOW,
    )  # fmt: skip
    item = InboxItem.objects.create(
        conversation=thread, account=account, contact=kim, kind="comment", external_id=f"c-{number}",
        text=f"I love {account.name}", at=NOW, arrived_at=NOW, read_at=NOW,
    )  # fmt: skip
    Answer.objects.create(
        item=item,
        conversation=thread,
        account=account,
        act="reply",
        text=f"{account.name} thanks you",
        state="done",
    )
    Event.objects.create(
        account=account, incoming=call, kind="comment", key=f"comment-{number}", subject=f"{account.external_id}_1",
        at=NOW, data={"to": account.name, "message": "lovely"},
    )  # fmt: skip


def count(account: ConnectedAccount, days: int) -> None:
    """Figures of so many days, of the account and of a post made elsewhere, with the answers they came from."""
    who = account.handle
    post = TrackedPost.objects.create(
        account=account, external_id=f"{account.external_id}_e", text=f"{who} opens early", published_at=NOW,
        url=f"{account.url}/posts/e", found_at=NOW, told_at=NOW, totals={"likes": 3}, facts={"page": who},
    )  # fmt: skip
    nights = [(NOW - timedelta(days=number)).date() for number in range(days)]
    told = {"metric": "likes", "value": 3.0, "read_at": NOW}
    body = {"id": account.external_id, "likes": 3}
    Payload.objects.bulk_create(
        [Payload(account=account, asked="posts", read_at=NOW, body=body) for _ in nights]
    )
    PostSnapshot.objects.bulk_create(
        [PostSnapshot(post=post, slot=night.isoformat(), name="likes", **told) for night in nights]
    )
    AccountSnapshot.objects.bulk_create(
        [
            AccountSnapshot(account=account, period="day", day=night, name="likes", groups={who: 1}, **told)
            for night in nights
        ]
    )
    DayGain.objects.create(account=account, day=NOW.date(), metric="likes", value=3, posts=1)
    Gap.objects.create(account=account, night=NOW.date(), what="posts", reason=f"{who} was away")
    Absence.objects.create(
        account=account, of_posts=True, name="saves", metric="saves", why="permission", since=NOW, seen_at=NOW,
        text=f"{who} is no business",
    )  # fmt: skip
    Collection.objects.create(account=account, todo=[["posts", [post.pk]]], reason=f"{who} is read")


@pytest.fixture
def store(settings: Settings, tmp_path: Path) -> Path:
    """Files of one test alone."""
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def busy_person(workspace: Workspace, store: Path) -> list[ConnectedAccount]:
    """Three pages, two Instagram accounts of the same consent, 500 events, 90 days of figures, posts, an export."""
    way = registry.get("instagram").logins[1].key
    mine = [connect(workspace, name="Grüne Bohne Cafés") for _ in range(3)]
    mine += [connect(workspace, "instagram", login=way) for _ in range(2)]
    for number in range(500):
        hear(mine[number % 5], number)
    for account in mine:
        publish(account, 1)
        Budget.objects.create(scope=f"account {account.pk}", name="posts")
        Subscription.objects.create(account=account, reason=f"{account.name} is subscribed")
        Watch.objects.create(account=account, cursor={"after": account.external_id})
        count(account, 90)
    user = workspace.members.get()
    export = Export(user=user, workspace=workspace, state="ready")
    export.file.save("x.zip", ContentFile(f"accounts of {mine[0].handle}".encode()))
    assert any(store.rglob("*.zip"))
    return mine


def words_about(accounts: list[ConnectedAccount]) -> list[str]:
    """Everything by which the person could be recognised."""
    words = {PERSON, "cdn.example"}
    for account in accounts:
        words |= {account.external_id, account.handle, account.name, account.url, f"token-of-{account.pk}"}
    return sorted(words)


def test_a_person_with_five_accounts_leaves_nothing_but_the_report(
    northwind: Workspace, ask: Ask, store: Path, caplog: pytest.LogCaptureFixture, client: Client
) -> None:
    caplog.set_level(logging.DEBUG)
    mine = busy_person(northwind, store)
    words = words_about(mine)
    assert len(places_of(words, store)) > 10
    answer: Any = ask("delete", sealed(PERSON))
    assert erasing.carry_out() == 5
    assert places_of(words, store) == []
    said = caplog.text + answer.content.decode()
    assert [word for word in words if word in said] == []
    request = Request.objects.get()
    counts: dict[str, int] = {}
    for erasure in request.erasures.all():
        assert erasure.state == "done"
        assert erasure.sought == {}
        for name, count in erasure.counts.items():
            counts[name] = counts.get(name, 0) + count
    assert counts == {
        "readings to come": 5, "figures of posts": 450, "figures of the account": 450, "answers about figures": 450,
        "posts that were followed": 5, "sums and gaps of figures": 15,
        "accounts": 5, "subscriptions": 10, "calls as they came": 500, "events": 500, "answers": 500,
        "inbox items": 500, "conversations": 500, "people in the inbox": 5, "lines of the flight recorder": 5,
        "links and ids of posts": 5, "warnings": 5, "limits": 5, "exports": 1,
    }  # fmt: skip
    assert request.finished_at is not None
    # What was written in the hub is the workspace's.
    assert [post.parts for post in Post.objects.order_by("pk")] == [["New roast 1"]] * 5
    assert set(Delivery.objects.values_list("state", "published_at")) == {("published", NOW)}
    assert set(StepLog.objects.values_list("event", "seconds", "status")) == {("live", 0.4, 200)}
    assert set(ConnectedAccount.objects.values_list("name", "state")) == {("Erased account", "disconnected")}
    assert Entry.objects.filter(verb="account.erased").count() == 5


def test_the_rows_of_others_stay(northwind: Workspace, southwind: Workspace, ask: Ask) -> None:
    mine, colleague = connect(northwind), connect(northwind, person="20218471900099")
    stranger = connect(southwind)
    for account in (mine, colleague, stranger):
        hear(account, account.pk)
        publish(account, account.pk)
    ask("delete", sealed(PERSON))
    erasing.carry_out()
    assert set(Event.objects.values_list("account", flat=True)) == {colleague.pk, stranger.pk}
    assert Incoming.objects.count() == 2
    assert StepLog.objects.exclude(exchanges=[]).count() == 2
    assert ConnectedAccount.objects.get(pk=colleague.pk).handle == colleague.handle


def test_dying_anywhere_and_going_on_comes_to_the_same(
    northwind: Workspace, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = connect(northwind)
    for number in range(7):
        hear(account, number)
        publish(account, number)
    words = words_about([account])
    ask("delete", sealed(PERSON))
    monkeypatch.setattr(erasing, "CHUNK", 2)
    pk, pieces = Erasure.objects.get().pk, 0
    while erasing.take_piece(pk) == "running":
        pieces += 1
        # A process that dies takes nothing back of what it has committed; another begins where it stands.
        Erasure.objects.get(pk=pk)
    assert pieces > 30
    assert Erasure.objects.get().counts["events"] == 7
    assert Erasure.objects.get().counts["links and ids of posts"] == 7
    assert [place for place, text in everything() if any(word in text for word in words)] == []


def test_a_failure_is_shown_tried_again_and_mended(northwind: Workspace, ask: Ask) -> None:
    account = connect(northwind)
    hear(account, 1)
    ask("delete", sealed(PERSON))
    with mock.patch.object(Event.objects, "filter", side_effect=OperationalError(f"row of {account.name}")):
        erasing.carry_out()
    erasure = Erasure.objects.get()
    assert (erasure.state, erasure.attempts) == ("failed", 1)
    assert erasure.error == "OperationalError at “events”. It is tried again."
    assert Request.objects.get().state == "failed"
    assert erasing.carry_out() == 0
    assert erasing.run_again(Request.objects.get()) == 1
    assert erasing.carry_out() == 1
    assert Request.objects.get().state == "done"
    assert Erasure.objects.get().error == ""


def test_running_again_what_is_done_harms_nothing(northwind: Workspace, ask: Ask) -> None:
    account = connect(northwind)
    hear(account, 1)
    publish(account, 1)
    ask("delete", sealed(PERSON))
    erasing.carry_out()
    before = Erasure.objects.get().counts
    assert erasing.run_again(Request.objects.get()) == 1
    erasing.carry_out()
    assert Erasure.objects.get().counts == before
    assert Request.objects.get().state == "done"


def test_under_a_hold_nothing_is_erased_until_it_is_released(
    northwind: Workspace, ask: Ask, maya: User
) -> None:
    account = connect(northwind)
    hear(account, 1)
    erasing.hold(account, reason="A dispute about an invoice", by=maya)
    ask("delete", sealed(PERSON))
    erasing.carry_out()
    assert Request.objects.get().state == "held"
    account.refresh_from_db()
    assert (account.access_token, account.handle) == (None, "northwind.0001")
    assert Event.objects.count() == 1
    assert erasing.release(account)
    erasing.carry_out()
    assert Request.objects.get().state == "done"
    assert not Event.objects.exists()
    verbs = set(Entry.objects.values_list("verb", flat=True))
    assert {"hold.placed", "hold.released", "account.erased"} <= verbs


def test_a_post_on_its_way_is_waited_for_and_the_rest_is_cancelled(northwind: Workspace, ask: Ask) -> None:
    account = connect(northwind)
    delivery = publish(account, 1)
    later = datetime.now(UTC) + timedelta(minutes=1)
    Delivery.objects.update(state=State.PUBLISHING, lease_until=later, next_at=later, published_at=None)
    ask("delete", sealed(PERSON))
    assert erasing.carry_out() == 0
    assert Request.objects.get().state == "running"
    Delivery.objects.update(lease_until=None)
    Erasure.objects.update(next_at=datetime.now(UTC))
    assert erasing.carry_out() == 1
    delivery.refresh_from_db()
    assert (delivery.state, delivery.next_at, delivery.remote_id) == ("cancelled", None, "")
    assert posts.NOTE in delivery.log.values_list("note", flat=True)


def test_a_call_that_waits_is_read_before_it_is_erased(northwind: Workspace, ask: Ask) -> None:
    hear(connect(northwind), 1)
    Incoming.objects.update(state="received")
    ask("delete", sealed(PERSON))
    assert erasing.carry_out() == 0
    Incoming.objects.update(state="processed")
    Erasure.objects.update(next_at=datetime.now(UTC))
    assert erasing.carry_out() == 1
    assert not Incoming.objects.exists()


def test_every_table_is_erased_by_somebody_or_has_a_reason_to_stay() -> None:
    """A new model with a way to an account, a workspace or a person cannot be forgotten."""
    roots = {ConnectedAccount, Workspace, User}
    reached, grew = set(roots), True
    every = apps.get_models(include_auto_created=True)
    while grew:
        fresh = {
            model
            for model in every
            if model not in reached
            and any(
                field.related_model in reached for field in model._meta.concrete_fields if field.is_relation
            )
        }
        reached |= fresh
        grew = bool(fresh)
    covered = {table for eraser in ERASERS for table in eraser.tables} | set(KEPT)
    assert (
        sorted(model._meta.label_lower for model in reached if model._meta.label_lower not in covered) == []
    )
    known = {model._meta.label_lower for model in every}
    assert sorted(covered - known) == []


def test_the_database_of_these_tests_is_the_one_that_is_searched() -> None:
    User.objects.create_user("somebody@northwind.test", name="Somebody Unmistakable")
    assert places_of(["Somebody Unmistakable"], Path(settings.MEDIA_ROOT) / "nothing")
