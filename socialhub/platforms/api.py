"""Speaking with one platform: addresses, authorisation, classification of answers, limit headers, a record.

An :class:`Api` is made for one account (or for a login, without a token) and goes through the process-wide
:class:`~socialhub.platforms.transport.Transport`. Every failure comes out as :class:`PlatformError`.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from socialhub.platforms.dpop import asks_for_nonce, prove
from socialhub.platforms.errors import ErrorTable, Fault, Meaning, PlatformError, Reach
from socialhub.platforms.policy import Scope, next_midnight
from socialhub.platforms.redaction import Redactor
from socialhub.platforms.transport import (
    Body,
    Exchange,
    Request,
    Response,
    Transport,
    TransportError,
)
from socialhub.platforms.values import Account, App, Secret

RAW_KEPT = 4000


@dataclass(frozen=True)
class LimitReading:
    """What an answer's headers say of a limit. ``used`` is a share from 0 to 1 where only that is told.

    A ``name`` that is a quota's too corrects our count of it. ``scope`` is whom the limit stops when it is spent;
    ``reason`` tells people so.
    """

    name: str
    limit: int | None = None
    remaining: int | None = None
    resets_at: datetime | None = None
    used: float | None = None
    scope: Scope = Scope.ACCOUNT
    reason: str = ""

    @property
    def is_spent(self) -> bool:
        """Whether the next call would be refused."""
        return self.remaining == 0 or (self.used is not None and self.used >= 1)


ReadLimits = Callable[[Mapping[str, str], datetime], tuple[LimitReading, ...]]


def _no_limits(headers: Mapping[str, str], now: datetime) -> tuple[LimitReading, ...]:
    return ()


def bearer(account: Account) -> dict[str, str]:
    """The usual way to show a token: RFC 6750 §2.1, or RFC 9449 §7.1 where it is bound to a key."""
    if account.tokens is None:
        raise LookupError("this account has no token")
    scheme = "DPoP" if account.tokens.proof_key else "Bearer"
    return {"Authorization": f"{scheme} {account.tokens.access.reveal()}"}


@dataclass(frozen=True)
class Service:
    """How a platform is spoken to, as data. ``base`` is where relative paths start; with ``user_host`` it
    holds ``{host}`` and every address is treated as one that a stranger typed.

    ``base_for`` chooses among several bases by account; ``sign`` gives parameters by which the app proves itself
    on calls with the account's token to that base (Meta's appsecret_proof). ``trace_header`` carries the id that
    the platform's support asks for. ``timeout`` is (connect, read) in seconds.
    """

    base: str
    errors: ErrorTable
    authorize: Callable[[Account], Mapping[str, str]] = bearer
    base_for: Callable[[Account], str] | None = None
    sign: Callable[[Account, App], Mapping[str, str]] | None = None
    read_limits: ReadLimits = _no_limits
    trace_header: str = ""
    user_host: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)
    timeout: tuple[float, float] = (5.0, 30.0)


@dataclass(frozen=True)
class Answer:
    """A good answer. ``body`` is the parsed JSON, ``None`` where there was none."""

    status: int
    headers: Mapping[str, str]
    body: Any
    limits: tuple[LimitReading, ...] = ()

    def text(self, key: str) -> str:
        """A field of the body that must be there, as text: platforms send ids as numbers or strings."""
        value = self.body.get(key) if isinstance(self.body, Mapping) else None
        if value is None or value == "":
            raise self.lacks(key)
        return str(value)

    def lacks(self, key: str) -> PlatformError:
        """The error for a good answer without a field that must be there: its effect may exist."""
        return PlatformError(
            Fault.UNKNOWN,
            http_status=self.status,
            reach=Reach.UNKNOWN,
            user_message="The platform answered without what we need to go on.",
            code=f"no {key}",
        )


Recorder = Callable[[Exchange], None]
"""Where the exchanges of a turn go, already redacted: the flight recorder."""


def _record_nothing(exchange: Exchange) -> None:
    return None


class Api:
    """Calls to one platform on behalf of one account (or of the app alone)."""

    def __init__(
        self,
        platform: str,
        service: Service,
        transport: Transport,
        *,
        account: Account | None = None,
        app: App | None = None,
        record: Recorder = _record_nothing,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """``app`` is there for calls that a platform wants signed by it (Meta's appsecret_proof)."""
        self.platform = platform
        self.service = service
        self.account = account
        self.app = app
        self._transport = transport
        self._record = record
        self._clock = clock
        self._redactor = Redactor(_secrets_of(account, app))
        self.limits: tuple[LimitReading, ...] = ()
        self.heard: dict[tuple[str, Scope], LimitReading] = {}

    def hear(self, readings: Sequence[LimitReading]) -> None:
        """Keep what the platform says of its limits, by headers or where a step asked: the last word of each."""
        self.heard |= {(reading.name, reading.scope): reading for reading in readings}

    def speaking_for(self, account: Account) -> Api:
        """The same way to the platform on behalf of an account."""
        return Api(
            self.platform,
            self.service,
            self._transport,
            account=account,
            app=self.app,
            record=self._record,
            clock=self._clock,
        )

    def get(self, path: str, **options: Any) -> Answer:
        """GET; see :meth:`call`."""
        return self.call("GET", path, **options)

    def post(self, path: str, **options: Any) -> Answer:
        """POST; see :meth:`call`."""
        return self.call("POST", path, **options)

    def put(self, path: str, **options: Any) -> Answer:
        """PUT; see :meth:`call`."""
        return self.call("PUT", path, **options)

    def delete(self, path: str, **options: Any) -> Answer:
        """DELETE; see :meth:`call`."""
        return self.call("DELETE", path, **options)

    def call(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | Sequence[tuple[str, Any]] = (),
        form: Mapping[str, Any] | None = None,
        json_body: Any = None,
        body: Body | None = None,
        headers: Mapping[str, str] | None = None,
        basic: tuple[str, Secret] | None = None,
        auth: bool = True,
        proof_key: Secret | None = None,
        expect: Sequence[int] = (),
        timeout: tuple[float, float] | None = None,
    ) -> Answer:
        """Send one request and give the good answer; raise :class:`PlatformError` for everything else.

        ``path`` is relative to the account's base or an absolute https address. At most one of ``form``,
        ``json_body`` and ``body`` (a streamed body with its own type and length). ``auth`` False sends no
        token; ``proof_key`` then signs a proof for a token that is yet to come. Statuses under 300 are good,
        and those in ``expect``.
        """
        request = Request(
            method=method,
            url=self._address(path, params, auth=auth),
            headers=self._headers(headers or {}, basic, auth=auth),
            body=_encode(form, json_body, body),
            timeout=timeout or self.service.timeout,
            is_guarded=self.service.user_host,
        )
        redactor = self._redactor.plus(basic[1] if basic else None, proof_key)
        tokens = self.account.tokens if auth and self.account is not None else None
        key = proof_key or (tokens.proof_key if tokens else None)
        access = tokens.access if tokens else None
        response = self._send(self._proven(request, key, access), redactor, key)
        if key is not None and asks_for_nonce(response.status, response.headers, response.content):
            # The refusal says that nothing was done, so this is no second try of anything (RFC 9449 §8).
            response = self._send(self._proven(request, key, access), redactor, key)
        self.limits = self.service.read_limits(response.headers, self._clock())
        self.hear(self.limits)
        if response.status < 300 or response.status in expect:
            return self._answer(method, response)
        raise self._error(method, response, redactor)

    def _proven(self, request: Request, key: Secret | None, access: Secret | None) -> Request:
        if key is None:
            return request
        nonce = self._transport.nonces.get(key, request.url)
        proof = prove(key, request.method, request.url, now=self._clock(), nonce=nonce, access=access)
        return replace(request, headers={**request.headers, "DPoP": proof})

    def _send(self, request: Request, redactor: Redactor, key: Secret | None) -> Response:
        try:
            response = self._transport.send(request, redactor=redactor, record=self._record)
        except TransportError as problem:
            raise PlatformError(
                Fault.TIMEOUT if problem.is_timeout else Fault.SERVER_ERROR,
                platform=self.platform,
                reach=problem.reach,
                code=problem.reason,
                retryable=problem.is_retryable,
            ) from None
        if key is not None:
            self._transport.nonces.keep(key, request.url, response.headers)
        return response

    def _address(
        self, path: str, params: Mapping[str, Any] | Sequence[tuple[str, Any]], *, auth: bool
    ) -> str:
        if not path.startswith("https://"):
            if auth and self.service.sign and self.account and self.app:
                given = params.items() if isinstance(params, Mapping) else params
                params = [*given, *self.service.sign(self.account, self.app).items()]
            base = self.service.base
            if self.account is not None and self.service.base_for is not None:
                base = self.service.base_for(self.account)
            host = (self.account.host if self.account else "") or (self.app.host if self.app else "")
            path = f"{base.format(host=host)}/{path.lstrip('/')}"
        query = urlencode(params, doseq=True)
        return f"{path}{'&' if '?' in path else '?'}{query}" if query else path

    def _headers(
        self, extra: Mapping[str, str], basic: tuple[str, Secret] | None, *, auth: bool
    ) -> dict[str, str]:
        headers = {"Accept": "application/json", **self.service.headers}
        if basic is not None:
            pair = f"{basic[0]}:{basic[1].reveal()}".encode()
            headers["Authorization"] = f"Basic {b64encode(pair).decode()}"
        elif auth and self.account is not None and self.account.tokens is not None:
            headers.update(self.service.authorize(self.account))
        return {**headers, **extra}

    def _answer(self, method: str, response: Response) -> Answer:
        if not response.content:
            return Answer(response.status, response.headers, None, self.limits)
        try:
            parsed = json.loads(response.content)
        except ValueError:
            raise PlatformError(
                Fault.SERVER_ERROR,
                platform=self.platform,
                http_status=response.status,
                code="not_json",
                reach=Reach.REFUSED if method in SAFE else Reach.UNKNOWN,
            ) from None
        return Answer(response.status, response.headers, parsed, self.limits)

    def _error(self, method: str, response: Response, redactor: Redactor) -> PlatformError:
        try:
            parsed = json.loads(response.content) if response.content else None
        except ValueError:
            parsed = None
        facts = self.service.errors.read(parsed)
        meaning, code = self.service.errors.meaning(facts, response.status)
        unclear = meaning.ambiguous or response.status >= 500
        error = PlatformError(
            meaning.kind,
            platform=self.platform,
            code=code or str(response.status),
            http_status=response.status,
            retry_after=self._wait(meaning, response),
            reach=Reach.UNKNOWN if unclear and method not in SAFE else Reach.REFUSED,
            raw=redactor.text(response.content[:RAW_KEPT].decode(errors="replace")),
            trace_id=facts.trace_id or response.headers.get(self.service.trace_header.lower(), ""),
            user_message=meaning.message,
            retryable=meaning.retryable,
            scope=self._scope(meaning),
            was_safe=method in SAFE,
        )
        self.hear_refusal(error)
        return error

    def hear_refusal(self, error: PlatformError) -> None:
        """Keep what a refusal says of a limit, also where the step that met it goes on in another way."""
        if error.is_limit and error.retry_after is not None:
            until = self._clock() + error.retry_after
            self.hear(
                [
                    LimitReading(
                        "refused", remaining=0, resets_at=until, scope=error.scope, reason=error.user_message
                    )
                ]
            )

    def _scope(self, meaning: Meaning) -> Scope:
        """Whom a limit stops: as the table says, else whom the spent limit of the headers stops."""
        spent = [limit.scope for limit in self.limits if limit.is_spent]
        return meaning.scope or (spent[0] if spent else Scope.ACCOUNT)

    def _wait(self, meaning: Meaning, response: Response) -> timedelta | None:
        """How long to wait: Retry-After, else the reset of a spent limit, else what the table says."""
        told = response.headers.get("retry-after", "")
        if told.isdigit():
            return timedelta(seconds=int(told))
        if meaning.kind in {Fault.RATE_LIMIT, Fault.QUOTA_EXCEEDED}:
            resets = [limit.resets_at for limit in self.limits if limit.is_spent and limit.resets_at]
            if resets:
                return max(max(resets) - self._clock(), timedelta(seconds=1))
        now = self._clock()
        return next_midnight(now, meaning.midnight) - now if meaning.midnight else meaning.wait


SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def _secrets_of(account: Account | None, app: App | None) -> tuple[Secret, ...]:
    found: list[Secret | None] = [app.client_secret if app else None]
    if account is not None and account.tokens is not None:
        found += [account.tokens.access, account.tokens.refresh, account.tokens.proof_key]
    return tuple(secret for secret in found if secret is not None)


def _encode(form: Mapping[str, Any] | None, json_body: Any, body: Body | None) -> Body | None:
    if sum(part is not None for part in (form, json_body, body)) > 1:
        raise ValueError("a request has one body")
    if form is not None:
        return Body.of(urlencode(form, doseq=True).encode(), "application/x-www-form-urlencoded")
    if json_body is not None:
        return Body.of(json.dumps(json_body, ensure_ascii=False).encode(), "application/json")
    return body
