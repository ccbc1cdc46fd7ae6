"""Sessions of app passwords: two JWTs, the second rotating with two hours of grace
(lexicons com/atproto/server; lifetimes of the reference server).
"""

from __future__ import annotations

import base64
import json
import secrets
from dataclasses import dataclass
from typing import Any

from werkzeug.wrappers import Response

from socialhub.platforms.sandbox.records import Account, Token
from socialhub.platforms.sandbox.shapes import Field
from socialhub.platforms.sandbox.simulator import Call, Limit, reply
from socialhub.platforms.sandbox.world import Table, World

from .server import ENTRYWAY, GENERAL, refuse, simulator

SERVER = "/xrpc/com.atproto.server"
SESSIONS = Limit("sessions", 30, 300)
ACCESS_SECONDS, REFRESH_SECONDS, GRACE = 7200, 90 * 86_400, 7200
CREDENTIALS = {
    "identifier": Field(required=True),
    "password": Field(required=True),
    "authFactorToken": Field(),
    "allowTakendown": Field("bool"),
}


@dataclass
class Renewal:
    """What a refresh token was traded for, and when."""

    id: str
    next: str
    at: float


def renewals(world: World) -> Table[Renewal]:
    """All trades."""
    return world.table("bluesky.renewals", Renewal)


@simulator.control("POST", "typed")
def type_in(world: World, wish: dict[str, Any]) -> dict[str, str]:
    """What a ``person`` types for their first account (or for ``account``); with ``deny``, a wrong password."""
    mine = world.accounts.where(platform=simulator.key, person=wish["person"])
    account = simulator.find(world, wish["account"]) if "account" in wish else mine[0]
    if account is None:
        raise ValueError(f"no account {wish['account']}")
    password = "-".join(
        "".join(secrets.choice("abcdefghijkmnpqrstuvwxyz234567") for _ in "1234") for _ in "1234"
    )
    if not wish.get("deny"):
        account.extra["app_passwords"].append(world.issue(simulator.key, "app_password", password))
    host = "" if simulator.server_of(world, account).is_own else account.host
    return {"handle": account.handle, "password": password, "host": host}


@simulator.control("POST", "withdrawals")
def withdraw(world: World, wish: dict[str, Any]) -> dict[str, int]:
    """Delete all app passwords of ``account``, which ends their sessions."""
    account = simulator.find(world, str(wish["account"]))
    if account is None:
        raise ValueError(f"no account {wish['account']}")
    account.extra["app_passwords"].clear()
    ended = world.tokens.where(platform=simulator.key, account=account.id, kind="refresh")
    for token in ended:
        token.revoked = True
    return {"ended": len(ended)}


@simulator.route("POST", f"{SERVER}.createSession", limit=SESSIONS)
def create_session(call: Call) -> Response:
    """Handle or DID and an app password against a session."""
    words = call.json(CREDENTIALS)
    account = simulator.find(call.world, words["identifier"])
    is_known = account is not None and words["password"] in account.extra["app_passwords"]
    if account is None or not is_known or not simulator.answers_for(call, account):
        raise refuse(401, "AuthenticationRequired", "Invalid identifier or password")
    if account.extra["status"] == "takendown" and not words.get("allowTakendown"):
        raise refuse(401, "AccountTakedown", "Account has been taken down")
    return reply(_session(call, account, secrets.token_hex(8), new_jwt(call, account, "refresh")))


@simulator.route("POST", f"{SERVER}.refreshSession", limit=GENERAL)
def refresh_session(call: Call) -> Response:
    """The next pair; within the grace the same refresh token gives the same next one."""
    old = simulator.session_token(call, call.bearer(), "refresh")
    account = call.world.accounts.get(old.account)
    if account is None or not simulator.answers_for(call, account):
        raise refuse(400, "InvalidToken", "Token could not be verified")
    known = renewals(call.world).get(old.value)
    if known is None:
        known = Renewal(old.value, new_jwt(call, account, "refresh"), call.now)
        renewals(call.world).add(known)
        old.expires_at = min(old.expires_at or call.now, call.now + GRACE)
    return reply(_session(call, account, old.family, known.next))


@simulator.route("GET", f"{SERVER}.getSession", scopes=("access",), limit=GENERAL)
def get_session(call: Call) -> Response:
    """Whose session it is."""
    return reply(_facts(call.account))


@simulator.route("POST", f"{SERVER}.deleteSession", scopes=("refresh",))
def delete_session(call: Call) -> Response:
    """End it: access tokens live on to their end, as on the reference server."""
    for token in call.world.tokens.where(family=call.token.family, kind="refresh"):
        token.revoked = True
    return Response(status=200)


@simulator.route("GET", f"{SERVER}.describeServer")
def describe_server(call: Call) -> Response:
    """What the server says of itself."""
    server = simulator.servers(call.world).get(call.host)
    if server is None and call.host != ENTRYWAY:
        raise refuse(404)
    facts: dict[str, Any] = {"did": f"did:web:{call.host}", "availableUserDomains": [f".{call.host}"]}
    return reply({**facts, "blobUploadLimit": server.blob_bytes} if server else facts)


def _facts(account: Account) -> dict[str, Any]:
    status = {"status": account.extra["status"]} if account.extra["status"] else {}
    facts = {"did": account.id, "handle": account.handle.removeprefix("@"), "emailConfirmed": True}
    return {**facts, "active": not status, **status}


def _session(call: Call, account: Account, family: str, refresh: str) -> dict[str, Any]:
    access = new_jwt(call, account, "access")
    _keep(call, account, family, "access", access, ACCESS_SECONDS)
    if call.world.tokens.get(refresh) is None:
        _keep(call, account, family, "refresh", refresh, REFRESH_SECONDS)
    return {**_facts(account), "accessJwt": access, "refreshJwt": refresh}


def _keep(call: Call, account: Account, family: str, kind: str, value: str, seconds: int) -> None:
    call.world.issue(simulator.key, f"{kind}_token", value)
    call.world.tokens.add(
        Token(
            value=value,
            platform=simulator.key,
            kind=kind,
            client_id=simulator.issuer(call.world, account.host),
            person=account.person,
            scopes=[kind],
            issued_at=call.now,
            expires_at=call.now + seconds,
            account=account.id,
            family=family,
        )
    )


def new_jwt(call: Call, account: Account, kind: str) -> str:
    """A token of the shape that the reference server makes; its seal is chance."""
    is_access = kind == "access"
    head = {"typ": "at+jwt" if is_access else "refresh+jwt", "alg": "ES256K"}
    body = {
        "scope": "com.atproto.appPass" if is_access else "com.atproto.refresh",
        "sub": account.id,
        "aud": f"did:web:{account.host}",
        "iat": int(call.now),
        "exp": int(call.now) + (ACCESS_SECONDS if is_access else REFRESH_SECONDS),
        "jti": secrets.token_urlsafe(12),
    }
    parts = [
        base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in (head, body)
    ]
    return ".".join([*parts, secrets.token_urlsafe(48)])
