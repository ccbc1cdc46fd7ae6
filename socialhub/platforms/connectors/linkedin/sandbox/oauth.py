"""Sign-in (https://learn.microsoft.com/en-us/linkedin/shared/authentication/authorization-code-flow): all scopes or
none, 60-day tokens, refresh tokens for approved apps alone, which keep their end.
"""

from __future__ import annotations

import secrets
from typing import Any

from werkzeug.wrappers import Response

from socialhub.platforms.sandbox import oauth
from socialhub.platforms.sandbox.consent import Ask, decide
from socialhub.platforms.sandbox.pages import message_page
from socialhub.platforms.sandbox.records import Account, App, Token
from socialhub.platforms.sandbox.shapes import Field
from socialhub.platforms.sandbox.simulator import Call, RefusalError, reply

from .server import MEMBER, SITE, simulator

CODE_LIFETIME = 1800
ACCESS_LIFETIME = 5_184_000
REFRESH_LIFETIME = 31_536_000
MEANINGS = {
    "openid": "Use your name and photo",
    "profile": "Use your name and photo",
    "email": "Use the primary email address",
    "w_member_social": "Create, modify, and delete posts on your behalf",
    "r_member_postAnalytics": "Retrieve your posts and their reporting data",
    "r_member_profileAnalytics": "Retrieve your profile analytics",
    "w_organization_social": "Create, modify, and delete posts on your organization's behalf",
    "r_organization_social": "Retrieve your organization's posts",
    "r_organization_admin": "Retrieve your organization's pages",
    "rw_organization_admin": "Manage your organization's pages",
}
EXCHANGE = {
    "grant_type": Field(required=True),
    "client_id": Field(required=True),
    "client_secret": Field(required=True),
    "code": Field(),
    "redirect_uri": Field(),
    "refresh_token": Field(),
}


@simulator.route("GET", "/oauth/v2/authorization", host=SITE)
@simulator.route("POST", "/oauth/v2/authorization", host=SITE)
def authorize(call: Call) -> Response:
    """The consent page. A scope that the app is not approved for ends the login."""
    query = call.request.args
    app = call.world.apps.get(query.get("client_id", ""))
    back, scopes = query.get("redirect_uri", ""), query.get("scope", "").split()
    state = {"state": query["state"]} if query.get("state") else {}
    if app is None or app.platform != simulator.key or back not in app.redirect_uris:
        return message_page("Bummer, something went wrong.", "The redirect_uri does not match.", 400)
    if query.get("response_type") != "code" or not scopes or not set(scopes) <= set(app.scopes):
        text = "Scope is not authorized for your application"
        return oauth.redirect(back, {"error": "unauthorized_scope_error", "error_description": text, **state})

    def accounts_of(person: str) -> list[Account]:
        return call.world.accounts.where(platform=simulator.key, person=person, kind=MEMBER)

    answer = decide(call, Ask(app, tuple((scope, MEANINGS[scope]) for scope in scopes), accounts_of))
    if isinstance(answer, Response):
        return answer
    if not answer.allowed:
        return oauth.redirect(back, {"error": "user_cancelled_authorize", **state})
    code = oauth.issue_code(call, app, answer, back, CODE_LIFETIME)
    return oauth.redirect(back, {"code": code.value, **state})


@simulator.route("POST", "/oauth/v2/accessToken", host=SITE)
def exchange(call: Call) -> Response:
    """A code or a refresh token against an access token; the app's credentials stand in the body."""
    form = call.form(EXCHANGE)
    app = _client(call, form)
    if form["grant_type"] == "authorization_code":
        return _from_code(call, app, form)
    if form["grant_type"] == "refresh_token":
        return _from_refresh_token(call, app, form.get("refresh_token", ""))
    raise _wrong("invalid_request", "Invalid grant_type")


def _from_code(call: Call, app: App, form: dict[str, Any]) -> Response:
    try:
        code = oauth.spend_code(call, app, form.get("code", ""), form.get("redirect_uri", ""), None)
    except oauth.BadGrantError as error:
        name = "invalid_redirect_uri" if error.reason == "redirect" else "invalid_grant"
        raise _wrong(name, "Unable to retrieve access token: authorization code not found") from None
    member = code.accounts[0]
    # Other scopes than before end the member's earlier tokens of this app.
    for token in call.world.tokens.where(client_id=app.client_id, account=member):
        token.revoked = token.revoked or set(token.scopes) != set(code.scopes)
    family = secrets.token_hex(8)
    refresh: Token | None = None
    if app.extra["refreshes"]:
        refresh = _issue(
            call, app, "refresh_token", code.person, member, code.scopes, family, REFRESH_LIFETIME
        )
    return _answer(call, app, code.person, member, code.scopes, family, refresh)


def _from_refresh_token(call: Call, app: App, value: str) -> Response:
    token = call.known_token(value)
    known = token is not None and token.kind == "refresh_token" and token.client_id == app.client_id
    if token is None or not known or not token.is_live(call.now):
        raise _wrong(
            "invalid_grant",
            "The provided authorization grant or refresh token is invalid, expired or revoked",
        )
    return _answer(call, app, token.person, token.account, token.scopes, token.family, token)


def _answer(
    call: Call, app: App, person: str, member: str, scopes: list[str], family: str, refresh: Token | None
) -> Response:
    left = int((refresh.expires_at or call.now) - call.now) if refresh else ACCESS_LIFETIME
    lifetime = min(ACCESS_LIFETIME, left)
    access = _issue(call, app, "access_token", person, member, scopes, family, lifetime)
    body: dict[str, Any] = {"access_token": access.value, "expires_in": lifetime, "scope": ",".join(scopes)}
    if refresh:
        body |= {"refresh_token": refresh.value, "refresh_token_expires_in": left}
    return reply({**body, "token_type": "Bearer"})


def _issue(
    call: Call, app: App, kind: str, person: str, member: str, scopes: list[str], family: str, lifetime: float
) -> Token:
    value = ("AQX" if kind == "refresh_token" else "AQV") + secrets.token_urlsafe(256)
    until = call.now + lifetime
    token = Token(
        value, simulator.key, kind, app.client_id, person, scopes, call.now, until, member, family=family
    )
    return oauth.issue_token(call.world, token)


@simulator.route("POST", "/oauth/v2/revoke", host=SITE)
def revoke(call: Call) -> Response:
    """One token and what came with it."""
    fields = {name: Field(required=True) for name in ("client_id", "client_secret", "token")}
    form = call.form(fields)
    app = _client(call, form)
    token = call.world.tokens.get(form["token"])
    if token is not None and token.client_id == app.client_id:
        oauth.revoke_family(call.world, token.family)
    return reply({})


def _client(call: Call, form: dict[str, Any]) -> App:
    app = call.world.apps.get(form["client_id"])
    if app is None or app.platform != simulator.key or not oauth.secret_matches(app, form["client_secret"]):
        raise _wrong("invalid_client", "Client authentication failed", 401)
    return app


def _wrong(error: str, text: str, status: int = 400) -> RefusalError:
    return RefusalError(status, {"error": error, "error_description": text})
