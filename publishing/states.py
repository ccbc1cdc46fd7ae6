"""The states of a delivery and which may follow which. Nothing else in the product writes a state."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import models


class State(models.TextChoices):
    """Where a delivery (one post to one account) stands."""

    DRAFT = "draft", "Draft"
    AWAITING_APPROVAL = "awaiting_approval", "Awaiting approval"
    SCHEDULED = "scheduled", "Scheduled"
    PUBLISHING = "publishing", "Publishing"
    PUBLISHED = "published", "Published"
    UNCONFIRMED = "unconfirmed", "Unconfirmed"
    FAILED = "failed", "Failed"
    MISSED = "missed", "Missed"
    HELD = "held", "Held"
    CANCELLED = "cancelled", "Cancelled"


PARTLY = "partly"
"""A state of posts alone: live on some accounts, ended otherwise on others."""

_S = State
TRANSITIONS: dict[State, frozenset[State]] = {
    _S.DRAFT: frozenset({_S.AWAITING_APPROVAL, _S.SCHEDULED, _S.CANCELLED}),
    _S.AWAITING_APPROVAL: frozenset({_S.DRAFT, _S.SCHEDULED, _S.CANCELLED}),
    _S.SCHEDULED: frozenset({_S.DRAFT, _S.SCHEDULED, _S.PUBLISHING, _S.MISSED, _S.HELD, _S.CANCELLED}),
    _S.PUBLISHING: frozenset(
        {
            # A limit stopped it before its first request: it waits, and may be edited meanwhile.
            _S.SCHEDULED,
            _S.PUBLISHING,
            _S.PUBLISHED,
            _S.UNCONFIRMED,
            _S.FAILED,
            _S.MISSED,
            _S.HELD,
            _S.CANCELLED,
        }
    ),
    # Published rows are immutable: "publish again" makes a new post.
    _S.PUBLISHED: frozenset(),
    _S.UNCONFIRMED: frozenset({_S.PUBLISHING, _S.PUBLISHED, _S.CANCELLED}),
    _S.FAILED: frozenset({_S.DRAFT, _S.SCHEDULED, _S.CANCELLED}),
    _S.MISSED: frozenset({_S.DRAFT, _S.SCHEDULED, _S.CANCELLED}),
    _S.HELD: frozenset({_S.DRAFT, _S.SCHEDULED, _S.PUBLISHING, _S.CANCELLED}),
    _S.CANCELLED: frozenset({_S.DRAFT, _S.SCHEDULED}),
}

EDITABLE = frozenset(
    {_S.DRAFT, _S.AWAITING_APPROVAL, _S.SCHEDULED, _S.FAILED, _S.MISSED, _S.HELD, _S.CANCELLED}
)
"""States in which a person may still change what will be published."""
NEEDS_A_PERSON = frozenset({_S.UNCONFIRMED, _S.FAILED, _S.MISSED, _S.HELD})
RUNNING = frozenset({_S.SCHEDULED, _S.PUBLISHING})
AT_REST = frozenset({_S.PUBLISHED, _S.CANCELLED})
"""Nobody is waited for."""


class ForbiddenTransition(ValueError):
    """A change of state that the table does not know: a mistake in the code or a race that was lost."""


def check_transition(old: str, new: str) -> None:
    """Raise :class:`ForbiddenTransition` unless ``new`` may follow ``old``."""
    if State(new) not in TRANSITIONS[State(old)]:
        raise ForbiddenTransition(f"{old} → {new}")


def post_state(states: Iterable[str]) -> str:
    """The state of a post from those of its deliveries; a post without any is a draft."""
    present = {State(state) for state in states}
    if not present:
        return State.DRAFT
    if present - {State.CANCELLED}:
        present -= {State.CANCELLED}
    if len(present) == 1:
        return present.pop()
    if State.PUBLISHING in present:
        return State.PUBLISHING
    if State.PUBLISHED in present:
        return State.PUBLISHING if State.SCHEDULED in present else PARTLY
    order = (_S.UNCONFIRMED, _S.FAILED, _S.MISSED, _S.HELD, _S.SCHEDULED, _S.AWAITING_APPROVAL)
    return next((state for state in order if state in present), State.DRAFT)
