"""What Pinterest asks of the person who posts
(https://developers.pinterest.com/docs/api/v5/pins-create, read 2026-11).
"""

from __future__ import annotations

from socialhub.platforms.options import Choice, Option, Options, OptionType
from socialhub.platforms.values import Account, Kind

from .rules import COVER

BOARDS = "boards"

options = Options(
    (
        Option("board", "Board", required=True, remote=BOARDS, help="Where the pin goes, with its section."),
        Option("title", "Title", OptionType.TEXT, max=100, help="Feeds show about 40 characters."),
        Option(
            "link", "Link", OptionType.TEXT, max=2048, help="Opened by a click on the pin; http or https."
        ),
        Option(
            "cover_second",
            "Cover: second of the video",
            OptionType.NUMBER,
            default=0,
            kinds=frozenset({Kind.VIDEO}),
            help="Where no cover of its own is chosen.",
        ),
        Option(
            "cover",
            "Cover: a picture",
            OptionType.MEDIA,
            kinds=frozenset({Kind.VIDEO}),
            file=COVER,
            help="It looks best in the shape of the video.",
        ),
    )
)


def remote_choices(account: Account, name: str) -> tuple[Choice, ...]:
    """The boards that were there when the account was last looked at, sections after their board."""
    known = account.extra.get(BOARDS, ()) if name == BOARDS else ()
    return tuple(Choice(str(value), str(label)) for value, label in known)


def place(chosen: str) -> tuple[str, str]:
    """Board and section (or "") of a chosen value, ``<board>`` or ``<board>/<section>``."""
    board, _, section = chosen.partition("/")
    return board, section
