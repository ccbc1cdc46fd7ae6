"""What LinkedIn asks of the person who posts
(https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/posts-api and …/poll-post-api,
read 2026-11).
"""

from __future__ import annotations

from socialhub.platforms.options import Choice, Option, Options, OptionType
from socialhub.platforms.values import Account, Kind

from .rest import MEMBER
from .rules import STILL

AUDIENCES = "audiences"
PUBLIC = "PUBLIC"
EVERYBODY = Choice(PUBLIC, "Everybody")
ONLY_TEXT = frozenset({Kind.TEXT})
NARROWER = (Choice("LOGGED_IN", "LinkedIn members"), Choice("CONNECTIONS", "Connections only"))

options = Options(
    (
        Option("visibility", "Who sees it", default=PUBLIC, remote=AUDIENCES),
        Option(
            "title",
            "Title",
            OptionType.TEXT,
            max=399,
            kinds=frozenset({Kind.LINK, Kind.VIDEO, Kind.DOCUMENT}),
            help="LinkedIn does not look at the linked page: without a title the card shows its address."
            " A document without one shows its file name.",
        ),
        Option(
            "description",
            "Description of the link",
            OptionType.TEXT,
            max=4000,
            kinds=frozenset({Kind.LINK}),
        ),
        Option(
            "card_image",
            "Picture of the link",
            OptionType.MEDIA,
            kinds=frozenset({Kind.LINK}),
            file=STILL,
            help="LinkedIn does not fetch the picture of the linked page.",
        ),
        Option(
            "cover",
            "Picture that stands for the video",
            OptionType.MEDIA,
            kinds=frozenset({Kind.VIDEO}),
            file=STILL,
        ),
        Option(
            "poll_options",
            "Poll: answers",
            OptionType.LINES,
            kinds=ONLY_TEXT,
            max=30,
            min_items=2,
            max_items=4,
        ),
        Option(
            "poll_question",
            "Poll: question",
            OptionType.TEXT,
            kinds=ONLY_TEXT,
            max=140,
            help="Without one the text of the post is the question.",
        ),
        Option(
            "poll_duration",
            "Poll: open for",
            default="THREE_DAYS",
            kinds=ONLY_TEXT,
            choices=(
                Choice("ONE_DAY", "1 day"),
                Choice("THREE_DAYS", "3 days"),
                Choice("SEVEN_DAYS", "7 days"),
                Choice("FOURTEEN_DAYS", "14 days"),
            ),
        ),
        Option("no_reshare", "Nobody may repost it", OptionType.FLAG, default=False),
    )
)


def remote_choices(account: Account, name: str) -> tuple[Choice, ...]:
    """Only a member may narrow the audience."""
    if name != AUDIENCES:
        return ()
    return (EVERYBODY, *NARROWER) if account.kind == MEMBER else (EVERYBODY,)
