"""For tests: recorded payloads, and a small engine in memory that publishes to the sandbox.

The engine follows the rules of the real one: facts are kept after each turn, ``in_doubt`` before a public step
runs, and whoever starts again in doubt asks ``find`` first. Time is the sandbox's own, so waiting costs
nothing. A :class:`Crash` may be ordered at any request.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from socialhub.platforms import flow as flows, login as oauth, registry
from socialhub.platforms.api import Api
from socialhub.platforms.authserver import client_id
from socialhub.platforms.connector import Connector
from socialhub.platforms.errors import Fault, PlatformError, Reach
from socialhub.platforms.login import Login, LoginContext, OAuth2, PasswordLogin
from socialhub.platforms.redaction import Redactor
from socialhub.platforms.transport import Exchange, Request, Response, Transport, TransportError
from socialhub.platforms.values import Account, App, Content, Secret

if TYPE_CHECKING:
    from socialhub.platforms.sandbox.server import SandboxServer

CALLBACK = "http://127.0.0.1:8000/callback"
MOST_TURNS = 120
RETRY = timedelta(seconds=30)


def payloads(key: str, event: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The recorded payloads of a connector, by name ``<event>__<variant>``."""
    for path in sorted((registry.folder_of(key) / "tests" / "payloads").glob(f"{event or '*'}__*.json")):
        yield path.stem, json.loads(path.read_text(encoding="utf-8"))


class Played(Transport):
    """A transport that gives recorded answers in their order and keeps what was asked."""

    def __init__(self, *answers: Mapping[str, Any]) -> None:
        """An answer: ``status``, ``headers`` and ``body`` (JSON, or a string as it is)."""
        super().__init__()
        self.answers = list(answers)
        self.requests: list[Request] = []

    def send(
        self,
        request: Request,
        *,
        redactor: Redactor | None = None,
        record: Callable[[Exchange], None] | None = None,
    ) -> Response:
        """The next answer."""
        self.requests.append(request)
        answer = self.answers.pop(0)
        body = answer.get("body", "")
        content = body if isinstance(body, str) else json.dumps(body)
        headers = {name.lower(): value for name, value in answer.get("headers", {}).items()}
        return Response(int(answer.get("status", 200)), headers, content.encode())

    def body(self, index: int = -1) -> str:
        """What a request sent."""
        sent = self.requests[index].body
        if sent is None:
            return ""
        opened = sent.open()
        return (opened if isinstance(opened, bytes) else opened.read()).decode()


class Listening(Transport):
    """A transport that keeps every request and its answer."""

    def __init__(self, sandbox_url: str) -> None:
        super().__init__(sandbox_url=sandbox_url)
        self.heard: list[tuple[Request, Response]] = []

    def send(
        self,
        request: Request,
        *,
        redactor: Redactor | None = None,
        record: Callable[[Exchange], None] | None = None,
    ) -> Response:
        """Send and remember."""
        response = super().send(request, redactor=redactor, record=record)
        self.heard.append((request, response))
        return response


class Crash(BaseException):
    """The process died here."""


class Stuck(AssertionError):
    """A post that neither goes live nor comes to rest."""


class Trouble(StrEnum):
    """What befalls one request."""

    DIE_BEFORE = "the process dies before the request leaves"
    DIE_AFTER = "the process dies with the answer in hand"
    LOSE_ANSWER = "the answer is lost on its way"


