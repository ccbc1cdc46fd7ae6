"""Asking for figures of a member or a page, and what came of it, for the tests of this folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from socialhub.platforms.metrics import Findings, Part, Published, Span, Why
from socialhub.platforms.testing import Desk, Listening
from socialhub.platforms.values import Kind

from ..insights import insights, read_posts
from .desks import MOVING, TEXT

PARTS = {part.name: part for part in insights.parts}


def heard(desk: Desk) -> list[str]:
    """The addresses that were asked, in order."""
    assert isinstance(desk.transport, Listening)
    return [request.url for request, _ in desk.transport.heard]


def query_of(url: str) -> str:
    """The query, byte for byte."""
    return url.partition("?")[2]


def listening(desk: Desk) -> Desk:
    """The same with every request kept."""
    return replace(desk, transport=Listening(desk.server.url))


def names(found: Findings) -> set[str]:
    """What was told."""
    return {number.name for number in found.numbers}


def lacks(found: Findings) -> dict[str, Why]:
    """What was not, and why."""
    return {lack.name: lack.why for lack in found.lacks}


def posted(desk: Desk, kind: Kind = Kind.TEXT) -> Published:
    """A post that is a day old."""
    row = desk.publish({Kind.TEXT: TEXT, Kind.VIDEO: MOVING}[kind])
    at = desk.server.clock.moment()
    desk.server.control.advance(86_400)
    return Published(row.post_id, at, kind)


def read(desk: Desk, *posts: Published) -> Mapping[str, Findings]:
    """Their figures now."""
    return read_posts(desk.api(), desk.account, posts, desk.server.clock.moment())


def ask(desk: Desk, part: Part, *, back: int = 1, days: int = 1) -> Findings:
    """A part about some days, the last of which is ``back`` days ago."""
    last = desk.server.clock.moment().date() - timedelta(days=back)
    span = Span(last - timedelta(days=days - 1), last)
    return part.read(desk.api(), desk.account, span, desk.server.clock.moment())
