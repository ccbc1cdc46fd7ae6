"""The `fields` parameter: a list of names, each with an optional list of its own in braces."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .errors import graph_error

Wanted = dict[str, "Wanted"]
Reader = Callable[[Wanted], Any]


def parse_fields(text: str) -> Wanted:
    """`id,name,children{id}` as a nested dictionary. Modifiers such as `.limit(5)` are cut off."""
    root: Wanted = {}
    stack, name = [root], ""
    for sign in text + ",":
        if sign in ",{}":
            word = name.strip().partition(".")[0]
            name = ""
            if word:
                stack[-1][word] = {}
            if sign == "{":
                if not word:
                    raise graph_error("2500", "Syntax error")
                stack.append(stack[-1][word])
            elif sign == "}":
                stack.pop()
                if not stack:
                    raise graph_error("2500", "Syntax error")
        else:
            name += sign
    return root


def pick(wanted: Wanted, readers: Mapping[str, Reader], default: tuple[str, ...] = ("id",)) -> dict[str, Any]:
    """The fields that were asked for, `id` always among them; absent values are left out. An unknown name
    fails the call.
    """
    for name in wanted:
        if name not in readers:
            raise graph_error("100", f"(#100) Tried accessing nonexistent field ({name})")
    names = dict(wanted) if wanted else {name: {} for name in default}
    answer = {name: readers[name](inner) for name, inner in {**names, "id": {}}.items()}
    return {name: value for name, value in answer.items() if value is not None}
