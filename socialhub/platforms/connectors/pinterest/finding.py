"""Whether a pin that we may have made exists. Pinterest has no key for it and refuses no duplicate, so the pins of
the board are compared: time, kind, title, description, link. What was there before is noted before we pin.
"""

from __future__ import annotations

import html
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from socialhub.platforms.flow import Finding, Go, Job, Live, Outcome, Stay, Unsure
from socialhub.platforms.values import Kind

from .options import place

CLOCK_SKEW = timedelta(seconds=60)
BEFORE = timedelta(minutes=10)
LOOK_AGAIN = timedelta(seconds=60)
ENOUGH = timedelta(minutes=5)
"""How far lists lag is not published; a pin that is not listed after five minutes is taken to be absent."""
PAGE, LEAST_PAGES, MOST_PAGES = 250, 2, 8
MEDIA_TYPES = {Kind.IMAGE: "image", Kind.GALLERY: "multiple_images", Kind.VIDEO: "video"}


@dataclass(frozen=True)
class Look:
    """Ids of pins that are equal to ours, and of pins that are alike in part."""

    equal: tuple[str, ...]
    alike: tuple[str, ...]


def permalink(pin_id: str) -> str:
    """Where people see the pin; answers do not have it."""
    return f"https://www.pinterest.com/pin/{pin_id}/"


def note_twins(job: Job) -> Outcome:
    """Remember pins like this one that are there already: none of them is ours."""
    seen = look(job, job.now - BEFORE)
    return Go({"twins": [*seen.equal, *seen.alike]})


def find_pin(job: Job) -> Finding:
    """Adopt the one pin that is ours, ask a person where several could be, send again once after enough looks."""
    kept = job.facts.get("first_sent")
    sent_at = job.sent_at or job.now
    first = datetime.fromisoformat(kept) if kept else sent_at
    seen = look(job, first - CLOCK_SKEW)
    if len(seen.equal) == 1:
        return Live(seen.equal[0], permalink(seen.equal[0]))
    if seen.equal or seen.alike:
        return Unsure("Pins on Pinterest look like this one. Open the board and decide.")
    if not kept:
        return Stay({"first_sent": first.isoformat()}, LOOK_AGAIN, note="not listed yet")
    if job.now - sent_at < ENOUGH:
        return Stay(wait=LOOK_AGAIN, note="not listed yet")
    if sent_at - first >= ENOUGH:
        return Unsure("This pin was sent twice and is not to be seen. Open the board and decide.")
    return None


def look(job: Job, since: datetime) -> Look:
    """Compare the pins of the board that are younger than ``since`` and nobody else's."""
    others = job.taken | frozenset(job.facts.get("twins", ()))
    equal: list[str] = []
    alike: list[str] = []
    for pin in _listed(job, since):
        pin_id = str(pin.get("id") or "")
        if pin_id in others or not _could_be(job, pin):
            continue
        match _shared(job, pin):
            case 3:
                equal.append(pin_id)
            case shared if shared:
                alike.append(pin_id)
    return Look(tuple(equal), tuple(alike))


def _listed(job: Job, since: datetime) -> Iterator[Mapping[str, Any]]:
    """Newest first is usual but not promised: two pages are read in any case, more while they hold young pins."""
    board, section = place(str(job.options["board"]))
    path = f"boards/{board}/sections/{section}/pins" if section else f"boards/{board}/pins"
    params: dict[str, Any] = {"page_size": PAGE}
    for page in range(MOST_PAGES):
        body = job.api.get(path, params=params).body
        body = body if isinstance(body, Mapping) else {}
        young = [pin for pin in body.get("items") or () if isinstance(pin, Mapping) and made_at(pin) >= since]
        yield from young
        if not body.get("bookmark") or (page + 1 >= LEAST_PAGES and not young):
            return
        params["bookmark"] = body["bookmark"]


def made_at(pin: Mapping[str, Any]) -> datetime:
    """Times come with and without a zone; without one they are UTC. An unreadable one is as old as can be."""
    try:
        at = datetime.fromisoformat(str(pin.get("created_at") or ""))
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _could_be(job: Job, pin: Mapping[str, Any]) -> bool:
    media = pin.get("media")
    kind = media.get("media_type") if isinstance(media, Mapping) else None
    return pin.get("is_owner") is not False and kind in (None, MEDIA_TYPES[job.content.kind])


def _shared(job: Job, pin: Mapping[str, Any]) -> int:
    """How many of title, description and link agree; empty ones agree only where all the others do."""
    ours = (job.options.get("title"), job.content.text, job.options.get("link"))
    theirs = (pin.get("title"), pin.get("description"), pin.get("link"))
    pairs = [(_plain(mine), _plain(other)) for mine, other in zip(ours, theirs, strict=True)]
    if all(mine == other for mine, other in pairs):
        return len(pairs)
    return sum(bool(mine) and mine == other for mine, other in pairs)


def _plain(value: Any) -> str:
    """Equal for Pinterest: one composition of letters, escapes undone, no space or slash at the end."""
    text = unicodedata.normalize("NFC", html.unescape(str(value or "")))
    return " ".join(text.split()).rstrip("/")
