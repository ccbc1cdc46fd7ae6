"""OAuth sessions: who may act for whom, with which key, and which tokens are out."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from socialhub.platforms.sandbox.oauth import revoke_family
from socialhub.platforms.sandbox.records import Token
from socialhub.platforms.sandbox.simulator import Call, RefusalError
from socialhub.platforms.sandbox.world import Table, World

from .proofs import check_proof, issuer_host
from .server import simulator

ACCESS_SECONDS, SESSION_SECONDS = 3600, 14 * 86_400
"""The reference server's access tokens; the session of a client that holds no key."""
LOOPBACK = "http://localhost"
DEFAULT_SCOPE = "atproto"


@dataclass
class Grant:
    """What came of one consent. ``id`` is the family of its tokens, ``key`` the thumbprint they are bound to."""

    id: str
    client_id: str
    account: str
    person: str
    issuer: str
    key: str
    scopes: list[str]
    ends_at: float


@dataclass
class Client:
    """The document behind a client id."""

    id: str
    document: dict[str, Any] = field(default_factory=dict)


def grants(world: World) -> Table[Grant]:
    """All sessions."""
    return world.table("bluesky.grants", Grant)


def clients(world: World) -> Table[Client]:
    """The documents that the servers could fetch; the sandbox fetches nothing itself."""
    return world.table("bluesky.clients", Client)


@simulator.control("POST", "clients")
def publish_client(world: World, wish: dict[str, Any]) -> dict[str, str]:
    """Put the ``document`` where its client_id points."""
    client = clients(world).add(Client(wish["document"]["client_id"], wish["document"]))
    return {"client_id": client.id}


def client_of(call: Call, client_id: str) -> dict[str, Any]:
    """The document of a client; on the loopback interface what its name says."""
    parts = urlsplit(client_id)
    if client_id.partition("?")[0] == LOOPBACK:
        query = parse_qs(parts.query)
        return {
            "redirect_uris": query.get("redirect_uri", ["http://127.0.0.1/", "http://[::1]/"]),
            "scope": query.get("scope", [DEFAULT_SCOPE])[0],
            "client_name": "Loopback client",
        }
    known = clients(call.world).get(client_id)
    if known is None:
        raise say("invalid_client_metadata", f"Unable to fetch {client_id}")
    document = known.document
    wanted = {
        "client_id": client_id,
        "application_type": "web",
        "dpop_bound_access_tokens": True,
        "token_endpoint_auth_method": "none",
        "response_types": ["code"],
        "grant_types": ["authorization_code", "refresh_token"],
    }
    for name, value in wanted.items():
        if document.get(name) != value:
            raise say("invalid_client_metadata", f"{name} must be {value}")
    if (
        parts.scheme != "https"
        or parts.port
        or urlsplit(document.get("client_uri", "")).netloc != parts.netloc
    ):
        raise say("invalid_client_metadata", "client_id and client_uri must be of one https host")
    return document


def redirect_fits(document: dict[str, Any], client_id: str, wanted: str) -> bool:
    """Letter by letter; on the loopback interface with any port, and with numbers only."""
    if not client_id.startswith(LOOPBACK):
        return wanted in document["redirect_uris"]
    parts = urlsplit(wanted)
    same = {(urlsplit(uri).hostname, urlsplit(uri).path) for uri in document["redirect_uris"]}
    return parts.scheme == "http" and parts.hostname in {"127.0.0.1", "::1"} and (
        parts.hostname, parts.path,
    ) in same  # fmt: skip


def say(error: str, text: str, status: int = 400) -> RefusalError:
    """An error of an authorization server."""
    return RefusalError(status, {"error": error, "error_description": text})


def new_pair(call: Call, grant: Grant) -> dict[str, Any]:
    """The next tokens of a session, as its token endpoint answers."""
    access = _keep(call, grant, "access", min(call.now + ACCESS_SECONDS, grant.ends_at))
    refresh = _keep(call, grant, "oauth_refresh", grant.ends_at)
    return {
        "access_token": access.value,
        "token_type": "DPoP",
        "refresh_token": refresh.value,
        "scope": " ".join(grant.scopes),
        "expires_in": int((access.expires_at or call.now) - call.now),
        "sub": grant.account,
    }


def _keep(call: Call, grant: Grant, kind: str, ends_at: float) -> Token:
    prefix = "ref-" if kind == "oauth_refresh" else "tok-"
    value = call.world.issue(simulator.key, f"{kind}_token", prefix + secrets.token_hex(24))
    return call.world.tokens.add(
        Token(
            value=value,
            platform=simulator.key,
            kind=kind,
            client_id=grant.client_id,
            person=grant.person,
            scopes=list(grant.scopes),
            issued_at=call.now,
            expires_at=ends_at,
            account=grant.account,
            family=grant.id,
        )
    )


def spend_refresh(call: Call, value: str, client_id: str, key: str) -> Grant:
    """The session behind a refresh token, used up by this. One that was used before ends the whole session."""
    token = call.known_token(value)
    grant = grants(call.world).get(token.family) if token and token.kind == "oauth_refresh" else None
    if token is None or grant is None or grant.client_id != client_id:
        raise say("invalid_grant", "Invalid refresh token")
    if grant.issuer != call.host:
        raise say("invalid_grant", "Invalid refresh token")
    if grant.key != key:
        raise say("invalid_grant", "DPoP proof does not match the expected JKT")
    if token.used:
        revoke_family(call.world, grant.id)
        raise say("invalid_grant", "Refresh token replayed")
    if not token.is_live(call.now):
        raise say("invalid_grant", "Session expired")
    token.used = True
    for old in call.world.tokens.where(family=grant.id, kind="access"):
        old.revoked = True
    return grant


def bound_token(call: Call) -> Token:
    """The access token that opens this call: shown with a fitting proof, alive, from the account's own issuer."""
    value = call.bearer("DPoP")
    token = call.known_token(value)
    key = check_proof(call, access=value)
    grant = grants(call.world).get(token.family) if token is not None and token.kind == "access" else None
    if token is None or grant is None or grant.key != key:
        raise _no_token("Invalid token")
    account = call.world.accounts.get(grant.account)
    if account is None or issuer_host(call, account.host) != grant.issuer:
        raise _no_token("Invalid issuer")
    if not token.is_live(call.now):
        raise _no_token("Token has been revoked" if token.revoked else '"exp" claim timestamp check failed')
    return token


def _no_token(said: str) -> RefusalError:
    challenge = {"WWW-Authenticate": f'DPoP error="invalid_token", error_description="{said}"'}
    return RefusalError(401, {"error": "invalid_token", "message": said}, challenge)


simulator.open_bound = bound_token
