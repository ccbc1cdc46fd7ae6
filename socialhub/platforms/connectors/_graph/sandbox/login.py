"""Facebook Login: dialog, code, long-lived token, Pages with their tokens
(https://developers.facebook.com/docs/facebook-login/guides/access-tokens).
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping

from werkzeug.wrappers import Response

from socialhub.platforms.sandbox import oauth
from socialhub.platforms.sandbox.consent import Ask, decide
from socialhub.platforms.sandbox.pages import message_page
from socialhub.platforms.sandbox.records import App, Token
from socialhub.platforms.sandbox.shapes import Field
from socialhub.platforms.sandbox.simulator import Call, NotMineError, RefusalError, reply

from .errors import graph_error
from .pages import SHORT_LIFETIME, Pages, user_id
from .simulator import (
    GRAPH,
    PAGE_DOOR,
    GraphSimulator,
    find_app,
    missing_object,
    pages_of,
    read,
    token_value,
)

DIALOG = "www.facebook.com"
CODE_LIFETIME = 600
LONG_LIFETIME = 5_183_944
EXCHANGE = {
    "client_id": Field(required=True),
    "client_secret": Field(),
    "redirect_uri": Field(),
    "code": Field(),
    "grant_type": Field(choices=("authorization_code", "fb_exchange_token", "client_credentials")),
    "fb_exchange_token": Field(),
}
WRONG_REDIRECT = (
    "Error validating verification code. Please make sure your redirect_uri is identical to the one you"
    " used in"
    " the OAuth dialog request"
)
INSTALLED: list[FacebookLogin] = []
"""Every platform's, as they share apps and dialog."""
CODE_ERRORS = {
    "used": ("100/36009", "This authorization code has been used."),
    "expired": ("100/36007", "This authorization code has expired."),
    "redirect": ("100/36008", WRONG_REDIRECT),
}


