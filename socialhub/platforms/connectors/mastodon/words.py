"""The text of a status without its HTML, and who is named in a text."""

from __future__ import annotations

import html

import regex

_PARAGRAPH = regex.compile(r"</p>\s*+<p[^<>]*+>", regex.IGNORECASE)
_BREAK = regex.compile(r"<br\s*+/?>", regex.IGNORECASE)
_TAG = regex.compile(r"<[^<>]*+>")
_MENTION = regex.compile(r"(?<![\w/=@.])@(\w[\w.-]*+(?:@\w[\w.-]*+)?+)")


def plain_text(content: str) -> str:
    """What a reader sees: paragraphs and line breaks, no marks."""
    parted = _BREAK.sub("\n", _PARAGRAPH.sub("\n\n", content))
    return html.unescape(_TAG.sub("", parted)).strip()


def names_in(text: str, host: str) -> frozenset[str]:
    """The accounts that a text mentions, as ``user@host`` in small letters."""
    found = (match.group(1).rstrip(".-").lower() for match in _MENTION.finditer(text))
    return frozenset(full_name(name, host) for name in found)


def full_name(acct: str, host: str) -> str:
    """``user@host`` for what a server writes without a host where the account is its own."""
    return (acct if "@" in acct else f"{acct}@{host}").lower()
