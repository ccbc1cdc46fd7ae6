"""The desks show what concerns their workspace and nothing else, and let the right people act."""

from __future__ import annotations

import ast
import csv
import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import AppCredential, Membership, User, Workspace
from accounts.permissions import Role
from accounts.signals import tell_deed
from compliance import erasing, exporting, lists
from compliance.models import Entry, Erasure, Export, Hold, Leaving, Request
from compliance.tests.conftest import PERSON, Ask, connect, sealed
from compliance.tests.test_erasing import hear, store
from compliance.verbs import VERBS
from webhooks.models import Incoming

assert store
pytestmark = pytest.mark.django_db
PAGES = ("compliance", "audit", "webhooks", "data")


def _page(client: Client, workspace: Workspace, name: str, query: str = "") -> str:
    answer = client.get(f"/w/{workspace.slug}/settings/{name}/{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def _busy(northwind: Workspace, ask: Ask, client: Client) -> Request:
    for number in range(30):
        hear(connect(northwind, person=f"person-{number}"), number)
    account = connect(northwind)
    hear(account, 99)
    ask("delete", sealed(PERSON))
    erasing.carry_out()
    return Request.objects.get()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_of_many_rows_asks_few_questions(
    northwind: Workspace, ask: Ask, as_maya: Client, name: str
) -> None:
    _busy(northwind, ask, as_maya)
    _page(as_maya, northwind, name)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        _page(as_maya, northwind, name)
    assert len(asked) <= 12


@pytest.mark.parametrize("name", PAGES)
def test_only_owners_and_admins_see_the_desks(northwind: Workspace, client: Client, name: str) -> None:
    ben = User.objects.create_user("ben@northwind.test", name="Ben")
    member = Membership.objects.create(workspace=northwind, user=ben, role=Role.MARKETER)
    client.force_login(ben)
    address = f"/w/{northwind.slug}/settings/{name}/"
    assert client.get(address).status_code == 403
    member.role = Role.ADMIN
    member.save()
    assert client.get(address).status_code == 200


def test_a_request_stands_on_the_desk_with_its_report(
    northwind: Workspace, ask: Ask, as_maya: Client
) -> None:
    request = _busy(northwind, ask, as_maya)
    page = _page(as_maya, northwind, "compliance")
    assert "Deletion asked on the platform" in page
    assert request.code in page
    answer = as_maya.get(f"/w/{northwind.slug}/settings/compliance/{request.code}/report.json")
    told = json.loads(answer.content)
    assert told["state"] == "done"
    assert told["accounts"][0]["erased"]["events"] == 1
    assert told["erased_in_all"] == sum(Erasure.objects.get().counts.values())
    assert PERSON not in answer.content.decode()


def test_each_workspace_sees_its_own_part_of_what_one_app_was_asked(
    northwind: Workspace, southwind: Workspace, ask: Ask, as_maya: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    AppCredential.objects.all().delete()
    monkeypatch.setenv("META_CLIENT_SECRET", "secret-of-the-hub")
    hear(connect(northwind), 1)
    connect(southwind), connect(southwind)
    ask("delete", sealed(PERSON, secret="secret-of-the-hub"))
    erasing.carry_out()
    code = Request.objects.get().code
    mine = as_maya.get(f"/w/{northwind.slug}/settings/compliance/{code}/report.json").json()
    assert len(mine["accounts"]) == 1
    as_maya.force_login(User.objects.get(name="Vera"))
    theirs = as_maya.get(f"/w/{southwind.slug}/settings/compliance/{code}/report.json").json()
    assert (len(theirs["accounts"]), theirs["erased_in_all"]) == (2, 2)


def test_another_workspace_sees_nothing_of_it(
    northwind: Workspace, southwind: Workspace, ask: Ask, client: Client
) -> None:
    request = _busy(northwind, ask, client)
    client.force_login(User.objects.get(name="Vera"))
    assert request.code not in _page(client, southwind, "compliance")
    for way in ("report.json", "rerun/"):
        address = f"/w/{southwind.slug}/settings/compliance/{request.code}/{way}"
        assert (client.get(address) if way == "report.json" else client.post(address)).status_code == 404
    call = Incoming.objects.first()
    assert call is not None
    assert client.post(f"/w/{southwind.slug}/settings/webhooks/{call.pk}/replay/").status_code == 404
    assert "platform-tile" not in _page(client, southwind, "webhooks").partition("<table")[2]


def test_an_admin_holds_releases_and_runs_again(northwind: Workspace, ask: Ask, as_maya: Client) -> None:
    account = connect(northwind)
    desk = f"/w/{northwind.slug}/settings/compliance/"
    as_maya.post(f"{desk}holds/", {"account": account.pk, "reason": "A dispute"})
    assert Hold.objects.get().account == account
    ask("delete", sealed(PERSON))
    erasing.carry_out()
    assert "On hold" in _page(as_maya, northwind, "compliance")
    as_maya.post(f"{desk}holds/{account.pk}/release/")
    erasing.carry_out()
    code = Request.objects.get().code
    as_maya.post(f"{desk}{code}/rerun/")
    assert Request.objects.get().state == "running"
    erasing.carry_out()
    assert Request.objects.get().state == "done"


def test_an_admin_erases_an_account_from_its_page(northwind: Workspace, as_maya: Client) -> None:
    account = connect(northwind)
    hear(account, 1)
    page = as_maya.get(f"/w/{northwind.slug}/accounts/{account.pk}/disconnect/").content.decode()
    address = f"/w/{northwind.slug}/settings/compliance/accounts/{account.pk}/erase/"
    assert address in page
    as_maya.post(address)
    erasing.carry_out()
    account.refresh_from_db()
    assert account.erased_at is not None
    assert Request.objects.get().kind == "own"
    assert as_maya.get(f"/w/{northwind.slug}/accounts/{account.pk}/").status_code == 404
    assert as_maya.post(address).status_code == 404
    assert account.name not in as_maya.get(f"/w/{northwind.slug}/accounts/").content.decode()


def test_an_account_of_others_cannot_be_held(
    northwind: Workspace, southwind: Workspace, as_maya: Client
) -> None:
    theirs = connect(southwind)
    as_maya.post(f"/w/{northwind.slug}/settings/compliance/holds/", {"account": theirs.pk, "reason": "no"})
    assert not Hold.objects.exists()


def test_a_list_of_ids_erases_those_who_are_known_here(
    northwind: Workspace, southwind: Workspace, as_maya: Client
) -> None:
    connect(northwind), connect(northwind), connect(southwind)
    text = f"\ufeffuser_id,requested\n{PERSON},2026-11-01\n20218471900777,2026-11-02\n"
    sent = {"app": "meta", "file": SimpleUploadedFile("ids.csv", text.encode())}
    answer = as_maya.post(f"/w/{northwind.slug}/settings/compliance/lists/", sent, follow=True)
    assert "2 ids read: 1 of them" in answer.content.decode()
    request = Request.objects.get()
    assert (request.kind, request.erasures.count()) == ("listed", 2)
    line = Entry.objects.get(verb="list.taken")
    assert line.words == {"app": "meta", "people": 2, "known": 1}


@pytest.mark.parametrize(
    "data", [b"\x89PNG\x00\x00", b"id\n\x00123", b"", b"no ids at all\n", b"\xff\xfe1\x002\x00"]
)
def test_what_is_no_list_is_refused(data: bytes) -> None:
    with pytest.raises(lists.NoList):
        lists.read(data)


def test_a_list_without_end_is_refused() -> None:
    with pytest.raises(lists.NoList, match="larger than 5 MB"):
        lists.read(b"1" * (lists.LARGEST + 1))


def test_a_call_is_read_again_from_the_desk(northwind: Workspace, as_maya: Client) -> None:
    hear(connect(northwind), 1)
    call = Incoming.objects.get()
    call.app = AppCredential.objects.get(workspace=northwind, app_key="meta")
    call.processed_at = call.received_at + timedelta(seconds=1)
    call.save()
    page = _page(as_maya, northwind, "webhooks", "?state=processed&platform=facebook")
    assert "1.00 s" in page
    assert "Own app" in page
    as_maya.post(f"/w/{northwind.slug}/settings/webhooks/{call.pk}/replay/")
    assert Incoming.objects.get().state == "received"


def test_the_log_is_filtered_and_goes_into_a_spreadsheet_without_formulas(
    northwind: Workspace, as_maya: Client, maya: User
) -> None:
    User.objects.filter(pk=maya.pk).update(name="=HYPERLINK(1)")
    for number in range(60):
        tell_deed("post.scheduled", workspace=northwind, by=maya, number=number)
    tell_deed("account.paused", workspace=northwind)
    page = _page(as_maya, northwind, "audit", "?verb=account.paused")
    assert "The hub itself" in page
    assert "number: 1" not in page
    assert "No line fits" in _page(as_maya, northwind, "audit", "?until=2020-01-01&since=rubbish&who=x")
    answer: Any = as_maya.get(f"/w/{northwind.slug}/settings/audit/audit.csv?verb=post.scheduled")
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode())))
    assert len(rows) == 61
    assert rows[1][1:3] == ["'=HYPERLINK(1)", "post.scheduled"]