class FacebookLogin:
    """Installs the login routes on a simulator. `scopes` are the permissions it may be asked for and their
    meaning.
    """

    def __init__(self, simulator: GraphSimulator, scopes: Mapping[str, str]) -> None:
        self.simulator = simulator
        self.scopes = scopes
        self.pages = Pages(simulator)
        INSTALLED.append(self)
        route = simulator.route
        for method in ("GET", "POST"):
            route(method, "/dialog/oauth", host=DIALOG)(self.dialog)
            route(method, "/oauth/access_token", host=GRAPH)(self.exchange)
        route("GET", "/me/permissions", host=GRAPH, scopes=())(self.permissions)
        route("DELETE", "/<user>/permissions", host=GRAPH)(self.deauthorize)
        route("GET", "/debug_token", host=GRAPH)(self.debug)

    def dialog(self, call: Call) -> Response:
        """The consent page: Pages and single permissions can be left out."""
        query = call.request.args
        back = query.get("redirect_uri", "")
        try:
            app = find_app(call, query.get("client_id", ""), PAGE_DOOR)
        except RefusalError:
            return message_page("Sorry, something went wrong", "Invalid App ID", 400)
        asked = query.get("scope", "").replace(",", " ").split()
        strange = [scope for scope in asked if scope not in self.scopes]
        if back not in app.redirect_uris:
            text = "The redirect URI is not white-listed in the app's client OAuth settings."
            return message_page("URL blocked", text, 400)
        if self._is_meant_for_another(app, asked):
            raise NotMineError
        if strange:
            return message_page("Sorry, something went wrong", f"Invalid Scopes: {', '.join(strange)}", 400)
        if query.get("response_type", "code") != "code" or "state" not in query:
            return message_page(
                "Sorry, something went wrong", "response_type=code and a state are required.", 400
            )
        lines = tuple((scope, self.scopes[scope]) for scope in asked)
        ask = Ask(app, lines, lambda person: pages_of(call, person), pick="many", may_decline=True)
        answer = decide(call, ask)
        if isinstance(answer, Response):
            return answer
        if not answer.allowed:
            denial = {"error": "access_denied", "error_code": "200", "error_description": "Permissions error"}
            return oauth.redirect(back, {**denial, "error_reason": "user_denied", "state": query["state"]})
        code = oauth.issue_code(call, app, answer, back, CODE_LIFETIME)
        return oauth.redirect(back, {"code": code.value, "state": query["state"]}, "#_=_")

    def _is_meant_for_another(self, app: App, asked: list[str]) -> bool:
        """One app, one dialog, several platforms: what is asked for says which one is meant."""
        fitting = [login.simulator.key for login in INSTALLED if set(asked) <= set(login.scopes)]
        meant = app.platform if app.platform in fitting else next(iter(fitting), app.platform)
        return meant != self.simulator.key

    def exchange(self, call: Call) -> Response:
        """A code or a short-lived token against a token; app id and secret against an app token."""
        wish = read(call, EXCHANGE)
        app = find_app(call, wish["client_id"], PAGE_DOOR)
        if not oauth.secret_matches(app, wish.get("client_secret", "")):
            raise graph_error("1", "Error validating client secret.")
        kind = wish.get("grant_type", "authorization_code")
        if kind == "client_credentials":
            return reply({"access_token": f"{app.client_id}|{app.client_secret}", "token_type": "bearer"})
        if kind == "fb_exchange_token":
            return self._long_lived(call, app.client_id, wish.get("fb_exchange_token", ""))
        self._demand_own(call, wish.get("code", ""))
        try:
            code = oauth.spend_code(call, app, wish.get("code", ""), wish.get("redirect_uri", ""), None)
        except oauth.BadGrantError as error:
            raise graph_error(
                *CODE_ERRORS.get(error.reason, ("100", "Invalid verification code format."))
            ) from None
        token = self._user_token(
            call, app.client_id, code.person, SHORT_LIFETIME, code.scopes, code.accounts, code.declined
        )
        return reply({"access_token": token.value, "token_type": "bearer", "expires_in": SHORT_LIFETIME})

    def _demand_own(self, call: Call, value: str) -> None:
        code = call.world.codes.get(value)
        chosen = [call.world.accounts.get(key) for key in code.accounts] if code else []
        if chosen and chosen[0] and chosen[0].platform != self.simulator.key:
            raise NotMineError

    def _long_lived(self, call: Call, client_id: str, value: str) -> Response:
        short = call.known_token(value)
        if short is not None and short.platform != self.simulator.key:
            raise NotMineError
        if short is None or short.client_id != client_id or short.kind != "user_token":
            raise graph_error("190")
        if not short.is_live(call.now):
            raise graph_error("190/458" if short.revoked else "190/463")
        token = self._user_token(
            call, client_id, short.person, LONG_LIFETIME, short.scopes, short.accounts, short.declined
        )
        return reply({"access_token": token.value, "token_type": "bearer", "expires_in": LONG_LIFETIME})

    def _user_token(
        self,
        call: Call,
        client_id: str,
        person: str,
        lifetime: float,
        scopes: list[str],
        accounts: list[str],
        declined: list[str],
    ) -> Token:
        token = Token(
            value="EAA" + secrets.token_hex(60),
            platform=self.simulator.key,
            kind="user_token",
            client_id=client_id,
            person=person,
            scopes=list(scopes),
            issued_at=call.now,
            expires_at=call.now + lifetime,
            accounts=list(accounts),
            declined=list(declined),
            family=f"{client_id} {person}",
        )
        return oauth.issue_token(call.world, token)

    def permissions(self, call: Call) -> Response:
        """What was granted and what was declined."""
        read(call, {})
        states = [(scope, "granted") for scope in call.token.scopes] + [
            (scope, "declined") for scope in call.token.declined
        ]
        return reply({"data": [{"permission": scope, "status": state} for scope, state in states]})

    def deauthorize(self, call: Call) -> Response:
        """One permission of a person is gone from all their tokens; without one named, their whole consent.

        With the person's own token, or with the app's.
        """
        wish = read(call, {"permission": Field()})
        client_id, _, secret = token_value(call).partition("|")
        if secret:
            app = find_app(call, client_id, PAGE_DOOR)
            if not oauth.secret_matches(app, secret):
                raise graph_error("190", status=401)
            person = next((p.id for p in call.world.persons if user_id(p.id) == call.args["user"]), "")
        else:
            call.token = self.simulator.authenticate(call, ())
            client_id, person = call.token.client_id, call.token.person
            if call.token.kind != "user_token":
                raise graph_error("200", "(#200) This call needs the access token of the person.", status=403)
        if not person or call.args["user"] not in ("me", user_id(person)):
            raise missing_object(call.args["user"], "delete")
        tokens = call.world.tokens.where(family=f"{client_id} {person}")
        for token in tokens:
            if "permission" in wish:
                token.scopes = [scope for scope in token.scopes if scope != wish["permission"]]
            else:
                token.revoked = True
        return reply({"success": True})

    def debug(self, call: Call) -> Response:
        """What a token is, for the app that owns it."""
        wish = read(call, {"input_token": Field(required=True)})
        client_id, _, secret = token_value(call).partition("|")
        app = find_app(call, client_id, PAGE_DOOR)
        if not oauth.secret_matches(app, secret):
            raise graph_error("190")
        token = call.known_token(wish["input_token"])
        if token is not None and token.platform != self.simulator.key:
            raise NotMineError
        if token is None or token.client_id != app.client_id:
            return reply(
                {
                    "data": {
                        "error": {"code": 190, "message": "Invalid OAuth access token."},
                        "is_valid": False,
                        "scopes": [],
                    }
                }
            )
        data = {
            "app_id": app.client_id,
            "type": "PAGE" if token.kind == "page_token" else "USER",
            "application": app.name,
            "expires_at": int(token.expires_at or 0),
            "data_access_expires_at": int(token.issued_at + 90 * 86_400),
            "issued_at": int(token.issued_at),
            "is_valid": token.is_live(call.now),
            "scopes": token.scopes,
            "granular_scopes": [{"scope": scope} for scope in token.scopes],
            "user_id": user_id(token.person),
        }
        return reply({"data": data})
