"""Checking what a client sent, field by field, as strictly as a schema with `additionalProperties: false`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from werkzeug.datastructures import FileStorage, MultiDict

Fields = Mapping[str, "Field"]
_BRACKETS = re.compile(r"\[([^\]]*)\]")
_TRUE, _FALSE = ("true", "1"), ("false", "0")


class MisfitError(Exception):
    """A field that does not fit. `reason` is one of unknown, missing, type, choice, json."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(field, reason)
        self.field = field
        self.reason = reason


@dataclass(frozen=True)
class Field:
    """What a field must be. `kind`: str, int, float, bool, list, object, file, any."""

    kind: str = "str"
    required: bool = False
    choices: tuple[str, ...] = ()
    items: Field | None = None
    fields: Fields | None = None


def check(values: Mapping[str, Any], fields: Fields, *, from_text: bool, prefix: str = "") -> dict[str, Any]:
    """`values` with their types put right. Numbers and truth values may be text when they come `from_text`
    (forms and queries).
    """
    for name in values:
        if name not in fields:
            raise MisfitError(prefix + name, "unknown")
    clean: dict[str, Any] = {}
    for name, wanted in fields.items():
        if name in values:
            clean[name] = _value(values[name], wanted, from_text=from_text, name=prefix + name)
        elif wanted.required:
            raise MisfitError(prefix + name, "missing")
    return clean


def _value(value: Any, wanted: Field, *, from_text: bool, name: str) -> Any:
    if wanted.kind == "object":
        if not isinstance(value, dict):
            raise MisfitError(name, "type")
        return check(value, wanted.fields or {}, from_text=from_text, prefix=f"{name}.")
    if wanted.kind == "list":
        if not isinstance(value, list):
            raise MisfitError(name, "type")
        return [
            _value(item, wanted.items or Field(), from_text=from_text, name=f"{name}.{place}")
            for place, item in enumerate(value)
        ]
    value = _scalar(value, wanted.kind, from_text=from_text, name=name)
    if wanted.choices and value not in wanted.choices:
        raise MisfitError(name, "choice")
    return value


def _scalar(value: Any, kind: str, *, from_text: bool, name: str) -> Any:
    if kind == "any":
        return value
    if kind == "file":
        fits = isinstance(value, FileStorage)
    elif kind == "str":
        fits = isinstance(value, str)
    elif from_text and isinstance(value, str):
        return _from_text(value, kind, name)
    elif kind == "bool":
        fits = isinstance(value, bool)
    elif kind == "int":
        fits = isinstance(value, int) and not isinstance(value, bool)
    else:
        fits = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not fits:
        raise MisfitError(name, "type")
    return value


def _from_text(value: str, kind: str, name: str) -> Any:
    if kind == "bool" and value.lower() in _TRUE + _FALSE:
        return value.lower() in _TRUE
    try:
        if kind == "int":
            return int(value)
        if kind == "float":
            return float(value)
    except ValueError:
        pass
    raise MisfitError(name, "type")


def nest(flat: MultiDict[str, str]) -> dict[str, Any]:
    """Form keys with brackets as nested values: `a[]` a list, `a[b]` an object, `a[0][b]` a list of
    objects.
    """
    root: dict[str, Any] = {}
    for key, values in flat.lists():
        head, *rest = [key.split("[", 1)[0], *_BRACKETS.findall(key)]
        if rest and rest[-1] == "":
            _place(root, [head, *rest[:-1]], list(values))
        else:
            _place(root, [head, *rest], values[-1])
    return {name: _as_list(value) for name, value in root.items()}


def _place(root: dict[str, Any], path: list[str], value: object) -> None:
    *parents, last = path
    for name in parents:
        child = root.setdefault(name, {})
        if not isinstance(child, dict):
            return
        root = child
    root[last] = value


def _as_list(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    value = {name: _as_list(item) for name, item in value.items()}
    if value and all(name.isdigit() for name in value):
        return [value[name] for name in sorted(value, key=int)]
    return value
