"""A member and a page, and publishing as them, for the tests of this folder."""

from __future__ import annotations

from typing import Any

from socialhub.platforms import registry
from socialhub.platforms.sandbox.server import SandboxServer
from socialhub.platforms.testing import Desk, connect
from socialhub.platforms.tests.samples import file_of, film, picture
from socialhub.platforms.values import Content, Kind

from .. import login

CONNECTOR = registry.get("linkedin")
MEMBER, PAGE = login.member, login.organization
TEXT = Content(
    Kind.TEXT, "Fresh roast (Kenya) for #coffee_lovers: https://northwind.coffee/a_b?c=1#top & more_"
)
LINK = Content(Kind.LINK, "See https://northwind.coffee/beans", link="https://northwind.coffee/beans")
STILL = Content(Kind.IMAGE, "A cup", media=(file_of(picture(), "image/jpeg", alt="A cup"),))
MOVING = Content(Kind.VIDEO, "A film", media=(file_of(film(), "video/mp4"),))
POSTING = {"method": "POST", "path": "/rest/posts"}


def as_member(sandbox: SandboxServer) -> Desk:
    """Nora Lindqvist herself."""
    return connect(CONNECTOR, MEMBER, sandbox)


def as_page(sandbox: SandboxServer) -> Desk:
    """Northwind Coffee."""
    return connect(CONNECTOR, PAGE, sandbox)


def live(desk: Desk) -> list[dict[str, Any]]:
    """What is live, oldest first."""
    return desk.server.control.posts(platform="linkedin")


def asked(desk: Desk, method: str, path: str) -> int:
    """How often LinkedIn was asked for this."""
    requests = desk.server.control.requests()
    return sum(request["method"] == method and path in request["path"] for request in requests)
