"""The only door to the network: one pool a process, time limits, caps, a record of each exchange.

Redirects are never followed. With ``sandbox_url`` set, ``https://host/path`` is sent to
``<sandbox_url>/host/path`` instead, and nothing else of the product knows.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import Any, Protocol
from urllib.parse import urlsplit, urlunsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError, NewConnectionError, ProtocolError, TimeoutError as PoolTimeout

from socialhub.platforms.dpop import Nonces
from socialhub.platforms.errors import Reach
from socialhub.platforms.guard import (
    ForbiddenHost,
    GuardedHTTPConnection,
    GuardedHTTPPool,
    GuardedHTTPSConnection,
    GuardedHTTPSPool,
    check_url,
)
from socialhub.platforms.redaction import Redactor, redact

MAX_ANSWER = 4 * 1024 * 1024
SNIPPET = 2000
USER_AGENT = "SocialHub/0 (+self-hosted)"


class TooLate(Exception):
    """The wire guard refused: whoever sends no longer holds the right to (its lease ended)."""


_wire_guard: ContextVar[Callable[[], None] | None] = ContextVar("wire_guard", default=None)


@contextmanager
def wire_guard(check: Callable[[], None]) -> Iterator[None]:
    """Ask ``check`` before each piece of a request leaves, at the last moment; it raises TooLate."""
    mark = _wire_guard.set(check)
    try:
        yield
    finally:
        _wire_guard.reset(mark)


def current_guard() -> Callable[[], None]:
    """What is asked now before bytes leave."""
    return _wire_guard.get() or (lambda: None)


class TransportError(Exception):
    """A request got no answer. ``reach`` says how far it got, ``reason`` is a short name without secrets."""

    def __init__(
        self, reason: str, reach: Reach, *, is_timeout: bool = False, is_retryable: bool = True
    ) -> None:
        """Keep the facts; no address and no header goes into the text."""
        super().__init__(reason)
        self.reason = reason
        self.reach = reach
        self.is_timeout = is_timeout
        self.is_retryable = is_retryable


class Readable(Protocol):
    """A body that is read piece by piece."""

    def read(self, size: int = -1) -> bytes:
        """At most ``size`` bytes; empty at the end."""


@dataclass(frozen=True)
class Body:
    """A request body with its type and length in bytes; ``open`` gives a fresh reader each time."""

    content_type: str
    length: int
    open: Callable[[], bytes | Readable]
    shown: str = ""

    @classmethod
    def of(cls, content: bytes, content_type: str) -> Body:
        """A small body that is held in memory."""
        return cls(content_type, len(content), lambda: content, content[:SNIPPET].decode(errors="replace"))


@dataclass(frozen=True)
class Request:
    """One request to an absolute https address. ``is_guarded``: the host was typed by a stranger."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Body | None = None
    timeout: tuple[float, float] = (5.0, 30.0)
    is_guarded: bool = False


@dataclass(frozen=True)
class Response:
    """One answer, header names in lower case."""

    status: int
    headers: Mapping[str, str]
    content: bytes


@dataclass(frozen=True)
class Exchange:
    """One redacted line of the flight recorder. ``seconds`` is wall time; ``status`` 0 means no answer."""

    method: str
    url: str
    status: int
    seconds: float
    sent: str = ""
    received: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


class _Asking:
    """Asks the wire guard when the connection stands, before each piece: the last one makes the request whole."""

    sock: Any

    def send(self, data: Any) -> None:
        if self.sock is None:
            self.connect()  # type: ignore[attr-defined]
        current_guard()()
        _reach.get().append(Reach.UNKNOWN)
        super().send(data)  # type: ignore[misc]


_reach: ContextVar[list[Reach]] = ContextVar("reach")


class _Connection(_Asking, HTTPConnection):
    pass


class _SecureConnection(_Asking, HTTPSConnection):
    pass


class _GuardedConnection(_Asking, GuardedHTTPConnection):
    pass


class _GuardedSecureConnection(_Asking, GuardedHTTPSConnection):
    pass


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


class _GuardedPool(GuardedHTTPPool):
    ConnectionCls = _GuardedConnection


class _GuardedSecurePool(GuardedHTTPSPool):
    ConnectionCls = _GuardedSecureConnection


