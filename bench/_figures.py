"""What is printed of a measurement: quantiles, the worse of several parts, and reading it back from a line."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

WORSE: Mapping[str, Callable[..., float]] = {
    "n": min, "per_s": min, "bare_per_s": min, "ratio": min,
    "p50_s": max, "p99_s": max, "max_s": max, "p99_ms": max, "unpublished": max, "copies": max,
}  # fmt: skip
"""Which of two figures is the worse one."""


def quantile(ordered: Sequence[float], share: float) -> float:
    """The smallest of the ordered values that so large a share does not exceed (nearest rank)."""
    return ordered[max(math.ceil(share * len(ordered)), 1) - 1]


def quantiles(ordered: Sequence[float], name: str = "") -> dict[str, float]:
    """Median, 99th percentile and most of ordered seconds; nothing where nothing was measured."""
    if not ordered:
        return {}
    begin = f"{name}_" if name else ""
    return {
        f"{begin}p50_s": round(quantile(ordered, 0.5), 3),
        f"{begin}p99_s": round(quantile(ordered, 0.99), 3),
        f"{begin}max_s": round(ordered[-1], 3),
    }


def worse(parts: Sequence[Mapping[str, Any]], keys: Sequence[str]) -> dict[str, float | None]:
    """Each figure as it is worst in any part. What a part could not measure is unknown of the whole."""
    found: dict[str, float | None] = {}
    for key in keys:
        values = [part.get(key) for part in parts]
        known = [value for value in values if value is not None]
        found[key] = WORSE[key](known) if values and len(known) == len(values) else None
    return found


def last_line(said: str) -> Any:
    """What the last line says in JSON. Raises ValueError where it says nothing."""
    lines = said.strip().splitlines()
    if not lines:
        raise ValueError("nothing was printed")
    return json.loads(lines[-1])
