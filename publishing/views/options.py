"""The options that a connector declares, as form fields: drawn, and read back into values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from socialhub.platforms.options import Option, OptionType

_CONTROLS = {
    OptionType.CHOICE: "choice",
    OptionType.TEXT: "text",
    OptionType.FLAG: "flag",
    OptionType.NUMBER: "number",
    OptionType.LINES: "long",
    OptionType.MEDIA: "file",
}


class Choice(NamedTuple):
    """One line of a list to choose from."""

    value: str
    label: str
    on: bool


class Field(NamedTuple):
    """One option as the composer draws it."""

    id: str
    name: str
    label: str
    kind: str
    value: str
    required: bool
    wide: bool
    blank: str
    hint: str
    choices: list[Choice]
    error: list[str]
    act: str = ""
    accept: str = ""
    file: str = ""
    picture: str = ""


def draw(option: Option, account: int, value: Any, errors: Sequence[str] = ()) -> Field:
    """The field for an option of one channel, filled with a stored value or the default."""
    shown = option.default if value in (None, "", []) else value
    text = "\n".join(map(str, shown)) if isinstance(shown, list | tuple) else str(shown or "")
    name = f"option-{account}-{option.key}"
    kind = _CONTROLS[option.type]
    if kind == "choice" and not option.choices:
        kind = "text"
    if kind == "text" and (option.max or 0) > 200:
        kind = "long"
    blank = "" if option.default is not None else "Choose" if option.required else "Not set"
    choices = [Choice(each.value, each.label, each.value == text) for each in option.choices]
    return Field(
        name,
        name,
        option.label,
        kind,
        text if shown is not False else "",
        option.required,
        kind == "long",
        blank,
        _hint(option),
        choices,
        list(errors),
        f"{account}-{option.key}",
        ",".join(sorted(option.file.mimes)) if option.file else "",
    )


def _hint(option: Option) -> str:
    lines = "One a line" if option.type is OptionType.LINES else ""
    most = f"at most {option.max_items}" if option.max_items else ""
    return ". ".join(filter(None, [option.help.rstrip("."), ", ".join(filter(None, [lines, most]))]))


def value_of(option: Option, typed: str) -> Any:
    """What was typed, as a value of the option's type; None where it was left empty.

    A number that is none stays text, so that the rules refuse it at its field and it is shown again.
    """
    if option.type is OptionType.FLAG:
        return typed == "true"
    if not typed.strip():
        return None
    if option.type is OptionType.MEDIA:
        return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 18 else None
    if option.type is OptionType.LINES:
        return [line.strip() for line in typed.splitlines() if line.strip()]
    if option.type is OptionType.NUMBER:
        try:
            return float(typed) if "." in typed else int(typed)
        except ValueError:
            return typed
    return typed


def values_of(options: Sequence[Option], typed: Mapping[str, str]) -> dict[str, Any]:
    """All typed options of one channel by key; unknown keys and empty answers are left out."""
    found = {option.key: value_of(option, typed[option.key]) for option in options if option.key in typed}
    return {key: value for key, value in found.items() if value is not None}


def summary(fields: Sequence[Field]) -> str:
    """A line that says what is chosen, for the closed drawer."""
    words = []
    for each in fields:
        chosen = next((choice.label for choice in each.choices if choice.on), "")
        if each.kind == "flag" and each.value:
            chosen = each.label
        elif each.kind == "file" and each.file:
            chosen = f"{each.label}: {each.file}"
        elif each.kind in {"text", "number", "long"} and each.value:
            chosen = f"{each.label}: {each.value.splitlines()[0][:30]}"
        words.append(chosen)
    return " · ".join(filter(None, words)) or "nothing chosen"