def test_every_deed_that_is_told_has_words() -> None:
    told = set()
    for app in ("accounts", "webhooks", "publishing", "compliance"):
        for path in Path(settings.BASE_DIR, app).rglob("*.py"):
            if "tests" in path.parts:
                continue
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Constant) and isinstance(node.value, str) and path.stem != "verbs":
                    told |= {node.value} & set(VERBS)
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "tell_deed":
                    first = node.args[0]
                    assert not isinstance(first, ast.Constant) or first.value in VERBS
    # Approving comes with the page for it.
    assert set(VERBS) - told == {"post.approved"}


def test_leaving_wants_the_password_and_can_be_called_off(
    northwind: Workspace, as_maya: Client, maya: User
) -> None:
    answer = as_maya.post("/my-data/leave/", {"password": "wrong"})
    assert answer.status_code == 422
    assert not Leaving.objects.exists()
    as_maya.post("/my-data/leave/", {"password": "correct horse"})
    assert Leaving.objects.get().user_id == maya.pk
    assert "Keep my account" in as_maya.get("/my-data/").content.decode()
    as_maya.post("/my-data/stay/")
    assert Leaving.objects.get().called_off_at is not None
    data = f"/w/{northwind.slug}/settings/data/"
    as_maya.post(f"{data}leave/", {"password": "correct horse"})
    assert "is deleted on" in as_maya.get(data).content.decode()
    as_maya.post(f"{data}stay/")
    assert Leaving.objects.filter(called_off_at=None).count() == 0


