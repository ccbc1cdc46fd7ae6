"""What the simulated world is made of. Every field is plain JSON, so a world can be written to a file and
read back.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Person:
    """Somebody who can sign in on the platforms and press Allow or Deny."""

    id: str
    name: str


@dataclass
class Account:
    """A profile, page or channel that a person runs on one platform (and on one host, where hosts differ)."""

    id: str
    platform: str
    person: str
    handle: str
    name: str
    host: str = ""
    kind: str = ""
    bio: str = ""
    created_at: float = 0.0
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass
class App:
    """A developer app: what an OAuth client is called by its platform."""

    client_id: str
    client_secret: str
    platform: str
    name: str
    redirect_uris: list[str]
    host: str = ""
    scopes: list[str] = field(default_factory=list)
    confidential: bool = True
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass
class Code:
    """An authorization code and everything it is bound to."""

    value: str
    client_id: str
    person: str
    redirect_uri: str
    scopes: list[str]
    expires_at: float
    declined: list[str] = field(default_factory=list)
    accounts: list[str] = field(default_factory=list)
    challenge: str = ""
    challenge_method: str = ""
    used: bool = False


@dataclass
class Token:
    """Any bearer value. `family` ties together all tokens that came from one consent."""

    value: str
    platform: str
    kind: str
    client_id: str
    person: str
    scopes: list[str]
    issued_at: float
    expires_at: float | None = None
    account: str = ""
    accounts: list[str] = field(default_factory=list)
    declined: list[str] = field(default_factory=list)
    family: str = ""
    used: bool = False
    revoked: bool = False

    def is_live(self, now: float) -> bool:
        """Whether the token still opens anything at world time `now`."""
        return not self.revoked and (self.expires_at is None or now < self.expires_at)


@dataclass
class Media:
    """An uploaded or pulled file. `ready_at` is when processing ends, `failure` what it will then say."""

    id: str
    platform: str
    account: str
    mime: str
    blob: str
    size: int
    created_at: float
    ready_at: float = 0.0
    failure: str = ""
    alt: str = ""
    width: int = 0
    height: int = 0
    seconds: float = 0.0
    host: str = ""
    post: str = ""
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass
class Post:
    """Something that went out. `reply_to` is the id of the post it answers."""

    id: str
    platform: str
    account: str
    text: str
    created_at: float
    host: str = ""
    url: str = ""
    media: list[str] = field(default_factory=list)
    reply_to: str = ""
    client_id: str = ""
    deleted_at: float | None = None
    extra: dict[str, Any] = field(default_factory=dict)
