"""What platforms tell us by calling: the call as it came, how to answer a handshake, the events inside."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from socialhub.platforms.values import Secret


class EventKind(StrEnum):
    """What happened, in words common to all platforms."""

    COMMENT = "comment"
    MENTION = "mention"
    MESSAGE = "message"
    POST_LIVE = "post_live"
    POST_FAILED = "post_failed"
    POST_REMOVED = "post_removed"
    REVOKED = "revoked"
    OTHER = "other"


@dataclass(frozen=True)
class Call:
    """One request to us as it came. Header names in lower case; ``body`` is not decoded by anybody before."""

    method: str
    headers: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes = b""

    def header(self, name: str) -> str:
        """A header, or an empty text."""
        return self.headers.get(name, "")


@dataclass(frozen=True)
class Reply:
    """What we answer to a handshake, byte for byte."""

    body: str
    content_type: str = "text/plain"


@dataclass(frozen=True)
class Event:
    """One thing that happened. ``key`` names it among the events of its account, so that telling it twice is
    noticed; ``account_id`` is the platform's id of the account it is about and ``subject`` that of the post, comment
    or message. ``data`` is what the platform said.
    """

    kind: EventKind
    key: str
    account_id: str
    subject: str = ""
    at: datetime | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


class Unreadable(ValueError):
    """A body that is not what the platform sends."""


@dataclass(frozen=True)
class Webhooks:
    """How a platform calls us.

    ``handshake`` answers the check of our address with one of the app's secrets and our verify tokens, ``None``
    where it is none or wrong; with ``repeats_token`` it repeats such a token. ``verify`` says whether a secret
    sealed this call. ``parse`` gives the events, and raises :class:`Unreadable`. ``secret_field`` is the app's field
    that seals (``client_secret`` unless another is used).
    """

    verify: Callable[[Call, Secret, datetime], bool]
    parse: Callable[[bytes], tuple[Event, ...]]
    handshake: Callable[[Call, Sequence[Secret], Sequence[str]], Reply | None] | None = None
    repeats_token: bool = False
    secret_field: str = "client_secret"
    source: str = ""


def at_seconds(value: Any) -> datetime | None:
    """An instant given as seconds or milliseconds since 1970; ``None`` where it is neither."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    seconds = value / 1000 if value > 1e11 else value
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError, ValueError):
        return None


def mappings(value: Any) -> Iterable[Mapping[str, Any]]:
    """The objects in a list, whatever else may stand there."""
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []
