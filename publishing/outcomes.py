"""What a turn means for its delivery: the one place where a running delivery's row is decided.

A :class:`Verdict` holds the columns to write and the line for the flight recorder; :meth:`Verdict.commit`
writes both in one transaction, only while the claim is ours.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from accounts import ladder
from accounts.clock import database_now, in_line
from publishing import claiming, recording
from publishing.models import Delivery, StepLog
from publishing.states import State, check_transition
from socialhub.platforms.errors import Fault, PlatformError, Reach
from socialhub.platforms.flow import FIRST_SENT, Back, Flow, Go, Held, Live, Stay, Step, Turn, Unsure
from socialhub.platforms.transport import Exchange

MAX_BACKS = 5
MAX_SENDS = 3
"""How often a post that was proven absent is sent again before a person is asked."""
ON_TIME = timedelta(minutes=1)
"""What goes out within this time is not called late by anybody."""
NO_ERROR: Mapping[str, str] = {"error_kind": "", "error_code": "", "error_message": ""}
SETTLED: Mapping[str, Any] = {"in_doubt": False, "sent_at": None, "looks": 0}


@dataclass(frozen=True)
class Verdict:
    """Columns to write, and what the flight recorder says. ``goes_on``: the next step may follow at once."""

    event: str
    values: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""
    error: PlatformError | None = None
    goes_on: bool = False

    def line(
        self,
        delivery: Delivery,
        now: datetime,
        *,
        exchanges: Sequence[Exchange] = (),
        seconds: float = 0.0,
        step: str = "",
    ) -> StepLog:
        """What the flight recorder says of it."""
        return recording.line(
            delivery.pk, self.event, at=now, step=step or delivery.step, note=self.note, seconds=seconds,
            exchanges=exchanges, error=self.error,
        )  # fmt: skip

    def commit(
        self,
        claim: claiming.Claim,
        delivery: Delivery,
        lines: Sequence[StepLog],
        *,
        unsaved: Mapping[str, Any] | None = None,
        keep: bool = False,
    ) -> None:
        """Write the row, after what earlier steps left ``unsaved``, and the record together.

        With ``keep`` the claim stays ours for the next step. Raises :class:`claiming.LostClaim` when the row is
        not ours.
        """
        if "state" in self.values:
            check_transition(delivery.state, self.values["state"])
        with in_line():
            claiming.save(claim, keep=keep, lines=lines, **{**(unsaved or {}), **self.values})


def after_turn(delivery: Delivery, flow: Flow, turn: Turn, now: datetime, *, limit: str = "") -> Verdict:
    """The verdict on a turn that ended without an error; ``limit`` says of a spent limit that it met."""
    facts = {**delivery.facts, **turn.facts}
    if turn.absent:
        return _absent(delivery, now)
    match turn.outcome:
        case Go():
            return _go_on(delivery, turn, facts, now)
        case Live(post_id=post_id, url=url):
            return _live(delivery, turn, facts, now, post_id, url)
        case Stay(wait=wait) if limit and wait and not turn.found:
            until = now + wait
            return _begun(turn, wait_for_limit(delivery, flow, turn.step, until, limit, now, facts=facts))
        case Stay() as stay:
            return _stay(delivery, flow, turn, stay, facts, now)
        case Back(to=to, note=note):
            return _back(delivery, flow, turn, to, note, facts, now)
        case Held(reason=reason):
            if flow.is_after(turn.step):
                return _past(delivery, flow, turn.step, now, reason)
            if turn.found:  # a person must look, and until then nothing may be sent again
                return unconfirmed(reason, facts=facts)
            return _not_believed(delivery, hold(reason, facts=facts))
        case Unsure(reason=reason):
            return _unsure(delivery, flow, turn.step, now, reason, facts)
        case None:
            raise AssertionError("a turn without outcome is an absent one")


def _absent(delivery: Delivery, now: datetime) -> Verdict:
    """It is provably not there, so it is sent again; when a person has tried again, private work is done anew too."""
    again = {**SETTLED, "next_at": now, "step_since": now, "attempts": delivery.attempts + 1}
    if delivery.starts_over and not delivery.is_begun and delivery.state != State.PUBLISHED:
        again |= {"starts_over": False, "step": "", "charged_at": None, "attempts": 0}
        again["facts"] = {name: delivery.facts[name] for name in {FIRST_SENT} & delivery.facts.keys()}
    return Verdict("absent", again, "Looked for the post: it is not there. Sending it again.")


def _onward(step: Step | None, facts: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """The columns that put a delivery at the beginning of ``step``, or at rest when there is none."""
    return {
        **SETTLED,
        **NO_ERROR,
        "facts": facts,
        "step": step.name if step else "",
        "step_since": now if step else None,
        "next_at": now if step else None,
        "attempts": 0,
        "progress": None,
        "note": "",
    }


def _go_on(delivery: Delivery, turn: Turn, facts: Mapping[str, Any], now: datetime) -> Verdict:
    if turn.next_step is None and delivery.state != State.PUBLISHED:
        return hold("The flow ended without a public post. Check on the platform.", facts=facts)
    values = _onward(turn.next_step, facts, now)
    if turn.step.is_public and delivery.state != State.PUBLISHED:
        values["is_begun"] = True
    return Verdict("found" if turn.found else "ran", values, goes_on=turn.next_step is not None)


def _live(
    delivery: Delivery, turn: Turn, facts: Mapping[str, Any], now: datetime, post_id: str, url: str
) -> Verdict:
    values = _onward(turn.next_step, facts, now)
    if not turn.facts:  # what stands there stays: encrypting it anew takes longer than the rest
        del values["facts"]
    if delivery.state == State.PUBLISHED:
        values |= {"url": url} if url else {}
        return Verdict("ran", values, goes_on=turn.next_step is not None)
    values |= {"state": State.PUBLISHED, "remote_id": post_id, "url": url, "published_at": now}
    note = "Found on the platform: it had gone out." if turn.found else ""
    return Verdict("live", values, note, goes_on=turn.next_step is not None)


def _stay(
    delivery: Delivery, flow: Flow, turn: Turn, stay: Stay, facts: Mapping[str, Any], now: datetime
) -> Verdict:
    if turn.found:
        return _look_again(delivery, turn.step, now, wait=stay.wait, note=stay.note, facts=facts)
    since = delivery.step_since or now
    if now - since > turn.step.deadline:
        reason = stay.note or f"“{turn.step.label or turn.step.name}” took too long."
        if flow.is_after(turn.step):
            return _past(delivery, flow, turn.step, now, reason)
        return _begun(turn, hold(f"{reason} Check on the platform, then try again.", facts=facts))
    values = {
        **SETTLED,
        **NO_ERROR,
        "facts": facts,
        "step": turn.step.name,
        "step_since": since,
        "next_at": now + stay.wait,
        "attempts": 0 if stay.progress is not None else delivery.attempts,
        "progress": stay.progress,
        "note": stay.note[:300],
        "is_begun": delivery.is_begun or (turn.step.is_public and delivery.state != State.PUBLISHED),
    }
    return Verdict("stayed", values, stay.note)


def _begun(turn: Turn, verdict: Verdict) -> Verdict:
    """The verdict on a step that does not go on: where a public one has noted something, a part may be live."""
    if not (turn.step.is_public and turn.facts):
        return verdict
    return replace(verdict, values={**verdict.values, "is_begun": True})


def _back(
    delivery: Delivery, flow: Flow, turn: Turn, to: str, note: str, facts: Mapping[str, Any], now: datetime
) -> Verdict:
    if turn.found:  # a part of a thread is live: that is progress
        return Verdict("found", _onward(flow.step(to), facts, now) | {"is_begun": True}, note)
    if delivery.attempts >= MAX_BACKS:
        often = note or "This step had to start over too often."
        return failed(PlatformError(Fault.UNKNOWN, user_message=often))
    values = _onward(flow.step(to), facts, now) | {"attempts": delivery.attempts + 1}
    return Verdict("back", values, note)


def _unsure(
    delivery: Delivery, flow: Flow, step: Step, now: datetime, reason: str, facts: Mapping[str, Any]
) -> Verdict:
    if flow.is_after(step):
        return _past(delivery, flow, step, now, reason)
    return unconfirmed(reason, facts=facts)


def after_error(
    delivery: Delivery, flow: Flow, step: Step, error: PlatformError, now: datetime, *, was_looking: bool
) -> Verdict:
    """The verdict on a turn that ended with a platform's error; ``was_looking``: it was ``find`` that failed."""
    if was_looking:
        return _look_again(delivery, step, now, wait=error.retry_after, error=error)
    if delivery.in_doubt and error.is_ambiguous:
        return _doubt(delivery, step, error, now)
    return _definite(delivery, flow, step, error, now)


