"""What LinkedIn asks of the person who posts
(https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/posts-api, read 2026-11).
"""

from __future__ import annotations

from socialhub.platforms.options import Choice, Option, Options, OptionType
from socialhub.platforms.values import Account, Kind

from .rest import MEMBER

AUDIENCES = "audiences"
PUBLIC = "PUBLIC"
EVERYBODY = Choice(PUBLIC, "Everybody")
NARROWER = (Choice("LOGGED_IN", "LinkedIn members"), Choice("CONNECTIONS", "Connections only"))

options = Options(
    (
        Option("visibility", "Who sees it", default=PUBLIC, remote=AUDIENCES),
        Option(
            "title",
            "Title",
            OptionType.TEXT,
            max=399,
            kinds=frozenset({Kind.LINK, Kind.VIDEO}),
            help="LinkedIn does not look at the linked page: without a title the card shows its address.",
        ),
        Option(
            "description",
            "Description of the link",
            OptionType.TEXT,
            max=4000,
            kinds=frozenset({Kind.LINK}),
        ),
        Option("no_reshare", "Nobody may repost it", OptionType.FLAG, default=False),
    )
)


def remote_choices(account: Account, name: str) -> tuple[Choice, ...]:
    """Only a member may narrow the audience."""
    if name != AUDIENCES:
        return ()
    return (EVERYBODY, *NARROWER) if account.kind == MEMBER else (EVERYBODY,)
