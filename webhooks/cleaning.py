"""What strangers send, as every database takes it: no NUL, no halves of characters."""

from __future__ import annotations

import re
from typing import Any

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def storable(value: Any) -> Any:
    """The same value with U+FFFD for what PostgreSQL refuses in texts and in JSON."""
    match value:
        case str():
            return _UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", value)
        case dict():
            return {storable(name): storable(each) for name, each in value.items()}
        case list() | tuple():
            return [storable(each) for each in value]
        case _:
            return value


# What turns the direction of text or hides in it. Joiners stay: scripts and emoji need them.
_TRICKS = re.compile(
    "[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\\u00ad\\u061c\\u180e\\u200b\\u200e\\u200f\\u2028-\\u202e\\u2060-\\u2069\\ufeff]"
)
_MARKS = "[\\u0300-\\u036f\\u1ab0-\\u1aff\\u1dc0-\\u1dff\\u20d0-\\u20ff\\ufe20-\\ufe2f]"
_STACKED = re.compile(f"({_MARKS}{{4}}){_MARKS}+")


def showable(text: str) -> str:
    """What a stranger wrote, without what could disguise the words around it. It still has to be escaped."""
    return _STACKED.sub(r"\1", _TRICKS.sub("", text.replace("\r\n", "\n").replace("\r", "\n")))
