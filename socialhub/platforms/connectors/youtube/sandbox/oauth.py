"""Google's sign-in for web servers (https://developers.google.com/identity/protocols/oauth2/web-server)."""

from __future__ import annotations

import hashlib
import secrets
from typing import Any

from werkzeug.wrappers import Response

from socialhub.platforms.sandbox import oauth
from socialhub.platforms.sandbox.consent import PERSON, Ask, decide
from socialhub.platforms.sandbox.pages import message_page
from socialhub.platforms.sandbox.records import Account, App, Token
from socialhub.platforms.sandbox.shapes import Field
from socialhub.platforms.sandbox.simulator import Call, RefusalError, reply

from .server import CONSENT, IDENTITY, SCOPE, TOKENS, Offline, simulator

CODE_LIFETIME = 600
ACCESS_LIFETIME = 3599
MOST_REFRESH_TOKENS = 100
SIGN_IN = {
    "openid": "Know who you are on Google",
    "email": "See your e-mail address",
    "profile": "See your name",
}
SCOPES = {
    SCOPE + "youtube": "Manage your YouTube account",
    SCOPE + "youtube.force-ssl": "See, edit and delete your videos, ratings, comments and captions",
    SCOPE + "youtube.upload": "Manage your YouTube videos",
    SCOPE + "youtube.readonly": "View your YouTube account",
    SCOPE + "yt-analytics.readonly": "View YouTube Analytics reports",
    **SIGN_IN,
}
PARAMETERS = {
    "client_id",
    "redirect_uri",
    "response_type",
    "scope",
    "access_type",
    "include_granted_scopes",
    "state",
    "prompt",
    "login_hint",
    "enable_granular_consent",
    PERSON,
}
PROMPTS = {"none", "consent", "select_account"}


@simulator.route("GET", "/o/oauth2/v2/auth", host=CONSENT)
@simulator.route("POST", "/o/oauth2/v2/auth", host=CONSENT)
def authorize(call: Call) -> Response:
    """The consent page; the person picks a channel. Faults of the client end here, in front of the person."""
    query = call.request.args
    app = call.world.apps.get(query.get("client_id", ""))
    back, scopes = query.get("redirect_uri", ""), query.get("scope", "").split()
    if app is None or app.platform != simulator.key:
        return _blocked("invalid_client", 401)
    if back not in app.redirect_uris:
        return _blocked("redirect_uri_mismatch", 400)
    fits = (
        set(query) <= PARAMETERS
        and query.get("response_type") == "code"
        and query.get("access_type", "online") in ("online", "offline")
        and set(query.get("prompt", "").split()) <= PROMPTS
    )
    if not fits:
        return _blocked("invalid_request", 400)
    if not scopes or not set(scopes) <= set(SCOPES):
        return _blocked("invalid_scope", 400)

    def accounts_of(person: str) -> list[Account]:
        return call.world.accounts.where(platform=simulator.key, person=person)

    asked = tuple((scope, SCOPES[scope]) for scope in scopes)
    is_granular = len(set(scopes) - set(SIGN_IN)) > 1
    answer = decide(call, Ask(app, asked, accounts_of, may_decline=is_granular))
    if isinstance(answer, Response):
        return answer
    if not answer.allowed:
        return oauth.redirect(back, {"error": "access_denied", "state": query.get("state", "")})
    value = "4/0A" + secrets.token_urlsafe(32)
    code = oauth.issue_code(call, app, answer, back, CODE_LIFETIME, value)
    if query.get("access_type") == "offline":
        known = call.world.tokens.where(
            platform=simulator.key, kind="refresh_token", client_id=app.client_id, account=answer.accounts[0]
        )
        if "consent" in query.get("prompt", "") or not [token for token in known if token.is_live(call.now)]:
            simulator.offline(call.world).add(Offline(code.value))
    given = {"state": query.get("state", ""), "code": code.value, "scope": " ".join(answer.scopes)}
    return oauth.redirect(back, given)


def _blocked(error: str, status: int) -> Response:
    return message_page("Access blocked: this app’s request is invalid", f"Error {status}: {error}", status)


