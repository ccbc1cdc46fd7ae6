"""Signing in, renewing, signing out; where tokens and passwords go, and where not."""

from __future__ import annotations

from datetime import timedelta

import pytest

from socialhub.platforms import login as oauth
from socialhub.platforms.errors import Fault, LoginError, PlatformError
from socialhub.platforms.sandbox.server import SandboxServer
from socialhub.platforms.testing import Desk

from ..identity import origin, resolve
from ..login import login
from .desks import OTHER, OWN, context_of, sign_in


def nothing_typed_is_sent_to(sandbox: SandboxServer, host: str) -> bool:
    """Whether that host was never asked anything."""
    return all(entry["host"] != host for entry in sandbox.control.requests())


def test_an_account_is_its_did_and_its_tokens_say_when_they_end(desk: Desk) -> None:
    account = desk.account
    assert account.external_id.startswith("did:plc:")
    assert (account.handle, account.host, account.name) == ("@northwind.bsky.social", "", "Northwind Coffee")
    assert account.extra["pds"] == f"https://{OWN}"
    assert account.tokens is not None
    assert account.tokens.expires_at is not None
    left = account.tokens.expires_at - desk.server.clock.moment()
    assert timedelta(minutes=110) < left <= timedelta(hours=2)


def test_an_account_of_another_server_signs_in_there(sandbox: SandboxServer) -> None:
    typed = sandbox.control.call(
        "POST", "platforms/bluesky/typed", {"person": "nora", "account": "nora.pds.example"}
    )
    assert typed["host"] == OTHER
    account = sign_in(sandbox, **typed)
    assert account.handle == "@nora.pds.example"
    assert nothing_typed_is_sent_to(sandbox, "bsky.social")


def test_a_did_of_the_web_is_looked_up_at_its_host(sandbox: SandboxServer) -> None:
    spec = {"platform": "bluesky", "person": "nora", "handle": "roast.example", "name": "Roast"}
    sandbox.control.call("POST", "accounts", {**spec, "did": "did:web:roast.example"})
    typed = sandbox.control.call(
        "POST", "platforms/bluesky/typed", {"person": "nora", "account": "roast.example"}
    )
    assert sign_in(sandbox, **typed).external_id == "did:web:roast.example"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"password": "correct horse"}, "no app password"),
        ({"password": "ABCD-EFGH-IJKL-MNOP"}, "no app password"),
        ({"handle": "northwind"}, "whole handle"),
        ({"host": "127.0.0.1"}, "IP address"),
        ({"host": "localhost"}, "server name"),
        ({"host": "pds.internal"}, "public internet"),
        ({"host": "pds.example:2583"}, "without a port"),
    ],
)
def test_what_cannot_be_right_is_never_sent(sandbox: SandboxServer, words: dict[str, str], said: str) -> None:
    with pytest.raises(LoginError) as refused:
        sign_in(sandbox, **words)
    assert said in refused.value.user_message
    assert sandbox.control.requests() == []


def test_a_handle_may_be_typed_as_people_copy_it(sandbox: SandboxServer) -> None:
    assert sign_in(sandbox, handle="\u202a@Northwind.bsky.social\u202c ").name == "Northwind Coffee"


@pytest.mark.parametrize(("status", "kind"), [("takendown", Fault.POLICY), ("deactivated", Fault.POLICY)])
def test_an_account_that_is_switched_off_says_so(sandbox: SandboxServer, status: str, kind: Fault) -> None:
    sandbox.control.call(
        "POST", "platforms/bluesky/accounts", {"account": "northwind.bsky.social", "status": status}
    )
    with pytest.raises(PlatformError) as refused:
        sign_in(sandbox)
    assert refused.value.kind is kind


def test_a_lost_answer_to_a_renewal_does_no_harm(desk: Desk) -> None:
    first = desk.account
    desk.renew()
    once = desk.account.tokens
    desk.account = first
    desk.renew()
    again = desk.account.tokens
    assert first.tokens is not None
    assert once is not None
    assert again is not None
    assert once.refresh == again.refresh != first.tokens.refresh
    assert len({once.access, again.access, first.tokens.access}) == 3


def test_a_deleted_app_password_asks_the_person_back(desk: Desk) -> None:
    desk.server.control.call("POST", "platforms/bluesky/withdrawals", {"account": desk.account.external_id})
    with pytest.raises(LoginError) as ended:
        desk.renew()
    assert ended.value.requires_reauth
    assert "app password" in ended.value.user_message


def test_a_directory_that_does_not_answer_ends_no_connection(desk: Desk) -> None:
    desk.server.control.fault("status", match={"host": "plc.directory"}, status=503)
    with pytest.raises(PlatformError) as trouble:
        desk.renew()
    assert trouble.value.is_retryable
    assert not trouble.value.requires_reauth


def test_disconnecting_ends_the_session(desk: Desk) -> None:
    oauth.revoke(login, context_of(desk.server), desk.account)
    with pytest.raises(LoginError, match="ExpiredToken"):
        desk.renew()


@pytest.mark.parametrize(
    "address",
    [
        "http://pds.example", "https://pds.example:8443", "https://u:p@pds.example", "https://pds.example/path",
        "https://pds.example?x=1", "https://10.0.0.1", "https://localhost", "https://[::1]", "ftp://pds.example",
    ],
)  # fmt: skip
def test_a_did_document_leads_to_no_other_address_than_a_public_origin(address: str) -> None:
    with pytest.raises(PlatformError):
        origin(address)


@pytest.mark.parametrize(
    "did",
    ["did:key:abc", "did:web:localhost", "did:web:a.example:8080", "did:plc:short", "did:web:a.example/../b"],
)
def test_a_did_that_we_cannot_follow_is_refused(sandbox: SandboxServer, did: str) -> None:
    with pytest.raises(PlatformError) as refused:
        resolve(context_of(sandbox).api, did)
    assert refused.value.code == "bad_did"
    assert sandbox.control.requests() == []
