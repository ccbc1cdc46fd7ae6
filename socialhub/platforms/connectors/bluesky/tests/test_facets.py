"""Links, mentions and hashtags in bytes."""

from __future__ import annotations

import time

import pytest

from ..facets import facets_of, find_links, find_mentions, find_tags, is_handle

DID = "did:plc:abcdefghijklmnopqrstuvwx"


def test_offsets_count_bytes_and_leave_the_end_out() -> None:
    text = "☕ für @nora.pds.example: https://northwind.coffee/ä #röst 👩‍🍳"
    raw = text.encode()
    shown = [
        (raw[facet["index"]["byteStart"] : facet["index"]["byteEnd"]].decode(), facet["features"][0])
        for facet in facets_of(text, {"nora.pds.example": DID})
    ]
    assert shown == [
        ("@nora.pds.example", {"$type": "app.bsky.richtext.facet#mention", "did": DID}),
        (
            "https://northwind.coffee/ä",
            {"$type": "app.bsky.richtext.facet#link", "uri": "https://northwind.coffee/ä"},
        ),
        ("#röst", {"$type": "app.bsky.richtext.facet#tag", "tag": "röst"}),
    ]


def test_a_mention_that_nobody_has_stays_plain_text() -> None:
    assert facets_of("Hello @nobody.example", {"nobody.example": ""}) == []


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("See https://a.example/x.", ["https://a.example/x"]),
        ("(https://a.example/x)", ["https://a.example/x"]),
        ("https://a.example/x_(y)", ["https://a.example/x_(y)"]),
        ("“https://a.example”, and more", ["https://a.example”"]),
        ("http://localhost and xhttps://a.example", []),
        ("a.example/without-scheme", []),
        ("HTTPS://A.example #a#b", ["HTTPS://A.example"]),
    ],
)
def test_links_end_where_people_mean_it(text: str, links: list[str]) -> None:
    assert [url for _, _, url in find_links(text)] == links


@pytest.mark.parametrize(
    ("text", "handles"),
    [
        ("@Nora.PDS.example, hi", ["nora.pds.example"]),
        ("mail nora@pds.example", []),
        ("@nora", []),
        ("(@a.example) @b.example.", ["a.example", "b.example"]),
        ("@a..example @-a.example @a.3d", []),
    ],
)
def test_only_whole_handles_are_mentions(text: str, handles: list[str]) -> None:
    assert [handle for _, _, handle in find_mentions(text)] == handles


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("#coffee, #Röstung!", ["coffee", "Röstung"]),
        ("#1 #2026 #", []),
        ("a#b https://a.example/#c", []),
        ("#4you \uff03full", ["4you", "full"]),
        ("#" + "x" * 64 + " #" + "y" * 65, ["x" * 64]),
    ],
)
def test_hashtags_are_those_of_the_official_app(text: str, tags: list[str]) -> None:
    assert [tag for _, _, tag in find_tags(text)] == tags


def test_a_hashtag_inside_a_link_is_part_of_the_link() -> None:
    assert len(facets_of("https://a.example/x #y", {})) == 2
    assert len(facets_of("https://a.example/x#y", {})) == 1


@pytest.mark.parametrize("piece", ["#", "@", "https://", "a.", "(", ")", "@a.", "#!", "\u200d"])
def test_no_text_makes_finding_slow(piece: str) -> None:
    started = time.monotonic()
    facets_of((piece * 3000)[:3000], {})
    assert time.monotonic() - started < 1


@pytest.mark.parametrize(
    ("name", "fits"),
    [
        ("a.example", True), ("xn--bcher-kva.example", True), ("a" * 63 + ".example", True),
        ("a" * 64 + ".example", False),
        ("example", False), ("a.example.", False), ("a_b.example", False), ("a.b" * 90, False), ("127.0.0.1", False),
    ],
)  # fmt: skip
def test_what_a_handle_is(name: str, fits: bool) -> None:
    assert is_handle(name) == fits
