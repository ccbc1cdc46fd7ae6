"""Content just inside and just outside of every bound that a table of rules draws.

A :class:`Case` is one bound of one kind: ``good`` breaks nothing (below the bound, and at it), ``bad`` breaks that
bound and no other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from math import sqrt
from typing import Any

from socialhub.platforms.options import Option, OptionType
from socialhub.platforms.rules import Document, Frame, Image, KindRules, Text, Video
from socialhub.platforms.values import Content, Kind, Media, Part

WIDE = 4000
"""Pixels; where a table leaves the width open."""
FAMILY = "👨‍👩‍👧‍👦"
"""One grapheme of 25 bytes."""
AROUND = 0.02
"""A ratio that is wrong by so much is wrong; half a percent is let pass."""


@dataclass(frozen=True)
class Case:
    """One bound: what keeps inside, what does not, and the code of the violation.

    ``bad`` is ``None`` where nothing is outside; ``also`` are codes that may go with it.
    """

    bound: str
    good: tuple[Content, ...]
    bad: Content | None
    code: str = ""
    also: frozenset[str] = frozenset()


def cases(kind: Kind, rules: KindRules) -> Iterator[Case]:
    """Every bound of a kind."""
    base = fitting(kind, rules)
    yield from _texts(rules.text, base, lambda text: with_text(base, text))
    if rules.first_comment is None:
        yield Case("first_comment", (base,), replace(base, first_comment="a"), "first_comment_not_offered")
    else:
        comments = _texts(rules.first_comment, base, lambda text: replace(base, first_comment=text))
        yield from (replace(case, bound=f"first_comment {case.bound}") for case in comments)
    yield from _counts(rules, base)
    for rule in (rules.image, rules.video, rules.document):
        if rule is not None:
            yield from _files(rule, rules, base)
    if rules.parts is not None:
        yield from _parts(rules.parts, base)


def fitting(kind: Kind, rules: KindRules) -> Content:
    """The least content of a kind that breaks nothing."""
    rule = rules.image or rules.video or rules.document
    media = (file_for(rule),) * rules.media[0] if rule else ()
    text = "a" if rules.text.max else ""
    if rules.parts is not None:
        return Content(kind, parts=(Part(text, media),) * rules.parts[0])
    return Content(kind, text, media=media)


def with_text(base: Content, text: str) -> Content:
    """Other words, in the first part of a thread."""
    if base.kind is Kind.THREAD:
        return replace(base, parts=(replace(base.parts[0], text=text), *base.parts[1:]))
    return replace(base, text=text)


def with_media(base: Content, *media: Media) -> Content:
    """Other files, in the first part of a thread."""
    if base.kind is Kind.THREAD:
        return replace(base, parts=(replace(base.parts[0], media=media), *base.parts[1:]))
    return replace(base, media=media)


def file_for(rule: Frame) -> Media:
    """A file that breaks nothing."""
    rule = next(_by_type(rule))
    ratio = sqrt((rule.min_ratio or 1) * (rule.max_ratio or rule.min_ratio or 1))
    width, height = shape(rule, ratio)
    media = Media("1", max(rule.mimes), 1000, width=width, height=height, name="file")
    if isinstance(rule, Video):
        media = replace(media, seconds=rule.min_seconds or min(rule.max_seconds or 10, 10))
        media = replace(media, fps=rule.max_fps or rule.min_fps or 30)
        media = replace(media, video_codec=min(rule.video_codecs, default=None))
        return replace(media, audio_codec=min(rule.audio_codecs, default=None))
    return replace(media, pages=1) if isinstance(rule, Document) else media


def shape(rule: Frame, ratio: float, width: int | None = None) -> tuple[int, int]:
    """The widest size of that ratio that keeps inside the other bounds."""
    wide = float(width or min(rule.max_width or WIDE, WIDE))
    if rule.max_height and wide / ratio > rule.max_height:
        wide = rule.max_height * ratio
    if rule.max_pixels and wide * wide / ratio > rule.max_pixels:
        wide = sqrt(rule.max_pixels * ratio) - 1
    return max(round(wide), 1), max(round(wide / ratio), 1)


def _texts(rule: Text, base: Content, put: Callable[[str], Content]) -> Iterator[Case]:
    if rule.max == 0:
        yield Case("max", (base,), put("a"), "text_not_allowed")
        return
    long = "a" * rule.max
    yield Case("max", (put(long[1:]), put(long)), put(long + "a"), "text_too_long")
    if rule.required:
        yield Case("required", (put("a"),), put(""), "text_missing")
    if rule.max_bytes is not None:
        count, rest = divmod(rule.max_bytes, len(FAMILY.encode()))
        full = FAMILY * count + "a" * rest
        yield Case("max_bytes", (put(full[:-1]), put(full)), put(full + "a"), "text_too_long")
    for name, sign, most in (("hashtags", "#", rule.hashtags), ("mentions", "@", rule.mentions)):
        if most is not None:
            words = [f"{sign}a{number}" for number in range(most + 1)]
            good = (put(" ".join(words[:-2])), put(" ".join(words[:-1])))
            yield Case(name, good, put(" ".join(words)), f"too_many_{name}")
    for sign in rule.forbidden:
        yield Case(f"forbidden {sign!r}", (put("a b"),), put(f"a{sign}b"), "text_invalid")


def _counts(rules: KindRules, base: Content) -> Iterator[Case]:
    least, most = rules.media
    rule = rules.image or rules.video or rules.document
    if rule is None:
        stray = Media("1", "image/jpeg", 1000)
        yield Case("media", (base,), with_media(base, stray), "too_many_media", frozenset({"media_type"}))
        return
    files = (file_for(rule),) * (most + 1)
    if least:
        yield Case("media least", (base,), with_media(base, *files[: least - 1]), "media_missing")
    good = tuple(with_media(base, *files[:count]) for count in {max(least, most - 1), most})
    yield Case("media most", good, with_media(base, *files), "too_many_media")
    if rules.image is not None and rules.video is not None and most > 1:
        yield from _mixtures(rules, base, rules.image, file_for(rules.video))


def _mixtures(rules: KindRules, base: Content, still_rule: Image, moving: Media) -> Iterator[Case]:
    (least, most), still = rules.media, file_for(still_rule)
    both = with_media(base, still, moving)
    yield Case("mixed", (both,), None) if rules.mixed else Case("mixed", (base,), both, "media_mixed")
    for mime in rules.solo:
        own = next((one for one in _by_type(still_rule) if one.mimes == {mime}), still_rule)
        alone = replace(file_for(own), mime=mime)
        good = (with_media(base, alone),) if least < 2 else ()
        yield Case(f"solo {mime}", good, with_media(base, alone, still), "media_mixed")
    if rules.videos < most:
        few, many = ((moving,) * count for count in (rules.videos, rules.videos + 1))
        inside = (with_media(base, *few),) if len(few) >= least else ()
        yield Case("videos", inside, with_media(base, *many), "too_many_media")


def _files(rule: Frame, rules: KindRules, base: Content) -> Iterator[Case]:
    least = max(rules.media[0], 1)
    kind = type(rule).__name__.lower()
    # A file of its own kind beside the one that is looked at, where there must be several.
    beside = (file_for(rule),) * (least - 1)

    def put(media: Media) -> Content:
        return with_media(base, media, *beside)

    # What must stand alone is never one of several.
    never = rules.solo if beside else frozenset[str]()
    for one in _by_type(rule):
        for bound, good, bad, code in (*_frames(one), *_moving(one)):
            if bad.mime not in never:
                inside = tuple(put(media) for media in good if media.mime not in never)
                yield Case(f"{kind} {bound}", inside, put(bad), code)


def _by_type(rule: Frame) -> Iterator[Frame]:
    """What holds for most types, and what holds instead for single ones."""
    if not isinstance(rule, Image) or not rule.by_mime:
        yield rule
        return
    yield replace(rule, mimes=rule.mimes - rule.by_mime.keys(), by_mime={})
    for mime, own in rule.by_mime.items():
        # Types and words are the picture's own everywhere.
        yield replace(own, mimes=frozenset({mime}), alt=rule.alt)


Measured = Iterator[tuple[str, tuple[Media, ...], Media, str]]


def _frames(rule: Frame) -> Measured:
    file = file_for(rule)
    yield (
        "mimes",
        tuple(replace(file, mime=m) for m in sorted(rule.mimes)),
        replace(file, mime="x/y"),
        "media_type",
    )
    small, at, large = (replace(file, size=rule.max_bytes + step) for step in (-1, 0, 1))
    yield "max_bytes", (small, at), large, "media_too_large"
    for bound, ratio, sign, code in (
        ("min_ratio", rule.min_ratio, -1, "ratio_too_narrow"),
        ("max_ratio", rule.max_ratio, 1, "ratio_too_wide"),
    ):
        if ratio is not None:
            inside, at, outside = (
                _of_ratio(file, rule, ratio * (1 + step * sign * AROUND)) for step in (-1, 0, 1)
            )
            yield bound, (inside, at), outside, code
    yield from _sizes(rule, file)
    if rule.alt is None:
        yield "alt", (file,), replace(file, alt="a"), "alt_not_shown"
    else:
        alts = [replace(file, alt="a" * (rule.alt + step)) for step in (-1, 0, 1)]
        yield "alt", (alts[0], alts[1]), alts[2], "alt_too_long"


def _of_ratio(file: Media, rule: Frame, ratio: float) -> Media:
    width, height = shape(rule, ratio)
    return replace(file, width=width, height=height)


def _sizes(rule: Frame, file: Media) -> Measured:
    ratio = file.ratio or 1
    if rule.min_width is not None:
        narrow = [replace(file, width=w, height=shape(rule, ratio, w)[1]) for w in _near(rule.min_width)]
        yield "min_width", (narrow[1], narrow[2]), narrow[0], "width_too_small"
    if rule.max_width is not None:
        flat = replace(rule, max_width=None)
        wide = [replace(file, width=w, height=shape(flat, ratio, w)[1]) for w in _near(rule.max_width)]
        yield "max_width", (wide[0], wide[1]), wide[2], "width_too_large"
    if rule.max_height is not None:
        width = min(
            rule.max_width or WIDE, round(rule.max_height * ratio), _most_pixels(rule) // rule.max_height
        )
        high = [replace(file, width=width, height=h) for h in _near(rule.max_height)]
        yield "max_height", (high[0], high[1]), high[2], "height_too_large"
    if rule.max_pixels is not None:
        side = int(sqrt(rule.max_pixels))
        sides = ((side, side - 1), (rule.max_pixels // side, side), (side + 1, side + 1))
        dense = [replace(file, width=width, height=height) for width, height in sides]
        yield "max_pixels", (dense[0], dense[1]), dense[2], "pixels_too_many"


def _most_pixels(rule: Frame) -> int:
    return rule.max_pixels or WIDE * WIDE * 100


def _near(bound: int) -> tuple[int, int, int]:
    return bound - 1, bound, bound + 1


def _moving(rule: Frame) -> Measured:
    file = file_for(rule)
    if isinstance(rule, Document) and rule.max_pages:
        pages = [replace(file, pages=count) for count in _near(rule.max_pages)]
        yield "max_pages", (pages[0], pages[1]), pages[2], "pages_too_many"
    if not isinstance(rule, Video):
        return
    for bound, field, value, sign, code in (
        ("min_seconds", "seconds", rule.min_seconds, -1, "video_too_short"),
        ("max_seconds", "seconds", rule.max_seconds, 1, "video_too_long"),
        ("min_fps", "fps", rule.min_fps, -1, "fps_too_low"),
        ("max_fps", "fps", rule.max_fps, 1, "fps_too_high"),
    ):
        if value is not None:
            steps = [{field: value + step * sign * 0.01} for step in (-1, 0, 1)]
            inside, at, outside = (replace(file, **step) for step in steps)  # type: ignore[arg-type]
            yield bound, (inside, at), outside, code
    for field, codecs in (("video_codec", rule.video_codecs), ("audio_codec", rule.audio_codecs)):
        if codecs:
            good = tuple(replace(file, **{field: codec}) for codec in (*sorted(codecs), None))  # type: ignore[arg-type]
            yield f"{field}s", good, replace(file, **{field: "unheard"}), field  # type: ignore[arg-type]


def _parts(bounds: tuple[int, int], base: Content) -> Iterator[Case]:
    least, most = bounds
    part = base.parts[0]
    if least > 1:
        few = replace(base, parts=(part,) * (least - 1))
        yield Case("parts least", (base, replace(base, parts=(part,) * (least + 1))), few, "too_few_parts")
    good = tuple(replace(base, parts=(part,) * count) for count in {max(least, most - 1), most})
    yield Case("parts most", good, replace(base, parts=(part,) * (most + 1)), "too_many_parts")


def option_cases(option: Option) -> Iterator[tuple[str, tuple[Any, ...], Any, str]]:
    """Every bound of one option: its name, values inside, one outside, the code."""
    match option.type:
        case OptionType.CHOICE if option.choices:
            yield "choices", tuple(choice.value for choice in option.choices), "unheard of", "option_unknown"
        case OptionType.TEXT if option.max:
            yield "max", ("a" * (option.max - 1), "a" * option.max), "a" * (option.max + 1), "option_too_long"
        case OptionType.NUMBER if option.max:
            yield "max", (option.max - 1, option.max), option.max + 1, "option_too_large"
        case OptionType.LINES:
            if option.max:
                long, more = "a" * option.max, ["b"] * ((option.min_items or 1) - 1)
                yield "max", ([long[1:], *more], [long, *more]), [long + "a", *more], "option_too_long"
            if option.min_items:
                least = ["a"] * option.min_items
                yield "min_items", (least, [*least, "a"]), least[1:], "option_too_few"
            if option.max_items:
                lines = ["a"] * option.max_items
                yield "max_items", (lines[1:], lines), [*lines, "a"], "option_too_many"
        case OptionType.MEDIA if option.file is not None:
            for bound, good, bad, code in (*_frames(option.file), *_moving(option.file)):
                if not bound.startswith("alt"):  # nobody sees the words of a cover
                    yield bound, good, bad, code