def _doubt(delivery: Delivery, step: Step, error: PlatformError, now: datetime) -> Verdict:
    """The answer to a public step was lost: look for the post before anything else."""
    if delivery.attempts >= MAX_SENDS:
        return unconfirmed("Sent several times without a clear answer, and never found.", error=error)
    wait = max(step.settle, ladder.LOOKS[0])
    note = "No clear answer: the post may be live. Looking for it before anything is sent again."
    values = {**_named(error), "looks": 1, "next_at": now + wait, "step": step.name}
    return Verdict("doubt", values, note, error)


def _look_again(
    delivery: Delivery,
    step: Step,
    now: datetime,
    *,
    wait: timedelta | None,
    note: str = "",
    error: PlatformError | None = None,
    facts: Mapping[str, Any] | None = None,
) -> Verdict:
    looks = max(delivery.looks, 1) + 1
    if delivery.state == State.PUBLISHED and looks > len(ladder.LOOKS):
        gone = "Nobody can tell whether this last step happened. The post itself is live."
        return Verdict("gave_up", _onward(None, delivery.facts, now), gone, error)
    planned = ladder.look_wait(looks - 1)
    if planned is None:
        return unconfirmed("We looked several times and cannot tell whether the post is live.", error=error)
    values: dict[str, Any] = {
        "looks": looks,
        "next_at": now + max(wait or timedelta(0), min(planned, wait or planned)),
    }
    values |= {"facts": facts} if facts is not None else {}
    values |= dict(_named(error)) if error else {}
    return Verdict("looked", values, note, error)