def test_an_export_is_given_to_whom_asked_and_to_nobody_else(
    northwind: Workspace, southwind: Workspace, as_maya: Client, maya: User, store: Path
) -> None:
    as_maya.post(f"/w/{northwind.slug}/settings/data/")
    export = exporting.make_next()
    assert export is not None
    address = f"/my-data/exports/{export.pk}/"
    answer: Any = as_maya.get(address)
    assert answer.status_code == 200
    assert b"".join(answer.streaming_content).startswith(b"PK")
    stranger = Client()
    stranger.force_login(User.objects.get(name="Vera"))
    assert stranger.get(address).status_code == 404
    assert Client().get(address).status_code == 302
    Membership.objects.filter(user=maya).update(role=Role.MARKETER)
    assert as_maya.get(address).status_code == 404
    Membership.objects.filter(user=maya).update(role=Role.OWNER)
    Export.objects.update(expires_at=datetime.now(UTC))
    assert as_maya.get(address).status_code == 404


def test_the_set_up_page_shows_the_addresses_to_paste(northwind: Workspace, as_maya: Client) -> None:
    page = as_maya.get(f"/w/{northwind.slug}/setup/threads/").content.decode()
    for way in ("deauthorise", "delete"):
        assert f"http://127.0.0.1:8000/privacy/threads/{way}/" in page
    assert "/privacy/" not in as_maya.get(f"/w/{northwind.slug}/setup/pinterest/").content.decode()
