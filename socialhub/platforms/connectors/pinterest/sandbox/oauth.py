"""Sign-in: comma-separated scopes, Basic client authentication, refresh tokens of their own 60 days that rotate
(https://developers.pinterest.com/docs/getting-started/set-up-authentication-and-authorization/).
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

from .server import API, SITE, refusal, simulator, wrong

CODE_LIFETIME = 600
ACCESS_LIFETIME = 2_592_000
REFRESH_LIFETIME = 5_184_000
SCOPES = {
    "user_accounts:read": "See your user account and followers",
    "user_accounts:write": "Update your user account",
    "boards:read": "See your public boards",
    "boards:write": "Create, update or delete your public boards",
    "boards:read_secret": "See your secret boards",
    "boards:write_secret": "Update your secret boards",
    "pins:read": "See your public Pins",
    "pins:write": "Create, update or delete your public Pins",
    "pins:read_secret": "See your secret Pins",
    "pins:write_secret": "Update your secret Pins",
}
EXCHANGE = {
    "grant_type": Field(required=True),
    "code": Field(),
    "redirect_uri": Field(),
    "refresh_token": Field(),
    "scope": Field(),
    "continuous_refresh": Field("bool"),
}


@simulator.route("GET", "/oauth/", host=SITE)
@simulator.route("POST", "/oauth/", host=SITE)
def authorize(call: Call) -> Response:
    """The consent page."""
    query = call.request.args
    app = call.world.apps.get(query.get("client_id", ""))
    back, scopes = query.get("redirect_uri", ""), [name for name in query.get("scope", "").split(",") if name]
    fits = query.get("response_type") == "code" and scopes and set(scopes) <= set(SCOPES)
    if app is None or app.platform != simulator.key or back not in app.redirect_uris or not fits:
        return message_page("Something went wrong", "The application cannot ask for access like this.", 400)

    def accounts_of(person: str) -> list[Account]:
        return call.world.accounts.where(platform=simulator.key, person=person)

    answer = decide(call, Ask(app, tuple((scope, SCOPES[scope]) for scope in scopes), accounts_of))
    if isinstance(answer, Response):
        return answer
    state = {"state": query["state"]} if query.get("state") else {}
    if not answer.allowed:
        return oauth.redirect(back, {"error": "access_denied", **state})
    code = oauth.issue_code(call, app, answer, back, CODE_LIFETIME)
    return oauth.redirect(back, {"code": code.value, **state})


@simulator.route("POST", "/v5/oauth/token", host=API)
def exchange(call: Call) -> Response:
    """A code or a refresh token against a new pair; both refresh kinds rotate."""
    app = _client(call)
    form = call.form(EXCHANGE)
    if form["grant_type"] == "authorization_code":
        return _from_code(call, app, form)
    if form["grant_type"] == "refresh_token":
        return _from_refresh_token(call, app, form)
    raise wrong("Invalid grant type.", 400)


def _from_code(call: Call, app: App, form: dict[str, Any]) -> Response:
    for name in ("code", "redirect_uri"):
        if name not in form:
            raise wrong(f"Missing '{name}'.", 400)
    try:
        code = oauth.spend_code(call, app, form["code"], form["redirect_uri"], None)
    except oauth.BadGrantError:
        raise wrong("The authorization code is invalid, expired or used.", 283) from None
    pair = _pair(call, app, code.person, code.accounts[0], code.scopes, secrets.token_hex(8))
    return reply({"response_type": "authorization_code", **pair})


def _from_refresh_token(call: Call, app: App, form: dict[str, Any]) -> Response:
    token = call.known_token(form.get("refresh_token", ""))
    if token is None or token.kind != "refresh_token" or token.client_id != app.client_id:
        raise refusal("2")
    if token.used or not token.is_live(call.now):
        raise refusal("1104")
    wanted = form.get("scope", "").replace(",", " ").split() or token.scopes
    if not set(wanted) <= set(token.scopes):
        raise wrong("The scope is not a subset of what was granted.", 400)
    token.used = True
    pair = _pair(call, app, token.person, token.account, wanted, token.family)
    return reply({"response_type": "refresh_token", **pair})


def _pair(call: Call, app: App, person: str, account: str, scopes: list[str], family: str) -> dict[str, Any]:
    def issue(kind: str, mark: str, lifetime: float) -> str:
        value = mark + secrets.token_urlsafe(48)
        until = call.now + lifetime
        token = Token(
            value, simulator.key, kind, app.client_id, person, scopes, call.now, until, account, family=family
        )
        return oauth.issue_token(call.world, token).value

    return {
        "access_token": issue("access_token", "pina_", ACCESS_LIFETIME),
        "token_type": "bearer",
        "expires_in": ACCESS_LIFETIME,
        "scope": " ".join(scopes),
        "refresh_token": issue("refresh_token", "pinr.", REFRESH_LIFETIME),
        "refresh_token_expires_in": REFRESH_LIFETIME,
        "refresh_token_expires_at": int(call.now) + REFRESH_LIFETIME,
    }


def _client(call: Call) -> App:
    """Credentials in the body are not accepted."""
    basic = call.basic()
    app = call.world.apps.get(basic[0]) if basic else None
    if basic is None or app is None or app.platform != simulator.key:
        raise refusal("2")
    if not oauth.secret_matches(app, basic[1]):
        raise refusal("2")
    return app


@simulator.route("POST", "/v5/oauth/token/revoke", host=API)
def revoke(call: Call) -> Response:
    """Works for system users alone."""
    _client(call)
    call.form({"token": Field(required=True), "token_type_hint": Field()})
    raise RefusalError(403, {"code": 29, "message": "Only tokens of system users can be revoked."})
