"""An account with boards, and publishing to them, for the tests of this folder."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from socialhub.platforms import registry
from socialhub.platforms.testing import Desk, Row
from socialhub.platforms.tests.samples import answers, file_of, film, picture
from socialhub.platforms.values import Content, Kind

CONNECTOR = registry.get("pinterest")
PICTURE = file_of(picture(), "image/jpeg", alt="A cup")
STILL = Content(Kind.IMAGE, "Fresh & slow", media=(PICTURE,))
MOVING = Content(Kind.VIDEO, "A film", media=(file_of(film(), "video/mp4", alt="Steam over a cup"),))


def pins(desk: Desk) -> list[dict[str, Any]]:
    """What is live, oldest first."""
    return desk.server.control.posts(platform="pinterest")


def chosen(desk: Desk, kind: Kind = Kind.IMAGE) -> dict[str, Any]:
    """What a person has to choose."""
    return answers(CONNECTOR.options_for(desk.account), kind)


def publish(
    desk: Desk, content: Content, options: Mapping[str, Any] | None = None, *, row: Row | None = None
) -> Row:
    """Publish to the first board unless another one is chosen."""
    return desk.publish(content, {**chosen(desk, content.kind), **(options or {})}, row=row)


def choices(desk: Desk) -> dict[str, str]:
    """Label → value of the boards that can be chosen."""
    option = next(item for item in CONNECTOR.options_for(desk.account).items if item.remote)
    return {choice.label: choice.value for choice in option.choices}
