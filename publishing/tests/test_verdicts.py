"""What the composer shows of the platforms' rules: counters, checks that jump to a field, media verdicts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from publishing.views import options as drawing, verdicts
from publishing.views.verdicts import Target
from socialhub.platforms.options import Choice, Option, OptionType
from socialhub.platforms.rules import Image, KindRules, Rules, Text, Violation, check
from socialhub.platforms.values import Content, Kind, Media, Part

PICTURE = Image(mimes=frozenset({"image/jpeg"}), max_bytes=1_000, alt=20)
KIND = KindRules(text=Text(max=10), media=(0, 2), image=PICTURE)
RULES = Rules(
    date(2026, 11, 1),
    "https://docs.example/limits",
    {Kind.TEXT: KIND, Kind.IMAGE: KIND, Kind.THREAD: replace(KIND, parts=(2, 3))},
)


def target(content: Content, *, number: int = 7, panel: str = "all", platform: str = "lantern") -> Target:
    return Target(
        number,
        f"@{platform}{number}",
        platform,
        platform.title(),
        panel,
        content,
        RULES.kinds[content.kind],
        check(content, RULES),
        media_ids={"a": 41, "b": 42},
    )


def picture(key: str, *, size: int = 10, alt: str = "A cup") -> Media:
    return Media(key, "image/jpeg", size, alt=alt)


@pytest.mark.parametrize(
    ("text", "left", "tone", "share"),
    [("abc", "7", "neutral", 30), ("abcdefghij", "0", "warn", 100), ("abcdefghijkl", "−2", "bad", 100)],
)
def test_a_counter_says_what_is_left_and_warns_before_the_end(
    text: str, left: str, tone: str, share: int
) -> None:
    (counter,) = verdicts.counters([target(Content(Kind.TEXT, text))], "all", 0)
    assert (counter.left, counter.tone, counter.share) == (left, tone, share)


def test_two_channels_of_one_platform_share_a_counter_and_own_texts_count_in_their_own_panel() -> None:
    shared = target(Content(Kind.TEXT, "abc"))
    twin = target(Content(Kind.TEXT, "abc"), number=8)
    own = target(Content(Kind.TEXT, "abcdef"), number=9, panel="9")
    assert len(verdicts.counters([shared, twin, own], "all", 0)) == 1
    assert verdicts.counters([shared, twin, own], "9", 0)[0].used == 6


def test_each_part_of_a_thread_has_its_own_counter_and_its_own_error() -> None:
    thread = target(Content(Kind.THREAD, parts=(Part("short"), Part("far too long"))))
    assert [verdicts.counters([thread], "all", index)[0].used for index in (0, 1)] == [5, 12]
    assert verdicts.text_errors([thread], "all", 0) == []
    assert verdicts.text_errors([thread], "all", 1) == ["Lantern: The text is too long: 12 of 10."]


def test_what_blocks_comes_first_and_jumps_to_its_field() -> None:
    wrong = target(
        Content(Kind.IMAGE, "abcdefghijkl", media=(picture("a", alt=""), picture("b", size=2_000)))
    )
    lines = verdicts.checks([wrong])
    assert [(line.tone, line.href) for line in lines] == [
        ("bad", "#text-all-0"),
        ("bad", "#item-42"),
        ("warn", "#alt-41"),
    ]


def test_the_same_words_for_two_platforms_become_one_line() -> None:
    long = Content(Kind.TEXT, "abcdefghijkl")
    (line,) = verdicts.checks([target(long), target(long, number=8, platform="beacon")])
    assert line.head == "Blocks Lantern, Beacon"
    assert line.platform == ""


def test_a_file_fits_or_says_where_it_does_not() -> None:
    post = target(Content(Kind.IMAGE, "", media=(picture("a"), picture("b", size=2_000))))
    assert [verdict.word for verdict in verdicts.verdicts([post], 41)] == ["Fits"]
    (refused,) = verdicts.verdicts([post], 42)
    assert (refused.tone, refused.word, refused.text) == (
        "bad",
        "Lantern:",
        "The file is too large: 2,000 bytes of 1,000.",
    )
    assert verdicts.verdicts([post], 43) == []


@pytest.mark.parametrize(
    ("field", "href"),
    [
        ("options.board", "#option-7-board"),
        ("first_comment", "#comment"),
        ("title", "#title"),
        ("kind", "#media"),
        ("parts", "#text-all-0"),
        ("media", "#media"),
        ("media.9", "#media"),
    ],
)
def test_every_field_of_a_violation_leads_somewhere(field: str, href: str) -> None:
    assert verdicts.anchor(Violation("x", field, None, None), target(Content(Kind.TEXT, "a"))) == href


def test_options_are_read_back_as_values_of_their_type() -> None:
    asked = [
        Option("who", "Who may reply", choices=(Choice("all", "Everybody"), Choice("none", "Nobody"))),
        Option("tags", "Tags", OptionType.LINES),
        Option("count", "Count", OptionType.NUMBER),
        Option("show", "Show", OptionType.FLAG, default=True),
    ]
    typed = {"who": "", "tags": " a \n\nb", "count": "3", "show": "", "stranger": "x"}
    assert drawing.values_of(asked, typed) == {"tags": ["a", "b"], "count": 3, "show": False}


def test_a_number_that_is_none_is_shown_again_as_typed() -> None:
    option = Option("count", "Count", OptionType.NUMBER)
    assert drawing.draw(option, 7, drawing.value_of(option, "three")).value == "three"


def test_a_flag_that_was_switched_off_stays_off() -> None:
    option = Option("show", "Show", OptionType.FLAG, default=True)
    assert drawing.draw(option, 7, False).value == ""
    assert drawing.draw(option, 7, None).value == "True"
