"""Login Kit for the web; refresh tokens rotate
(https://developers.tiktok.com/doc/oauth-user-access-token-management).
"""

from __future__ import annotations

import secrets
from typing import Any

from werkzeug.wrappers import Response

from socialhub.platforms.sandbox import oauth
from socialhub.platforms.sandbox.consent import PERSON, Ask, decide
from socialhub.platforms.sandbox.pages import message_page
from socialhub.platforms.sandbox.records import Account, App, Token
from socialhub.platforms.sandbox.shapes import Field
from socialhub.platforms.sandbox.simulator import Call, RefusalError, reply

from .server import API, SITE, simulator

CODE_LIFETIME = 300
ACCESS_LIFETIME = 7200
REFRESH_LIFETIME = 180 * 86_400
SCOPES = {
    "user.info.basic": "Read your profile (avatar, display name)",
    "user.info.profile": "Read your username and profile link",
    "user.info.stats": "Read your follower and like counts",
    "video.publish": "Post content to TikTok",
    "video.upload": "Upload draft content to TikTok",
    "video.list": "Read your public videos on TikTok",
}
ASKED = {"client_key", "response_type", "scope", "redirect_uri", "state", "disable_auto_auth", PERSON}


@simulator.route("GET", "/v2/auth/authorize/", host=SITE)
@simulator.route("POST", "/v2/auth/authorize/", host=SITE)
def authorize(call: Call) -> Response:
    """The consent page; every permission can be unticked."""
    query = call.request.args
    app = call.world.apps.get(query.get("client_key", ""))
    back, scopes = query.get("redirect_uri", ""), query.get("scope", "").split(",")
    if (
        app is None
        or app.platform != simulator.key
        or back not in app.redirect_uris
        or query.get("response_type") != "code"
        or not set(query) <= ASKED
        or not set(scopes) <= set(SCOPES)
    ):
        return message_page("Something went wrong", "client_key, redirect_uri or scope is wrong.", 400)

    def accounts_of(person: str) -> list[Account]:
        return call.world.accounts.where(platform=simulator.key, person=person)

    asked = tuple((scope, SCOPES[scope]) for scope in scopes)
    answer = decide(call, Ask(app, asked, accounts_of, may_decline=True))
    if isinstance(answer, Response):
        return answer
    state = {"state": query.get("state", "")}
    if not answer.allowed:
        return oauth.redirect(back, {"error": "access_denied", "error_description": "denied", **state})
    code = oauth.issue_code(call, app, answer, back, CODE_LIFETIME, secrets.token_urlsafe(30) + "*1!a")
    return oauth.redirect(back, {"code": code.value, "scopes": ",".join(answer.scopes), **state})


@simulator.route("POST", "/v2/oauth/token/", host=API)
def exchange(call: Call) -> Response:
    """A code or a refresh token for a new pair; the old refresh token ends at once."""
    text = Field()
    form = call.form(
        {
            "grant_type": Field(required=True),
            "client_key": Field(required=True),
            "client_secret": Field(required=True),
            "code": text,
            "redirect_uri": text,
            "refresh_token": text,
        }
    )
    app = _client(call, form)
    if form["grant_type"] == "authorization_code":
        try:
            code = oauth.spend_code(call, app, form.get("code", ""), form.get("redirect_uri", ""), None)
        except oauth.BadGrantError as problem:
            raise wrong("invalid_request" if problem.reason == "redirect" else "invalid_grant") from None
        return _pair(call, app, code.person, code.accounts[0], code.scopes, secrets.token_hex(8))
    if form["grant_type"] == "refresh_token":
        token = call.known_token(form.get("refresh_token", ""))
        is_ours = token is not None and token.kind == "refresh_token" and token.client_id == app.client_id
        if token is None or not is_ours or not token.is_live(call.now):
            raise wrong("invalid_grant")
        token.revoked = True
        return _pair(call, app, token.person, token.account, token.scopes, token.family)
    raise wrong("unsupported_grant_type")


def _pair(call: Call, app: App, person: str, account: str, scopes: list[str], family: str) -> Response:
    def issue(kind: str, start: str, lifetime: int) -> str:
        value = start + secrets.token_urlsafe(48)
        token = Token(
            value, simulator.key, kind, app.client_id, person, scopes, call.now, call.now + lifetime, account,
            family=family,
        )  # fmt: skip
        return oauth.issue_token(call.world, token).value

    return reply(
        {
            "open_id": account,
            "scope": ",".join(scopes),
            "access_token": issue("access_token", "act.", ACCESS_LIFETIME),
            "expires_in": ACCESS_LIFETIME,
            "refresh_token": issue("refresh_token", "rft.", REFRESH_LIFETIME),
            "refresh_expires_in": REFRESH_LIFETIME,
            "token_type": "Bearer",
        }
    )


@simulator.route("POST", "/v2/oauth/revoke/", host=API)
def revoke(call: Call) -> Response:
    """Everything from this consent ends."""
    required = Field(required=True)
    form = call.form({"client_key": required, "client_secret": required, "token": required})
    app = _client(call, form)
    token = call.world.tokens.get(form["token"])
    if token is None or token.client_id != app.client_id or token.kind != "access_token":
        raise wrong("invalid_request")
    oauth.revoke_family(call.world, token.family)
    return reply({})


def _client(call: Call, form: dict[str, Any]) -> App:
    app = call.world.apps.get(form["client_key"])
    if app is None or app.platform != simulator.key or not oauth.secret_matches(app, form["client_secret"]):
        raise wrong("invalid_client")
    return app


def wrong(code: str) -> RefusalError:
    """The token endpoint's flat error."""
    return RefusalError(400, {"error": code, "error_description": code.replace("_", " "), "log_id": "202611"})
