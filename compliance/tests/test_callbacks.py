"""Only a good seal is heard, only the accounts of its app are touched, and a replay changes nothing."""

from __future__ import annotations

import itertools
import random
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest import mock

import pytest
from django.db import OperationalError, connection
from django.test import Client

from accounts.models import AppCredential, ConnectedAccount, LoginAttempt, Workspace
from accounts.picking import keep
from accounts.signals import announce
from compliance import erasing, opening
from compliance.models import Erasure, Request
from compliance.tests.conftest import OTHER_SECRET, PERSON, SECRET, Ask, connect, sealed
from socialhub.platforms import registry
from socialhub.platforms.values import Account, Secret, Tokens

pytestmark = pytest.mark.django_db


def _states() -> set[str]:
    return set(ConnectedAccount.objects.values_list("state", flat=True))


def test_deleting_answers_with_an_address_and_a_code_that_show_how_far_it_is(
    northwind: Workspace, ask: Ask, client: Client
) -> None:
    connect(northwind)
    answer: Any = ask("delete", sealed(PERSON))
    assert answer.status_code == 200
    told = answer.json()
    assert set(told) == {"url", "confirmation_code"}
    assert told["url"] == f"http://127.0.0.1:8000/privacy/requests/{told['confirmation_code']}/"
    assert len(told["confirmation_code"]) == 24
    page = client.get(told["url"].removeprefix("http://127.0.0.1:8000"))
    assert page.status_code == 200
    assert page["X-Robots-Tag"] == "noindex, nofollow"
    assert b"noindex" in page.content
    assert PERSON.encode() not in page.content
    assert b"Northwind" not in page.content
    assert client.get("/privacy/requests/" + "0" * 24 + "/").status_code == 404


def test_the_page_tells_when_it_is_done(northwind: Workspace, ask: Ask, client: Client) -> None:
    connect(northwind)
    code = ask("delete", sealed(PERSON)).json()["confirmation_code"]  # type: ignore[attr-defined]
    assert "next minutes" in client.get(f"/privacy/requests/{code}/").content.decode()
    assert erasing.carry_out() == 1
    assert "is erased: 1 record." in client.get(f"/privacy/requests/{code}/").content.decode()


def test_somebody_unknown_gets_a_code_too_and_nothing_is_there_to_erase(
    northwind: Workspace, ask: Ask
) -> None:
    connect(northwind)
    assert ask("delete", sealed("99999999999")).status_code == 200
    request = Request.objects.get()
    assert (request.state, request.erasures.count()) == ("done", 0)
    assert _states() == {"active"}


def test_removing_the_app_ends_the_tokens_at_once_and_the_rest_in_time(
    northwind: Workspace, ask: Ask
) -> None:
    account = connect(northwind)
    assert ask("deauthorise", sealed(PERSON)).status_code == 200
    account.refresh_from_db()
    assert (account.state, account.access_token, account.handle) == ("reconnect", None, "northwind.0001")
    request = Request.objects.get()
    assert request.kind == "deauthorise"
    assert timedelta(days=28) < request.begin_at - request.received_at < timedelta(days=30)
    assert request.deadline_at - request.received_at == timedelta(days=30)
    assert erasing.carry_out() == 0
    Erasure.objects.update(next_at=datetime.now(UTC))
    assert erasing.carry_out() == 1
    account.refresh_from_db()
    assert account.erased_at is not None


def test_who_comes_back_in_time_calls_it_off(
    northwind: Workspace, ask: Ask, django_capture_on_commit_callbacks: Any
) -> None:
    account = connect(northwind)
    ask("deauthorise", sealed(PERSON))
    ConnectedAccount.objects.update(state="active", access_token=Secret("fresh"))
    announce(account.pk)
    assert Request.objects.get().state == "called_off"
    Erasure.objects.update(next_at=datetime.now(UTC))
    erasing.carry_out()
    account.refresh_from_db()
    assert (account.state, account.handle) == ("active", "northwind.0001")


@pytest.mark.parametrize("way", ["delete", "deauthorise"])
def test_the_same_request_after_coming_back_changes_nothing(northwind: Workspace, ask: Ask, way: str) -> None:
    connect(northwind)
    signed = sealed(PERSON)
    first = ask(way, signed)
    Erasure.objects.update(next_at=datetime.now(UTC))
    erasing.carry_out()
    again = connect(northwind)
    second = ask(way, signed)
    # The last sign of a seal has two bits that mean nothing.
    signature, _, payload = signed.partition(".")
    signs = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    third = ask(way, f"{signature[:-1]}{signs[signs.index(signature[-1]) ^ 1]}.{payload}")
    assert first.content == second.content == third.content
    erasing.carry_out()
    again.refresh_from_db()
    assert (again.state, again.person_id) == ("active", PERSON)
    assert Request.objects.count() == 1


