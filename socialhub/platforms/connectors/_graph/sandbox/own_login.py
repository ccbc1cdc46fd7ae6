"""The login that Instagram and Threads have of their own: an hour, then 60 days, then 60 more as often as one asks
(https://developers.facebook.com/documentation/instagram-platform/instagram-api-with-instagram-login/business-login,
https://developers.facebook.com/docs/threads/get-started/long-lived-tokens).
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from werkzeug.wrappers import Response

from socialhub.platforms.sandbox import oauth
from socialhub.platforms.sandbox.consent import Ask, decide
from socialhub.platforms.sandbox.pages import message_page
from socialhub.platforms.sandbox.records import Account, Token
from socialhub.platforms.sandbox.shapes import Field
from socialhub.platforms.sandbox.simulator import Call, RefusalError, reply

from .errors import graph_error
from .simulator import GraphSimulator, find_app, read

CODE_LIFETIME = 3600
SHORT_LIFETIME = 3600
LONG_LIFETIME = 5_183_944
YOUNGEST_REFRESH = 86_400
EXCHANGE = {
    name: Field(required=True)
    for name in ("client_id", "client_secret", "grant_type", "redirect_uri", "code")
}


@dataclass(frozen=True)
class OwnLogin:
    """Installs the routes on a simulator.

    `door` names the login and the kinds of its tokens, `grant` begins its grant types, `prefix` its tokens. `sites`
    show the consent page, `code_hosts` take codes, `hosts` are the API's. `needed` must be among what is asked for.
    `short_answer` tells of a new token of an hour; `has_permissions` adds them to the later ones.
    """

    simulator: GraphSimulator
    door: str
    grant: str
    prefix: str
    scopes: Mapping[str, str]
    sites: tuple[str, ...]
    code_hosts: tuple[str, ...]
    hosts: tuple[str, ...]
    short_answer: Callable[[Call, Token], dict[str, Any]]
    needed: tuple[str, ...] = ()
    may_decline: bool = False
    has_permissions: bool = False

    def install(self) -> None:
        """Answer from now on."""
        route = self.simulator.route
        for site in self.sites:
            for method in ("GET", "POST"):
                route(method, "/oauth/authorize", host=site)(self.authorize)
        for host in self.code_hosts:
            route("POST", "/oauth/access_token", host=host)(self.exchange)
        for host in self.hosts:
            route("GET", "/access_token", host=host, scopes=())(self.lengthen)
            route("GET", "/refresh_access_token", host=host, scopes=("basic",))(self.refresh)

    def authorize(self, call: Call) -> Response:
        """The consent page for one account."""
        query = call.request.args
        back = query.get("redirect_uri", "")
        try:
            app = find_app(call, query.get("client_id", ""), self.door)
        except RefusalError:
            return _invalid("platform app")
        scopes = query.get("scope", "").replace(",", " ").split()
        if back not in app.redirect_uris:
            return _invalid("redirect_uri")
        is_known = bool(scopes) and set(self.needed) <= set(scopes) <= set(self.scopes)
        if not is_known or query.get("response_type") != "code" or "code_challenge" in query:
            return _invalid("scope or response_type")
        lines = tuple((scope, self.scopes[scope]) for scope in scopes)
        answer = decide(call, Ask(app, lines, self._accounts_of(call), may_decline=self.may_decline))
        if isinstance(answer, Response):
            return answer
        state = {"state": query["state"]} if "state" in query else {}
        if not answer.allowed:
            why = {"error_reason": "user_denied", "error_description": "The user denied your request"}
            return oauth.redirect(back, {"error": "access_denied", **why, **state})
        code = oauth.issue_code(call, app, answer, back, CODE_LIFETIME)
        return oauth.redirect(back, {"code": code.value, **state}, "#_")

    def _accounts_of(self, call: Call) -> Callable[[str], list[Account]]:
        def accounts_of(person: str) -> list[Account]:
            own = call.world.accounts.where(platform=self.simulator.key, person=person)
            return [account for account in own if account.kind != "page"]

        return accounts_of

    def exchange(self, call: Call) -> Response:
        """A code against a token of an hour. Errors have the old flat form here."""
        try:
            form = call.form(EXCHANGE)
            app = find_app(call, form["client_id"], self.door)
        except RefusalError:
            raise _flat("Invalid platform app") from None
        if form["grant_type"] != "authorization_code" or not oauth.secret_matches(app, form["client_secret"]):
            raise _flat("Error validating client secret or grant type")
        try:
            code = oauth.spend_code(call, app, form["code"], form["redirect_uri"], None)
        except oauth.BadGrantError as error:
            text = "Error validating verification code. Please make sure your redirect_uri is identical"
            raise _flat(
                text if error.reason == "redirect" else "Matching code was not found or was already used"
            ) from None
        token = self._issue(call, app.client_id, code.person, code.accounts[0], code.scopes, SHORT_LIFETIME)
        return reply(self.short_answer(call, token))

    def lengthen(self, call: Call) -> Response:
        """A token of an hour against one of 60 days. The secret stays on the server side."""
        grant = Field(required=True, choices=(f"{self.grant}_exchange_token",))
        wish = read(call, {"grant_type": grant, "client_secret": Field(required=True)})
        app = call.world.apps.get(call.token.client_id)
        if app is None or not oauth.secret_matches(app, wish["client_secret"]):
            raise graph_error("1", "Error validating client secret.")
        if call.token.kind != f"short_{self.door}_token":
            raise graph_error(
                "452", "Session key invalid. This could be because the session key has an incorrect format"
            )
        return self._long_lived(call)

    def refresh(self, call: Call) -> Response:
        """Another 60 days for a long-lived token that is at least a day old. No secret is asked for."""
        read(call, {"grant_type": Field(required=True, choices=(f"{self.grant}_refresh_token",))})
        if call.token.kind != f"{self.door}_token":
            raise graph_error("190", status=400)
        if call.now < call.token.issued_at + YOUNGEST_REFRESH:
            raise graph_error("100", "(#100) The access token must be at least 24 hours old to be refreshed")
        return self._long_lived(call)

    def _long_lived(self, call: Call) -> Response:
        old = call.token
        token = self._issue(call, old.client_id, old.person, old.account, old.scopes, LONG_LIFETIME)
        permissions = {"permissions": ",".join(token.scopes)} if self.has_permissions else {}
        answer = {"access_token": token.value, "token_type": "bearer", "expires_in": LONG_LIFETIME}
        return reply({**answer, **permissions})

    def _issue(
        self, call: Call, client_id: str, person: str, account: str, scopes: list[str], lifetime: float
    ) -> Token:
        token = Token(
            value=self.prefix + secrets.token_urlsafe(90),
            platform=self.simulator.key,
            kind=f"short_{self.door}_token" if lifetime == SHORT_LIFETIME else f"{self.door}_token",
            client_id=client_id,
            person=person,
            scopes=list(scopes),
            issued_at=call.now,
            expires_at=call.now + lifetime,
            account=account,
            family=f"{client_id} {account}",
        )
        return oauth.issue_token(call.world, token)


def _invalid(what: str) -> Response:
    return message_page("Invalid Request", f"Request parameters are invalid: Invalid {what}", 400)


def _flat(message: str) -> RefusalError:
    return RefusalError(400, {"error_type": "OAuthException", "code": 400, "error_message": message})
