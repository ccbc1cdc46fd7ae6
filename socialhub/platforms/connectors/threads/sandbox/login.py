"""Signing in: an hour, then 60 days, then 60 more as often as one asks
(https://developers.facebook.com/docs/threads/get-started/long-lived-tokens).
"""

from __future__ import annotations

import secrets

from werkzeug.wrappers import Response

from socialhub.platforms.connectors._graph.sandbox.errors import graph_error
from socialhub.platforms.connectors._graph.sandbox.simulator import find_app, read
from socialhub.platforms.sandbox import oauth
from socialhub.platforms.sandbox.consent import Ask, decide
from socialhub.platforms.sandbox.pages import message_page
from socialhub.platforms.sandbox.records import Token
from socialhub.platforms.sandbox.shapes import Field
from socialhub.platforms.sandbox.simulator import Call, RefusalError, reply

from .server import DOOR, HOSTS, SCOPES, SITES, simulator
from .store import KEY

CODE_LIFETIME = 3600
SHORT_LIFETIME = 3600
LONG_LIFETIME = 5_183_944
YOUNGEST_REFRESH = 86_400
EXCHANGE = {
    name: Field(required=True)
    for name in ("client_id", "client_secret", "grant_type", "redirect_uri", "code")
}


def authorize(call: Call) -> Response:
    """The consent page for the one profile of a person."""
    query = call.request.args
    back = query.get("redirect_uri", "")
    try:
        app = find_app(call, query.get("client_id", ""), DOOR)
    except RefusalError:
        return message_page("Invalid Request", "Invalid platform app", 400)
    scopes = query.get("scope", "").replace(",", " ").split()
    if back not in app.redirect_uris:
        return message_page("Invalid Request", "Invalid redirect_uri", 400)
    is_known = "threads_basic" in scopes and set(scopes) <= set(SCOPES)
    if not is_known or query.get("response_type") != "code" or "code_challenge" in query:
        return message_page("Invalid Request", "Invalid scope or response_type", 400)
    lines = tuple((scope, SCOPES[scope]) for scope in scopes)
    ask = Ask(app, lines, lambda person: call.world.accounts.where(platform=KEY, person=person))
    answer = decide(call, ask)
    if isinstance(answer, Response):
        return answer
    state = {"state": query["state"]} if "state" in query else {}
    if not answer.allowed:
        denial = {"error": "access_denied", "error_reason": "user_denied"}
        return oauth.redirect(back, {**denial, "error_description": "The user denied your request", **state})
    code = oauth.issue_code(call, app, answer, back, CODE_LIFETIME)
    return oauth.redirect(back, {"code": code.value, **state}, "#_")


for _site in SITES:
    for _method in ("GET", "POST"):
        simulator.route(_method, "/oauth/authorize", host=_site)(authorize)


def exchange(call: Call) -> Response:
    """A code against a token of an hour; the answer tells no lifetime. Errors have the old flat form."""
    try:
        form = call.form(EXCHANGE)
        app = find_app(call, form["client_id"], DOOR)
    except RefusalError:
        raise _flat("Invalid platform app") from None
    if form["grant_type"] != "authorization_code" or not oauth.secret_matches(app, form["client_secret"]):
        raise _flat("Error validating client secret or grant type")
    try:
        code = oauth.spend_code(call, app, form["code"], form["redirect_uri"], None)
    except oauth.BadGrantError:
        raise _flat("Matching code was not found or was already used") from None
    token = _issue(call, app.client_id, code.person, code.accounts[0], code.scopes, SHORT_LIFETIME)
    return reply({"access_token": token.value, "user_id": int(token.account)})


def lengthen(call: Call) -> Response:
    """A token of an hour against one of 60 days."""
    grant = Field(required=True, choices=("th_exchange_token",))
    wish = read(call, {"grant_type": grant, "client_secret": Field(required=True)})
    app = call.world.apps.get(call.token.client_id)
    if app is None or not oauth.secret_matches(app, wish["client_secret"]):
        raise graph_error("1", "Error validating client secret.")
    if call.token.kind != "short_threads_token":
        raise graph_error("452", "Session key invalid.")
    return _long_lived(call)


def refresh(call: Call) -> Response:
    """Another 60 days for a long-lived token that is at least a day old. No secret is asked for."""
    read(call, {"grant_type": Field(required=True, choices=("th_refresh_token",))})
    if call.token.kind != "threads_token":
        raise graph_error("190", status=400)
    if call.now < call.token.issued_at + YOUNGEST_REFRESH:
        raise graph_error("100", "(#100) The access token must be at least 24 hours old to be refreshed")
    return _long_lived(call)


for _host in HOSTS:
    simulator.route("POST", "/oauth/access_token", host=_host)(exchange)
    simulator.route("GET", "/access_token", host=_host, scopes=())(lengthen)
    simulator.route("GET", "/refresh_access_token", host=_host, scopes=("basic",))(refresh)


def _flat(message: str) -> RefusalError:
    return RefusalError(400, {"error_type": "OAuthException", "code": 400, "error_message": message})


def _long_lived(call: Call) -> Response:
    old = call.token
    token = _issue(call, old.client_id, old.person, old.account, old.scopes, LONG_LIFETIME)
    return reply({"access_token": token.value, "token_type": "bearer", "expires_in": LONG_LIFETIME})


def _issue(
    call: Call, client_id: str, person: str, account: str, scopes: list[str], lifetime: float
) -> Token:
    token = Token(
        value="THAA" + secrets.token_urlsafe(90),
        platform=KEY,
        kind="short_threads_token" if lifetime == SHORT_LIFETIME else "threads_token",
        client_id=client_id,
        person=person,
        scopes=list(scopes),
        issued_at=call.now,
        expires_at=call.now + lifetime,
        account=account,
        family=f"{client_id} {account}",
    )
    return oauth.issue_token(call.world, token)