class _Adapter(HTTPAdapter):
    """Connections of our own kind, none retried behind our back."""

    def __init__(self, size: int, pools: Mapping[str, Any]) -> None:
        self._pools = pools
        super().__init__(pool_connections=size, pool_maxsize=size, max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = dict(self._pools)


class Transport:
    """Sends requests. One for a process; safe to use from many threads."""

    def __init__(self, *, sandbox_url: str = "", pool_size: int = 64) -> None:
        """``sandbox_url`` (http://127.0.0.1:9000) sends everything to the sandbox instead of the internet."""
        self.sandbox_url = sandbox_url.rstrip("/")
        self.nonces = Nonces()
        self._open = self._session(pool_size, {"http": _Pool, "https": _SecurePool})
        self._guarded = self._session(pool_size, {"http": _GuardedPool, "https": _GuardedSecurePool})

    @staticmethod
    def _session(size: int, pools: Mapping[str, Any]) -> requests.Session:
        session = requests.Session()
        session.trust_env = False
        session.headers.clear()
        session.cookies.set_policy(_NoCookies())
        for prefix in ("https://", "http://"):
            session.mount(prefix, _Adapter(size, pools))
        return session

    def address(self, url: str) -> str:
        """Where ``url`` really goes: itself, or the sandbox. Also for links that a browser follows."""
        if not self.sandbox_url or not url.startswith("https://"):
            return url
        parts = urlsplit(url)
        rest = urlunsplit(("", "", parts.path, parts.query, parts.fragment))
        return f"{self.sandbox_url}/{parts.netloc}{rest}"

    def send(
        self,
        request: Request,
        *,
        redactor: Redactor | None = None,
        record: Callable[[Exchange], None] | None = None,
    ) -> Response:
        """Send and read the whole answer (capped). Raises :class:`TransportError` when none comes."""
        if not request.url.startswith("https://"):
            raise TransportError("not_https", Reach.NOT_SENT, is_retryable=False)
        if request.is_guarded:
            try:
                check_url(request.url)
            except ForbiddenHost as problem:
                raise TransportError("forbidden_host", Reach.NOT_SENT, is_retryable=False) from problem
        started = time.monotonic()
        reach: list[Reach] = []
        mark = _reach.set(reach)
        response: Response | None = None
        try:
            response = self._send(request)
        except _FAILURES as problem:
            raise _explain(problem, reach[-1] if reach else Reach.NOT_SENT) from None
        finally:
            _reach.reset(mark)
            if record is not None:
                seconds = time.monotonic() - started
                record(_exchange(request, response, seconds, redactor or Redactor()))
        return response

    def _send(self, request: Request) -> Response:
        headers = {"User-Agent": USER_AGENT, "Accept-Encoding": "identity", **request.headers}
        data: Any = None
        if request.body is not None:
            headers["Content-Type"] = request.body.content_type
            headers["Content-Length"] = str(request.body.length)
            data = request.body.open() if request.body.length else b""
        elif request.method not in {"GET", "HEAD"}:
            headers["Content-Length"] = "0"
        use_guard = request.is_guarded and not self.sandbox_url
        session = self._guarded if use_guard else self._open
        prepared = requests.Request(request.method, self.address(request.url), headers=headers).prepare()
        prepared.body = data
        with session.send(prepared, stream=True, timeout=request.timeout, allow_redirects=False) as answer:
            content = answer.raw.read(MAX_ANSWER + 1, decode_content=True)
            if len(content) > MAX_ANSWER:
                raise ProtocolError("answer too large")
            lowered = {name.lower(): value for name, value in answer.headers.items()}
            return Response(answer.status_code, lowered, content)


_FAILURES = (requests.RequestException, HTTPError, HTTPException, OSError, ForbiddenHost, TooLate)


class _NoCookies(requests.cookies.cookielib.DefaultCookiePolicy):  # type: ignore[name-defined,misc]
    """Accounts share the pool, so nothing may be remembered between requests."""

    def set_ok(self, cookie: Any, request: Any) -> bool:
        return False


def _explain(problem: BaseException, reach: Reach) -> TransportError:
    if isinstance(problem, TooLate):
        return TransportError("lease_ended", reach)
    causes = [problem, *(arg for arg in problem.args if isinstance(arg, BaseException))]
    if any(isinstance(cause, ForbiddenHost) for cause in (*causes, problem.__context__)):
        return TransportError("forbidden_host", Reach.NOT_SENT, is_retryable=False)
    if isinstance(problem, requests.ConnectTimeout):
        return TransportError("connect_timeout", Reach.NOT_SENT, is_timeout=True)
    if isinstance(problem, (requests.Timeout, TimeoutError, PoolTimeout)):
        return TransportError("read_timeout", reach, is_timeout=True)
    if any(isinstance(cause, NewConnectionError) for cause in causes):
        return TransportError("no_connection", Reach.NOT_SENT)
    return TransportError("connection_broken", reach)


def _exchange(request: Request, response: Response | None, seconds: float, redactor: Redactor) -> Exchange:
    sent = ""
    if request.body is not None:
        sent = request.body.shown or f"{request.body.content_type}, {request.body.length} bytes"
    return Exchange(
        method=request.method,
        url=redactor.text(request.url),
        status=response.status if response else 0,
        seconds=round(seconds, 4),
        sent=redactor.text(redact(_as_query(sent)))[:SNIPPET],
        received=redactor.text(response.content[:SNIPPET].decode(errors="replace")) if response else "",
        headers={k: v for k, v in response.headers.items() if _is_telling(k)} if response else {},
    )


def _as_query(sent: str) -> str:
    """A form looks like a query from its second field on; make its first look like one too."""
    return f"&{sent}" if "=" in sent.split("&", 1)[0] and not sent.startswith(("{", "[")) else sent


def _is_telling(name: str) -> bool:
    return (
        "limit" in name or "usage" in name or "trace" in name or "request-id" in name or name == "retry-after"
    )
