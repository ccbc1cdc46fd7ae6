"""Links, mentions and hashtags of a text: nothing is found by the platform itself.

Facets count UTF-8 bytes, the end excluded (https://docs.bsky.app/docs/advanced-guides/post-richtext, read 2026-04).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import regex

FACET = "app.bsky.richtext.facet"
LONGEST_HANDLE = 253
TAG_GRAPHEMES, TAG_BYTES = 64, 640
_LINK = regex.compile(r"(?<!\w)https?://[^\s<>\"]++", regex.IGNORECASE)
_MENTION = regex.compile(r"(?<![^\s(])@(?P<handle>[a-z0-9][a-z0-9.-]*+)", regex.IGNORECASE)
_TAG = regex.compile(
    r"(?<![^\s(])[#\uff03](?P<tag>(?!\ufe0f)[^\s\u00ad\u2060\u200a\u200b\u200c\u200d\u20e2]++)"
)
_LABEL = regex.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_TAG_END = regex.compile(r"\p{P}++$")
_WORD = regex.compile(r"[^\d\p{P}]")
_GRAPHEME = regex.compile(r"\X")
_INVISIBLE = regex.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_AFTER_LINK = ".,;:!?'\"*_"

Span = tuple[int, int, str]


def clean_name(typed: str) -> str:
    """A handle or DID as people copy it, without the @ and what does not show."""
    return _INVISIBLE.sub("", typed).strip().removeprefix("@").lower()


def is_handle(value: str) -> bool:
    """Whether a lower-case name can be a handle (https://atproto.com/specs/handle)."""
    labels = value.split(".")
    return (
        len(value) <= LONGEST_HANDLE
        and len(labels) > 1
        and all(_LABEL.fullmatch(label) for label in labels)
        and not labels[-1][0].isdigit()
    )


def find_links(text: str) -> list[Span]:
    """Start, end and address of every http(s) link; what ends a sentence is not part of it."""
    found = []
    for match in _LINK.finditer(text):
        url = match[0].rstrip(_AFTER_LINK)
        while url.endswith(")") and url.count(")") > url.count("("):
            url = url[:-1].rstrip(_AFTER_LINK)
        if "." in url:
            found.append((match.start(), match.start() + len(url), url))
    return found


def find_mentions(text: str) -> list[Span]:
    """Start, end (the @ included) and lower-case handle of every mention outside of links."""
    found = []
    for match in _MENTION.finditer(text):
        handle = match["handle"].rstrip(".-")
        if is_handle(handle.lower()):
            found.append((match.start(), match.start("handle") + len(handle), handle.lower()))
    return found


def find_tags(text: str) -> list[Span]:
    """Start, end (the # included) and name of every hashtag."""
    found = []
    for match in _TAG.finditer(text):
        tag = _TAG_END.sub("", match["tag"])
        if not _WORD.search(tag) or len(tag.encode()) > TAG_BYTES:
            continue
        if sum(1 for _ in _GRAPHEME.finditer(tag)) <= TAG_GRAPHEMES:
            found.append((match.start(), match.start("tag") + len(tag), tag))
    return found


def facets_of(text: str, dids: Mapping[str, str]) -> list[dict[str, Any]]:
    """All facets in order. ``dids`` tells whom handles belong to; an unknown one stays plain text."""
    found: list[dict[str, Any]] = []
    last = 0
    for start, end, feature in sorted(_features(text, dids), key=lambda one: one[0]):
        if start >= last:
            index = {"byteStart": len(text[:start].encode()), "byteEnd": len(text[:end].encode())}
            found.append({"index": index, "features": [feature]})
            last = end
    return found


def _features(text: str, dids: Mapping[str, str]) -> Iterator[tuple[int, int, dict[str, str]]]:
    for start, end, url in find_links(text):
        yield start, end, {"$type": f"{FACET}#link", "uri": url}
    for start, end, handle in find_mentions(text):
        if dids.get(handle):
            yield start, end, {"$type": f"{FACET}#mention", "did": dids[handle]}
    for start, end, tag in find_tags(text):
        yield start, end, {"$type": f"{FACET}#tag", "tag": tag}
