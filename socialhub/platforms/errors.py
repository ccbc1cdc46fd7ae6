"""Errors of platforms, each carrying its decision.

    PlatformError            anything a platform or the way to it answered instead of success
      LoginError             the person or the platform ended a login
    TransportError (transport.py) is turned into PlatformError by Api

Callers read attributes (``is_retryable``, ``requires_reauth``, ``is_ambiguous``, ``retry_after``); nobody
searches message text outside a connector's :class:`ErrorTable`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from socialhub.platforms.policy import Scope


class Fault(StrEnum):
    """What kind of thing went wrong, the same for every platform."""

    RATE_LIMIT = "rate_limit"
    TIMEOUT = "timeout"
    SERVER_ERROR = "server_error"
    TOKEN_EXPIRED = "token_expired"
    INVALID_TOKEN = "invalid_token"
    REVOKED = "revoked"
    PERMISSION = "permission"
    INVALID_REQUEST = "invalid_request"
    INVALID_MEDIA = "invalid_media"
    DUPLICATE = "duplicate"
    QUOTA_EXCEEDED = "quota_exceeded"
    NOT_FOUND = "not_found"
    POLICY = "policy"
    UNKNOWN = "unknown"


class Reach(StrEnum):
    """How far a request got: decides whether a public step may run again."""

    NOT_SENT = "not_sent"
    """No byte of the body left: nothing can have happened."""
    REFUSED = "refused"
    """The platform answered that it did not act."""
    UNKNOWN = "unknown"
    """Bytes left and no proof came back: the effect may exist."""


RETRYABLE = frozenset({Fault.RATE_LIMIT, Fault.TIMEOUT, Fault.SERVER_ERROR, Fault.TOKEN_EXPIRED})
REAUTH = frozenset({Fault.INVALID_TOKEN, Fault.REVOKED})

MESSAGES: Mapping[Fault, str] = MappingProxyType(
    {
        Fault.RATE_LIMIT: "The platform asks us to slow down. We try again by ourselves.",
        Fault.TIMEOUT: "The platform did not answer in time. We try again by ourselves.",
        Fault.SERVER_ERROR: "The platform has a problem of its own. We try again by ourselves.",
        Fault.TOKEN_EXPIRED: "The connection has expired and is being renewed.",
        Fault.INVALID_TOKEN: "The platform no longer accepts our connection. Reconnect the account.",
        Fault.REVOKED: "Access was withdrawn on the platform. Reconnect the account.",
        Fault.PERMISSION: "A permission is missing. Reconnect the account and grant all that is asked.",
        Fault.INVALID_REQUEST: "The platform refused the post as it is. Change it and try again.",
        Fault.INVALID_MEDIA: "The platform cannot use this file. Replace it and try again.",
        Fault.DUPLICATE: "The platform says that it has this post already.",
        Fault.QUOTA_EXCEEDED: "The platform's limit for this account is used up. Try again when it resets.",
        Fault.NOT_FOUND: "The platform no longer finds what the post refers to.",
        Fault.POLICY: "The platform blocked this for reasons of policy. Open its app to see why.",
        Fault.UNKNOWN: "The platform answered something that we do not know.",
    }
)


class PlatformError(Exception):
    """A platform said no, or could not be reached.

    ``code`` is the platform's own ("190/463"), ``http_status`` 0 when there was no answer, ``retry_after``
    the time the platform asks for, ``raw`` the redacted answer (at most a few KB), ``trace_id`` what
    its support asks for. ``user_message`` tells a marketer what to do. ``scope`` is whom a limit stops;
    ``was_safe``: the refused request could have changed nothing.
    """

    def __init__(
        self,
        kind: Fault,
        *,
        platform: str = "",
        code: str = "",
        http_status: int = 0,
        retry_after: timedelta | None = None,
        reach: Reach = Reach.REFUSED,
        raw: str = "",
        trace_id: str = "",
        user_message: str = "",
        retryable: bool | None = None,
        scope: Scope = Scope.ACCOUNT,
        was_safe: bool = False,
    ) -> None:
        """Keep the facts; ``retryable`` overrides what ``kind`` implies where a code says otherwise."""
        self.kind = kind
        self.platform = platform
        self.code = code
        self.http_status = http_status
        self.retry_after = retry_after
        self.reach = reach
        self.raw = raw
        self.trace_id = trace_id
        self.user_message = user_message or MESSAGES[kind]
        self.scope = scope
        self.was_safe = was_safe
        self._retryable = retryable
        super().__init__(f"{platform or 'platform'}: {kind}{f' ({code})' if code else ''}")

    @property
    def is_retryable(self) -> bool:
        """Whether the same request may succeed later without a person doing anything."""
        return self.kind in RETRYABLE if self._retryable is None else self._retryable

    @property
    def is_limit(self) -> bool:
        """Whether a limit was reached that frees by itself."""
        return self.kind is Fault.RATE_LIMIT or (
            self.kind is Fault.QUOTA_EXCEEDED and self.retry_after is not None
        )

    @property
    def requires_reauth(self) -> bool:
        """Whether only a person who logs in again can mend it."""
        return self.kind in REAUTH

    @property
    def is_ambiguous(self) -> bool:
        """Whether the effect may exist although we hold an error."""
        return self.reach is Reach.UNKNOWN


class LoginError(PlatformError):
    """A login ended without an account: denied, expired, or answered with nothing usable."""


@dataclass(frozen=True)
class ErrorFacts:
    """What a connector reads out of an error body. ``codes`` from the most to the least special."""

    codes: tuple[str, ...] = ()
    message: str = ""
    trace_id: str = ""
    is_transient: bool = False


@dataclass(frozen=True)
class Meaning:
    """One row of an error table: theirs → ours.

    ``ambiguous``: the platform is known to answer this although it acted (or may have).
    ``retryable``: overrides what the kind implies. ``wait``: the least time before trying again.
    ``midnight``: a zone whose next midnight ends the limit ("UTC"), where no header tells.
    ``scope``: whom a limit stops, where it is not what the spent limit of the headers stops, or the account.
    """

    kind: Fault
    message: str = ""
    ambiguous: bool = False
    retryable: bool | None = None
    wait: timedelta | None = None
    midnight: str = ""
    scope: Scope | None = None


def _read_nothing(body: Any) -> ErrorFacts:
    return ErrorFacts()


@dataclass(frozen=True)
class ErrorTable:
    """How to read a platform's errors: codes first, then text patterns, then the HTTP status.

    ``read`` takes the parsed JSON body (or ``None`` when it was no JSON). ``patterns`` are matched against
    the message and are the only place where message text is searched.
    """

    read: Callable[[Any], ErrorFacts] = _read_nothing
    codes: Mapping[str, Meaning] = field(default_factory=dict)
    patterns: tuple[tuple[re.Pattern[str], Meaning], ...] = ()
    statuses: Mapping[int, Meaning] = field(default_factory=dict)

    def meaning(self, facts: ErrorFacts, status: int) -> tuple[Meaning, str]:
        """The row that fits and the code that chose it; an unknown code becomes UNKNOWN, 5xx SERVER_ERROR."""
        for code in facts.codes:
            if code in self.codes:
                return self.codes[code], code
        shown = facts.codes[0] if facts.codes else ""
        for pattern, meaning in self.patterns:
            if pattern.search(facts.message):
                return meaning, shown
        if facts.is_transient:
            return Meaning(Fault.SERVER_ERROR), shown
        if status in self.statuses:
            return self.statuses[status], shown
        if status in STATUSES:
            return STATUSES[status], shown
        return Meaning(Fault.SERVER_ERROR if status >= 500 else Fault.UNKNOWN), shown


STATUSES: Mapping[int, Meaning] = MappingProxyType(
    {
        401: Meaning(Fault.INVALID_TOKEN),
        403: Meaning(Fault.PERMISSION),
        404: Meaning(Fault.NOT_FOUND),
        410: Meaning(Fault.NOT_FOUND),
        408: Meaning(Fault.TIMEOUT, ambiguous=True),
        429: Meaning(Fault.RATE_LIMIT),
        400: Meaning(Fault.INVALID_REQUEST),
        422: Meaning(Fault.INVALID_REQUEST),
    }
)
