"""The flight recorder as a page shows it: a story to read down, and a common time axis to read across."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse

from accounts.models import Workspace
from accounts.network import browser_link
from publishing.live import can_edit, can_remove
from publishing.models import Delivery, StepLog
from publishing.states import AT_REST, State
from publishing.views.cards import label_of, name_of
from socialhub.platforms import registry
from socialhub.platforms.values import Kind

SHOWN = 40


class Look(NamedTuple):
    """How an event of the recorder is drawn. An empty title means the step's own name says it."""

    tone: str
    icon: str
    title: str = ""


# our event → its look
EVENTS = {
    "queued": Look("info", "clock", "Scheduled"),
    "ran": Look("good", "check"),
    "live": Look("good", "done", "Live"),
    "found": Look("good", "done", "Found: it had gone out"),
    "stayed": Look("busy", "busy"),
    "back": Look("warn", "undo", "Started over"),
    "absent": Look("info", "eye", "Looked: it is not there"),
    "doubt": Look("warn", "doubt", "Sent, no clear answer"),
    "looked": Look("warn", "eye", "Looked for it"),
    "unconfirmed": Look("warn", "doubt", "Nobody can tell"),
    "retry": Look("warn", "refresh", "Not sent, tries again"),
    "waits": Look("info", "clock", "Waits for a limit"),
    "held": Look("warn", "pause", "Held"),
    "failed": Look("bad", "failed", "Refused"),
    "missed": Look("warn", "missed", "Missed"),
    "gave_up": Look("warn", "warn", "Left undone"),
    "person": Look("ask", "user", "A person decided"),
}

# what a state means for the post, in a sentence; the error's own words come before it
MEANINGS = {
    State.DRAFT: "Not scheduled: nothing goes out.",
    State.AWAITING_APPROVAL: "Waits for a yes.",
    State.SCHEDULED: "Goes out by itself.",
    State.PUBLISHING: "On its way.",
    State.UNCONFIRMED: "It may be live. We hold it, so nothing is sent twice.",
    State.FAILED: "It did not go out and will not by itself.",
    State.MISSED: "Its time passed and nothing was sent.",
    State.HELD: "A person must act before it goes on.",
    State.CANCELLED: "Taken back: nothing goes out.",
}


class Line(NamedTuple):
    """One line of the recorder. `start` and `width` are percents of the whole flight."""

    id: int
    tone: str
    icon: str
    title: str
    name: str
    at: datetime
    took: str
    start: float
    width: float
    status: str
    trace: str
    more: str
    detail: str


class Act(NamedTuple):
    """A button of a delivery or a post."""

    label: str
    icon: str
    url: str
    primary: bool = False
    danger: bool = False
    confirm: str = ""
    leads: bool = False
    """Whether it opens a page instead of acting at once."""


@dataclass(frozen=True)
class Flight:
    """One delivery, ready to draw."""

    id: int
    state: str
    platform: str
    label: str
    name: str
    says: str
    link: str
    next_at: datetime | None
    next_word: str
    progress: int | None
    open: bool
    steps: list[Line]
    span_word: str
    support: str
    silence: str
    said_url: str = ""
    live_url: str = ""
    anew_url: str = ""
    later_url: str = ""
    said_before: bool = False
    risks: list[str] = field(default_factory=list)
    acts: list[Act] = field(default_factory=list)