class Fragile(Transport):
    """A transport with trouble at its ``at``-th request (from 1), once.

    ``records`` keeps what the flight recorder would get. ``strip`` names headers that do not arrive.
    """

    def __init__(
        self,
        sandbox_url: str,
        *,
        at: int = 0,
        trouble: Trouble = Trouble.DIE_BEFORE,
        strip: frozenset[str] = frozenset(),
    ) -> None:
        super().__init__(sandbox_url=sandbox_url)
        self.count = 0
        self.at = at
        self.trouble = trouble
        self.strip = strip
        self.records: list[Exchange] = []

    def send(
        self,
        request: Request,
        *,
        redactor: Redactor | None = None,
        record: Callable[[Exchange], None] | None = None,
    ) -> Response:
        """Send, unless this is the one."""
        self.count += 1
        meets = self.count == self.at
        if meets and self.trouble is Trouble.DIE_BEFORE:
            raise Crash
        headers = {name: value for name, value in request.headers.items() if name not in self.strip}
        request = replace(request, headers=headers)
        response = super().send(request, redactor=redactor, record=self.records.append)
        if meets and self.trouble is Trouble.DIE_AFTER:
            raise Crash
        if meets:
            raise TransportError("connection_broken", Reach.UNKNOWN)
        return response


@dataclass
class Row:
    """What the engine would keep of a delivery."""

    key: str = field(default_factory=lambda: str(uuid.uuid4()))
    step: str = ""
    in_doubt: bool = False
    sent_at: datetime | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    post_id: str = ""
    url: str = ""
    held: str = ""
    requests: int = 0
    steps: list[str] = field(default_factory=list)


@dataclass
class Desk:
    """A connected account and a way to publish with it. ``flow`` stands in for the connector's own."""

    connector: Connector
    login: Login
    server: SandboxServer
    account: Account
    app: App
    transport: Transport
    taken: frozenset[str] = frozenset()
    flow: flows.Flow | None = None

    def api(self) -> Api:
        """Calls on behalf of the account."""
        return Api(
            self.connector.key,
            self.connector.service,
            self.transport,
            account=self.account,
            app=self.app,
            clock=self.server.clock.moment,
        )

    def renew(self) -> None:
        """Renew the tokens as the vault does."""
        assert self.account.tokens is not None
        context = _context(self.connector, Transport(sandbox_url=self.server.url), self.app, self.server)
        context = replace(context, account=self.account)
        self.account = self.account.with_tokens(oauth.refresh(self.login, context, self.account.tokens))

    def publish(
        self,
        content: Content,
        options: Mapping[str, Any] | None = None,
        *,
        row: Row | None = None,
    ) -> Row:
        """Run the flow, from where ``row`` stands; a crash begins again with what was kept.

        Waiting moves the sandbox's clock.
        """
        row = row or Row()
        for _ in range(MOST_TURNS):
            try:
                wait = self.turn(row, content, options or {})
            except Crash:
                wait = RETRY
            if wait is None:
                return row
            self.server.control.advance(wait.total_seconds())
        raise Stuck(f"still at {row.step} after {MOST_TURNS} turns, facts {row.facts}")

    def turn(self, row: Row, content: Content, options: Mapping[str, Any]) -> timedelta | None:
        """One turn; how long to wait before the next, or ``None`` at the end."""
        assert self.connector.publishing is not None
        flow = self.flow or self.connector.publishing.flow(content.kind)
        position = flows.Position(row.step, row.in_doubt)
        step = flows.current_step(flow, position)
        now = self.server.clock.moment()
        if step.is_public and not row.in_doubt:
            row.in_doubt, row.sent_at, row.step = True, now, step.name
        job = flows.Job(
            key=row.key,
            account=self.account,
            content=content,
            api=self.api(),
            options=self.connector.options.resolve(content.kind, options),
            facts=json.loads(json.dumps(row.facts)),
            now=now,
            sent_at=row.sent_at,
            taken=self.taken,
        )
        try:
            turn = flows.advance(flow, position, job)
        except PlatformError as error:
            return self._trouble(row, step, error, was_looking=position.in_doubt)
        row.steps.append(step.name)
        return self._settle(row, turn, step)

    def _trouble(self, row: Row, step: flows.Step, error: PlatformError, *, was_looking: bool) -> timedelta:
        if error.kind is Fault.TOKEN_EXPIRED and self.account.tokens:
            self.renew()
        if not was_looking:
            if not error.is_ambiguous and not error.is_retryable:
                raise error
            row.in_doubt = step.is_public and error.is_ambiguous
        return max(error.retry_after or RETRY, step.settle)

    def _settle(self, row: Row, turn: flows.Turn, step: flows.Step) -> timedelta | None:
        row.facts.update(json.loads(json.dumps(dict(turn.facts))))
        match turn.outcome:
            case flows.Stay(wait=wait):
                row.in_doubt = turn.found
                return wait
            case flows.Held(reason=reason) | flows.Unsure(reason=reason):
                row.held = reason
                return None
            case flows.Live(post_id=post_id, url=url):
                row.post_id, row.url = post_id, url or row.url
        row.in_doubt = False
        row.step = turn.next_step.name if turn.next_step else ""
        return timedelta(0) if turn.next_step else None


