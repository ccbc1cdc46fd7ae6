"""Taking one's data along, and leaving: with a password, two weeks to think, and nothing left afterwards."""

from __future__ import annotations

import json
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core import mail
from django.core.files.base import ContentFile
from django.test import Client

from accounts.models import Invitation, Membership, User, Workspace
from accounts.permissions import Role
from compliance import erasing, exporting, jobs, leaving
from compliance.models import Entry, Export, Leaving
from compliance.tests.conftest import connect
from compliance.tests.test_erasing import busy_person, everything, places_of, publish, store, words_about
from publishing.models import MediaFile, Post

assert store
pytestmark = pytest.mark.django_db


def _file(workspace: Workspace, user: User) -> MediaFile:
    row = MediaFile(
        workspace=workspace, uploaded_by=user, name="roast.jpg", mime="image/jpeg", size=3, sha256="0"
    )
    row.file.save("roast.jpg", ContentFile(b"jpg"), save=False)
    row.save()
    return row


def test_the_export_of_a_workspace_holds_its_rows_and_files_and_no_secret(
    northwind: Workspace, southwind: Workspace, maya: User, store: Path
) -> None:
    account = connect(northwind)
    publish(account, 1)
    connect(southwind, handle="southwind-tea")
    _file(northwind, maya)
    export = exporting.ask(user=maya, workspace=northwind)
    assert exporting.ask(user=maya, workspace=northwind) == export
    jobs.export()
    export.refresh_from_db()
    assert (export.state, export.done, export.total) == ("ready", 15, 15)
    with export.file.open() as stored, zipfile.ZipFile(stored) as made:
        assert made.testzip() is None
        told = {name: made.read(name).decode() for name in made.namelist()}
    assert told.pop("library/1.jpg", None) or any(name.startswith("library/") for name in told)
    assert json.loads(told["posts.jsonl"])["parts"] == ["New roast 1"]
    assert json.loads(told["accounts.jsonl"])["handle"] == account.handle
    whole = "".join(told.values())
    for secret in ("token-of-", "southwind", "app-secret", "password"):
        assert secret not in whole.replace("Passwords", "")


def test_the_export_of_a_person_is_theirs_alone_and_gone_after_a_week(
    northwind: Workspace, maya: User, store: Path, client: Client
) -> None:
    exporting.ask(user=maya)
    export = exporting.make_next()
    assert export is not None
    assert exporting.make_next() is None
    assert any(store.rglob("*.zip"))
    Export.objects.update(expires_at=datetime.now(UTC))
    jobs.leave()
    assert not any(store.rglob("*.zip"))
    assert Export.objects.get().state == "gone"


def test_an_export_whose_maker_died_is_made_by_another_and_given_up_in_the_end(
    northwind: Workspace, maya: User, store: Path
) -> None:
    export = exporting.ask(user=maya)
    Export.objects.update(state="running", claimed_until=datetime.now(UTC) + timedelta(minutes=1), attempts=1)
    assert exporting.make_next() is None
    Export.objects.update(claimed_until=datetime.now(UTC))
    assert exporting.make_next() == export
    Export.objects.update(state="running", claimed_until=None, attempts=3)
    assert exporting.make_next() is None
    assert Export.objects.get().state == "failed"


def test_who_leaves_others_without_an_owner_is_told_so(northwind: Workspace, maya: User) -> None:
    ben = User.objects.create_user("ben@northwind.test", name="Ben")
    member = Membership.objects.create(workspace=northwind, user=ben, role=Role.MARKETER)
    with pytest.raises(leaving.NotYet, match="only owner of Northwind Coffee"):
        leaving.ask_for_person(maya)
    member.role = Role.OWNER
    member.save()
    row = leaving.ask_for_person(maya)
    assert leaving.ask_for_person(maya) == row
    assert row.due_at - row.asked_at > timedelta(days=13)
    assert [message.to for message in mail.outbox] == [["maya@northwind.test"]]


def test_nothing_happens_before_its_time_nor_after_it_was_called_off(
    northwind: Workspace, maya: User
) -> None:
    row = leaving.ask_for_person(maya)
    jobs.leave()
    assert User.objects.filter(pk=maya.pk).exists()
    assert leaving.call_off(row)
    Leaving.objects.update(due_at=datetime.now(UTC))
    jobs.leave()
    assert User.objects.filter(pk=maya.pk).exists()
    assert not leaving.call_off(row)


def test_a_person_alone_leaves_with_the_workspace_and_nothing_of_either_stays(
    northwind: Workspace, southwind: Workspace, maya: User, store: Path, client: Client
) -> None:
    client.force_login(maya)
    mine = busy_person(northwind, store)
    _file(northwind, maya)
    vera = User.objects.get(name="Vera")
    Invitation.objects.create(
        workspace=southwind, email=maya.email, role="viewer", token_hash="x", invited_by=vera,
        expires_at=datetime.now(UTC),
    )  # fmt: skip
    stays = publish(
        connect(southwind, person="tea", handle="southwind-tea", external_id="8800", name="Tea", url=""), 5
    )
    words = [*words_about(mine), "Maya", "maya@northwind", "Northwind Coffee"]
    number = maya.pk
    leaving.ask_for_person(maya)
    Leaving.objects.update(due_at=datetime.now(UTC))
    for _ in range(3):
        jobs.leave()
    assert places_of([word for word in words if word != "cdn.example"], store) == []
    assert not User.objects.filter(pk=number).exists()
    assert list(Post.objects.values_list("deliveries", flat=True)) == [stays.pk]
    assert [path for path in store.rglob("*") if path.is_file()] == []
    row = Leaving.objects.get()
    assert row.done_at is not None
    verbs = set(Entry.objects.values_list("verb", flat=True))
    assert {"person.erased", "workspace.erased", "account.erased"} <= verbs
    assert not any(str(mine[0].external_id) in text for _, text in everything())


def test_a_hold_keeps_a_workspace_until_it_is_released(northwind: Workspace, maya: User, store: Path) -> None:
    account = connect(northwind)
    erasing.hold(account, reason="A dispute", by=maya)
    leaving.ask_for_workspace(northwind, maya)
    Leaving.objects.update(due_at=datetime.now(UTC))
    jobs.leave()
    assert Workspace.objects.filter(pk=northwind.pk).exists()
    assert Leaving.objects.get().note == "An account of it is under a legal hold."
    erasing.release(account)
    jobs.leave()
    assert not Workspace.objects.filter(pk=northwind.pk).exists()
    assert User.objects.filter(pk=maya.pk).exists()
