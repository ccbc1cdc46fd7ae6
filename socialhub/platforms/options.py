"""Choices that a platform asks of the person who posts, declared as data and drawn by the composer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from socialhub.platforms.rules import Frame, Violation, check_file
from socialhub.platforms.values import Kind, Media


class OptionType(StrEnum):
    """How an option is asked for."""

    CHOICE = "choice"
    TEXT = "text"
    FLAG = "flag"
    NUMBER = "number"
    LINES = "lines"
    """Several short texts, one a line; stored as a list."""
    MEDIA = "media"
    """A file of the library (a cover, a thumbnail, subtitles); stored as its id, handed over as ``Media``."""


@dataclass(frozen=True)
class Choice:
    """One answer to a choice."""

    value: str
    label: str


@dataclass(frozen=True)
class Option:
    """One choice. ``kinds`` empty means every kind. A required option without a default must be answered by
    a person. ``remote`` names a list that only the account knows (boards, playlists), see
    ``Connector.options_for``. ``file`` says what a media option takes.
    """

    key: str
    label: str
    type: OptionType = OptionType.CHOICE
    required: bool = False
    default: Any = None
    choices: tuple[Choice, ...] = ()
    remote: str = ""
    kinds: frozenset[Kind] = frozenset()
    help: str = ""
    max: int | None = None
    max_items: int | None = None
    min_items: int | None = None
    file: Frame | None = None

    def __post_init__(self) -> None:
        if self.type is OptionType.CHOICE and not (self.choices or self.remote):
            raise ValueError(f"option {self.key}: a choice needs choices or a remote list")
        if (self.type is OptionType.MEDIA) != (self.file is not None):
            raise ValueError(f"option {self.key}: a file's rule and a media option come together")
        if self.default is not None and self.choices and self.default not in {c.value for c in self.choices}:
            raise ValueError(f"option {self.key}: the default is not one of its choices")

    def applies_to(self, kind: Kind) -> bool:
        """Whether this option is asked for that kind of post."""
        return not self.kinds or kind in self.kinds


@dataclass(frozen=True)
class Options:
    """All options of a connector; checking gives violations under ``options.<key>``."""

    items: tuple[Option, ...] = ()
    by_key: Mapping[str, Option] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        by_key = {option.key: option for option in self.items}
        if len(by_key) != len(self.items):
            raise ValueError("option keys must be unique")
        object.__setattr__(self, "by_key", by_key)

    def for_kind(self, kind: Kind) -> tuple[Option, ...]:
        """The options asked for that kind, in the declared order."""
        return tuple(option for option in self.items if option.applies_to(kind))

    def resolve(self, kind: Kind, chosen: Mapping[str, Any]) -> dict[str, Any]:
        """What was chosen plus defaults, only for options that apply; unknown keys are dropped."""
        resolved: dict[str, Any] = {}
        for option in self.for_kind(kind):
            value = chosen.get(option.key)
            value = option.default if value in (None, "", []) else value
            if value is not None:
                resolved[option.key] = value
        return resolved

    def check(self, kind: Kind, chosen: Mapping[str, Any]) -> tuple[Violation, ...]:
        """What is missing or not allowed among the chosen options."""
        resolved = self.resolve(kind, chosen)
        found: list[Violation] = []
        for option in self.for_kind(kind):
            where = f"options.{option.key}"
            value = resolved.get(option.key)
            if value is None:
                if option.required:
                    found.append(Violation("option_missing", where, option.label, None))
                continue
            found.extend(_check_value(option, where, value))
        return tuple(found)


def _check_value(option: Option, where: str, value: Any) -> list[Violation]:
    match option.type:
        case OptionType.CHOICE if option.choices and value not in {c.value for c in option.choices}:
            return [Violation("option_unknown", where, option.label, str(value))]
        case OptionType.TEXT if option.max and len(str(value)) > option.max:
            return [Violation("option_too_long", where, option.max, len(str(value)))]
        case OptionType.NUMBER if option.max and float(value) > option.max:
            return [Violation("option_too_large", where, option.max, value)]
        case OptionType.MEDIA if option.file is not None:
            if not isinstance(value, Media):
                return [Violation("option_gone", where, option.label, None)]
            return check_file(value, option.file, where)
        case OptionType.LINES:
            lines = list(value)
            if option.min_items and len(lines) < option.min_items:
                return [Violation("option_too_few", where, option.min_items, len(lines))]
            if option.max_items and len(lines) > option.max_items:
                return [Violation("option_too_many", where, option.max_items, len(lines))]
            return [
                Violation("option_too_long", where, option.max, len(line))
                for line in lines
                if option.max and len(line) > option.max
            ]
    return []
