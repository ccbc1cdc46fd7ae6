"""Counting text in five ways.

The weights in vectors/weighted.json are what twitter-text 3.1.0 (parseTweet, config v3) says of the same texts.
"""

from __future__ import annotations

import itertools
import json
import time
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from socialhub.platforms.text import Count, find_urls, invalid_character, measure, top_level_domains

VECTORS = json.loads((Path(__file__).parent / "vectors" / "weighted.json").read_text())
FAMILY = "👨‍👩‍👧‍👦"


@pytest.mark.parametrize("vector", VECTORS, ids=lambda v: ascii(v["text"][:24]))
def test_texts_weigh_what_the_reference_says(vector: dict[str, object]) -> None:
    assert measure(str(vector["text"]), Count.WEIGHTED) == vector["weight"]


@pytest.mark.parametrize(
    ("text", "weight"),
    [
        ("Hi http://test.co", 26),
        ("漢" * 160, 320),
        (FAMILY, 2),
        ("🙋🏽👨‍🎤", 4),
        ("❤️‍🔥", 2),  # younger than the reference's table of emoji
        ("example.com and " + "a" * 10, 23 + 5 + 10),
        ("", 0),
    ],
)
def test_texts_weigh_what_the_documentation_says(text: str, weight: int) -> None:
    assert measure(text, Count.WEIGHTED) == weight


@pytest.mark.parametrize(
    ("count", "length"),
    [(Count.CODEPOINTS, 9), (Count.GRAPHEMES, 3), (Count.UTF16, 13), (Count.BYTES, 28), (Count.WEIGHTED, 4)],
)
def test_one_text_has_five_lengths(count: Count, length: int) -> None:
    assert measure(f"a{FAMILY}é", count) == length


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("https://a.example/" + "x" * 200, 23),
        ("see https://a.example/x, ok", 4 + 23 + 1 + 3),
        ("(https://a.example/x)", 25),
        ("a.example/long/path", 19),
        ("https://localhost", 17),
        ("HTTPS://A.EXAMPLE", 23),
        ("@ann@social.example hi", 7),
        ("@ann@social.example, @bob", 10),
        ("mail ann@social.example", 23),
        ("https://a.example/@ann@social.example", 23),
        (FAMILY, 1),
    ],
)
def test_mastodon_counts_links_as_23_and_mentions_by_their_user(text: str, length: int) -> None:
    assert measure(text, Count.GRAPHEMES, url_cost=23, local_mentions=True) == length


def test_the_list_of_endings_is_read_without_its_head() -> None:
    known = top_level_domains()
    assert {"com", "coffee", "рф", "xn--p1ai"} - known <= {"xn--p1ai"}
    assert not any(name.startswith("#") or " " in name for name in known)


@pytest.mark.parametrize(
    ("text", "sign"), [("a\ufffeb", "\ufffe"), ("\ufeff", "\ufeff"), ("a\uffff", "\uffff")]
)
def test_characters_that_x_refuses_are_found(text: str, sign: str) -> None:
    assert invalid_character(text) == sign
    assert invalid_character("fine ✓") is None


@given(st.text())
def test_any_text_can_be_counted(text: str) -> None:
    for count in Count:
        assert measure(text, count, url_cost=23, local_mentions=True) >= 0
    assert measure(text, Count.CODEPOINTS) == len(text)


@given(st.text(alphabet="a.-_/:@#é日👍 \u200dxcom?()", max_size=80))
def test_links_are_found_in_order_and_never_overlap(text: str) -> None:
    spans = list(find_urls(text))
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert all(one[1] <= other[0] for one, other in itertools.pairwise(spans))


@pytest.mark.parametrize(
    "text",
    [
        "a." * 12_000,
        "é." * 12_000,
        "日本" * 12_000,
        "http://a.co/(" * 1800,
        "@a" * 12_000,
        "@a." * 8000,
        "a.co/" * 4800,
        "a.co?" * 4800,
        "-" * 24_000,
        "http://" * 3400,
        "👍🏽" * 6000,
        "\u200d❤" * 12_000,
    ],
)
def test_hostile_texts_are_counted_in_no_time(text: str) -> None:
    """Processor time, so that a busy machine does not count; a quadratic pattern takes minutes here."""
    started = time.process_time()
    for count in Count:
        measure(text, count, url_cost=None if count is Count.WEIGHTED else 23, local_mentions=True)
    assert time.process_time() - started < 2
