"""Who did what is on record, nobody is named there, and no line can be changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from accounts.credentials import save_app
from accounts.disconnecting import disconnect, pause, resume
from accounts.linking import link
from accounts.membership import change_role, invite, remove_member
from accounts.models import Membership, User, Workspace
from accounts.permissions import Role
from accounts.signals import tell_deed
from compliance.models import Entry
from compliance.models.trail import AppendOnly
from compliance.tests.conftest import connect
from socialhub.platforms import registry
from socialhub.platforms.values import Account, Secret, Tokens

pytestmark = pytest.mark.django_db


def _verbs() -> list[str]:
    return list(Entry.objects.order_by("pk").values_list("verb", flat=True))


def test_what_people_do_is_on_record_without_a_name_or_a_secret(northwind: Workspace, maya: User) -> None:
    Entry.objects.order_by("pk")
    before = Entry.objects.count()
    owner = Membership.objects.get(user=maya)
    ben = User.objects.create_user("ben@northwind.test", name="Ben")
    member = Membership.objects.create(workspace=northwind, user=ben, role=Role.VIEWER)
    invite(by=owner, email="priya@northwind.test", role=Role.APPROVER)
    change_role(by=owner, member=member, role=Role.MARKETER)
    remove_member(by=owner, member=member)
    login = registry.get("threads").consents[0]
    save_app(
        workspace=northwind, login=login, values={"client_id": "n", "client_secret": "very-secret"}, by=maya
    )
    found = Account("1", "northwind", tokens=Tokens(access=Secret("token-in-clear"), scopes=frozenset()))
    account = link(workspace=northwind, platform="linkedin", login="member", account=found, by=maya)
    pause(account), resume(account), disconnect(account)
    assert _verbs()[before:] == [
        "member.invited", "member.role_changed", "member.removed", "app.keys_saved", "account.connected",
        "account.paused", "account.resumed", "account.disconnected",
    ]  # fmt: skip
    rows = str(list(Entry.objects.values()))
    for word in ("very-secret", "token-in-clear", "northwind.test", "Maya", "Ben", "priya"):
        assert word not in rows
    line = Entry.objects.filter(verb="app.keys_saved")[0]
    assert (line.actor_id, line.words) == (
        maya.pk,
        {"app": "threads", "fields": ["client_id", "client_secret"]},
    )


def test_a_deed_on_a_page_is_that_of_whoever_is_signed_in(
    northwind: Workspace, as_maya: Client, maya: User
) -> None:
    account = connect(northwind)
    as_maya.post(f"/w/{northwind.slug}/accounts/{account.pk}/pause/")
    line = Entry.objects.get(verb="account.paused")
    assert (line.actor_id, line.workspace_id, line.object_type, line.object_id) == (
        maya.pk, northwind.pk, "connectedaccount", account.pk,
    )  # fmt: skip


def test_a_deed_that_is_taken_back_leaves_no_line(northwind: Workspace) -> None:
    def fail() -> None:
        with transaction.atomic():
            tell_deed("post.scheduled", workspace=northwind)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert "post.scheduled" not in _verbs()


CHANGES: list[Callable[[Entry], Any]] = [
    lambda line: line.save(),
    lambda line: line.delete(),
    lambda line: Entry.objects.all().delete(),
    lambda line: Entry.objects.update(verb="nothing"),
    lambda line: Entry.objects.bulk_update([line], ["verb"]),
]


@pytest.mark.parametrize("change", CHANGES)
def test_the_code_cannot_change_a_line(northwind: Workspace, change: Callable[[Entry], Any]) -> None:
    before = _verbs()
    line = Entry.objects.first()
    assert line is not None
    with pytest.raises(AppendOnly):
        change(line)
    assert _verbs() == before


@pytest.mark.parametrize(
    "statement", ["UPDATE compliance_entry SET verb = 'x'", "DELETE FROM compliance_entry"]
)
def test_the_database_refuses_it_too(northwind: Workspace, statement: str) -> None:
    before = _verbs()
    with (
        pytest.raises(DatabaseError, match="takes new lines only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert _verbs() == before != []
