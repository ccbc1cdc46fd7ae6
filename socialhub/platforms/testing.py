"""For tests: recorded payloads, sample content, and a small engine in memory that publishes to the sandbox.

The engine follows the rules of the real one: facts are kept after each turn, ``in_doubt`` before a public step
runs, and whoever starts again in doubt asks ``find`` first. Time is the sandbox's own, so waiting costs
nothing. A :class:`Crash` may be ordered at any request.
"""

from __future__ import annotations

import io
import json
import tempfile
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import parse_qs, urlsplit

from socialhub.platforms import flow as flows, login as oauth, registry
from socialhub.platforms.api import Api
from socialhub.platforms.connector import Connector
from socialhub.platforms.errors import PlatformError
from socialhub.platforms.login import LoginContext, OAuth2
from socialhub.platforms.redaction import Redactor
from socialhub.platforms.transport import Exchange, Request, Response, Transport
from socialhub.platforms.values import Account, App, Content, Kind, Media, Part, Secret

CALLBACK = "http://127.0.0.1:8000/callback"
MOST_TURNS = 120
RETRY = timedelta(seconds=30)


class Control(Protocol):
    """What the tests use of the sandbox's control API."""

    def create_app(self, platform: str, redirect_uris: list[str], **more: Any) -> dict[str, Any]: ...

    def consent(self, url: str, person: str, *, deny: bool = False, **choices: Any) -> str: ...

    def advance(self, seconds: float) -> None: ...

    def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any: ...

    def posts(self, **equal: str) -> list[dict[str, Any]]: ...


class Clock(Protocol):
    """The sandbox's time."""

    def moment(self) -> datetime: ...


class Server(Protocol):
    """A running sandbox."""

    url: str
    control: Control

    @property
    def clock(self) -> Clock: ...


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


class Crash(BaseException):
    """The process died here."""


class Fragile(Transport):
    """A transport that dies at the ``at``-th request (from 1): before it leaves, or with its answer."""

    def __init__(self, sandbox_url: str, *, at: int = 0, after: bool = False) -> None:
        super().__init__(sandbox_url=sandbox_url)
        self.count = 0
        self.at = at
        self.after = after

    def send(
        self,
        request: Request,
        *,
        redactor: Redactor | None = None,
        record: Callable[[Exchange], None] | None = None,
    ) -> Response:
        """Send, or die once."""
        self.count += 1
        dies = self.count == self.at
        if dies and not self.after:
            raise Crash
        response = super().send(request, redactor=redactor, record=record)
        if dies:
            raise Crash
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
    steps: list[str] = field(default_factory=list)


@dataclass
class Desk:
    """A connected account and a way to publish with it."""

    connector: Connector
    server: Server
    account: Account
    app: App
    transport: Transport
    taken: frozenset[str] = frozenset()

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

    def publish(self, content: Content, options: Mapping[str, Any] | None = None) -> Row:
        """Run the whole flow; a crash begins again with what was kept. Waiting moves the sandbox's clock."""
        row = Row()
        for _ in range(MOST_TURNS):
            try:
                wait = self.turn(row, content, options or {})
            except Crash:
                wait = RETRY
            if wait is None:
                return row
            self.server.control.advance(wait.total_seconds())
        raise AssertionError(f"still at {row.step} after {MOST_TURNS} turns, facts {row.facts}")

    def turn(self, row: Row, content: Content, options: Mapping[str, Any]) -> timedelta | None:
        """One turn; how long to wait before the next, or ``None`` at the end."""
        assert self.connector.publishing is not None
        flow = self.connector.publishing.flow(content.kind)
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
    connector: Connector, login: OAuth2, server: Server, *, transport: Transport | None = None
) -> Desk:
    """Log in as the first person of the sandbox who has an account, through the real consent page."""
    transport = transport or Transport(sandbox_url=server.url)
    known = server.control.call("GET", "accounts")
    them = next(account for account in known if account["platform"] == connector.key)
    host = login.check_host(them["host"]) if login.check_host else ""
    context = _context(connector, transport, App("", host=host), server)
    context = replace(context, app=_app(connector, login, server, context, host))
    verifier = oauth.new_verifier()
    address = oauth.authorize_url(
        login,
        context.app,
        redirect_uri=CALLBACK,
        state="s1",
        scopes=login.scopes_for(connector.capabilities),
        verifier=verifier,
    )
    back = server.control.consent(address, them["person"])
    params = {name: values[0] for name, values in parse_qs(urlsplit(back).query).items()}
    assert params["state"].removesuffix("#_") == "s1"
    context = _context(connector, transport, context.app, server)
    tokens = oauth.exchange(login, context, oauth.read_callback(params), verifier=verifier)
    accounts = login.discover(context, tokens)
    desk = Desk(connector, server, accounts[0], context.app, transport)
    if connector.learn is not None:
        learned = connector.learn(desk.api(), desk.account)
        desk.account = replace(desk.account, extra={**desk.account.extra, **learned})
    return desk


