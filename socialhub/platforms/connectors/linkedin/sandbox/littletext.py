"""Little text (https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/little-text-format):
a reserved sign that is neither escaped nor part of an element ends the text without an error.
"""

from __future__ import annotations

import re

RESERVED = r"|{}@[]()<>#\*_~"
_ESCAPED = re.compile(r"\\([|{}@\[\]()<>#\\*_~])")
_TEMPLATE = re.compile(r"\{hashtag\|\\?[#＃]\|((?:\\.|[^|{}\\])+)\}")
_MENTION = re.compile(r"@\[((?:\\.|[^\[\]\\])+)\]\(urn:li:(?:person|organization):(?:\\.|[^()\\])+\)")
_HASHTAG = re.compile(r"#(\w+)")


def shown(commentary: str) -> str:
    """What a reader sees."""
    return _walk(commentary)[0]


def normalised(commentary: str) -> str:
    """The commentary as the API gives it back: hashtags as templates, cut where it was cut."""
    return _walk(commentary)[1]


def _walk(commentary: str) -> tuple[str, str]:
    seen, kept, at = "", "", 0
    while at < len(commentary):
        rest = commentary[at:]
        if found := _ESCAPED.match(rest):
            seen, kept = seen + found[1], kept + found[0]
        elif found := _TEMPLATE.match(rest):
            seen, kept = seen + "#" + _plain(found[1]), kept + found[0]
        elif found := _MENTION.match(rest):
            seen, kept = seen + _plain(found[1]), kept + found[0]
        elif found := _HASHTAG.match(rest):
            seen, kept = seen + found[0], kept + rf"{{hashtag|\#|{found[1]}}}"
        elif rest[0] in RESERVED:
            break
        else:
            seen, kept, at = seen + rest[0], kept + rest[0], at + 1
            continue
        at += found.end()
    return seen, kept


def _plain(text: str) -> str:
    return _ESCAPED.sub(r"\1", text)
