"""What Mastodon asks of the person who posts (https://docs.joinmastodon.org/methods/statuses/#create)."""

from __future__ import annotations

from socialhub.platforms.options import Choice, Option, Options, OptionType
from socialhub.platforms.rules import Image
from socialhub.platforms.values import Kind

MINUTE, HOUR, DAY = 60, 3600, 86_400

VISIBILITY = Option(
    "visibility",
    "Who sees it",
    default="public",
    choices=(
        Choice("public", "Everybody"),
        Choice("unlisted", "Everybody, but not in public timelines"),
        Choice("private", "Followers only"),
        Choice("direct", "Only people who are mentioned"),
    ),
)
QUIET_REPLIES = Option(
    "quiet_replies",
    "Keep all but the first post of the thread out of public timelines",
    OptionType.FLAG,
    default=True,
    kinds=frozenset({Kind.THREAD}),
)
SPOILER = Option(
    "spoiler_text",
    "Content warning",
    OptionType.TEXT,
    help="Shown instead of the post until people open it. Its length counts with the text.",
    max=500,
)
SENSITIVE = Option(
    "sensitive",
    "Hide the media behind a warning",
    OptionType.FLAG,
    default=False,
    kinds=frozenset({Kind.IMAGE, Kind.GALLERY, Kind.VIDEO, Kind.THREAD}),
)
LANGUAGE = Option(
    "language", "Language", OptionType.TEXT, max=3, help="ISO 639 code such as en; empty: the account's own."
)
FOCUS = Option(
    "focus",
    "What previews keep in view",
    default="0,0",
    kinds=frozenset({Kind.IMAGE, Kind.GALLERY}),
    choices=(
        Choice("0,0", "The middle"),
        Choice("0,1", "The top"),
        Choice("0,-1", "The bottom"),
        Choice("-1,0", "The left"),
        Choice("1,0", "The right"),
    ),
    help="Timelines crop pictures to fit.",
)
THUMBNAIL = Option(
    "thumbnail",
    "Picture that stands for the video",
    OptionType.MEDIA,
    kinds=frozenset({Kind.VIDEO}),
    # The server holds it to its limit for pictures; this is Mastodon's own.
    file=Image(frozenset({"image/jpeg", "image/png"}), 16_777_216, max_pixels=33_177_600),
)
ONLY_TEXT = frozenset({Kind.TEXT})
POLL = (
    Option(
        "poll_options", "Poll: answers", OptionType.LINES, kinds=ONLY_TEXT, max=50, min_items=2, max_items=4
    ),
    Option(
        "poll_seconds",
        "Poll: open for",
        default=str(DAY),
        kinds=ONLY_TEXT,
        choices=(
            Choice(str(5 * MINUTE), "5 minutes"),
            Choice(str(HOUR), "1 hour"),
            Choice(str(6 * HOUR), "6 hours"),
            Choice(str(DAY), "1 day"),
            Choice(str(3 * DAY), "3 days"),
            Choice(str(7 * DAY), "7 days"),
        ),
    ),
    Option("poll_multiple", "Poll: several answers allowed", OptionType.FLAG, default=False, kinds=ONLY_TEXT),
)

options = Options((VISIBILITY, QUIET_REPLIES, SPOILER, SENSITIVE, LANGUAGE, FOCUS, THUMBNAIL, *POLL))