def _context(connector: Connector, transport: Transport, app: App, server: Server) -> LoginContext:
    api = Api(connector.key, connector.service, transport, app=app, clock=server.clock.moment)
    return LoginContext(api, app, CALLBACK, server.clock.moment())


def _app(connector: Connector, login: OAuth2, server: Server, context: LoginContext, host: str) -> App:
    if login.register_app is not None:
        return login.register_app(context, host)
    made = server.control.create_app(connector.key, [CALLBACK], login=login.key)
    return App(made["client_id"], Secret(made["client_secret"]))


@lru_cache(maxsize=4)
def picture(color: str = "teal", size: tuple[int, int] = (640, 640)) -> bytes:
    """A real JPEG."""
    from PIL import Image

    target = io.BytesIO()
    Image.new("RGB", size, color).save(target, "JPEG")
    return target.getvalue()


@lru_cache(maxsize=2)
def film(seconds: int = 4) -> bytes:
    """A real MP4."""
    import av

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "film.mp4"
        with av.open(str(path), "w", options={"movflags": "faststart"}) as container:
            stream = container.add_stream("h264", rate=25)
            stream.width, stream.height, stream.pix_fmt = 360, 640, "yuv420p"
            for _ in range(25 * seconds):
                container.mux(stream.encode(av.VideoFrame(360, 640, "yuv420p")))
            container.mux(stream.encode())
        return path.read_bytes()


def file_of(data: bytes, mime: str, link: Callable[[timedelta], str] | None = None, alt: str = "") -> Media:
    """A file as the media library would hand it out."""
    moves = mime.startswith("video/")
    return Media(
        key=str(uuid.uuid4()),
        mime=mime,
        size=len(data),
        alt=alt,
        name="file." + mime.partition("/")[2],
        width=360 if moves else 640,
        height=640,
        seconds=4.0 if moves else None,
        fps=25.0 if moves else None,
        video_codec="h264" if moves else None,
        read=lambda offset, length: data[offset : offset + length],
        public_url=link or _no_link,
    )


def _no_link(ttl: timedelta) -> str:
    raise AssertionError("this connector was not expected to ask for a public address")


def sample(kind: Kind, publish_file: Callable[[bytes, str], Callable[[timedelta], str]]) -> Content:
    """Content of that kind that every platform which offers it takes.

    ``publish_file(bytes, mime)`` puts a file where a platform can fetch it and gives its ``public_url``.
    """

    def still(color: str = "teal", alt: str = "") -> Media:
        data = picture(color)
        return file_of(data, "image/jpeg", publish_file(data, "image/jpeg"), alt)

    def moving() -> Media:
        return file_of(film(), "video/mp4", publish_file(film(), "video/mp4"))

    text = "Fresh roast from the harbour: https://northwind.coffee/beans & more"
    match kind:
        case Kind.IMAGE:
            return Content(kind, text, media=(still(alt="A cup of coffee"),))
        case Kind.GALLERY:
            return Content(kind, text, media=(still(alt="A cup"), still("brown", "Beans")))
        case Kind.VIDEO | Kind.SHORT:
            return Content(kind, text, media=(moving(),))
        case Kind.STORY:
            return Content(kind, media=(still(),))
        case Kind.THREAD:
            parts = (
                Part("One: the beans", (still(alt="Beans"),)),
                Part("Two: the water"),
                Part("Three: time"),
            )
            return Content(kind, parts=parts)
        case _:
            return Content(kind, text)
