"""Rules of content as data, and the one function that checks content against them.

The composer, the publisher and the documentation read the same tables: no limit is written twice.
Sizes are bytes, pixels and seconds; ratios are width divided by height.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from socialhub.platforms import text as counting
from socialhub.platforms.values import Content, Kind, Media, Part


class Severity(StrEnum):
    """An error blocks publishing, a warning only speaks."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True)
class Violation:
    """Something that breaks a rule: ``field`` says where ("text", "parts.1.text", "media.0.alt")."""

    code: str
    field: str
    limit: Any
    actual: Any
    severity: Severity = Severity.ERROR

    @property
    def message(self) -> str:
        """One English sentence for a marketer."""
        template = SENTENCES.get(self.code, "This breaks a rule of the platform ({code}).")
        return template.format(code=self.code, limit=_human(self.limit), actual=_human(self.actual))


SENTENCES: Mapping[str, str] = {
    "kind_not_offered": "It takes no {actual} posts, only: {limit}.",
    "text_too_long": "The text is too long: {actual} of {limit}.",
    "text_missing": "This post needs a text.",
    "text_not_allowed": "The platform shows no text with this kind of post; it would be lost.",
    "text_invalid": "The text holds a character that the platform refuses ({actual}).",
    "too_many_hashtags": "Too many hashtags: {actual} of {limit}.",
    "too_many_mentions": "Too many mentions: {actual} of {limit}.",
    "media_missing": "This post needs media: at least {limit}.",
    "too_many_media": "Too many files: {actual} of {limit}.",
    "media_mixed": "Pictures and videos cannot be in one post here.",
    "media_type": "Files of type {actual} are not taken here ({limit}).",
    "media_too_large": "The file is too large: {actual} bytes of {limit}.",
    "ratio_too_narrow": "The picture is too tall: ratio {actual}, at least {limit}.",
    "ratio_too_wide": "The picture is too wide: ratio {actual}, at most {limit}.",
    "width_too_small": "The picture is too small: {actual} pixels wide, at least {limit}.",
    "width_too_large": "The picture is too wide: {actual} pixels, at most {limit}.",
    "height_too_large": "The picture is too tall: {actual} pixels, at most {limit}.",
    "pixels_too_many": "The picture has too many pixels: {actual} of {limit}.",
    "video_too_short": "The video is too short: {actual} s, at least {limit} s.",
    "video_too_long": "The video is too long: {actual} s, at most {limit} s.",
    "video_codec": "The video is coded as {actual}; taken here: {limit}.",
    "audio_codec": "The sound is coded as {actual}; taken here: {limit}.",
    "fps_too_low": "The video has {actual} frames a second, at least {limit}.",
    "fps_too_high": "The video has {actual} frames a second, at most {limit}.",
    "pages_too_many": "The document has too many pages: {actual} of {limit}.",
    "alt_too_long": "The alternative text is too long: {actual} of {limit}.",
    "alt_not_shown": "This platform takes no alternative text here; it would be lost.",
    "too_few_parts": "A thread needs at least {limit} posts.",
    "too_many_parts": "A thread may have at most {limit} posts; this has {actual}.",
    "first_comment_not_offered": "This platform takes no first comment.",
    "option_missing": "Choose: {limit}.",
    "option_unknown": "“{actual}” is not one of the choices for {limit}.",
    "option_gone": "The file for {limit} is no longer there. Choose it again.",
    "option_too_long": "Too long: {actual} of {limit} characters.",
    "option_too_large": "Too large: {actual}, at most {limit}.",
    "option_too_few": "Too few: {actual}, at least {limit}.",
    "option_too_many": "Too many: {actual}, at most {limit}.",
}


def _human(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.2f}".rstrip("0").rstrip(".")
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    if isinstance(value, (tuple, frozenset, set, list)):
        return ", ".join(sorted(str(item) for item in value))
    return str(value)


@dataclass(frozen=True)
class Text:
    """How much text, and how it is counted. ``max`` 0 means that no text is taken.

    ``with_options`` names options whose text is counted together with this one (a content warning),
    ``forbidden`` the characters that the platform refuses.
    """

    max: int
    count: counting.Count = counting.Count.CODEPOINTS
    url_cost: int | None = None
    local_mentions: bool = False
    max_bytes: int | None = None
    required: bool = False
    hashtags: int | None = None
    mentions: int | None = None

    with_options: tuple[str, ...] = ()
    forbidden: str = ""

    def measure(self, value: str) -> int:
        """The length of ``value`` in this rule's unit."""
        return counting.measure(value, self.count, url_cost=self.url_cost, local_mentions=self.local_mentions)


