"""Six ways in which platforms count text. Linear in the length of the text, whatever the text is.

X's way is the third configuration of twitter-text (https://github.com/twitter/twitter-text, config/v3.json,
read 2026-08): NFC first; a link weighs 23, a bare domain with a known ending included; an emoji of however
many code points weighs 2; a code point weighs 1 in four ranges and 2 elsewhere.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

import regex

TLDS = Path(__file__).with_name("tlds.txt")
URL_WEIGHT = 23
EMOJI_WEIGHT = 2
LONGEST_LABEL = 63
LONGEST_URL = 4096
LIGHT = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))
"""Code points that weigh 1; all others weigh 2."""

_ACCENTS = (
    "\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u00ff\u0100-\u024f\u0253\u0254\u0256\u0257\u0259\u025b\u0263\u0268"
    "\u026f\u0272\u0289\u028b\u02bb\u0300-\u036f\u1e00-\u1eff"
)
_NO_HOST = (
    r"!'#%&()*+,\\./:;<=>?@\[\]^{|}~$"
    "\u0009-\u000d\u0020\u0085\u00a0\u1680\u180e\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
    "\ufffe\ufeff\uffff\u202a-\u202e\u061c\u200e\u200f\u2066-\u2069"
)
_PATH = rf"[a-z\u0400-\u052f0-9!*';:=+,.$/%#\[\]\-\u2013_~@|&{_ACCENTS}]"
# A maximal run of labels: scanning by runs, never from each character, keeps the whole linear.
_HOST = regex.compile(rf"[^{_NO_HOST}]++(?:\.[^{_NO_HOST}]++)*+")
_ASCII_HOST = regex.compile(rf"[-a-z0-9{_ACCENTS}]++(?:\.[-a-z0-9{_ACCENTS}]++)++", regex.IGNORECASE)
_SCHEME = regex.compile(r"https?://$", regex.IGNORECASE)
_PORT = regex.compile(r":\d++")
_PATH_RUN = regex.compile(rf"/(?:{_PATH}|\((?:{_PATH}|\({_PATH}++\))++\))*+", regex.IGNORECASE)
_PATH_END = regex.compile(rf"[+\-a-z\u0400-\u052f0-9=_#/{_ACCENTS})]", regex.IGNORECASE)
_QUERY_RUN = regex.compile(r"\?[a-z0-9!?*'@();:&=+$/%#\[\]\-_.,~|]++", regex.IGNORECASE)
_QUERY_END = regex.compile(r"[a-z0-9\-_&=#/]", regex.IGNORECASE)
_TLD_PREFIX = regex.compile(r"[a-z0-9]++(?![@+-])", regex.IGNORECASE)
_PUNYCODE = regex.compile(r"xn--[-0-9a-z]++", regex.IGNORECASE)
_GRAPHEME = regex.compile(r"\X")
_PICTURE = (
    r"(?:\p{Emoji_Modifier_Base}\ufe0f?\p{Emoji_Modifier}|[\p{Emoji_Presentation}--\p{Emoji_Modifier}]"
    r"|[\p{Extended_Pictographic}--\p{Emoji_Presentation}]\ufe0f?)"
)
# One whole picture: a flag, a keycap, a sequence of joined people, a flag of a region by tags.
_EMOJI = regex.compile(
    rf"\p{{RI}}\p{{RI}}|[0-9#*]\ufe0f?\u20e3|{_PICTURE}(?:[\U000e0020-\U000e007e]++\U000e007f)?+(?:\u200d{_PICTURE})*+"
    r"|\p{Emoji_Modifier}",
    regex.V1,
)
_FULL_URL = regex.compile(r"(?<!\w)https?://[^\s<>\"]++", regex.IGNORECASE)
_FEDERATED = regex.compile(r"(?<![\w/=@])@(?P<local>\w[\w.-]*+)@[\w-]++(?:\.[\w-]++)*+")


class Count(StrEnum):
    """The unit of a text limit."""

    CODEPOINTS = "codepoints"
    GRAPHEMES = "graphemes"
    UTF16 = "utf16"
    BYTES = "bytes"
    WEIGHTED = "weighted"
    EMOJI_BYTES = "emoji_bytes"
    """One for what a reader sees as one character, but an emoji as many as its UTF-8 bytes."""


def measure(value: str, count: Count, *, url_cost: int | None = None, local_mentions: bool = False) -> int:
    """The length of ``value``.

    ``url_cost``: every http(s) URL counts that much. ``local_mentions``: the server part of
    ``@user@server`` is free. X's own way has its own cost for links.
    """
    if url_cost is not None:
        value = _FULL_URL.sub(lambda found: _priced(found[0], url_cost), value, concurrent=False)
    if local_mentions:
        value = _FEDERATED.sub(r"@\g<local>", value, concurrent=False)
    match count:
        case Count.CODEPOINTS:
            return len(value)
        case Count.GRAPHEMES if value.isascii() and "\r" not in value:
            return len(value)  # of ASCII only a line end of two characters is one grapheme
        case Count.GRAPHEMES:
            return sum(1 for _ in _GRAPHEME.finditer(value, concurrent=False))
        case Count.UTF16:
            return len(value.encode("utf-16-le", "surrogatepass")) // 2
        case Count.BYTES:
            return len(value.encode("utf-8", "surrogatepass"))
        case Count.WEIGHTED:
            return _weigh(value)
        case Count.EMOJI_BYTES:
            emoji = sum(len(found[0].encode()) for found in _EMOJI.finditer(value))
            return emoji + measure(_EMOJI.sub("", value), Count.GRAPHEMES)


def _priced(url: str, cost: int) -> str:
    bare = url.rstrip(".,;:!?'\")]")
    host = bare.split("://", 1)[1].split("/", 1)[0]
    return "_" * cost + url[len(bare) :] if "." in host else url


def _weigh(value: str) -> int:
    value = unicodedata.normalize("NFC", value)
    total = last = 0
    for start, end in find_urls(value):
        total += _weigh_plain(value[last:start]) + URL_WEIGHT
        last = end
    return total + _weigh_plain(value[last:])


def _weigh_plain(value: str) -> int:
    if value.isascii():
        return len(value)
    total = last = 0
    for emoji in _EMOJI.finditer(value):
        if len(emoji[0]) == 1 and ord(emoji[0]) <= LIGHT[0][1]:
            continue  # © and ® alone are letters
        total += _weigh_letters(value[last : emoji.start()]) + EMOJI_WEIGHT
        last = emoji.end()
    return total + _weigh_letters(value[last:])


def _weigh_letters(value: str) -> int:
    return sum(1 if any(low <= ord(c) <= high for low, high in LIGHT) else 2 for c in value)


@lru_cache(maxsize=1)
def top_level_domains() -> frozenset[str]:
    """The endings that make a bare word a link on X, in lower case."""
    lines = TLDS.read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


def find_urls(value: str) -> Iterator[tuple[int, int]]:
    """Where X sees links in ``value``: (start, end) in order, with and without a scheme."""
    past = 0
    for run in _HOST.finditer(value):
        if run.start() < past:
            continue
        scheme = _SCHEME.search(value, max(0, run.start() - 8), run.start())
        spans = (
            _with_scheme(value, run, scheme.start())
            if scheme and not _touches(value, scheme.start(), "@＠$#＃")
            else _bare(value, run)
        )
        for start, end in spans:
            past = end
            yield start, end


_LINK = regex.compile(r"https?://[^\s<>\"]++", regex.IGNORECASE)


def first_link(value: str) -> str:
    """The first address with http(s):// in ``value`` without the punctuation after it, or an empty text."""
    found = _LINK.search(value)
    return found[0].rstrip(".,;:!?'\")]}") if found else ""


