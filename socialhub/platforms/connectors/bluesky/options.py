"""What Bluesky asks of the person who posts (lexicon app.bsky.feed.post)."""

from __future__ import annotations

from socialhub.platforms.options import Choice, Option, Options, OptionType
from socialhub.platforms.values import Kind

NO_LABEL = "none"
ONLY_LINK = frozenset({Kind.LINK})

LABEL = Option(
    "label",
    "Warning on the media",
    default=NO_LABEL,
    choices=(
        Choice(NO_LABEL, "None"),
        Choice("sexual", "Suggestive"),
        Choice("nudity", "Nudity"),
        Choice("porn", "Adult"),
        Choice("graphic-media", "Graphic"),
    ),
    kinds=frozenset({Kind.IMAGE, Kind.GALLERY, Kind.VIDEO, Kind.THREAD}),
)
LANGUAGE = Option("language", "Language", OptionType.TEXT, max=11, help="A code such as en or pt-BR.")
CARD_TITLE = Option(
    "card_title",
    "Title of the link card",
    OptionType.TEXT,
    kinds=ONLY_LINK,
    max=300,
    help="Empty: the name of the site.",
)
CARD_TEXT = Option("card_text", "Text of the link card", OptionType.TEXT, kinds=ONLY_LINK, max=1000)

options = Options((LABEL, LANGUAGE, CARD_TITLE, CARD_TEXT))