@dataclass(frozen=True)
class Frame:
    """What holds for every file. ``alt`` is how long an alternative text may be; ``None``
    where the platform takes none.
    """

    mimes: frozenset[str]
    max_bytes: int
    _: KW_ONLY
    min_ratio: float | None = None
    max_ratio: float | None = None
    min_width: int | None = None
    max_width: int | None = None
    max_height: int | None = None
    max_pixels: int | None = None
    alt: int | None = None


@dataclass(frozen=True)
class Image(Frame):
    """What a picture may be. ``by_mime`` has what holds instead for one type (animated GIF)."""

    by_mime: Mapping[str, Frame] = field(default_factory=dict)


@dataclass(frozen=True)
class Video(Frame):
    """What a video may be."""

    min_seconds: float | None = None
    max_seconds: float | None = None
    min_fps: float | None = None
    max_fps: float | None = None
    video_codecs: frozenset[str] = frozenset()
    audio_codecs: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Document(Frame):
    """What a document may be."""

    max_pages: int | None = None


@dataclass(frozen=True)
class KindRules:
    """Rules of one kind of post. In a thread they hold for each part, ``parts`` for their number.

    ``media`` is (least, most); ``videos`` the most videos among them; ``mixed`` whether pictures and videos
    may stand together. ``solo`` are MIME types that must be the only file.
    """

    text: Text
    media: tuple[int, int] = (0, 0)
    image: Image | None = None
    video: Video | None = None
    document: Document | None = None
    videos: int = 1
    mixed: bool = False
    solo: frozenset[str] = frozenset()
    parts: tuple[int, int] | None = None
    first_comment: Text | None = None


@dataclass(frozen=True)
class Rules:
    """All rules of a platform, with the day they were read and where."""

    checked: date
    source: str
    kinds: Mapping[Kind, KindRules]


def check(content: Content, rules: Rules, options: Mapping[str, Any] | None = None) -> tuple[Violation, ...]:
    """Everything in ``content`` that breaks ``rules``, in reading order; empty when it may be published."""
    kind_rules = rules.kinds.get(content.kind)
    if kind_rules is None:
        return (Violation("kind_not_offered", "kind", tuple(sorted(rules.kinds)), content.kind.value),)
    found: list[Violation] = []
    if kind_rules.parts is not None:
        found += _check_part_count(content, kind_rules.parts)
    for index, part in enumerate(content.posts):
        prefix = f"parts.{index}." if content.kind is Kind.THREAD else ""
        found += _check_part(part, kind_rules, prefix, options or {})
    found += _check_extras(content, kind_rules)
    return tuple(found)


def _check_part_count(content: Content, bounds: tuple[int, int]) -> list[Violation]:
    least, most = bounds
    if len(content.parts) < least:
        return [Violation("too_few_parts", "parts", least, len(content.parts))]
    if len(content.parts) > most:
        return [Violation("too_many_parts", "parts", most, len(content.parts))]
    return []


def _check_part(part: Part, rules: KindRules, prefix: str, options: Mapping[str, Any]) -> list[Violation]:
    found = check_text(part.text, rules.text, f"{prefix}text", options)
    if rules.text.required is False and not part.text.strip() and not part.media and rules.text.max:
        found.append(Violation("text_missing", f"{prefix}text", None, None))
    found += _check_media_set(part.media, rules, prefix)
    for index, media in enumerate(part.media):
        found += check_media(media, rules, f"{prefix}media.{index}")
    return found


def check_text(
    value: str, rule: Text, where: str, options: Mapping[str, Any] | None = None
) -> list[Violation]:
    """Check one text field, together with the options that count into it."""
    extra = "".join(str((options or {}).get(key, "")) for key in rule.with_options)
    if not value.strip() and not extra:
        return [Violation("text_missing", where, None, None)] if rule.required else []
    if rule.max == 0:
        return [Violation("text_not_allowed", where, 0, len(value), Severity.WARNING)]
    found: list[Violation] = []
    bad = next((sign for sign in value if sign in rule.forbidden), None)
    if rule.count is counting.Count.WEIGHTED:
        bad = bad or counting.invalid_character(value)
    if bad is not None:
        found.append(Violation("text_invalid", where, None, f"U+{ord(bad):04X}"))
    length = rule.measure(value) + (rule.measure(extra) if extra else 0)
    if length > rule.max:
        found.append(Violation("text_too_long", where, rule.max, length))
    if rule.max_bytes is not None and len(value.encode()) > rule.max_bytes:
        found.append(Violation("text_too_long", where, rule.max_bytes, len(value.encode())))
    for code, most, actual in (
        ("too_many_hashtags", rule.hashtags, counting.count_hashtags(value)),
        ("too_many_mentions", rule.mentions, counting.count_mentions(value)),
    ):
        if most is not None and actual > most:
            found.append(Violation(code, where, most, actual))
    return found