def wait_for_limit(
    delivery: Delivery,
    flow: Flow,
    step: Step,
    until: datetime,
    reason: str,
    now: datetime,
    *,
    error: PlatformError | None = None,
    facts: Mapping[str, Any] | None = None,
) -> Verdict:
    """A limit is spent and nothing was sent: the step comes when it frees, which is no attempt of ours.

    What would be too late by then waits for a person, at once and with the reason. What has not begun is scheduled
    again, so that people may still change it.
    """
    named = (_named(error) if error else {**NO_ERROR}) | ({"facts": facts} if facts is not None else {})
    if flow.is_after(step):
        if until > (delivery.step_since or now) + step.deadline:
            return _past(delivery, flow, step, now, reason, error)
    elif delivery.due_at and until > delivery.due_at + late_limit(delivery):
        there = until.astimezone(delivery.account.workspace.zone)
        words = (
            f"{reason} The next try would be on {there:%-d %B at %H:%M}, later than this post may go out by itself. "
            "Try again, and it goes out as soon as it can."
        )
        held = hold(words, facts=facts)
        return replace(held, values={**held.values, **named, "error_message": words[:500]}, error=error)
    values = {**SETTLED, **named, "next_at": until + ladder.scatter(), "note": reason[:300]}
    if not delivery.step and step == flow.first and not (step.is_public and facts):
        # A public first step has entered its name with the doubt.
        values |= {"state": State.SCHEDULED, "step": "", "step_since": None}
    else:
        since = (delivery.step_since or now) if flow.is_after(step) else None
        values |= {"step": step.name, "step_since": since}
    return Verdict("waits", values, f"{reason} Until {until:%Y-%m-%d %H:%M:%S} UTC.", error)


