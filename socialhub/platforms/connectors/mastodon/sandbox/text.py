"""Counting and rendering a status (rules of app/validators/status_length_validator.rb)."""

from __future__ import annotations

import html

import regex

LINK = regex.compile(r"https?://[^\s<>\"]++")
MENTION = regex.compile(r"(?<![\w/])(@[\w.-]++)@[\w-]++(?:\.[\w-]++)++")
NAME = regex.compile(r"(?<![\w/@])@(\w++)(@[\w-]++(?:\.[\w-]++)++)?")
GRAPHEME = regex.compile(r"\X")
URL_COST = 23


def length(text: str, spoiler: str) -> int:
    """Grapheme clusters of both; a link counts 23, a mention only its local part."""
    counted = LINK.sub("-" * URL_COST, MENTION.sub(r"\1", text))
    return len(GRAPHEME.findall(spoiler + counted))


def mentions(text: str, host: str) -> set[str]:
    """Who is named, as `@user@host`; without a host it is the server's own account."""
    return {f"@{user}{place or '@' + host}".lower() for user, place in NAME.findall(text)}


def to_html(text: str) -> str:
    """Paragraphs, line breaks and links."""
    paragraphs = [part for part in text.split("\n\n") if part]
    return "".join(f"<p>{_inline(part)}</p>" for part in paragraphs)


def _inline(text: str) -> str:
    parts, last = [], 0
    for link in LINK.finditer(text):
        shown = html.escape(link.group())
        parts += [
            html.escape(text[last : link.start()]),
            f'<a href="{shown}" rel="nofollow noopener" target="_blank">{shown}</a>',
        ]
        last = link.end()
    parts.append(html.escape(text[last:]))
    return "".join(parts).replace("\n", "<br />")
