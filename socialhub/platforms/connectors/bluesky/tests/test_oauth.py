"""Signing in by OAuth: who is trusted with what, and what the strict server of the sandbox refuses."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from socialhub.platforms import login as oauth
from socialhub.platforms.api import Api
from socialhub.platforms.authserver import AuthServer, client_document, client_id
from socialhub.platforms.errors import Fault, LoginError, PlatformError
from socialhub.platforms.login import LoginContext
from socialhub.platforms.sandbox.server import SandboxServer
from socialhub.platforms.testing import CALLBACK, Desk, Played
from socialhub.platforms.values import App

from ..oauth import consent, read_bound_tokens
from ..servers import find_server
from .desks import CONNECTOR, OTHER, context_of, held

PDS, ISSUER = "https://pds.example", "https://auth.example"
DID = "did:plc:abcdefghijklmnopqrstuvwx"
JSON = {"Content-Type": "application/json"}
RESOURCE = {"resource": PDS, "authorization_servers": [ISSUER]}
META: dict[str, Any] = {
    "issuer": ISSUER,
    "authorization_endpoint": f"{ISSUER}/authorize",
    "token_endpoint": f"{ISSUER}/token",
    "pushed_authorization_request_endpoint": f"{ISSUER}/par",
    "require_pushed_authorization_requests": True,
    "authorization_response_iss_parameter_supported": True,
    "client_id_metadata_document_supported": True,
    "scopes_supported": ["atproto"],
    "dpop_signing_alg_values_supported": ["ES256"],
    "code_challenge_methods_supported": ["S256"],
}


def document(**changes: Any) -> dict[str, Any]:
    """A DID document."""
    service = {"id": "#atproto_pds", "type": "AtprotoPersonalDataServer", "serviceEndpoint": PDS}
    return {"id": DID, "alsoKnownAs": ["at://nora.pds.example"], "service": [service], **changes}


def found(*bodies: Any, named: str = DID) -> AuthServer:
    """What is found where the network answers this."""
    played = Played(*(body if "status" in body else {"headers": JSON, "body": body} for body in bodies))
    context = LoginContext(Api("bluesky", CONNECTOR.service, played), App(""), CALLBACK, dpop_now())
    return find_server(context, named)


def dpop_now() -> Any:
    """Any moment."""
    with SandboxServer() as server:
        return server.clock.moment()


def test_a_did_leads_over_its_server_to_the_issuer() -> None:
    server = found(document(), RESOURCE, META)
    assert (server.issuer, server.subject, server.push_url) == (ISSUER, DID, f"{ISSUER}/par")


@pytest.mark.parametrize(
    ("resource", "meta", "code"),
    [
        ({"resource": "https://other.example"}, {}, "bad_resource"),
        ({"authorization_servers": [ISSUER, PDS]}, {}, "bad_resource"),
        ({"authorization_servers": []}, {}, "bad_resource"),
        ({"authorization_servers": ["http://auth.example"]}, {}, "bad_server"),
        ({"authorization_servers": ["https://127.0.0.1"]}, {}, "bad_server"),
        ({"authorization_servers": ["https://auth.internal"]}, {}, "bad_server"),
        ({}, {"issuer": "https://evil.example"}, "bad_issuer"),
        ({}, {"require_pushed_authorization_requests": False}, "bad_issuer"),
        ({}, {"authorization_response_iss_parameter_supported": "yes"}, "bad_issuer"),
        ({}, {"scopes_supported": ["openid"]}, "bad_issuer"),
        ({}, {"dpop_signing_alg_values_supported": ["RS256"]}, "bad_issuer"),
        ({}, {"token_endpoint": "https://10.0.0.1/token"}, "bad_server"),
        ({}, {"token_endpoint": "https://localhost/token"}, "bad_server"),
        ({}, {"token_endpoint": "http://auth.example/token"}, "bad_server"),
        ({}, {"pushed_authorization_request_endpoint": "https://u:p@auth.example/par"}, "bad_server"),
    ],
)
def test_a_chain_with_a_weak_link_is_not_followed(
    resource: dict[str, Any], meta: dict[str, Any], code: str
) -> None:
    with pytest.raises(PlatformError) as refused:
        found(document(), {**RESOURCE, **resource}, {**META, **meta})
    assert refused.value.code == code


def test_a_handle_that_its_account_does_not_use_is_refused() -> None:
    with pytest.raises(LoginError, match="handle_mismatch"):
        found({"did": DID}, document(), named="shop.pds.example")


def test_metadata_is_json_of_its_own_and_no_redirect() -> None:
    for answer in (
        {"status": 302, "headers": {"Location": "https://evil.example"}},
        {"status": 200, "headers": {"Content-Type": "text/html"}, "body": json.dumps(RESOURCE)},
    ):
        with pytest.raises(PlatformError):
            found(document(), answer, META)


@pytest.mark.parametrize("params", [{"code": "c"}, {"code": "c", "iss": "https://evil.example"}])
def test_an_answer_of_another_server_is_not_taken(params: dict[str, str]) -> None:
    server = AuthServer(ISSUER, "", "", "")
    with pytest.raises(LoginError, match="other_issuer"):
        oauth.read_callback(params, server)
    assert oauth.read_callback({"code": "c", "iss": ISSUER}, server).reveal() == "c"


@pytest.mark.parametrize(
    "change", [{"token_type": "Bearer"}, {"scope": "openid"}, {"sub": ""}, {"access_token": ""}]
)
def test_tokens_that_are_not_bound_or_for_nobody_are_refused(change: dict[str, str]) -> None:
    body = {"access_token": "a", "token_type": "DPoP", "scope": "atproto", "sub": DID}
    assert read_bound_tokens(body, dpop_now()).subject == DID
    with pytest.raises(LoginError):
        read_bound_tokens({**body, **change}, dpop_now())


def test_an_account_of_another_server_is_not_connected(bound: Desk) -> None:
    assert bound.account.tokens is not None
    context = replace(context_of(bound.server), server=AuthServer("https://pds.example", "", "", ""))
    with pytest.raises(LoginError, match="other_account"):
        consent.discover(context, replace(bound.account.tokens, subject=bound.account.external_id))


def test_a_replayed_refresh_token_ends_the_whole_session(bound: Desk) -> None:
    context, first = held(bound)
    second = oauth.refresh(consent, context, first)
    with pytest.raises(PlatformError) as replayed:
        oauth.refresh(consent, context, first)
    assert replayed.value.kind is Fault.REVOKED
    with pytest.raises(PlatformError) as over:
        oauth.refresh(consent, context, second)
    assert over.value.requires_reauth


def test_disconnecting_ends_the_session(bound: Desk) -> None:
    context, tokens = held(bound)
    oauth.revoke(consent, context, bound.account)
    with pytest.raises(PlatformError) as over:
        oauth.refresh(consent, context, tokens)
    assert over.value.requires_reauth


def test_tokens_are_shown_to_no_server_that_did_not_give_them(bound: Desk) -> None:
    words = {"account": bound.account.external_id, "host": OTHER}
    bound.server.control.call("POST", "platforms/bluesky/accounts", words)
    before = len(bound.server.control.requests())
    with pytest.raises(LoginError) as moved:
        bound.renew()
    assert (moved.value.code, moved.value.requires_reauth) == ("moved", True)
    assert "Connect it again" in moved.value.user_message
    asked = bound.server.control.requests()[before:]
    assert [entry["path"] for entry in asked if entry["method"] == "POST"][1:] == []


def test_the_hub_is_known_by_its_document_or_by_a_loopback_name() -> None:
    page, scopes = "https://hub.example/client.json", ("atproto", "transition:generic")
    assert client_id(page, "https://hub.example/back", scopes) == page
    assert client_id("http://127.0.0.1:8000/c", CALLBACK, scopes).startswith("http://localhost?redirect_uri=")
    for address in ("https://hub.example:8443/c", "http://hub.example/c", "https://203.0.113.7/c"):
        with pytest.raises(LoginError, match="hub_not_public"):
            client_id(address, f"{address}/back", scopes)


def test_the_document_is_one_that_the_sandbox_accepts(sandbox: SandboxServer) -> None:
    page, back = "https://hub.example/client.json", "https://hub.example/back"
    told = client_document(
        page, back, consent.scopes_for(consent.scopes), name="SocialHub", home="https://hub.example"
    )
    context = replace(context_of(sandbox), app=App(page), redirect_uri=back)
    context = oauth.meet(consent, context, "northwind.bsky.social")
    scopes = consent.scopes_for(CONNECTOR.capabilities)
    with pytest.raises(PlatformError, match="invalid_client_metadata"):
        oauth.depart(consent, context, state="s", scopes=scopes, verifier=oauth.new_verifier())
    sandbox.control.call("POST", "platforms/bluesky/clients", {"document": told})
    address = oauth.depart(consent, context, state="s", scopes=scopes, verifier=oauth.new_verifier())
    assert address.startswith("https://bsky.social/oauth/authorize?")
