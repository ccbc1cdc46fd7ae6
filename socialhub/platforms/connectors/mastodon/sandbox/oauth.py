"""Registration of apps, sign-in and tokens (https://docs.joinmastodon.org/methods/apps/ and
/methods/oauth/, 2026-07).
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

from .apps import OUT_OF_BAND
from .server import GENERAL, simulator

CODE_LIFETIME = 600
"""Seconds; the default of Doorkeeper, which Mastodon uses."""
MEANINGS = {
    "read": "Read all your account's data",
    "write": "Modify all your account's data",
    "profile": "Read only your profile",
    "read:accounts": "See account information",
    "read:statuses": "See all posts",
    "read:notifications": "See your notifications",
    "write:statuses": "Publish posts",
    "write:media": "Upload media files",
    "write:favourites": "Favourite posts",
    "push": "Receive push notifications",
}
BAD_GRANT = (
    "The provided authorization grant is invalid, expired, revoked, does not match the redirection URI"
    " used in the authorization request,"
    " or was issued to another client."
)
BAD_CLIENT = (
    "Client authentication failed due to unknown client, no client authentication included, or unsupported"
    " authentication method."
)
EXCHANGE = {
    "grant_type": Field(required=True),
    "code": Field(),
    "client_id": Field(),
    "client_secret": Field(),
    "redirect_uri": Field(),
    "code_verifier": Field(),
    "scope": Field(),
}


@simulator.route("GET", "/oauth/authorize")
@simulator.route("POST", "/oauth/authorize")
def authorize(call: Call) -> Response:
    """The consent page. Faults of the client are shown to the person; faults after that go back to the
    client.
    """
    query = call.request.args
    app = call.world.apps.get(query.get("client_id", ""))
    back = query.get("redirect_uri", "")
    if app is None or app.host != call.host:
        return message_page("An error has occurred", BAD_CLIENT, 401)
    if back not in app.redirect_uris:
        return message_page("An error has occurred", "The redirect uri included is not valid.", 400)
    state = {"state": query["state"]} if "state" in query else {}
    scopes = query.get("scope", "read").split()
    if query.get("response_type") != "code":
        return oauth.redirect(back, {"error": "unsupported_response_type", **state})
    if not set(scopes) <= set(app.scopes):
        return oauth.redirect(
            back,
            {
                "error": "invalid_scope",
                "error_description": "The requested scope is invalid, unknown, or malformed.",
                **state,
            },
        )
    if (
        "code_challenge" in query
        and simulator.server(call).has_pkce
        and query.get("code_challenge_method") != "S256"
    ):
        return oauth.redirect(back, {"error": "invalid_code_challenge_method", **state})

    def accounts_of(person: str) -> list[Account]:
        return call.world.accounts.where(platform=simulator.key, host=call.host, person=person)

    answer = decide(call, Ask(app, tuple((scope, MEANINGS.get(scope, "")) for scope in scopes), accounts_of))
    if isinstance(answer, Response):
        return answer
    if not answer.allowed:
        denial = "The resource owner or authorization server denied the request."
        return oauth.redirect(back, {"error": "access_denied", "error_description": denial, **state})
    code = oauth.issue_code(call, app, answer, back, CODE_LIFETIME)
    if back == OUT_OF_BAND:
        return message_page("Authorization code", code.value, 200)
    return oauth.redirect(back, {"code": code.value, **state})


@simulator.route("POST", "/oauth/token", limit=GENERAL)
def exchange(call: Call) -> Response:
    """A code, or the app's own credentials, against a token that never expires. There is no refresh token."""
    form = call.body(EXCHANGE)
    app = _client(call, form)
    if form["grant_type"] == "client_credentials":
        scopes = form.get("scope", "read").split()
        if not set(scopes) <= set(app.scopes):
            raise _grant_error("invalid_scope", "The requested scope is invalid, unknown, or malformed.")
        return _token(call, app, scopes, "", "")
    if form["grant_type"] != "authorization_code":
        raise _grant_error(
            "unsupported_grant_type",
            "The authorization grant type is not supported by the authorization server.",
        )
    try:
        code = oauth.spend_code(
            call, app, form.get("code", ""), form.get("redirect_uri", ""), form.get("code_verifier")
        )
    except oauth.BadGrantError:
        raise _grant_error("invalid_grant", BAD_GRANT) from None
    return _token(call, app, code.scopes, code.person, code.accounts[0])


def _token(call: Call, app: App, scopes: list[str], person: str, account: str) -> Response:
    token = oauth.issue_token(
        call.world,
        Token(
            value=secrets.token_urlsafe(32),
            platform=simulator.key,
            kind="access_token",
            client_id=app.client_id,
            person=person,
            account=account,
            scopes=scopes,
            issued_at=call.now,
        ),
    )
    return reply(
        {
            "access_token": token.value,
            "token_type": "Bearer",
            "scope": " ".join(scopes),
            "created_at": int(call.now),
        }
    )


@simulator.route("POST", "/oauth/revoke", limit=GENERAL)
def revoke(call: Call) -> Response:
    """Idempotent; only the app that got the token may revoke it."""
    form = call.body({"client_id": Field(), "client_secret": Field(), "token": Field(required=True)})
    try:
        app: App | None = _client(call, form)
    except RefusalError:
        app = None
    token = call.world.tokens.get(form["token"])
    if app is None or (token is not None and token.client_id != app.client_id):
        text = "You are not authorized to revoke this token"
        raise RefusalError(403, {"error": "unauthorized_client", "error_description": text})
    if token is not None:
        token.revoked = True
    return reply({})


def _client(call: Call, form: dict[str, Any]) -> App:
    name, secret = call.basic() or (form.get("client_id", ""), form.get("client_secret", ""))
    app = call.world.apps.get(name)
    if app is None or app.host != call.host or not oauth.secret_matches(app, secret):
        raise RefusalError(401, {"error": "invalid_client", "error_description": BAD_CLIENT})
    return app


def _grant_error(error: str, text: str) -> RefusalError:
    return RefusalError(400, {"error": error, "error_description": text})
