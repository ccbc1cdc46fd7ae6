"""What platforms tell us by calling: the call as it came, how to answer a handshake, the events inside."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from socialhub.platforms.values import Account, App, Secret

if TYPE_CHECKING:
    from socialhub.platforms.api import Api


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


ERASE_NOW = "erase_now"
"""In the ``data`` of a REVOKED event: the account itself is gone, nobody can come back, and its data goes at once."""


class Unreadable(ValueError):
    """A body that is not what the platform sends."""


def is_json(body: bytes) -> bool:
    """Whether a body is JSON."""
    try:
        json.loads(body)
    except ValueError:
        return False
    return True


@dataclass(frozen=True)
class Ask:
    """What a subscription is made with: where the platform shall call, the word it repeats, whose app asks.

    ``secret`` seals the calls of this one subscription where the platform lets us choose it; ``kept`` is what the
    last answer told to keep. ``is_leaving`` says that the subscription is no longer wanted.
    """

    callback: str
    verify_token: str
    app: App
    now: datetime
    secret: Secret | None = None
    kept: Mapping[str, Any] = field(default_factory=dict)
    is_leaving: bool = False


@dataclass(frozen=True)
class Subscribed:
    """What is subscribed to. ``missing`` are fields that we asked for and the platform left out; ``is_pending`` says
    that it still has to check our address (an older subscription may go on until ``expires_at``); ``begins_at`` is
    when the present term began; ``kept`` is what checking, renewing and ending it need.
    """

    fields: frozenset[str]
    expires_at: datetime | None = None
    missing: frozenset[str] = frozenset()
    is_pending: bool = False
    begins_at: datetime | None = None
    kept: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Subscribing:
    """How an account is subscribed. Each may be repeated without harm.

    ``subscribe`` makes, renews or repairs it; ``check`` gives what there is (``None``: nothing); ``unsubscribe`` ends
    it. ``every`` is how often it is checked. With ``own_callback`` each subscription has an address that cannot be
    guessed and a secret of its own, and ``confirm`` answers the check of that address: with what is subscribed to
    from now on (nothing, where the check was of its end), or ``None``, where nobody asked for it. ``renew_at`` is the
    share of its life after which it is renewed.
    """

    subscribe: Callable[[Api, Account, Ask], Subscribed]
    check: Callable[[Api, Account, Ask], Subscribed | None]
    unsubscribe: Callable[[Api, Account, Ask], None]
    every: timedelta = timedelta(hours=6)
    own_callback: bool = False
    confirm: Callable[[Call, Account, Ask], tuple[Reply, Subscribed | None] | None] | None = None
    renew_at: float = 0.6

    def __post_init__(self) -> None:
        if self.own_callback != (self.confirm is not None):
            raise ValueError("an address of its own is checked by confirm, and only such a one")


@dataclass(frozen=True)
class Webhooks:
    """How a platform calls us.

    ``handshake`` answers the check of our address with one of the app's secrets and our verify tokens, ``None``
    where it is none or wrong; with ``repeats_token`` it repeats such a token. ``verify`` says whether a secret
    sealed this call. ``parse`` gives the events, and raises :class:`Unreadable`. ``secret_field`` is the app's field
    that seals (``client_secret`` unless another is used). ``subscribing`` is ``None`` where an admin subscribes on
    the platform's pages, once for all accounts; ``manual`` then says what to switch on there. ``is_well_formed``
    tells a body that could be the platform's; with ``hides_refusal`` a call that nobody sealed is dropped with a
    good answer, as the platform would go on sending it.
    """

    verify: Callable[[Call, Secret, datetime], bool]
    parse: Callable[[bytes], tuple[Event, ...]]
    handshake: Callable[[Call, Sequence[Secret], Sequence[str]], Reply | None] | None = None
    repeats_token: bool = False
    secret_field: str = "client_secret"
    subscribing: Subscribing | None = None
    manual: str = ""
    is_well_formed: Callable[[bytes], bool] = is_json
    hides_refusal: bool = False
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
