"""A flow: named steps that bring a post to life, and the one function that takes a single turn.

The hard rule: the step that may make a post public carries ``find``; a flow has exactly one. The engine
commits ``in_doubt`` before that step runs and clears it with the answer. A position in doubt never runs the
step again until ``find`` has spoken.

Step names are stored with deliveries, so they are an interface: a renamed step needs ``renamed``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from socialhub.platforms.errors import PlatformError
from socialhub.platforms.values import Account, Content

if TYPE_CHECKING:
    from socialhub.platforms.api import Api
    from socialhub.platforms.inbox import Item

Facts = Mapping[str, Any]
NO_FACTS: Facts = MappingProxyType({})
AT_ONCE = timedelta(0)
FIRST_SENT = "first_sent"
"""The fact in which ``find`` keeps when a post was first sent (ISO). It outlives a person's retry."""


@dataclass(frozen=True)
class Job:
    """What a step works on.

    ``key`` is a random id fixed for the delivery (an idempotency key), ``facts`` what earlier turns stored,
    ``attempt`` counts from 1 how often the present step was tried without progress, ``now`` is the
    database's time, ``sent_at`` when the public step first began to send the post it is in doubt about.
    ``taken`` are ids of posts that belong to other deliveries: ``find`` never adopts one of them. ``about`` is the
    item of the inbox that a reply answers.
    """

    key: str
    account: Account
    content: Content
    api: Api
    options: Mapping[str, Any] = field(default_factory=dict)
    facts: Facts = field(default_factory=lambda: NO_FACTS)
    attempt: int = 1
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    sent_at: datetime | None = None
    taken: frozenset[str] = frozenset()
    about: Item | None = None


@dataclass(frozen=True)
class Go:
    """The step is done: on to the next. ``facts`` are merged into the stored ones."""

    facts: Facts = field(default_factory=lambda: NO_FACTS)


@dataclass(frozen=True)
class Stay:
    """The same step again after ``wait``: next chunk, next poll, next part of a thread.

    ``progress`` (0..1) and ``note`` are shown to people. However often a
    step stays, it may not pass its deadline.
    """

    facts: Facts = field(default_factory=lambda: NO_FACTS)
    wait: timedelta = AT_ONCE
    progress: float | None = None
    note: str = ""


@dataclass(frozen=True)
class Live:
    """The post is public. After-steps may return it again with the link that they found."""

    post_id: str
    url: str = ""
    facts: Facts = field(default_factory=lambda: NO_FACTS)


@dataclass(frozen=True)
class Back:
    """An earlier step must run again (an upload expired). Never past the public step once it has acted.

    From ``find``, naming its own step: that part of a thread is live (its id is in ``facts``); the step runs
    on with the next one and is no longer in doubt.
    """

    to: str
    facts: Facts = field(default_factory=lambda: NO_FACTS)
    note: str = ""


@dataclass(frozen=True)
class Held:
    """A person must act before this can go on; ``reason`` tells them what."""

    reason: str
    facts: Facts = field(default_factory=lambda: NO_FACTS)


def partly(error: PlatformError, *, done: int, count: int) -> Held:
    """What a thread becomes when ``error`` stops it: held with its first posts live, to go on from there.

    Before the first post, in doubt, or where a later try or a new login can help, ``error`` is raised again.
    """
    if not done or error.is_ambiguous or error.is_retryable or error.requires_reauth:
        raise error
    return Held(f"{done} of {count} posts of the thread are live, the next was refused. {error.user_message}")


@dataclass(frozen=True)
class Unsure:
    """``find`` cannot tell: the delivery becomes *unconfirmed* and a person decides."""

    reason: str
    facts: Facts = field(default_factory=lambda: NO_FACTS)


Outcome = Go | Stay | Live | Back | Held
Finding = Outcome | Unsure | None
Run = Callable[[Job], Outcome]
Find = Callable[[Job], Finding]