@pytest.mark.parametrize("way", ["delete", "deauthorise"])
@pytest.mark.django_db(transaction=True)
def test_the_same_request_twice_at_the_same_moment_is_answered_twice_with_the_same(
    northwind: Workspace, ask: Ask, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect(northwind)
    signed, both, looks = sealed(PERSON), threading.Barrier(2, timeout=20), itertools.count()
    plain = opening._scope

    def scope(seals: Any) -> Any:
        """By now each has seen that the notice is new."""
        if next(looks) < 2:
            both.wait()
        return plain(seals)

    monkeypatch.setattr(opening, "_scope", scope)

    def call(number: int) -> tuple[int, bytes]:
        try:
            answer = ask(way, signed)
            return answer.status_code, answer.content
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(call, range(2))
    assert first == second
    assert first[0] == 200
    request = Request.objects.get()
    assert request.erasures.count() == 1


def test_a_late_notice_says_nothing_against_access_that_was_given_after_it(
    northwind: Workspace, ask: Ask
) -> None:
    connect(northwind)
    ask("deauthorise", sealed(PERSON, issued_at=datetime.now(UTC) - timedelta(hours=1)))
    assert _states() == {"active"}
    assert Request.objects.get().state == "done"


def test_one_app_of_two_platforms_forgets_both_and_leaves_what_came_of_another(
    northwind: Workspace, ask: Ask
) -> None:
    page = connect(northwind)
    linked = connect(northwind, "instagram", login=registry.get("instagram").logins[1].key)
    alone = connect(northwind, "instagram")
    other = connect(northwind, "threads")
    AppCredential.objects.filter(app_key__in=["instagram", "threads"]).update(
        client_secret=Secret("different")
    )
    assert ask("delete", sealed(PERSON)).status_code == 200
    assert set(Erasure.objects.values_list("account", flat=True)) == {page.pk, linked.pk}
    assert {alone.pk, other.pk} == set(
        ConnectedAccount.objects.filter(state="active").values_list("pk", flat=True)
    )


def test_the_app_of_another_workspace_changes_nothing_here(
    northwind: Workspace, southwind: Workspace, ask: Ask
) -> None:
    ours, theirs = connect(northwind), connect(southwind)
    assert ask("delete", sealed(PERSON, secret=OTHER_SECRET)).status_code == 200
    assert Erasure.objects.get().account == theirs
    ours.refresh_from_db()
    assert ours.state == "active"


def test_an_address_of_one_app_takes_the_seal_of_that_app_alone(
    northwind: Workspace, southwind: Workspace, ask: Ask
) -> None:
    connect(northwind)
    own = AppCredential.objects.get(workspace=northwind, app_key="meta").pk
    other = AppCredential.objects.get(workspace=southwind, app_key="meta").pk
    assert ask("delete", sealed(PERSON), app=other).status_code == 403
    assert not Request.objects.exists()
    assert ask("delete", sealed(PERSON), app=own).status_code == 200


def test_one_app_of_two_workspaces_forgets_in_both_at_whichever_address_it_is_asked(
    northwind: Workspace, southwind: Workspace, ask: Ask
) -> None:
    connect(northwind)
    connect(southwind)
    own, other = AppCredential.objects.filter(app_key="meta").order_by("pk")
    other.client_id, other.client_secret = own.client_id, own.client_secret
    other.save()
    assert ask("delete", sealed(PERSON), app=other.pk).status_code == 200
    assert Erasure.objects.count() == 2


def test_the_app_of_the_environment_speaks_for_workspaces_without_one(
    northwind: Workspace, southwind: Workspace, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    AppCredential.objects.filter(workspace=southwind).delete()
    login = registry.get("facebook").consents[0]
    monkeypatch.setenv(f"{login.app_key}_client_secret".upper(), "secret-of-the-hub")
    connect(northwind)
    hubs = connect(southwind)
    assert ask("delete", sealed(PERSON, secret="secret-of-the-hub")).status_code == 200
    assert Erasure.objects.get().account == hubs


def test_a_secret_that_was_replaced_seals_for_a_week(northwind: Workspace, ask: Ask) -> None:
    connect(northwind)
    AppCredential.objects.update(
        client_secret=Secret("fresh"), former_secret=Secret(SECRET), rotated_at=datetime.now(UTC)
    )
    assert ask("delete", sealed(PERSON)).status_code == 200
    AppCredential.objects.update(rotated_at=datetime.now(UTC) - timedelta(days=8))
    assert ask("delete", sealed(PERSON, nonce=1)).status_code == 403


def test_a_login_that_waits_for_a_choice_is_forgotten(northwind: Workspace, ask: Ask) -> None:
    user = northwind.members.get()
    for person in (PERSON, "20218471900043"):
        attempt = LoginAttempt.objects.create(
            workspace=northwind, user=user, platform="facebook", login="page", state_hash=person,
            expires_at=datetime.now(UTC) + timedelta(minutes=30), session_hash="x",
        )  # fmt: skip
        token = Tokens(access=Secret("token"), scopes=frozenset())
        keep(attempt, [Account("p1", "northwind", person_id=person, tokens=token)], until=attempt.expires_at)
    ask("delete", sealed(PERSON))
    assert [attempt.state_hash for attempt in LoginAttempt.objects.all()] == ["20218471900043"]


FORGERIES = {
    "nothing": "",
    "no seal": "signed_request=",
    "two empty parts": "signed_request=.",
    "not base64": "signed_request=a.b",
    "another secret": f"signed_request={sealed(PERSON, secret='guessed')}",
    "one sign more": f"signed_request={sealed(PERSON)}x",
    "one sign before": f"signed_request=A{sealed(PERSON)}",
    "no algorithm": f"signed_request={sealed(PERSON, algorithm='none')}",
    "nobody": f"signed_request={sealed('')}",
    "another field": f"other={sealed(PERSON)}",
    "not ASCII": "signed_request=" + "%C3%A4." * 9,
    "too many fields": "&".join("a=b" for _ in range(50)),
}
"""By name: a seal holds the time, and the processes of one run must give a test the same name."""


@pytest.mark.parametrize("body", FORGERIES.values(), ids=FORGERIES)
@pytest.mark.parametrize("way", ["delete", "deauthorise"])
def test_a_forgery_changes_nothing_and_learns_nothing(
    northwind: Workspace, client: Client, way: str, body: str
) -> None:
    connect(northwind)
    answer = client.post(f"/privacy/facebook/{way}/", body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code in {400, 403}
    assert answer.content == b""
    assert not Request.objects.exists()
    assert _states() == {"active"}


def test_bytes_at_random_break_nothing(northwind: Workspace, client: Client) -> None:
    connect(northwind)
    chance, good = random.Random(1618), sealed(PERSON)
    for number in range(300):
        if number % 2:
            body = chance.randbytes(chance.randrange(400))
        else:
            spot = chance.randrange(len(good))
            body = f"signed_request={good[:spot]}".encode() + chance.randbytes(1) + good[spot + 1 :].encode()
        if body == f"signed_request={good}".encode():
            continue
        kind = chance.choice(
            ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain"]
        )
        answer = client.post("/privacy/facebook/delete/", body, content_type=kind)
        # The last sign of a seal may have another spelling that means the same.
        assert answer.status_code in {400, 403} or spot == 42
    assert Request.objects.count() <= 1


def test_a_body_without_end_is_not_read(northwind: Workspace, client: Client) -> None:
    body = b"signed_request=" + b"a" * (64 * 1024)
    answer = client.post("/privacy/facebook/delete/", body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 400


def test_without_a_store_the_platform_is_asked_to_come_again(northwind: Workspace, ask: Ask) -> None:
    connect(northwind)
    signed = sealed(PERSON)
    with mock.patch.object(Request.objects, "create", side_effect=OperationalError("gone")):
        assert ask("delete", signed).status_code == 503
    assert _states() == {"active"}
    assert ask("delete", signed).status_code == 200


def test_platforms_without_such_callbacks_have_no_address(client: Client, db: None) -> None:
    for address in ("/privacy/pinterest/delete/", "/privacy/nowhere/deauthorise/"):
        assert client.post(address, {}).status_code == 404
    assert client.get("/privacy/facebook/delete/").status_code == 405


def test_every_platform_that_seals_is_answered(northwind: Workspace, ask: Ask) -> None:
    asking = [key for key, connector in registry.connectors().items() if connector.privacy]
    assert len(asking) == 3
    for number, platform in enumerate(asking):
        answer: Any = ask("delete", sealed(PERSON, nonce=number), platform=platform)
        assert answer.status_code == 200
        assert re.fullmatch(r"[0-9a-f]{24}", answer.json()["confirmation_code"])
