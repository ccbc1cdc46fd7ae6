"""Sign-in with PKCE and rotating tokens
(https://docs.x.com/fundamentals/authentication/oauth-2-0/authorization-code).
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

from .server import API, SITE, simulator

CODE_LIFETIME = 30
ACCESS_LIFETIME = 7200
REFRESH_LIFETIME = 183 * 86_400
LONGEST_STATE = 500
SCOPES = {
    "tweet.read": "All the posts you can see",
    "tweet.write": "Post and repost for you",
    "tweet.moderate.write": "Hide and unhide replies to your posts",
    "users.read": "Any account you can view",
    "users.email": "See your e-mail address",
    "media.write": "Upload media",
    "offline.access": "Stay connected until you revoke access",
    "follows.read": "People who follow you and whom you follow",
    "follows.write": "Follow and unfollow for you",
    "like.read": "Posts you have liked",
    "like.write": "Like and unlike posts",
    "dm.read": "Read your messages",
    "dm.write": "Send messages",
    "bookmark.read": "Your bookmarks",
    "bookmark.write": "Bookmark posts",
}
ASKED = (
    "response_type",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "code_challenge",
    "code_challenge_method",
)
EXCHANGE = {
    "grant_type": Field(required=True),
    "code": Field(),
    "redirect_uri": Field(),
    "code_verifier": Field(),
    "client_id": Field(),
    "refresh_token": Field(),
}


@simulator.route("GET", "/i/oauth2/authorize", host=SITE)
@simulator.route("POST", "/i/oauth2/authorize", host=SITE)
def authorize(call: Call) -> Response:
    """The consent page. Every fault of the client ends here, in front of the person."""
    query = call.request.args
    app = call.world.apps.get(query.get("client_id", ""))
    back, scopes = query.get("redirect_uri", ""), query.get("scope", "").split()
    wrong = [name for name in ASKED if not query.get(name)]
    known = app is not None and app.platform == simulator.key and back in app.redirect_uris
    fits = query.get("response_type") == "code" and query.get("code_challenge_method") in ("S256", "plain")
    if (
        app is None
        or wrong
        or not known
        or not fits
        or not set(scopes) <= set(SCOPES)
        or len(query["state"]) > LONGEST_STATE
    ):
        return message_page(
            "Something went wrong",
            "You weren’t able to give access to the App. Go back and try logging in again.",
            400,
        )

    def accounts_of(person: str) -> list[Account]:
        return call.world.accounts.where(platform=simulator.key, person=person)

    answer = decide(call, Ask(app, tuple((scope, SCOPES[scope]) for scope in scopes), accounts_of))
    if isinstance(answer, Response):
        return answer
    if not answer.allowed:
        return oauth.redirect(back, {"error": "access_denied", "state": query["state"]})
    code = oauth.issue_code(call, app, answer, back, CODE_LIFETIME)
    return oauth.redirect(back, {"state": query["state"], "code": code.value})


@simulator.route("POST", "/2/oauth2/token", host=API)
def exchange(call: Call) -> Response:
    """A code or a refresh token against a new pair. A refresh token works once."""
    form = call.form(EXCHANGE)
    app = _client(call, form)
    if form["grant_type"] == "authorization_code":
        return _from_code(call, app, form)
    if form["grant_type"] == "refresh_token":
        return _from_refresh_token(call, app, form.get("refresh_token", ""))
    raise _wrong("Value passed for the grant_type was invalid.", "unsupported_grant_type")


def _from_code(call: Call, app: App, form: dict[str, Any]) -> Response:
    for name in ("code", "redirect_uri", "code_verifier"):
        if name not in form:
            raise _wrong(f"Missing required parameter [{name}].")
    try:
        code = oauth.spend_code(call, app, form["code"], form["redirect_uri"], form["code_verifier"])
    except oauth.BadGrantError as error:
        what = {"redirect": "redirect uri", "verifier": "code verifier"}.get(
            error.reason, "authorization code"
        )
        ending = "did not match the code challenge" if error.reason == "verifier" else "was invalid"
        raise _wrong(f"Value passed for the {what} {ending}.") from None
    return _pair(call, app, code.person, code.accounts[0], code.scopes, secrets.token_hex(8))


def _from_refresh_token(call: Call, app: App, value: str) -> Response:
    token = call.known_token(value)
    if token is None or token.kind != "refresh_token" or token.client_id != app.client_id:
        raise _wrong("Value passed for the token was invalid.")
    if token.used:
        oauth.revoke_family(call.world, token.family)
    if token.used or not token.is_live(call.now):
        raise _wrong("Value passed for the token was invalid.")
    token.used = True
    return _pair(call, app, token.person, token.account, token.scopes, token.family)


def _pair(call: Call, app: App, person: str, account: str, scopes: list[str], family: str) -> Response:
    def issue(kind: str, lifetime: float) -> str:
        value = secrets.token_urlsafe(48)
        token = Token(
            value,
            simulator.key,
            kind,
            app.client_id,
            person,
            scopes,
            call.now,
            call.now + lifetime,
            account,
            family=family,
        )
        return oauth.issue_token(call.world, token).value

    body = {
        "token_type": "bearer",
        "expires_in": ACCESS_LIFETIME,
        "access_token": issue("access_token", ACCESS_LIFETIME),
        "scope": " ".join(scopes),
    }
    if "offline.access" in scopes:
        body["refresh_token"] = issue("refresh_token", REFRESH_LIFETIME)
    return reply(body)


@simulator.route("POST", "/2/oauth2/revoke", host=API)
def revoke(call: Call) -> Response:
    """One token; with a refresh token all that came from the same consent."""
    form = call.form({"token": Field(required=True), "token_type_hint": Field(), "client_id": Field()})
    app = _client(call, form)
    token = call.world.tokens.get(form["token"])
    if token is not None and token.client_id == app.client_id:
        token.revoked = True
        if token.kind == "refresh_token":
            oauth.revoke_family(call.world, token.family)
    return reply({"revoked": True})


def _client(call: Call, form: dict[str, Any]) -> App:
    """Confidential clients prove themselves in the header, public ones only name themselves in the body."""
    basic = call.basic()
    app = call.world.apps.get(basic[0] if basic else form.get("client_id", ""))
    if app is None or app.platform != simulator.key:
        raise _wrong("Value passed for the client id was invalid.", "invalid_client")
    if app.confidential and basic is None:
        raise _wrong("Missing valid authorization header", "unauthorized_client")
    if basic and not oauth.secret_matches(app, basic[1]):
        raise _wrong("Value passed for the client secret was invalid.", "invalid_client")
    return app


def _wrong(text: str, error: str = "invalid_request") -> RefusalError:
    return RefusalError(400, {"error": error, "error_description": text})
