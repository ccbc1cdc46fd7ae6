"""Values that travel between the product and a connector: content, media, people's accounts, secrets."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any


class Kind(StrEnum):
    """The kinds of post that SocialHub composes; each platform offers some of them."""

    TEXT = "text"
    LINK = "link"
    IMAGE = "image"
    GALLERY = "gallery"
    VIDEO = "video"
    SHORT = "short"
    STORY = "story"
    DOCUMENT = "document"
    THREAD = "thread"


class Capability(StrEnum):
    """What an account can be used for; scopes are asked per capability."""

    PUBLISH = "publish"
    INSIGHTS = "insights"
    INBOX = "inbox"


class Secret:
    """A string that does not show itself: ``repr``, ``str`` and formatting give dots.

    Only :meth:`reveal` gives the value; equality is compared in constant time.
    """

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        """Wrap ``value``; an empty secret is a mistake and raises ``ValueError``."""
        if not value:
            raise ValueError("a secret may not be empty")
        self._value = value

    def reveal(self) -> str:
        """The value in clear. Call it where the bytes are sent, nowhere else."""
        return self._value

    def __repr__(self) -> str:
        return "Secret(•••)"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return repr(self)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self._value.encode(), other._value.encode())

    def __hash__(self) -> int:
        return hash(("Secret", self._value))

    def __reduce__(self) -> Any:
        raise TypeError("a secret is not pickled: task arguments and caches carry ids")


@dataclass(frozen=True)
class Tokens:
    """What a login gave. ``expires_at`` is ``None`` where the platform says nothing of an end.

    ``proof_key`` is the private key that the tokens are bound to, where they are (see ``dpop.py``). ``subject`` is
    whose they are, where the answer names somebody; it is checked at once and not stored.
    """

    access: Secret
    refresh: Secret | None = None
    expires_at: datetime | None = None
    refresh_expires_at: datetime | None = None
    scopes: frozenset[str] = frozenset()
    proof_key: Secret | None = None
    subject: str = ""


@dataclass(frozen=True)
class App:
    """The developer app that speaks for us: one per login method, for user-run servers one per host."""

    client_id: str
    client_secret: Secret | None = None
    host: str = ""
    extra: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True)
class Account:
    """A place to publish to: a page, a profile, a channel.

    ``external_id`` is the platform's id, unique with ``host`` (empty but for user-run servers).
    ``person_id`` is the app-scoped id of the person who gave consent: deletion callbacks name it.
    ``login`` is the key of the login method. ``extra`` belongs to the connector: only it looks inside.
    """

    external_id: str
    handle: str
    name: str = ""
    kind: str = ""
    host: str = ""
    url: str = ""
    avatar_url: str = ""
    person_id: str = ""
    login: str = ""
    tokens: Tokens | None = None
    extra: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))

    def with_tokens(self, tokens: Tokens) -> Account:
        """The same account with other tokens."""
        return replace(self, tokens=tokens)


def _no_reader(offset: int, length: int) -> bytes:
    raise LookupError("this media value was made for checking and has no bytes")


def _no_link(ttl: timedelta) -> str:
    raise LookupError("this media value was made for checking and has no public address")


@dataclass(frozen=True)
class Media:
    """One file as measured: sizes in bytes and pixels, times in seconds.

    ``read(offset, length)`` gives at most ``length`` bytes; ``public_url(ttl)`` gives a signed address that
    a platform can fetch for that long. A measure that is unknown or does not apply is ``None``.
    """

    key: str
    mime: str
    size: int
    alt: str = ""
    name: str = ""
    width: int | None = None
    height: int | None = None
    seconds: float | None = None
    fps: float | None = None
    video_codec: str | None = None
    audio_codec: str | None = None
    pages: int | None = None
    read: Callable[[int, int], bytes] = field(default=_no_reader, repr=False, compare=False)
    public_url: Callable[[timedelta], str] = field(default=_no_link, repr=False, compare=False)

    @property
    def is_video(self) -> bool:
        """Whether the file moves (an animated GIF does not count)."""
        return self.mime.startswith("video/")

    @property
    def is_image(self) -> bool:
        """Whether the file is a picture, animated GIF included."""
        return self.mime.startswith("image/")

    @property
    def is_document(self) -> bool:
        """Whether the file has pages to turn."""
        return self.mime == "application/pdf"

    @property
    def ratio(self) -> float | None:
        """Width divided by height, or ``None`` where they are unknown."""
        return self.width / self.height if self.width and self.height else None


@dataclass(frozen=True)
class Part:
    """One post of a thread."""

    text: str = ""
    media: tuple[Media, ...] = ()


@dataclass(frozen=True)
class Content:
    """What shall be published, already resolved for one account (overrides applied).

    A thread keeps every post, the first included, in ``parts``; ``text`` and ``media`` are then empty.
    ``link`` is the first address in the text of a link post, else empty.
    """

    kind: Kind
    text: str = ""
    link: str = ""
    media: tuple[Media, ...] = ()
    parts: tuple[Part, ...] = ()
    first_comment: str = ""

    @property
    def posts(self) -> tuple[Part, ...]:
        """The posts that this content becomes, in order: the parts of a thread, else one."""
        return self.parts if self.kind is Kind.THREAD else (Part(self.text, self.media),)
