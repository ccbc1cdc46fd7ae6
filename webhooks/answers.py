"""What a turn means for the row of an answer: the one place that decides it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts import ladder
from accounts.clock import database_now
from socialhub.platforms.errors import PlatformError
from socialhub.platforms.flow import Back, Flow, Go, Held as Stopped, Live, Stay, Turn, Unsure
from socialhub.platforms.transport import TooLate
from webhooks.models import Answer, Conversation

MAX_SENDS = 3
"""How often a reply is sent that was proven absent each time, before a person is asked."""
Values = dict[str, Any]
State = Answer.State


class LostTurn(Exception):
    """The row became another's, or a person's, while we held it."""


@dataclass(frozen=True)
class Held:
    """An answer that is ours until its lease ends."""

    pk: int
    token: int
    monotonic_end: float
    wall_end: float

    def check_wire(self) -> None:
        """Raise :class:`TooLate` when the lease may have ended by either clock of this host."""
        if time.monotonic() >= self.monotonic_end or time.time() >= self.wall_end:
            raise TooLate("the lease ended before the request left")

    def save(self, values: Mapping[str, Any], *, keep: bool = False) -> None:
        """Write what came of the turn and give the row back, or ``keep`` it. Raises :class:`LostTurn`."""
        given = dict(values) if keep else {"lease_until": None, **values}
        if not Answer.objects.filter(pk=self.pk, lease_token=self.token).update(**given):
            raise LostTurn
        if not keep:
            rows = Conversation.objects.filter(answers=self.pk)
            rows.update(changed_at=database_now())  # pages that show it look again


def ended(state: Answer.State, **more: Any) -> Values:
    """Nothing more is to be done."""
    return {
        "state": state, "in_doubt": False, "next_at": None, "ended_at": database_now(), "error_kind": "",
        "error_message": "", **more,
    }  # fmt: skip


def failed(message: str, kind: str = "") -> Values:
    """It was not done, and trying again by ourselves would not help."""
    return ended(State.FAILED, error_message=message, error_kind=kind)


def unconfirmed(message: str) -> Values:
    """Nobody can tell whether it is there; a person looks."""
    return ended(State.UNCONFIRMED, error_message=message)


def after_turn(answer: Answer, flow: Flow, turn: Turn, now: datetime) -> Values:
    """What a step's outcome means."""
    facts = {**answer.facts, **turn.facts}
    onward: Values = {
        "facts": facts, "in_doubt": False, "next_at": now, "attempts": 0, "looks": 0, "error_message": "",
        "step": turn.next_step.name if turn.next_step else "", "step_since": now,
    }  # fmt: skip
    match turn.outcome:
        case None if answer.attempts + 1 >= MAX_SENDS:
            return unconfirmed("Sent several times without a clear answer, and never found.")
        case None:  # provably absent: it may be sent again
            return {**onward, "step": turn.step.name, "attempts": answer.attempts + 1}
        case Live(post_id=post_id):
            return ended(State.DONE, remote_id=post_id[:255], facts=facts)
        case Go() if turn.next_step is None:
            return ended(State.DONE, facts=facts)
        case Go() | Back():
            return onward
        case Stay(wait=wait) if turn.found:
            return _look_again(answer, now, wait=wait) | {"facts": facts}
        case Stay(wait=wait):
            since = answer.step_since or now
            if now - since > turn.step.deadline:
                return failed("The platform took too long.")
            return {**onward, "step": turn.step.name, "step_since": since, "next_at": now + wait}
        case Stopped(reason=reason):
            return failed(reason) | {"facts": facts}
        case Unsure(reason=reason):
            return unconfirmed(reason) | {"facts": facts}


def after_error(
    answer: Answer, error: PlatformError, now: datetime, *, flow: Flow | None, was_looking: bool = False
) -> Values:
    """What a platform's error means; ``flow`` is ``None`` for acts that may be repeated."""
    told: Values = {"error_kind": error.kind.value, "error_message": error.user_message}
    if was_looking:
        return _look_again(answer, now, wait=error.retry_after) | told
    if answer.in_doubt and error.is_ambiguous and flow is not None:
        settle = flow.step(answer.step).settle if answer.step else flow.public.settle
        return {**told, "looks": 1, "next_at": now + max(settle, ladder.LOOKS[0])}
    wait = ladder.retry_wait(answer.attempts + 1, error.retry_after) if _may_retry(error, flow) else None
    if wait is None:
        return failed(error.user_message, error.kind.value)
    return {**told, "in_doubt": False, "attempts": answer.attempts + 1, "next_at": now + wait}


def _may_retry(error: PlatformError, flow: Flow | None) -> bool:
    """Acts that may be repeated are tried again after a lost answer too."""
    return error.is_retryable or (flow is None and error.is_ambiguous)


def _look_again(answer: Answer, now: datetime, *, wait: Any = None) -> Values:
    looks = answer.looks + 1
    planned = ladder.look_wait(looks)
    if planned is None:
        return unconfirmed("It was looked for several times without a clear word.")
    return {"looks": looks, "next_at": now + max(planned if wait is None else wait, ladder.LOOKS[0] / 10)}


def after_mistake(answer: Answer, name: str, now: datetime) -> Values:
    """The turn broke by a mistake of ours; what may have left is looked for, never sent again blindly."""
    if answer.in_doubt:
        return _look_again(answer, now)
    wait = ladder.retry_wait(answer.attempts + 1)
    if wait is None:
        return failed(f"Something broke here ({name}). The log of the hub says more.")
    return {"attempts": answer.attempts + 1, "next_at": now + wait}
