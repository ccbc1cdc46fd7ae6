"""What the doctor says of one part: how it stands, what was seen, and what to do."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum


class Grade(StrEnum):
    """How a part stands. ``BAD`` keeps posts from going out, or loses something."""

    OK = "ok"
    WARN = "warn"
    BAD = "bad"


TONES = {Grade.OK: "good", Grade.WARN: "warn", Grade.BAD: "bad"}


@dataclass(frozen=True)
class Finding:
    """``said`` is a short fact, ``advice`` one sentence (empty while all is well).

    ``detail`` (hosts, versions, folders) is for who runs the hub, not for the admins of its workspaces.
    """

    part: str
    grade: Grade
    said: str
    advice: str = ""
    detail: str = ""

    def as_json(self) -> dict[str, str]:
        """As it is stored, and printed with ``--json``."""
        return {**asdict(self), "grade": self.grade.value, "tone": TONES[self.grade]}


def good(part: str, said: str, *, detail: str = "") -> Finding:
    """Nothing to do."""
    return Finding(part, Grade.OK, said, detail=detail)


def warn(part: str, said: str, advice: str, *, detail: str = "") -> Finding:
    """Posts go out, but somebody should look."""
    return Finding(part, Grade.WARN, said, advice, detail)


def bad(part: str, said: str, advice: str, *, detail: str = "") -> Finding:
    """Something does not work, or will be lost."""
    return Finding(part, Grade.BAD, said, advice, detail)