def flight(delivery: Delivery, workspace: Workspace, *, may_act: bool, said_before: bool = False) -> Flight:
    """A delivery whose account, log and risks were fetched with it. `said_before`: another try needs a yes."""
    log = list(delivery.log.all())

    def url(name: str, *states: State) -> str:
        fits = may_act and delivery.state in states
        return reverse(f"publishing:{name}", args=[workspace.slug, delivery.pk]) if fits else ""

    lines = _lines(delivery, log)
    moves = delivery.state == State.PUBLISHING
    risks = [risk.message for risk in delivery.risks.all()] if delivery.state == State.SCHEDULED else []
    return Flight(
        id=delivery.pk,
        state=delivery.state,
        platform=delivery.account.platform,
        label=label_of(delivery.account.platform),
        name=name_of(delivery.account),
        says="As things stand it will not go out." if risks else _says(delivery),
        link="" if delivery.removed_at else browser_link(delivery.url),
        next_at=delivery.next_at if delivery.state in {State.SCHEDULED, State.PUBLISHING} else None,
        next_word=_next_word(delivery),
        progress=round(delivery.progress * 100) if moves and delivery.progress is not None else None,
        open=bool(risks)
        or delivery.state not in {State.PUBLISHED, State.DRAFT, State.SCHEDULED, State.CANCELLED},
        steps=lines,
        span_word=seconds_word(_length(log)),
        support=_support(delivery, log),
        silence=_silence(delivery),
        said_url=_said_url(delivery, workspace),
        live_url=url("live", State.UNCONFIRMED),
        anew_url=url("anew", State.UNCONFIRMED),
        later_url=url("later", State.MISSED, State.FAILED, State.HELD),
        said_before=said_before,
        risks=risks,
        acts=_acts(delivery, workspace) if may_act else [],
    )


def _said_url(delivery: Delivery, workspace: Workspace) -> str:
    """The inbox with what people say under this post, where that is heard."""
    if not delivery.remote_id or delivery.account.connector.inbox is None:
        return ""
    query = urlencode({"tab": "all", "post": f"{delivery.account_id}-{delivery.remote_id}"})
    return f"{reverse('webhooks:inbox', args=[workspace.slug])}?{query}"


def _silence(delivery: Delivery) -> str:
    """Why no step is shown, where none is."""
    if delivery.state in AT_REST and settings.RECORD_KEEP_DAYS:
        return f"What happened on the way is kept for {settings.RECORD_KEEP_DAYS} days."
    return "Nothing has happened yet. Every step will be written here as it is done."


def _says(delivery: Delivery) -> str:
    if delivery.removed_at is not None:
        return "Deleted on the platform."
    if delivery.state == State.PUBLISHED:
        if not (delivery.due_at and delivery.published_at):
            return "Live."
        late = (delivery.published_at - delivery.due_at).total_seconds()
        return f"Live {seconds_word(max(late, 0))} after its time."
    words = delivery.note if delivery.state in {State.SCHEDULED, State.PUBLISHING} else delivery.error_message
    return " ".join(filter(None, [sentence(words), MEANINGS[State(delivery.state)]]))


def sentence(words: str) -> str:
    """The words with an end, so that another sentence can follow."""
    return words if not words or words.endswith((".", "!", "?", "…")) else f"{words}."


def _next_word(delivery: Delivery) -> str:
    if delivery.state == State.SCHEDULED:
        return "Waits until" if delivery.note else "Due"
    if delivery.in_doubt:
        return "Next look"
    return "Tries again" if delivery.attempts else "Next step"


def _label(delivery: Delivery, step: str) -> str:
    """What the connector calls a step; its name in words where it says nothing."""
    try:
        publishing = registry.get(delivery.account.platform).publishing
        found = publishing.flow(Kind(delivery.kind)).step(step).label if publishing and step else ""
    except (LookupError, ValueError):
        found = ""
    return found or step.replace("_", " ").capitalize()


def _lines(delivery: Delivery, log: Sequence[StepLog]) -> list[Line]:
    """The last events; the same wait again and again becomes one line."""
    if not log:
        return []
    begin, whole = log[0].at, _length(log) or 1.0
    runs = [list(run) for _, run in groupby(log, key=_same)]
    return [_line(delivery, run, begin, whole) for run in runs[-SHOWN:]]


def _same(entry: StepLog) -> tuple[Any, ...]:
    if entry.event in {"stayed", "looked"}:
        return (entry.event, entry.step)
    return (entry.pk,)