def connect(
    connector: Connector,
    login: Login,
    server: SandboxServer,
    *,
    transport: Transport | None = None,
    deny: bool = False,
    app: Mapping[str, Any] | None = None,
) -> Desk:
    """Log in as the first person of the sandbox who has an account, through the real consent page, or with
    what they type.

    ``app``: how the developer app shall differ from the usual.
    """
    transport = transport or Transport(sandbox_url=server.url)
    known = server.control.call("GET", "accounts")
    them = next(account for account in known if account["platform"] == connector.key)
    if isinstance(login, PasswordLogin):
        words = server.control.typed(connector.key, them["person"], deny=deny)
        typed = {key: Secret(value) for key, value in words.items() if value}
        context = _context(connector, transport, App(""), server)
        return _learned(Desk(connector, login, server, login.sign_in(context, typed)[0], App(""), transport))
    host = login.check_host(them["host"]) if login.check_host and not login.find_server else ""
    context = _context(connector, transport, App("", host=host), server)
    context = replace(context, app=_app(connector, login, server, context, host, app or {}))
    if login.check_host and login.find_server:
        context = oauth.meet(login, context, login.check_host(them["handle"]))
    verifier, scopes = oauth.new_verifier(), login.scopes_for(connector.capabilities)
    address = oauth.depart(login, context, state="s1", scopes=scopes, verifier=verifier)
    back = server.control.consent(address, them["person"], deny=deny)
    params = {name: values[0] for name, values in parse_qs(urlsplit(back).query).items()}
    assert params["state"].removesuffix("#_") == "s1"
    context = replace(context, now=server.clock.moment())
    tokens = oauth.exchange(login, context, oauth.read_callback(params, context.server), verifier=verifier)
    accounts = login.discover(context, tokens)
    return _learned(Desk(connector, login, server, accounts[0], context.app, transport))


def _learned(desk: Desk) -> Desk:
    if desk.connector.learn is not None:
        learned = desk.connector.learn(desk.api(), desk.account)
        desk.account = replace(desk.account, extra={**desk.account.extra, **learned})
    return desk


def _context(connector: Connector, transport: Transport, app: App, server: SandboxServer) -> LoginContext:
    api = Api(connector.key, connector.service, transport, app=app, clock=server.clock.moment)
    return LoginContext(api, app, CALLBACK, server.clock.moment())


def _app(
    connector: Connector,
    login: OAuth2,
    server: SandboxServer,
    context: LoginContext,
    host: str,
    wish: Mapping[str, Any],
) -> App:
    if login.own_client:
        scopes = login.scopes_for(login.scopes)
        return App(client_id("http://127.0.0.1:8000/client.json", CALLBACK, scopes))
    if login.register_app is not None:
        return login.register_app(context, host)
    made = server.control.create_app(connector.key, [CALLBACK], login=login.key, **wish)
    keys = {"client_id", "client_secret"}
    others = [field.key for field in login.app_fields if field.key not in keys and not field.is_secret]
    extra = {key: str(made[key]) for key in others if made.get(key)}
    return App(made["client_id"], Secret(made["client_secret"]), extra=extra)