def _touches(value: str, at: int, signs: str) -> bool:
    before = value[at - 1] if at else ""
    return bool(before) and (before in signs or (before.isascii() and before.isalnum()))


def _with_scheme(value: str, run: regex.Match[str], start: int) -> list[tuple[int, int]]:
    end = _host_end(run[0], value[run.end() : run.end() + 1])
    if end is None:
        return []
    stop = run.start() + end
    stop = _after_host(value, stop) if stop == run.end() else stop
    return [(start, stop)] if stop - start <= LONGEST_URL else []


def _bare(value: str, run: regex.Match[str]) -> list[tuple[int, int]]:
    start = run.start()
    while start < run.end() and _touches(value, start, "@＠$#＃"):
        start += 1
    host = value[start : run.end()]
    if not host or host[0] in "-_." or (start and value[start - 1] in "-_./"):
        return []
    end = _host_end(host, value[run.end() : run.end() + 1])
    if end is None:
        return []
    spans: list[tuple[int, int]] = []
    for part in _ASCII_HOST.finditer(host[:end]):
        after = value[start + part.end() : start + part.end() + 1]
        stop = _host_end(part[0], after, is_checked=True)
        if stop is not None:
            spans.append((start + part.start(), start + part.start() + stop))
    if spans and spans[-1][1] == run.end():
        spans[-1] = (spans[-1][0], _after_host(value, run.end(), is_bare=True))
    return spans


def _host_end(host: str, after: str, *, is_checked: bool = False) -> int | None:
    """Where the longest domain at the start of ``host`` ends, or ``None`` if there is none."""
    labels = host.split(".")
    good = 0
    while good < len(labels) and labels[good] and (is_checked or _is_label(labels[good])):
        good += 1
    ends = [0]
    for label in labels:
        ends.append(ends[-1] + len(label) + 1)
    for index in range(min(good, len(labels) - 1), 0, -1):
        following = after if index == len(labels) - 1 else "."
        length = _tld_length(labels[index], following)
        if length and "_" not in labels[index - 1]:
            return ends[index] + length
    return None


def _is_label(label: str) -> bool:
    if not label or label[0] in "-_" or label[-1] in "-_":
        return False
    size = len(label) if label.isascii() else len(label.encode("punycode")) + 4
    return size <= LONGEST_LABEL


def _tld_length(label: str, after: str) -> int:
    punycode = _PUNYCODE.match(label)
    if punycode:
        return len(punycode[0])
    known = top_level_domains()
    if label.lower() in known:
        return 0 if after in {"@", "+"} else len(label)
    prefix = _TLD_PREFIX.match(label)
    return len(prefix[0]) if prefix and len(prefix[0]) < len(label) and prefix[0].lower() in known else 0


def _after_host(value: str, at: int, *, is_bare: bool = False) -> int:
    """The end of port, path and query behind a host; what cannot end a link stays outside.

    Without a scheme a port or a query needs a path between (extractUrlsWithIndices of twitter-text).
    """
    port = _PORT.match(value, at)
    start = port.end() if port else at
    path = _trimmed(value, start, _PATH_RUN, _PATH_END)
    if is_bare and path == start:
        return at
    return _trimmed(value, path, _QUERY_RUN, _QUERY_END)


def _trimmed(value: str, at: int, run: regex.Pattern[str], ending: regex.Pattern[str]) -> int:
    found = run.match(value, at)
    end = found.end() if found else at
    while end > at and not ending.match(value[end - 1]):
        end -= 1
    return end


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
