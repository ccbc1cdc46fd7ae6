"""What a platform's simulator is made of: routes with their rules, a call in progress, and the platform's
own way to refuse.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from .faults import Fault
from .records import Account, App, Post, Token
from .shapes import Fields, MisfitError, check, nest
from .world import World

Handler = Callable[["Call"], Response]


class RefusalError(Exception):
    """A platform's error answer. `body` is JSON unless it is text."""

    def __init__(self, status: int, body: object, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(status)
        self.status = status
        self.body = body
        self.headers = dict(headers or {})

    def response(self) -> Response:
        """The answer to send."""
        return reply(self.body, self.status, self.headers)


class NotMineError(Exception):
    """A handler's word that the object asked for belongs to another simulator on the same host."""


class DroppedError(Exception):
    """The connection ends here, without an answer."""


class SandboxRequest(Request):
    """A request whose form fields may be as large as an upload chunk."""

    max_form_memory_size = 32 << 20


@dataclass(frozen=True)
class Limit:
    """At most `count` calls of the kind `name` in `window` seconds for one token."""

    name: str
    count: int
    window: float


@dataclass(frozen=True)
class Route:
    """One address of a platform. `scopes` None: open to everybody. `streams`: the handler reads the body
    itself, outside the lock.
    """

    method: str
    rule: str
    host: str
    handler: Handler
    scopes: tuple[str, ...] | None
    limit: Limit | None
    streams: bool


class Call:
    """One request to a platform, with the world it happens in."""

    def __init__(
        self, world: World, simulator: Simulator, request: Request, host: str, path: str, faults: list[Fault]
    ) -> None:
        self.world = world
        self.simulator = simulator
        self.request = request
        self.host = host
        self.path = path
        self.faults = faults
        self.args: dict[str, str] = {}
        self.now = world.clock.now()
        self.headers: dict[str, str] = {}
        self._token: Token | None = None

    @property
    def method(self) -> str:
        """The HTTP method."""
        return self.request.method

    @property
    def token(self) -> Token:
        """The token that opened this route."""
        if self._token is None:
            raise RuntimeError("the route asks for no token")
        return self._token

    @token.setter
    def token(self, token: Token) -> None:
        self._token = token

    @property
    def has_token(self) -> bool:
        """Whether a token was accepted."""
        return self._token is not None

    @property
    def account(self) -> Account:
        """The account that the token stands for."""
        account = self.world.accounts.get(self.token.account)
        if account is None:
            raise RuntimeError("the token stands for no account")
        return account

    def fault(self, kind: str) -> Fault | None:
        """The fault of this kind that is to hit this call."""
        return next((fault for fault in self.faults if fault.kind == kind), None)

    def header(self, name: str) -> str | None:
        """A header by its exact name, underscores and all."""
        known = self.request.environ.get("sandbox.headers", {})
        value = known.get(name.lower(), self.request.headers.get(name))
        return None if value is None else str(value)

    def bearer(self, scheme: str = "Bearer") -> str:
        """The value of the Authorization header, empty when it is absent or of another scheme."""
        given, _, value = self.request.headers.get("Authorization", "").partition(" ")
        return value.strip() if given.lower() == scheme.lower() else ""

    def basic(self) -> tuple[str, str] | None:
        """Client id and secret of HTTP Basic authentication."""
        given = self.request.authorization
        if given is None or given.type != "basic":
            return None
        return given.username or "", given.password or ""

    def known_token(self, value: str) -> Token | None:
        """The record of a token value. An ordered expiry strikes here, so that it looks like any other."""
        token = self.world.tokens.get(value)
        if token is not None and self.fault("expired_token"):
            token.expires_at = min(token.expires_at or self.now, self.now)
        return token

    def query(self, fields: Fields) -> dict[str, Any]:
        """The query string, checked; raises the platform's own error."""
        return self._checked(nest(self.request.args), fields, from_text=True)

    def form(self, fields: Fields) -> dict[str, Any]:
        """A form body (files included), checked; raises the platform's own error."""
        if self.request.mimetype not in ("application/x-www-form-urlencoded", "multipart/form-data", ""):
            raise self.simulator.misfit(self, MisfitError("Content-Type", "type"))
        return self._checked(nest(self.request.form) | self.request.files.to_dict(), fields, from_text=True)

    def json(self, fields: Fields) -> dict[str, Any]:
        """A JSON body, checked; raises the platform's own error."""
        if self.request.mimetype != "application/json":
            raise self.simulator.misfit(self, MisfitError("Content-Type", "type"))
        try:
            body = json.loads(self.request.get_data())
        except ValueError:
            raise self.simulator.misfit(self, MisfitError("body", "json")) from None
        if not isinstance(body, dict):
            raise self.simulator.misfit(self, MisfitError("body", "type"))
        return self._checked(body, fields, from_text=False)

    def body(self, fields: Fields) -> dict[str, Any]:
        """A form or JSON body, whichever was sent, checked."""
        return self.json(fields) if self.request.mimetype == "application/json" else self.form(fields)

    def _checked(self, values: dict[str, Any], fields: Fields, *, from_text: bool) -> dict[str, Any]:
        try:
            return check(values, fields, from_text=from_text)
        except MisfitError as misfit:
            raise self.simulator.misfit(self, misfit) from None


class Simulator(ABC):
    """One platform. Routes are registered with `route`; what is peculiar to the platform's speech is a
    method.
    """

    key = ""
    name = ""

    def __init__(self) -> None:
        self.routes: list[Route] = []
        self.controls: dict[tuple[str, str], Callable[[World, dict[str, Any]], Any]] = {}
        self._map: Map | None = None

    def route(
        self,
        method: str,
        rule: str,
        *,
        host: str = "<_host>",
        scopes: tuple[str, ...] | None = None,
        limit: Limit | None = None,
        streams: bool = False,
    ) -> Callable[[Handler], Handler]:
        """Register a handler for a method and a path (Werkzeug rule syntax) on one host, or on every host
        of the platform.
        """

        def register(handler: Handler) -> Handler:
            self.routes.append(Route(method, rule, host, handler, scopes, limit, streams))
            self._map = None
            return handler

        return register

    def control(
        self, method: str, noun: str
    ) -> Callable[[Callable[[World, dict[str, Any]], Any]], Callable[[World, dict[str, Any]], Any]]:
        """Register a command of the control API under `/_control/platforms/<key>/<noun>`."""

        def register(
            command: Callable[[World, dict[str, Any]], Any],
        ) -> Callable[[World, dict[str, Any]], Any]:
            self.controls[method, noun] = command
            return command

        return register

    def match(self, host: str, path: str, method: str) -> tuple[Route, dict[str, str]] | None:
        """The route for a request, with the variables of its path."""
        if self._map is None:
            rules = [
                Rule(route.rule, methods=[route.method], endpoint=route, host=route.host)
                for route in self.routes
            ]
            self._map = Map(rules, host_matching=True, strict_slashes=False, merge_slashes=False)
        try:
            route, args = self._map.bind(host).match(path, method)
        except HTTPException:
            return None
        return route, {name: value for name, value in args.items() if name != "_host"}

    @abstractmethod
    def claims(self, world: World, host: str) -> bool:
        """Whether this platform answers on `host`."""

    @abstractmethod
    def prepare(self, world: World) -> None:
        """Declare the platform's tables; in a fresh world (`not world.is_loaded`) also its cast."""

    @abstractmethod
    def create_account(self, world: World, spec: dict[str, Any]) -> Account:
        """A further account from the control API's JSON (`person`, `handle`, `name` and what the platform
        needs).
        """

    @abstractmethod
    def create_app(self, world: World, spec: dict[str, Any]) -> App:
        """A developer app from the control API's JSON (`redirect_uris`, `name`)."""

    @abstractmethod
    def profile_url(self, account: Account) -> str:
        """The public address of an account."""

    @abstractmethod
    def describe_post(self, world: World, post_id: str) -> dict[str, Any]:
        """What only this platform says about a post, for `/_control/posts`."""

    @abstractmethod
    def authenticate(self, call: Call, scopes: tuple[str, ...]) -> Token:
        """The live token of a call that carries these scopes; raises the platform's own refusal."""

    def access_token(self, call: Call) -> Token | None:
        """The live access token of this platform that the call shows, if it shows one."""
        token = call.known_token(call.bearer())
        is_ours = token is not None and (token.platform, token.kind) == (self.key, "access_token")
        return token if token is not None and is_ours and token.is_live(call.now) else None

    def account_named(self, world: World, handle: str) -> Account | None:
        """The account with that handle, large and small letters alike."""
        accounts = world.accounts.where(platform=self.key)
        return next((account for account in accounts if account.handle.lower() == handle.lower()), None)

    def live_post(self, world: World, post_id: str) -> Post | None:
        """A post of this platform that is up."""
        post = world.posts.get(post_id)
        is_up = post is not None and post.platform == self.key and post.deleted_at is None
        return post if is_up else None

    @abstractmethod
    def misfit(self, call: Call, misfit: MisfitError) -> RefusalError:
        """The platform's answer to a request of the wrong shape."""

    @abstractmethod
    def failure(self, call: Call, status: int, code: str) -> RefusalError:
        """The platform's answer with this HTTP status or recorded error code, for ordered faults."""

    @abstractmethod
    def limited(self, call: Call, limit: Limit, resets_at: float) -> RefusalError:
        """The platform's answer when a rate limit is used up."""

    def say(self, world: World, *, post: str, person: str, text: str, parent: str = "") -> str:
        """Somebody comments on a post (or answers the comment ``parent``); gives the id of what they said. The
        platform tells the apps that listen. ``LookupError`` where there is nothing to comment on.
        """
        raise LookupError(f"nobody can comment on {self.name} here")

    def past_post(self, world: World, account: Account, text: str, at: float) -> Post:
        """A post that the account made elsewhere at world time ``at``; ``LookupError`` where there is no past."""
        raise LookupError(f"{self.name} has no past here")

    def connect_callbacks(self, world: World, app: App) -> str:
        """Check the address that an app wants to be called at, in the platform's way; what is wrong, or nothing."""
        return ""

    def tell_withdrawal(self, world: World, app: App, person: str, *, erase: bool) -> int:
        """Tell an app that a person took its access back, and whether they want their data deleted; gives how many
        calls that made. Most platforms say nothing.
        """
        return 0

    def callback(self, app: App, kind: str) -> str:
        """Where an app wants to be called for ``webhook``, ``deauthorise`` or ``delete``; empty where nowhere."""
        return str(app.extra.get("callbacks", {}).get(kind, ""))

    def sharers(self, call: Call) -> str:
        """Who uses up a limit together: everybody with a token of the same account."""
        return (call.token.account or call.token.value) if call.has_token else "public"

    def limit_headers(self, call: Call, limit: Limit, left: int, resets_at: float) -> dict[str, str]:
        """Headers that tell what is left of a limit."""
        return {}


def reply(body: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A JSON answer; text is sent as HTML, a Response as it is."""
    if isinstance(body, Response):
        return body
    if isinstance(body, str):
        return Response(body, status, dict(headers or {}), mimetype="text/html")
    return Response(
        json.dumps(body, ensure_ascii=False), status, dict(headers or {}), mimetype="application/json"
    )
