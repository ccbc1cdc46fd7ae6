"""Checking content against rules, and options against what was chosen."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from socialhub.platforms.options import Choice, Option, Options, OptionType
from socialhub.platforms.rules import Image, KindRules, Rules, Severity, Text, Video, check
from socialhub.platforms.text import Count
from socialhub.platforms.values import Content, Kind, Media, Part

JPEG = Media("1", "image/jpeg", 1000, width=1000, height=1000)
FILM = Media(
    "2", "video/mp4", 5000, width=1080, height=1920, seconds=10, fps=30, video_codec="h264", audio_codec="aac"
)
GIF = replace(JPEG, mime="image/gif")
IMAGE = Image(
    frozenset({"image/jpeg", "image/gif"}), 2000, min_ratio=0.8, max_ratio=1.91, max_pixels=2_000_000, alt=10
)
VIDEO = Video(
    frozenset({"video/mp4"}),
    9000,
    min_seconds=3,
    max_seconds=60,
    max_fps=60,
    video_codecs=frozenset({"h264"}),
)
ALBUM = KindRules(
    Text(20, hashtags=2, mentions=1), media=(1, 3), image=IMAGE, video=VIDEO, solo=frozenset({"image/gif"})
)
RULES = Rules(
    date(2026, 1, 1),
    "https://toy.example/rules",
    {
        Kind.TEXT: KindRules(Text(10, Count.GRAPHEMES, required=True, with_options=("warning",))),
        Kind.GALLERY: ALBUM,
        Kind.THREAD: KindRules(Text(10), media=(0, 1), image=IMAGE, parts=(2, 3)),
        Kind.STORY: KindRules(Text(0), media=(1, 1), image=replace(IMAGE, alt=None)),
    },
)


def codes(content: Content, **options: str) -> list[tuple[str, str]]:
    """What is wrong and where."""
    return [(violation.code, violation.field) for violation in check(content, RULES, options)]


def album(*media: Media, text: str = "hi") -> list[tuple[str, str]]:
    """What is wrong with these files."""
    return codes(Content(Kind.GALLERY, text, media=media))


def test_good_content_breaks_nothing() -> None:
    assert codes(Content(Kind.TEXT, "👨‍👩‍👧‍👦" * 10)) == []
    assert album(JPEG, JPEG) == []
    assert album(FILM) == []


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (Content(Kind.TEXT, "x" * 11), [("text_too_long", "text")]),
        (Content(Kind.TEXT, "  "), [("text_missing", "text")]),
        (Content(Kind.VIDEO, "x"), [("kind_not_offered", "kind")]),
        (Content(Kind.TEXT, "x", first_comment="y"), [("first_comment_not_offered", "first_comment")]),
        (Content(Kind.STORY, "x", media=(JPEG,)), [("text_not_allowed", "text")]),
        (Content(Kind.STORY, media=(replace(JPEG, alt="a"),)), [("alt_not_shown", "media.0.alt")]),
        (Content(Kind.THREAD, parts=(Part("a"),)), [("too_few_parts", "parts")]),
        (Content(Kind.THREAD, parts=(Part("a"), Part())), [("text_missing", "parts.1.text")]),
        (Content(Kind.THREAD, parts=(Part("a"), Part("x" * 11))), [("text_too_long", "parts.1.text")]),
        (Content(Kind.THREAD, parts=(Part(media=(JPEG,)), Part("b"))), []),
    ],
)
def test_what_is_wrong_is_said_at_its_field(content: Content, expected: list[tuple[str, str]]) -> None:
    assert codes(content) == expected


@pytest.mark.parametrize(
    ("media", "expected"),
    [
        ((), "media_missing"),
        ((JPEG,) * 4, "too_many_media"),
        ((JPEG, FILM), "media_mixed"),
        ((JPEG, GIF), "media_mixed"),
        ((replace(JPEG, mime="image/webp"),), "media_type"),
        ((replace(JPEG, size=2001),), "media_too_large"),
        ((replace(JPEG, height=2000),), "ratio_too_narrow"),
        ((replace(JPEG, width=2000),), "ratio_too_wide"),
        ((replace(JPEG, width=1500, height=1400),), "pixels_too_many"),
        ((replace(JPEG, alt="x" * 11),), "alt_too_long"),
        ((replace(FILM, seconds=2),), "video_too_short"),
        ((replace(FILM, seconds=61),), "video_too_long"),
        ((replace(FILM, fps=120),), "fps_too_high"),
        ((replace(FILM, video_codec="vp9"),), "video_codec"),
    ],
)
def test_files_are_measured(media: tuple[Media, ...], expected: str) -> None:
    assert [code for code, _ in album(*media)] == [expected]


def test_what_was_not_measured_breaks_nothing() -> None:
    assert album(Media("1", "image/jpeg", 10)) == []
    assert album(Media("1", "video/mp4", 10)) == []


def test_a_ratio_that_is_rounded_at_its_bound_is_good() -> None:
    assert album(replace(JPEG, width=1080, height=1350)) == []
    assert album(replace(JPEG, width=1080, height=566)) == []


def test_tags_and_mentions_are_counted() -> None:
    found = album(JPEG, text="#a #b #c @d @e")
    assert [code for code, _ in found] == ["too_many_hashtags", "too_many_mentions"]


def test_an_option_can_count_into_the_text() -> None:
    assert codes(Content(Kind.TEXT, "x" * 8), warning="ab") == []
    assert codes(Content(Kind.TEXT, "x" * 8), warning="abc") == [("text_too_long", "text")]


def test_every_violation_speaks_in_a_sentence() -> None:
    content = Content(
        Kind.GALLERY, "x" * 21, media=(replace(JPEG, mime="image/webp"), replace(FILM, seconds=99))
    )
    violations = check(content, RULES)
    assert len(violations) >= 3
    assert all(v.message.endswith(".") and "{" not in v.message for v in violations)
    assert {v.severity for v in violations} == {Severity.ERROR}


WHO = Option("who", "Who sees it", required=True, choices=(Choice("all", "All"), Choice("few", "Few")))
NOTE = Option("note", "Note", OptionType.TEXT, default="-", max=3, kinds=frozenset({Kind.TEXT}))
NAMES = Option("names", "Names", OptionType.LINES, max=3, max_items=2)
COUNT = Option("count", "Count", OptionType.NUMBER, max=5)
FLAG = Option("flag", "Flag", OptionType.FLAG, default=True)
OPTIONS = Options((WHO, NOTE, NAMES, COUNT, FLAG))


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        ({"who": "all"}, []),
        ({}, ["option_missing"]),
        ({"who": ""}, ["option_missing"]),
        ({"who": "none"}, ["option_unknown"]),
        ({"who": "all", "note": "long"}, ["option_too_long"]),
        ({"who": "all", "names": ["a", "b", "c"]}, ["option_too_many"]),
        ({"who": "all", "names": ["long"]}, ["option_too_long"]),
        ({"who": "all", "count": 6}, ["option_too_large"]),
    ],
)
def test_chosen_options_are_checked(chosen: dict[str, object], expected: list[str]) -> None:
    assert [violation.code for violation in OPTIONS.check(Kind.TEXT, chosen)] == expected


def test_defaults_fill_in_and_what_does_not_apply_is_dropped() -> None:
    assert OPTIONS.resolve(Kind.TEXT, {"who": "few", "strange": 1}) == {
        "who": "few",
        "note": "-",
        "flag": True,
    }
    assert OPTIONS.resolve(Kind.GALLERY, {"note": "abc", "flag": False}) == {"flag": False}


def test_an_option_that_cannot_be_asked_is_refused_when_it_is_made() -> None:
    with pytest.raises(ValueError, match="needs choices"):
        Option("a", "A")
    with pytest.raises(ValueError, match="not one of"):
        Option("a", "A", default="z", choices=(Choice("b", "B"),))
    with pytest.raises(ValueError, match="unique"):
        Options((FLAG, FLAG))
