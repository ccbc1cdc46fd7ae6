"""A toy platform on a real socket: rotating single-use refresh tokens, and faults on demand.

It stands for no platform. Those have their simulators; here the questions are about our side of a login.
"""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import parse_qs, urlsplit

from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from socialhub.platforms.api import Service
from socialhub.platforms.connector import Connector, Publishing
from socialhub.platforms.errors import ErrorFacts, ErrorTable, Fault, LoginError, Meaning
from socialhub.platforms.flow import Flow, Job, Outcome, Step
from socialhub.platforms.login import LoginContext, OAuth2, PasswordLogin, TypedField, read_tokens
from socialhub.platforms.rules import KindRules, Rules, Text
from socialhub.platforms.values import Account, App, Capability, Kind, Secret, Tokens


def _read_errors(body: Any) -> ErrorFacts:
    return (
        ErrorFacts(codes=(body["error"],)) if isinstance(body, Mapping) and "error" in body else ErrorFacts()
    )


ERRORS = ErrorTable(
    read=_read_errors,
    codes={
        "invalid_grant": Meaning(Fault.INVALID_TOKEN),
        "invalid_client": Meaning(Fault.INVALID_REQUEST),
    },
)


def discover(context: LoginContext, tokens: Tokens) -> tuple[Account, ...]:
    """Whom the consent covers."""
    body = context.api.get(
        "/me", headers={"Authorization": f"Bearer {tokens.access.reveal()}"}, auth=False
    ).body
    return tuple(
        Account(one["id"], f"@{one['name']}", one["name"], host=context.app.host, person_id="p1")
        for one in body["accounts"]
    )


def check_host(typed: str) -> str:
    """A host, or a LoginError."""
    if "." not in typed or "/" in typed:
        raise LoginError(Fault.INVALID_REQUEST, user_message=f"{typed} is no server address.")
    return typed.lower()


def register(context: LoginContext, host: str) -> App:
    """Ask the server for a client."""
    body = context.api.post("/register", form={"name": "SocialHub"}, auth=False).body
    return App(body["client_id"], Secret(body["client_secret"]), host=host)


def _login(key: str, base: str, **more: Any) -> OAuth2:
    return OAuth2(
        key=key, label="Toy", app_key=key, authorize_url=f"{base}/consent", token_url=f"{base}/token",
        revoke_url=f"{base}/revoke", scopes={Capability.PUBLISH: ("post",)}, discover=discover, pkce=True,
        requirement="Needs a toy page", **more,
    )  # fmt: skip


def _no_post(job: Job) -> Outcome:
    raise AssertionError("the toy publishes nothing")


RULES = Rules(date(2026, 11, 22), "nowhere", {Kind.TEXT: KindRules(Text(100))})
PUBLISHING = Publishing({Kind.TEXT: Flow((Step("post", _no_post, find=_no_post),))})

TOY_LOGIN = _login("toy", "https://toy.test")
TOY = Connector(
    "toy",
    "Toy",
    Service("https://toy.test", ERRORS),
    (TOY_LOGIN,),
    rules=RULES,
    publishing=PUBLISHING,
)
VILLAGE = Connector(
    "village",
    "Village",
    Service("https://{host}", ERRORS),
    (_login("village", "https://{host}", user_host=True, check_host=check_host, register_app=register),),
    rules=RULES,
    publishing=PUBLISHING,
)


def sign_in(context: LoginContext, typed: Mapping[str, Secret]) -> tuple[Account, ...]:
    """A name and a password against tokens."""
    words = {key: value.reveal() for key, value in typed.items()}
    tokens = read_tokens(context.api.post("/session", form=words, auth=False).body, context.now)
    return tuple(account.with_tokens(tokens) for account in discover(context, tokens))


def refresh_session(context: LoginContext, tokens: Tokens) -> Tokens:
    """The next pair."""
    assert tokens.refresh is not None
    form = {"grant_type": "refresh_token", "refresh_token": tokens.refresh.reveal()}
    return read_tokens(context.api.post("/token", form=form, auth=False).body, context.now)


def end_session(context: LoginContext, account: Account) -> None:
    """Say goodbye."""
    context.api.post("/revoke", form={"name": account.handle}, auth=False)


HUT_LOGIN = PasswordLogin(
    "hut",
    "Hut",
    (
        TypedField("name", "Name"),
        TypedField("password", "Password", is_secret=True),
        TypedField("door", "Door", required=False),
    ),
    sign_in,
    refresh_session,
    end_session,
)
HUT = Connector(
    "hut",
    "Hut",
    Service("https://toy.test", ERRORS),
    (HUT_LOGIN,),
    rules=RULES,
    publishing=PUBLISHING,
)


@dataclass
class ToyServer:
    """What the platform knows, what it was asked, and how it misbehaves."""

    url: str = ""
    lifetime: int = 7200
    scope: str = "post"
    accounts: list[dict[str, str]] = field(default_factory=lambda: [{"id": "1", "name": "northwind"}])
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    codes: dict[str, str] = field(default_factory=dict)
    refresh_tokens: set[str] = field(default_factory=set)
    before_answer: Callable[[str], Response | None] = lambda path: None
    _count: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def consent(self, address: str) -> dict[str, str]:
        """Say yes on the consent page: what comes back in the redirect."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        code = f"code-{next(self._count)}-of-the-toy"
        self.codes[code] = query["code_challenge"]
        return {"code": code, "state": query["state"]}

    def grants(self, kind: str) -> int:
        """How often the token endpoint was asked for this grant."""
        return sum(form.get("grant_type") == kind for _, form in self.asked)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        """WSGI: the path is /<host>/<path>, as the transport rewrites it."""
        request = Request(environ)
        path = "/" + request.path.split("/", 2)[2]
        form = dict(request.form.items())
        self.asked.append((path, form))
        answer = self.before_answer(path) or self._answer(path, form)
        return answer(environ, start_response)

    def _answer(self, path: str, form: dict[str, str]) -> Response:
        if path == "/me":
            return _json({"accounts": self.accounts})
        if path == "/register":
            return _json({"client_id": f"client-{next(self._count)}", "client_secret": "village-secret-1"})
        if path == "/revoke":
            return _json({})
        if path == "/session":
            right = form == {"name": "northwind", "password": "the-right-one"}
            return self._issue() if right else _json({"error": "invalid_grant"}, 400)
        if form["grant_type"] == "authorization_code":
            digest = hashlib.sha256(form["code_verifier"].encode()).digest()
            if self.codes.pop(form["code"], "") != base64.urlsafe_b64encode(digest).rstrip(b"=").decode():
                return _json({"error": "invalid_grant"}, 400)
        elif form["refresh_token"] not in self.refresh_tokens:
            return _json({"error": "invalid_grant"}, 400)
        else:
            self.refresh_tokens.discard(form["refresh_token"])
        return self._issue()

    def _issue(self) -> Response:
        number = next(self._count)
        self.refresh_tokens.add(f"refresh-{number}-of-the-toy")
        return _json(
            {
                "access_token": f"access-{number}-of-the-toy",
                "refresh_token": f"refresh-{number}-of-the-toy",
                "expires_in": self.lifetime,
                "scope": self.scope,
            }
        )


def _json(body: dict[str, Any], status: int = 200) -> Response:
    return Response(json.dumps(body), status, content_type="application/json")


@contextmanager
def serve() -> Iterator[ToyServer]:
    """The platform on a free port of the loopback."""
    toy = ToyServer()
    server = make_server("127.0.0.1", 0, toy, threaded=True)
    toy.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield toy
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