def _line(delivery: Delivery, run: Sequence[StepLog], begin: datetime, whole: float) -> Line:
    first, last = run[0], run[-1]
    look = EVENTS.get(last.event, Look("neutral", "info", last.event.replace("_", " ").capitalize()))
    title = look.title or _label(delivery, last.step) or "Done"
    if len(run) > 1:
        title = f"{title}, {len(run)} times"
    start = (first.at - begin).total_seconds() / whole * 100
    length = (last.at - first.at).total_seconds() + last.seconds
    status = f"HTTP {last.status}" if last.status else last.code
    return Line(
        id=last.pk,
        tone=look.tone,
        icon=look.icon,
        title=title,
        name=last.step,
        at=first.at,
        took=seconds_word(length),
        start=round(min(start, 99), 2),
        width=round(max(length / whole * 100, 1), 2),
        status=status,
        trace=last.trace_id,
        more=last.note,
        detail=_detail(last.exchanges),
    )


def _length(log: Sequence[StepLog]) -> float:
    return (log[-1].at - log[0].at).total_seconds() + log[-1].seconds if log else 0.0


def seconds_word(seconds: float) -> str:
    """A length of time, as short as it can be said."""
    if seconds < 0.95:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 90:
        return f"{seconds:.1f} s"
    if seconds < 5400:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h" if seconds < 172_800 else f"{seconds / 86_400:.0f} d"


def _detail(exchanges: Iterable[dict[str, Any]]) -> str:
    """The exchanges of a step as people read them; they were redacted before they were stored."""
    blocks = []
    for each in exchanges:
        answer = f"{each['status']}" if each["status"] else "no answer"
        head = f"{each['method']} {each['url']}"
        lines = [
            head,
            each.get("sent", ""),
            f"← {answer} after {seconds_word(each['seconds'])}",
            each.get("received", ""),
        ]
        blocks.append("\n".join(filter(None, lines)))
    return "\n\n".join(blocks)


def _support(delivery: Delivery, log: Iterable[StepLog]) -> str:
    """All that support needs and nothing that is secret, as JSON."""
    lines = [
        {
            "at": entry.at,
            "event": entry.event,
            "step": entry.step,
            "seconds": entry.seconds,
            "status": entry.status,
            "code": entry.code,
            "trace": entry.trace_id,
            "note": entry.note,
        }
        for entry in log
    ]
    facts = {
        "delivery": delivery.pk,
        "platform": delivery.account.platform,
        "state": delivery.state,
        "step": delivery.step,
        "attempts": delivery.attempts,
        "error": delivery.error_code,
        "log": lines,
    }
    return json.dumps(facts, indent=1, default=str)


def _acts(delivery: Delivery, workspace: Workspace) -> list[Act]:
    def url(name: str) -> str:
        return reverse(f"publishing:{name}", args=[workspace.slug, delivery.pk])

    state = State(delivery.state)
    if state == State.UNCONFIRMED:
        return [
            Act("Check now", "refresh", url("check"), primary=True),
            Act(
                "It is not live",
                "ban",
                url("absent"),
                danger=True,
                confirm="Have you looked at the channel? It will be closed as not live.",
            ),
        ]
    if can_remove(delivery):
        sure = "Delete this post on the platform? Its likes and comments go with it. The record here stays."
        acts = [Act("Delete on the platform", "trash", url("remove"), danger=True, confirm=sure)]
        return (
            [Act("Change the words", "draft", url("edit-live"), leads=True), *acts]
            if can_edit(delivery)
            else acts
        )
    if state in {State.FAILED, State.HELD, State.MISSED}:
        word = "Publish now" if state == State.MISSED else "Try again now"
        sure = "Nothing is sent, and it no longer waits for you. Discard it?"
        return [
            Act(word, "refresh", url("retry"), primary=True),
            Act("Discard", "ban", url("discard"), confirm=sure),
        ]
    return []