@dataclass(frozen=True)
class Step:
    """One step. ``deadline`` is how long it may Stay in all before a person is asked.

    ``find`` answers whether the step's effect exists: an outcome (it does), ``None`` (provably absent: run
    again), ``Stay`` (listings lag: ask later), ``Unsure`` (nobody can tell). ``settle`` is how long a request
    may still be under way at the platform after we lost sight of it: ``find`` is not asked before.
    """

    name: str
    run: Run
    find: Find | None = None
    deadline: timedelta = timedelta(hours=1)
    settle: timedelta = timedelta(seconds=10)
    label: str = ""

    @property
    def is_public(self) -> bool:
        """Whether the step has an effect that people can see."""
        return self.find is not None


@dataclass(frozen=True)
class Flow:
    """Steps to the public post, then ``after`` steps that no longer decide whether it is published.

    Public after-steps (a first comment) carry their own ``find``.
    """

    steps: tuple[Step, ...]
    after: tuple[Step, ...] = ()
    renamed: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        public = [step.name for step in self.steps if step.is_public]
        if len(public) != 1:
            raise ValueError(f"a flow has exactly one public step, this one has {public}")
        names = [step.name for step in self.all_steps]
        if len(set(names)) != len(names):
            raise ValueError(f"step names must differ: {names}")

    @property
    def all_steps(self) -> tuple[Step, ...]:
        """Every step in order, after-steps last."""
        return self.steps + self.after

    @property
    def first(self) -> Step:
        """Where a delivery starts."""
        return self.steps[0]

    @property
    def public(self) -> Step:
        """The step that makes the post public."""
        return next(step for step in self.steps if step.is_public)

    def step(self, name: str) -> Step:
        """The step of that (possibly former) name; ``LookupError`` if the flow has none."""
        name = self.renamed.get(name, name)
        for step in self.all_steps:
            if step.name == name:
                return step
        raise LookupError(f"no step {name!r}")

    def next_after(self, step: Step) -> Step | None:
        """The step that follows, or ``None`` after the last."""
        steps = self.all_steps
        index = steps.index(step) + 1
        return steps[index] if index < len(steps) else None

    def is_after(self, step: Step) -> bool:
        """Whether the step comes after the post is public."""
        return step in self.after

    def may_go_back(self, step: Step, to: str) -> bool:
        """Whether ``step`` may send the flow back to the step named ``to``: only within the steps proper."""
        names = [s.name for s in self.steps]
        return step.name in names and to in names and names.index(to) <= names.index(step.name)


@dataclass(frozen=True)
class Position:
    """Where a delivery stands: the name of its step ("" before the first) and whether it is in doubt."""

    step: str = ""
    in_doubt: bool = False


@dataclass(frozen=True)
class Turn:
    """What one turn gave: the outcome, where the delivery stands now, and facts to merge.

    ``next_step`` is ``None`` when the flow is finished. ``found`` says that ``find`` gave the outcome.
    ``absent`` says that ``find`` proved absence: the step runs again, no longer in doubt.
    """

    step: Step
    outcome: Outcome | Unsure | None
    next_step: Step | None
    facts: Facts = field(default_factory=lambda: NO_FACTS)
    found: bool = False
    absent: bool = False


def current_step(flow: Flow, position: Position) -> Step:
    """The step that a turn at ``position`` is about."""
    return flow.step(position.step) if position.step else flow.first


def advance(flow: Flow, position: Position, job: Job) -> Turn:
    """Take one turn: run the current step, or ``find`` what it did when it is in doubt.

    The caller has committed ``in_doubt`` before it calls this for a public step. ``PlatformError`` passes
    through: the caller decides by its attributes.
    """
    step = current_step(flow, position)
    if position.in_doubt and step.find is not None:
        finding = step.find(job)
        if finding is None:
            return Turn(step, None, step, found=True, absent=True)
        return _settle(flow, step, finding, found=True)
    return _settle(flow, step, step.run(job), found=False)


def _settle(flow: Flow, step: Step, outcome: Outcome | Unsure, *, found: bool) -> Turn:
    match outcome:
        case Go(facts=facts) | Live(facts=facts):
            return Turn(step, outcome, flow.next_after(step), facts, found)
        case Back(to=to, facts=facts):
            if not flow.may_go_back(step, to):
                raise LookupError(f"{step.name} may not go back to {to}")
            return Turn(step, outcome, flow.step(to), facts, found)
        case Stay(facts=facts) | Held(facts=facts) | Unsure(facts=facts):
            return Turn(step, outcome, step, facts, found)
