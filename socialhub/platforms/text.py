"""Five ways in which platforms count text. Linear in the length of the text, whatever the text is."""

from __future__ import annotations

from enum import StrEnum

import regex


class Count(StrEnum):
    """The unit of a text limit."""

    CODEPOINTS = "codepoints"
    GRAPHEMES = "graphemes"
    UTF16 = "utf16"
    BYTES = "bytes"
    WEIGHTED = "weighted"


def measure(value: str, count: Count, *, url_cost: int | None = None, local_mentions: bool = False) -> int:
    """The length of ``value``.

    ``url_cost``: every http(s) URL counts that much. ``local_mentions``: the server part of
    ``@user@server`` is free.
    """
    raise LookupError(count)


def invalid_character(value: str) -> str | None:
    """The first character that X refuses in a text, or ``None``."""
    match = regex.search("[\ufffe\ufeff\uffff]", value)
    return match[0] if match else None


def count_hashtags(value: str) -> int:
    """How many hashtags stand in ``value``."""
    return len(regex.findall(r"(?<![\w&])[#＃][\w]++", value))


def count_mentions(value: str) -> int:
    """How many people are mentioned in ``value``."""
    return len(regex.findall(r"(?<![\w@.])[@＠][\w]++", value))
