"""Little text, the form of a post's text
(https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/little-text-format, read 2026-11).

A reserved sign that is not escaped cuts the post off there, without an error. Hashtags become templates, mentions
that were typed as ``@[Name](urn:li:organization:1)`` stay mentions, everything else is escaped, links too.
"""

from __future__ import annotations

import re
import unicodedata

_RESERVED = re.compile(r"[|{}@\[\]()<>#＃\\*_~]")
_ESCAPED = re.compile(r"\\([|{}@\[\]()<>#＃\\*_~])")
_ELEMENT = re.compile(
    r"@\[(?P<name>[^\[\]\n]+)\]\(urn:li:(?P<kind>person|organization):(?P<id>[\w-]+)\)"
    r"|(?<![\w/&#＃])[#＃](?P<tag>\w*[^\W\d_]\w*)"
)
_TEMPLATE = re.compile(r"\{hashtag\|\\?[#＃]\|((?:\\.|[^|{}\\])+)\}")
_MENTION = re.compile(r"@\[((?:\\.|[^\[\]\\])+)\]\(urn:li:(?:person|organization):(?:\\.|[^()\\])+\)")


def escape(text: str) -> str:
    """The text as LinkedIn wants it."""
    parts: list[str] = []
    at = 0
    for found in _ELEMENT.finditer(text):
        parts += [_escape(text[at : found.start()]), _element(found)]
        at = found.end()
    return "".join([*parts, _escape(text[at:])])


def _element(found: re.Match[str]) -> str:
    if found["tag"]:
        return rf"{{hashtag|\#|{_escape(found['tag'])}}}"
    return f"@[{_escape(found['name'])}](urn:li:{found['kind']}:{_escape(found['id'])})"


def _escape(text: str) -> str:
    return _RESERVED.sub(r"\\\g<0>", text)


def plain(commentary: str) -> str:
    """What a reader sees of a text that was read back or is about to be sent, for comparing."""
    text = _TEMPLATE.sub(r"#\1", commentary)
    text = _ESCAPED.sub(r"\1", _MENTION.sub(r"\1", text))
    return " ".join(unicodedata.normalize("NFC", text).replace("＃", "#").split())
