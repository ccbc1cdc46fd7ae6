"""Counting and rendering a post (twitter-text configuration v3: scale 100, default weight 200, links 23).

Top-level domains without a scheme are recognised from a shortened list: the common generic ones and all
two-letter ones.
"""

from __future__ import annotations

import hashlib
import html
import unicodedata
from dataclasses import dataclass

import regex

LIMIT = 280
PREMIUM_LIMIT = 25_000
URL_COST = 23
LIGHT = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))
FORBIDDEN = ("\ufffe", "\ufeff", "\uffff")
URL = regex.compile(
    r"https?://[^\s<>\"]++"
    r"|(?<![@\w.\-/])(?:[a-z0-9][a-z0-9-]*+\.)+"
    r"(?:com|net|org|edu|gov|info|biz|app|dev|blog|shop|store|cafe|coffee|online|site|news|social|xyz|[a-z]{2})"
    r"(?![\w@-])(?:/[^\s<>\"]*+)?",
    regex.IGNORECASE,
)
GRAPHEME = regex.compile(r"\X")
EMOJI = regex.compile(r"[\p{Extended_Pictographic}\p{Regional_Indicator}\u20e3]")
TRAILING = ".,:;!?)'"


@dataclass(frozen=True)
class Link:
    """A link in a text: its place, what was written and what X makes of it."""

    start: int
    end: int
    written: str
    short: str

    @property
    def expanded(self) -> str:
        """With a scheme."""
        return self.written if "://" in self.written else f"http://{self.written}"


def find_links(text: str, salt: str) -> list[Link]:
    """All links in order. `salt` makes the short forms of one post its own."""
    links: list[Link] = []
    for found in URL.finditer(text):
        written = found.group().rstrip(TRAILING)
        links.append(
            Link(found.start(), found.start() + len(written), written, shorten(f"{salt} {len(links)}"))
        )
    return links


def shorten(seed: str) -> str:
    """A t.co link."""
    return f"https://t.co/{hashlib.sha256(seed.encode()).hexdigest()[:10]}"


def weight(text: str) -> int:
    """Weighted length; a whole emoji is 2, a link 23."""
    text = unicodedata.normalize("NFC", text)
    total, last = 0, 0
    for link in find_links(text, ""):
        total += _plain_weight(text[last : link.start]) + URL_COST
        last = link.end
    return total + _plain_weight(text[last:])


def _plain_weight(text: str) -> int:
    total = 0
    for grapheme in GRAPHEME.findall(text):
        if EMOJI.search(grapheme) and not grapheme.isascii():
            total += 2
        else:
            total += sum(
                1 if any(first <= ord(sign) <= last for first, last in LIGHT) else 2 for sign in grapheme
            )
    return total


def is_valid(text: str, limit: int) -> bool:
    """Short enough and free of what no text may hold."""
    return not any(sign in text for sign in FORBIDDEN) and weight(text) <= limit


def render(text: str, links: list[Link]) -> str:
    """The text as the API gives it back: short links, and &, <, > escaped."""
    parts, last = [], 0
    for link in links:
        parts += [html.escape(text[last : link.start], quote=False), link.short]
        last = link.end
    return "".join([*parts, html.escape(text[last:], quote=False)])
