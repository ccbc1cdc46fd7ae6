"""The authorization server (https://atproto.com/specs/oauth and RFC 9126, 9207, 9449, 9728; read 2026-11)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from werkzeug.wrappers import Response

from socialhub.platforms.sandbox import oauth
from socialhub.platforms.sandbox.consent import Ask, decide
from socialhub.platforms.sandbox.pages import message_page
from socialhub.platforms.sandbox.records import Account, App, Code
from socialhub.platforms.sandbox.shapes import Field
from socialhub.platforms.sandbox.simulator import Call, RefusalError, reply
from socialhub.platforms.sandbox.world import Table, World

from .grants import SESSION_SECONDS, Grant, client_of, grants, new_pair, redirect_fits, say, spend_refresh
from .proofs import check_proof, issuer_host
from .server import GENERAL, refuse, simulator

PUSHED_SECONDS, CODE_SECONDS = 300, 60
URN = "urn:ietf:params:oauth:request_uri:req-"
MEANINGS = {
    "atproto": "Know who you are",
    "transition:generic": "Post, upload files and read in your name",
    "transition:chat.bsky": "Read and write your messages",
    "transition:email": "See your e-mail address",
}
REQUEST = {
    "client_id": Field(required=True),
    "response_type": Field(required=True, choices=("code",)),
    "code_challenge": Field(required=True),
    "code_challenge_method": Field(required=True, choices=("S256",)),
    "state": Field(required=True),
    "redirect_uri": Field(required=True),
    "scope": Field(required=True),
    "login_hint": Field(),
}
TOKEN = {
    "grant_type": Field(required=True, choices=("authorization_code", "refresh_token")),
    "client_id": Field(required=True),
    "code": Field(),
    "code_verifier": Field(),
    "redirect_uri": Field(),
    "refresh_token": Field(),
}


@dataclass
class Pushed:
    """A request that waits for its person. ``key`` is the thumbprint that the code will be bound to."""

    id: str
    host: str
    words: dict[str, str]
    key: str
    expires_at: float
    code: str = ""


def pushed(world: World) -> Table[Pushed]:
    """All requests."""
    return world.table("bluesky.pushed", Pushed)


def _lets_in(call: Call) -> bool:
    return issuer_host(call, call.host) == call.host


@simulator.route("GET", "/.well-known/oauth-protected-resource")
def resource(call: Call) -> Response:
    """Who lets people in to this server."""
    if simulator.servers(call.world).get(call.host) is None:
        raise refuse(404)
    return reply(
        {
            "resource": f"https://{call.host}",
            "authorization_servers": [f"https://{issuer_host(call, call.host)}"],
            "scopes_supported": [],
            "bearer_methods_supported": ["header"],
            "resource_documentation": "https://atproto.com",
        }
    )


@simulator.route("GET", "/.well-known/oauth-authorization-server")
def metadata(call: Call) -> Response:
    """RFC 8414, with what the profile demands."""
    if not _lets_in(call):
        raise refuse(404)
    base = f"https://{call.host}"
    return reply(
        {
            "issuer": base,
            "scopes_supported": list(MEANINGS),
            "response_types_supported": ["code"],
            "response_modes_supported": ["query", "fragment", "form_post"],
            "grant_types_supported": ["authorization_code", "refresh_token"],
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": True,
            "authorization_endpoint": f"{base}/oauth/authorize",
            "token_endpoint": f"{base}/oauth/token",
            "token_endpoint_auth_methods_supported": ["none", "private_key_jwt"],
            "token_endpoint_auth_signing_alg_values_supported": ["ES256"],
            "revocation_endpoint": f"{base}/oauth/revoke",
            "pushed_authorization_request_endpoint": f"{base}/oauth/par",
            "require_pushed_authorization_requests": True,
            "dpop_signing_alg_values_supported": ["ES256"],
            "client_id_metadata_document_supported": True,
        }
    )


@simulator.route("POST", "/oauth/par", limit=GENERAL)
def push(call: Call) -> Response:
    """Take what a client wants before the person comes."""
    words = _form(call, REQUEST)
    key = check_proof(call)
    document = client_of(call, words["client_id"])
    if not redirect_fits(document, words["client_id"], words["redirect_uri"]):
        raise say("invalid_request", f"Invalid redirect_uri {words['redirect_uri']}")
    wanted = words["scope"].split()
    if "atproto" not in wanted:
        raise say("invalid_scope", 'The "atproto" scope is required')
    for name in wanted:
        if name not in document["scope"].split() or name not in MEANINGS:
            raise say("invalid_scope", f'Scope "{name}" is not declared in the client metadata')
    name = URN + secrets.token_hex(16)
    call.world.issue(simulator.key, "request_uri", name)
    pushed(call.world).add(Pushed(name, call.host, words, key, call.now + PUSHED_SECONDS))
    return reply({"request_uri": name, "expires_in": PUSHED_SECONDS}, 201)


@simulator.route("GET", "/oauth/authorize")
@simulator.route("POST", "/oauth/authorize")
def authorize(call: Call) -> Response:
    """The consent page for a request that was pushed."""
    query = call.request.args
    request = pushed(call.world).get(query.get("request_uri", ""))
    if request is None or request.host != call.host or request.code or request.expires_at <= call.now:
        return message_page("An error occurred", "This request has expired or is unknown.", 400)
    words = request.words
    if query.get("client_id") != words["client_id"]:
        return message_page("An error occurred", "The client_id does not match the request.", 400)
    document = client_of(call, words["client_id"])
    app = App(words["client_id"], "", simulator.key, document.get("client_name", ""), [words["redirect_uri"]])
    hint = simulator.find(call.world, words.get("login_hint", ""))

    def accounts_of(person: str) -> list[Account]:
        mine = call.world.accounts.where(platform=simulator.key, person=person)
        return [
            one
            for one in mine
            if issuer_host(call, one.host) == call.host and (hint is None or one.id == hint.id)
        ]

    scopes = tuple((name, MEANINGS[name]) for name in words["scope"].split())
    answer = decide(call, Ask(app, scopes, accounts_of))
    if isinstance(answer, Response):
        return answer
    back = {"iss": f"https://{call.host}", "state": words["state"]}
    if not answer.allowed:
        denial = {"error": "access_denied", "error_description": "The user rejected the request"}
        return oauth.redirect(words["redirect_uri"], {**denial, **back})
    request.code = call.world.issue(simulator.key, "code", "cod-" + secrets.token_hex(24))
    call.world.codes.add(
        Code(
            value=request.code,
            client_id=words["client_id"],
            person=answer.person,
            redirect_uri=words["redirect_uri"],
            scopes=words["scope"].split(),
            accounts=list(answer.accounts),
            expires_at=call.now + CODE_SECONDS,
            challenge=words["code_challenge"],
            challenge_method="S256",
        )
    )
    return oauth.redirect(words["redirect_uri"], {**back, "code": request.code})


@simulator.route("POST", "/oauth/token", limit=GENERAL)
def token(call: Call) -> Response:
    """A code or a refresh token against the next pair, bound to the key of the login."""
    form = _form(call, TOKEN)
    key = check_proof(call)
    client_of(call, form["client_id"])
    if form["grant_type"] == "refresh_token":
        return reply(
            new_pair(call, spend_refresh(call, form.get("refresh_token", ""), form["client_id"], key))
        )
    return reply(new_pair(call, _first_grant(call, form, key)))


def _first_grant(call: Call, form: dict[str, Any], key: str) -> Grant:
    app = App(form["client_id"], "", simulator.key, "", [])
    request = next((one for one in pushed(call.world) if one.code and one.code == form.get("code")), None)
    if request is None or request.host != call.host or request.key != key:
        raise say("invalid_grant", "Invalid code")
    try:
        code = oauth.spend_code(
            call, app, request.code, form.get("redirect_uri", ""), form.get("code_verifier")
        )
    except oauth.BadGrantError as problem:
        if problem.reason == "used":
            oauth.revoke_family(call.world, request.id)
        raise say("invalid_grant", f"Invalid code: {problem.reason}") from None
    return grants(call.world).add(
        Grant(
            id=request.id,
            client_id=code.client_id,
            account=code.accounts[0],
            person=code.person,
            issuer=call.host,
            key=key,
            scopes=code.scopes,
            ends_at=call.now + SESSION_SECONDS,
        )
    )


@simulator.route("POST", "/oauth/revoke", limit=GENERAL)
def revoke(call: Call) -> Response:
    """End the session of a token; an unknown one is as good."""
    form = _form(call, {"client_id": Field(required=True), "token": Field(required=True)})
    check_proof(call)
    known = call.world.tokens.get(form["token"])
    if known is not None and known.client_id == form["client_id"]:
        oauth.revoke_family(call.world, known.family)
    return reply({})


def _form(call: Call, fields: dict[str, Field]) -> dict[str, Any]:
    """A form for an authorization server, whose errors have other names than those of the servers behind it."""
    if not _lets_in(call):
        raise refuse(404)
    try:
        return call.form(fields)
    except RefusalError as refusal:
        said = refusal.body["message"] if isinstance(refusal.body, dict) else ""
        raise say("invalid_request", said) from None