@simulator.route("POST", "/token", host=TOKENS)
def exchange(call: Call) -> Response:
    """A code for tokens, or a refresh token for a new access token; refresh tokens are not rotated."""
    text = Field()
    form = call.form(
        {
            "grant_type": Field(required=True),
            "client_id": Field(required=True),
            "client_secret": Field(required=True),
            "code": text,
            "redirect_uri": text,
            "refresh_token": text,
        }
    )
    app = call.world.apps.get(form["client_id"])
    if app is None or app.platform != simulator.key or not oauth.secret_matches(app, form["client_secret"]):
        raise wrong("invalid_client", "The OAuth client was not found.", 401)
    if form["grant_type"] == "authorization_code":
        return _from_code(call, app, form)
    if form["grant_type"] == "refresh_token":
        return _from_refresh_token(call, app, form.get("refresh_token", ""))
    raise wrong("unsupported_grant_type", f"Invalid grant_type: {form['grant_type']}")


def _from_code(call: Call, app: App, form: dict[str, Any]) -> Response:
    try:
        code = oauth.spend_code(call, app, form.get("code", ""), form.get("redirect_uri", ""), None)
    except oauth.BadGrantError as problem:
        if problem.reason == "redirect":
            raise wrong("redirect_uri_mismatch", "Bad Request") from None
        raise wrong("invalid_grant", "Malformed auth code.") from None
    family = secrets.token_hex(8)
    body = _access(call, app, code.person, code.accounts[0], code.scopes, family)
    if simulator.offline(call.world).get(code.value):
        body["refresh_token"] = _refresh_token(call, app, code.person, code.accounts[0], code.scopes, family)
    return reply(body)


def _refresh_token(call: Call, app: App, person: str, account: str, scopes: list[str], family: str) -> str:
    known = call.world.tokens.where(
        platform=simulator.key, kind="refresh_token", client_id=app.client_id, person=person
    )
    live = [token for token in known if token.is_live(call.now)]
    for oldest in live[: max(0, len(live) + 1 - MOST_REFRESH_TOKENS)]:
        oldest.revoked = True
    token = Token(
        "1//0" + secrets.token_urlsafe(60), simulator.key, "refresh_token", app.client_id, person, scopes,
        call.now, None, account, family=family,
    )  # fmt: skip
    return oauth.issue_token(call.world, token).value


def _access(
    call: Call, app: App, person: str, account: str, scopes: list[str], family: str
) -> dict[str, Any]:
    token = Token(
        "ya29." + secrets.token_urlsafe(90), simulator.key, "access_token", app.client_id, person, scopes,
        call.now, call.now + ACCESS_LIFETIME, account, family=family,
    )  # fmt: skip
    return {
        "access_token": oauth.issue_token(call.world, token).value,
        "expires_in": ACCESS_LIFETIME,
        "scope": " ".join(scopes),
        "token_type": "Bearer",
    }


def _from_refresh_token(call: Call, app: App, value: str) -> Response:
    token = call.known_token(value)
    if token is None or token.kind != "refresh_token" or token.client_id != app.client_id:
        raise wrong("invalid_grant", "Bad Request")
    if not token.is_live(call.now):
        raise wrong("invalid_grant", "Token has been expired or revoked.")
    return reply(_access(call, app, token.person, token.account, token.scopes, token.family))


@simulator.route("POST", "/revoke", host=TOKENS)
def revoke(call: Call) -> Response:
    """Everything that this person granted to the project ends, on whichever channel."""
    token = call.world.tokens.get(call.form({"token": Field(required=True)})["token"])
    if token is None or token.platform != simulator.key or not token.is_live(call.now):
        raise wrong("invalid_token", "Token expired or revoked")
    for other in call.world.tokens.where(
        platform=simulator.key, client_id=token.client_id, person=token.person
    ):
        other.revoked = True
    return reply({})


@simulator.route("GET", "/v1/userinfo", host=IDENTITY, scopes=("openid",))
def read_person(call: Call) -> Response:
    """Who gave the consent: `sub` is the same for all channels of a Google account."""
    return reply({"sub": str(int(hashlib.sha256(call.token.person.encode()).hexdigest()[:16], 16))})


def wrong(code: str, text: str, status: int = 400) -> RefusalError:
    """The token endpoint's error (RFC 6749 section 5.2)."""
    return RefusalError(status, {"error": code, "error_description": text})
