"""What the composer sends, read into one value; and the acts that change its shape.

Every field of the form is echoed from this value, so nothing that was typed is lost whatever goes wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.http import QueryDict

SHARED = "all"
NOW, AT, KEEP = "now", "at", "draft"
WHENS = (NOW, AT, KEEP)
NEVER, WITHIN, ALWAYS_LATE = "never", "within", "always"
LATES = ("", WITHIN, NEVER, ALWAYS_LATE)


@dataclass(frozen=True)
class Draft:
    """The composer's fields as typed. Numbers are ids of accounts (channels) and of media.

    ``labels`` of None are those that the post has.
    """

    post: int | None = None
    title: str = ""
    channels: tuple[int, ...] = ()
    parts: tuple[str, ...] = ("",)
    own: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    media: tuple[int, ...] = ()
    alts: Mapping[int, str] = field(default_factory=dict)
    places: Mapping[int, int] = field(default_factory=dict)
    options: Mapping[int, Mapping[str, str]] = field(default_factory=dict)
    comment: str = ""
    labels: str | None = None
    when: str = AT
    date: str = ""
    time: str = ""
    suggested: str = ""
    late: str = ""
    late_minutes: str = ""
    again: bool = False
    tab: str = ""

    @property
    def is_planned(self) -> bool:
        """Whether the day and time are a person's choice and not what the form came with."""
        return bool(self.date and self.time) and f"{self.date} {self.time}" != self.suggested

    def texts(self, key: str) -> tuple[str, ...]:
        """The parts of a panel: the shared text, or an account's own."""
        return self.parts if key == SHARED else self.own[int(key)]

    def with_texts(self, key: str, parts: Iterable[str]) -> Draft:
        """The same draft with other parts in one panel."""
        if key == SHARED:
            return replace(self, parts=tuple(parts), tab=key)
        return replace(self, own={**self.own, int(key): tuple(parts)}, tab=key)


def words_of(data: QueryDict, account: int) -> tuple[str, dict[str, str]]:
    """The text and the answered options of one channel."""
    draft = read(data)
    return draft.parts[0].strip(), dict(draft.options.get(account, {}))


def read(data: QueryDict) -> Draft:
    """The composer's form as sent. Fields that make no sense are left out, never an error."""
    own: dict[int, tuple[str, ...]] = {}
    alts: dict[int, str] = {}
    places: dict[int, int] = {}
    options: dict[int, dict[str, str]] = {}
    for name in data:
        kind, _, rest = name.partition("-")
        number, _, key = rest.partition("-")
        if not number.isdigit():
            continue
        if kind == "text":
            own[int(number)] = tuple(map(_clean, data.getlist(name)))
        elif kind == "alt":
            alts[int(number)] = _clean(data.get(name, "")).strip()
        elif kind == "place":
            places[int(number)] = _number(data.get(name, "")) or 0
        elif kind == "option" and key:
            # A check box comes with a hidden empty twin, so that "not ticked" is an answer too.
            options.setdefault(int(number), {})[key] = max(map(_clean, data.getlist(name)), key=bool)
    when, late = data.get("when", AT), data.get("late", "")
    return Draft(
        post=_number(data.get("post", "")),
        title=_clean(data.get("title", "")).strip()[:200],
        channels=_numbers(data.getlist("channel")),
        parts=tuple(map(_clean, data.getlist("text"))) or ("",),
        own=own,
        media=_numbers(data.getlist("media")),
        alts=alts,
        places=places,
        options=options,
        comment=_clean(data.get("comment", "")).strip(),
        labels=_clean(data.get("labels", "")).strip()[:600] if "labels" in data else None,
        when=when if when in WHENS else AT,
        date=data.get("date", "").strip()[:20],
        time=data.get("time", "").strip()[:20],
        suggested=data.get("suggested", "")[:40],
        late=late if late in LATES else "",
        late_minutes=data.get("late_minutes", "").strip()[:10],
        again=data.get("again") == "1",
    )


def _clean(text: str) -> str:
    """Browsers send line ends as CRLF; platforms count and show LF. NUL is no text for any database."""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else None


def _numbers(texts: Iterable[str]) -> tuple[int, ...]:
    found = (_number(text) for text in texts)
    return tuple(dict.fromkeys(number for number in found if number is not None))


def act(draft: Draft, name: str) -> Draft:
    """The draft after a button that changes its shape (customise-7, part-all-0); others change nothing."""
    verb, _, rest = name.partition("-")
    change = _ACTS.get(verb)
    try:
        return change(draft, rest) if change else draft
    except (KeyError, ValueError, IndexError):
        return draft


def _customise(draft: Draft, account: str) -> Draft:
    return draft.with_texts(str(int(account)), draft.parts)


def _back_to_shared(draft: Draft, account: str) -> Draft:
    own = {number: parts for number, parts in draft.own.items() if number != int(account)}
    return replace(draft, own=own, tab=SHARED)


def _on_part(change: Callable[[list[str], int], Any]) -> Callable[[Draft, str], Draft]:
    def changed(draft: Draft, where: str) -> Draft:
        key, _, index = where.partition("-")
        parts = list(draft.texts(key))
        change(parts, int(index))
        return draft.with_texts(key, parts or [""])

    return changed


def _swap_up(parts: list[str], index: int) -> None:
    if index > 0:
        parts[index - 1], parts[index] = parts[index], parts[index - 1]


def _earlier(draft: Draft, medium: str) -> Draft:
    media = list(draft.media)
    at = media.index(int(medium))
    if at > 0:
        media[at - 1], media[at] = media[at], media[at - 1]
    return replace(draft, media=tuple(media))


def _remove(draft: Draft, medium: str) -> Draft:
    return replace(draft, media=tuple(number for number in draft.media if number != int(medium)))


def _unset(draft: Draft, where: str) -> Draft:
    account, _, key = where.partition("-")
    kept = {name: value for name, value in draft.options[int(account)].items() if name != key}
    return replace(draft, options={**draft.options, int(account): kept})


_ACTS: Mapping[str, Callable[[Draft, str], Draft]] = {
    "customise": _customise,
    "shared": _back_to_shared,
    "part": _on_part(lambda parts, index: parts.insert(index + 1, "")),
    "drop": _on_part(lambda parts, index: parts.pop(index)),
    "up": _on_part(_swap_up),
    "left": _earlier,
    "remove": _remove,
    "unset": _unset,
}
