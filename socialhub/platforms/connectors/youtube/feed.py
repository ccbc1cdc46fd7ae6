"""What the hub pushes: an Atom feed with a changed video, or with the tombstone of one that is gone
(https://developers.google.com/youtube/v3/guides/push_notifications, RFC 6721, read 2026-11).

The body comes from outside, so the parser knows no document types and no entities: whatever declares one is refused
before anything of it is read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit
from xml.parsers import expat

ATOM, YOUTUBE = "http://www.w3.org/2005/Atom", "http://www.youtube.com/xml/schemas/2015"
TOMBSTONE = "http://purl.org/atompub/tombstones/1.0"
DEEPEST, MOST = 20, 200
"""How deep a feed may be nested and how many videos it may name; the hub's have one."""


class Unsafe(ValueError):
    """A document that declares what no feed needs, or goes too deep."""


@dataclass
class Line:
    """A video as a feed names it. ``at`` is when it was changed or taken down."""

    video: str = ""
    channel: str = ""
    published: str = ""
    updated: str = ""
    is_gone: bool = False

    @property
    def at(self) -> datetime | None:
        """When that was."""
        try:
            return datetime.fromisoformat(self.updated).astimezone(UTC)
        except ValueError:
            return None


@dataclass
class _Reading:
    lines: list[Line] = field(default_factory=list)
    channel: str = ""
    """Of the feed's own address, for tombstones that name none."""
    path: list[str] = field(default_factory=list)
    text: list[str] = field(default_factory=list)

    def start(self, name: str, given: Mapping[str, str]) -> None:
        self.path.append(name)
        self.text = []
        if len(self.path) > DEEPEST or len(self.lines) > MOST:
            raise Unsafe("too large")
        if name == f"{ATOM} entry":
            self.lines.append(Line())
        elif name == f"{TOMBSTONE} deleted-entry":
            video = given.get("ref", "").removeprefix("yt:video:")
            self.lines.append(Line(video, updated=given.get("when", ""), is_gone=True))
        elif name == f"{ATOM} link" and given.get("rel") == "self":
            self.channel = channel_of(given.get("href", "")) or self.channel

    def add(self, text: str) -> None:
        self.text.append(text)

    def end(self, name: str) -> None:
        said = "".join(self.text).strip()
        self.path.pop()
        self.text = []
        if not self.lines:
            return
        line, is_entry = self.lines[-1], self.path[-1:] == [f"{ATOM} entry"]
        if name == f"{YOUTUBE} videoId" and is_entry:
            line.video = said
        elif name == f"{YOUTUBE} channelId" and is_entry:
            line.channel = said
        elif name in {f"{ATOM} published", f"{ATOM} updated"} and is_entry:
            setattr(line, name.rpartition(" ")[2], said)
        elif name.endswith(" uri") and line.is_gone:
            line.channel = said.rpartition("/")[2]


def read_feed(body: bytes) -> tuple[Line, ...]:
    """The videos that a feed names. Raises :class:`ValueError` for what is no feed, or no safe one."""
    reading = _Reading()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler, parser.EndElementHandler = reading.start, reading.end
    parser.CharacterDataHandler = reading.add
    for name in ("StartDoctypeDecl", "EntityDecl", "UnparsedEntityDecl", "ExternalEntityRef"):
        setattr(parser, f"{name}Handler", _refuse)
    try:
        parser.Parse(body, True)
    except expat.ExpatError as problem:
        raise ValueError(f"no well-formed document: {problem.code}") from None
    for line in reading.lines:
        line.channel = line.channel or reading.channel
    return tuple(line for line in reading.lines if line.video)


def _refuse(*given: object) -> None:
    raise Unsafe("a document type or an entity is declared")


def channel_of(topic: str) -> str:
    """The channel in the address of a feed, in either form (``/xml/feeds/videos.xml`` and ``/feeds/…``)."""
    parts = urlsplit(topic)
    if parts.hostname != "www.youtube.com" or parts.path.removeprefix("/xml") != "/feeds/videos.xml":
        return ""
    return parse_qs(parts.query).get("channel_id", [""])[0]