def _check_media_set(media: tuple[Media, ...], rules: KindRules, prefix: str) -> list[Violation]:
    least, most = rules.media
    where = f"{prefix}media"
    if len(media) < least:
        return [Violation("media_missing", where, least, len(media))]
    found: list[Violation] = []
    if len(media) > most:
        found.append(Violation("too_many_media", where, most, len(media)))
    videos = sum(item.is_video for item in media)
    has_solo = any(item.mime in rules.solo for item in media)
    if (videos and videos < len(media) and not rules.mixed) or (has_solo and len(media) > 1):
        found.append(Violation("media_mixed", where, None, None))
    if videos > rules.videos:
        found.append(Violation("too_many_media", where, rules.videos, videos))
    return found


def check_media(media: Media, rules: KindRules, where: str) -> list[Violation]:
    """Check one file: the verdict that the composer shows beside it."""
    offered = [rule for rule in (rules.image, rules.video, rules.document) if rule is not None]
    rule = next((rule for rule in offered if media.mime in rule.mimes), None)
    if rule is None:
        allowed = frozenset[str]().union(*(rule.mimes for rule in offered))
        return [Violation("media_type", where, allowed, media.mime)]
    found = check_file(media, rule, where)
    if media.alt and rule.alt is None:
        found.append(Violation("alt_not_shown", f"{where}.alt", None, None, Severity.WARNING))
    elif media.alt and rule.alt is not None and len(media.alt) > rule.alt:
        found.append(Violation("alt_too_long", f"{where}.alt", rule.alt, len(media.alt)))
    return found


def check_file(media: Media, rule: Frame, where: str) -> list[Violation]:
    """Check type, size and measures of one file against one rule."""
    if media.mime not in rule.mimes:
        return [Violation("media_type", where, rule.mimes, media.mime)]
    found = _check_bounds(media, rule, where)
    if isinstance(rule, Video):
        found += _check_video(media, rule, where)
    if isinstance(rule, Document) and rule.max_pages and (media.pages or 0) > rule.max_pages:
        found.append(Violation("pages_too_many", where, rule.max_pages, media.pages))
    return found


def _check_bounds(media: Media, rule: Frame, where: str) -> list[Violation]:
    if isinstance(rule, Image):
        rule = rule.by_mime.get(media.mime, rule)
    pixels = media.width * media.height if media.width and media.height else None
    return [
        Violation(code, where, limit, actual)
        for code, limit, actual in _outside(
            ("media_too_large", None, rule.max_bytes, media.size),
            ("ratio_too_narrow", rule.min_ratio, None, media.ratio),
            ("ratio_too_wide", None, rule.max_ratio, media.ratio),
            ("width_too_small", rule.min_width, None, media.width),
            ("width_too_large", None, rule.max_width, media.width),
            ("height_too_large", None, rule.max_height, media.height),
            ("pixels_too_many", None, rule.max_pixels, pixels),
        )
    ]


RATIO_SLACK = 0.005
"""Ratios are written rounded (4:5, 1.91:1); files come within half a percent."""


def _outside(
    *bounds: tuple[str, float | None, float | None, float | None],
) -> list[tuple[str, float, float]]:
    """The bounds that ``actual`` breaks, as (code, limit, actual); an unknown measure breaks none."""
    broken: list[tuple[str, float, float]] = []
    for code, least, most, actual in bounds:
        if actual is None:
            continue
        slack = RATIO_SLACK * actual if code.startswith("ratio") else 0
        if least is not None and actual + slack < least:
            broken.append((code, least, actual))
        if most is not None and actual - slack > most:
            broken.append((code, most, actual))
    return broken


def _check_video(media: Media, rule: Video, where: str) -> list[Violation]:
    found = [
        Violation(code, where, limit, actual)
        for code, limit, actual in _outside(
            ("video_too_short", rule.min_seconds, None, media.seconds),
            ("video_too_long", None, rule.max_seconds, media.seconds),
            ("fps_too_low", rule.min_fps, None, media.fps),
            ("fps_too_high", None, rule.max_fps, media.fps),
        )
    ]
    for code, allowed, actual in (
        ("video_codec", rule.video_codecs, media.video_codec),
        ("audio_codec", rule.audio_codecs, media.audio_codec),
    ):
        if allowed and actual and actual not in allowed:
            found.append(Violation(code, where, allowed, actual))
    return found


def _check_extras(content: Content, rules: KindRules) -> list[Violation]:
    found: list[Violation] = []
    if content.first_comment and rules.first_comment is None:
        found.append(Violation("first_comment_not_offered", "first_comment", None, None))
    elif content.first_comment and rules.first_comment is not None:
        found += check_text(content.first_comment, rules.first_comment, "first_comment")
    return found