def _definite(delivery: Delivery, flow: Flow, step: Step, error: PlatformError, now: datetime) -> Verdict:
    """Nothing was published by this turn: try again later, ask a person, or give up."""
    attempts = delivery.attempts + 1
    told = error.retry_after
    if error.is_limit and told is not None:
        return wait_for_limit(delivery, flow, step, now + told, error.user_message, now, error=error)
    if error.is_limit and error.was_safe:
        wait = ladder.backoff(attempts)
    else:
        wait = ladder.retry_wait(attempts, told) if error.is_retryable else None
    if error.kind is Fault.TOKEN_EXPIRED and attempts == 1:
        wait = timedelta(0)
    if flow.is_after(step):
        if wait is None:
            return _past(delivery, flow, step, now, error.user_message, error)
        return Verdict("retry", {**SETTLED, "attempts": attempts, "next_at": now + wait}, error=error)
    if error.requires_reauth:
        return hold(error.user_message, error=error)
    if wait is None or (delivery.due_at and now + wait > delivery.due_at + late_limit(delivery)):
        return _not_believed(delivery, failed(error)) if error.reach is Reach.REFUSED else failed(error)
    values = {
        **SETTLED,
        **_named(error),
        "attempts": attempts,
        "next_at": now + wait,
        "step": step.name,
        "step_since": delivery.step_since or now,
    }
    return Verdict("retry", values, error.user_message, error)


def _not_believed(delivery: Delivery, verdict: Verdict) -> Verdict:
    """A refusal of the public step: the row keeps when it was sent, and a person's retry looks for the post first."""
    if not delivery.in_doubt:
        return verdict
    values = {name: value for name, value in verdict.values.items() if name != "sent_at"}
    return replace(verdict, values=values)


def _past(
    delivery: Delivery, flow: Flow, step: Step, now: datetime, reason: str, error: PlatformError | None = None
) -> Verdict:
    """Leave an after-step behind: the post is live whatever became of it."""
    values = _onward(flow.next_after(step), delivery.facts, now) | {"note": reason[:300]}
    return Verdict("gave_up", values, reason, error)


def late_limit(delivery: Delivery) -> timedelta:
    """By how much this delivery may be late and still go out."""
    own = delivery.post.late_minutes
    return max(timedelta(minutes=delivery.account.workspace.late_minutes if own is None else own), ON_TIME)


def hold(
    reason: str, *, facts: Mapping[str, Any] | None = None, error: PlatformError | None = None
) -> Verdict:
    """A person must act before this goes on."""
    return _rest(State.HELD, "held", reason, facts, error)


def unconfirmed(
    reason: str, *, facts: Mapping[str, Any] | None = None, error: PlatformError | None = None
) -> Verdict:
    """Nobody can tell whether the post is live. The doubt stays, so nothing is ever sent by itself."""
    values = {"state": State.UNCONFIRMED, "next_at": None, "error_message": reason[:500]}
    return Verdict("unconfirmed", values | ({"facts": facts} if facts is not None else {}), reason, error)


def failed(error: PlatformError) -> Verdict:
    """It did not go out, and will not by itself."""
    return _rest(State.FAILED, "failed", error.user_message, None, error)


def missed() -> Verdict:
    """Its time passed by more than the limit before it could begin."""
    return _rest(
        State.MISSED, "missed", "Its time passed while nothing could publish it. Nothing was sent.", None
    )


def _rest(
    state: State, event: str, reason: str, facts: Mapping[str, Any] | None, error: PlatformError | None = None
) -> Verdict:
    named = _named(error) if error else {**NO_ERROR, "error_message": reason[:500]}
    values = {**SETTLED, **named, "state": state, "next_at": None, "progress": None, "note": ""}
    return Verdict(event, values | ({"facts": facts} if facts is not None else {}), reason, error)


def _named(error: PlatformError) -> dict[str, str]:
    return {
        "error_kind": error.kind.value,
        "error_code": error.code[:80],
        "error_message": error.user_message[:500],
    }


def after_crash(delivery: Delivery, name: str) -> Verdict:
    """The verdict on a turn that an error of our own ended; ``name`` is the error's class."""
    now = database_now()
    attempts = delivery.attempts + 1
    wait = ladder.retry_wait(attempts)
    reason = f"An internal error ({name}) ended this turn."
    if wait is not None:
        return Verdict(
            "retry", {"attempts": attempts, "next_at": now + wait, "error_message": reason}, reason
        )
    if delivery.state == State.PUBLISHED:
        return Verdict("gave_up", _onward(None, delivery.facts, now), reason)
    return unconfirmed(reason) if delivery.in_doubt else hold(reason)
