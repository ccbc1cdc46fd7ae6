"""Whatever happens in whatever order: a post is live once or visibly held, and what is not settled has a time.

Publishers, troubles, deaths, sleeping publishers, people and time act in an order that is searched, not chosen. The
last tests take one safeguard away each and see the search find out. EXAMPLES=300 searches for longer.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings, strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from publishing import claiming, outcomes, scheduling, statements, turning
from publishing.claiming import Claim, claim
from publishing.loading import load
from publishing.models import Delivery
from publishing.scheduling import NotAllowed
from publishing.states import NEEDS_A_PERSON, RUNNING, State
from publishing.tests.conftest import Platform
from publishing.tests.engine import DEATHS, LOOKS, TROUBLES, Ground

Compose = Callable[..., Delivery]
EXAMPLES = int(os.environ.get("EXAMPLES", "25"))
SEARCH = settings(
    max_examples=EXAMPLES, stateful_step_count=20, derandomize=True, database=None, deadline=None,
    suppress_health_check=list(HealthCheck), print_blob=False,
)  # fmt: skip
SETTLING = 60
"""Waits after which a post that meets no more trouble must rest."""
FROM_THE_SECOND = st.sampled_from([1, 2, 3])


class Engine(RuleBasedStateMachine):
    """Posts, publishers and people on one made-up platform."""

    platform: Platform
    compose: Compose
    ground_of: Callable[[Platform], Ground]
    current: Engine | None = None

    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.ground = Ground(self.platform)
        self.asleep: list[tuple[Claim, Delivery]] = []
        self.count = 0
        type(self).current = self

    @initialize(comment=st.booleans())
    def begin(self, comment: bool) -> None:
        self._queue(0, comment)

    @rule(seconds=st.sampled_from([0, 20, 600]), comment=st.booleans())
    @precondition(lambda self: self.count < 3)
    def queue(self, seconds: int, comment: bool) -> None:
        self._queue(seconds, comment)

    def _queue(self, seconds: int, comment: bool) -> None:
        self.count += 1
        due = datetime.now(UTC) + timedelta(seconds=seconds)
        type(self).compose(f"Roast {self.count}", due=due, comment="First!" if comment else "")

    @rule(steps=st.sampled_from([1, 4]), rounds=FROM_THE_SECOND)
    def work(self, steps: int, rounds: int) -> None:
        self.ground.met.clear()
        self.ground.work(steps=steps, rounds=rounds)

    @rule(trouble=st.sampled_from(TROUBLES), steps=st.sampled_from([1, 4]))
    def work_in_trouble(self, trouble: str, steps: int) -> None:
        self.ground.trouble = trouble
        self.work(steps, 1)

    @rule(death=st.sampled_from(DEATHS), steps=st.sampled_from([1, 4]))
    def work_and_die(self, death: str, steps: int) -> None:
        self.ground.death = death
        self.work(steps, 2)

    @rule(look=st.sampled_from(LOOKS))
    def trouble_looking(self, look: str) -> None:
        self.ground.look = look

    @rule()
    def take_and_fall_asleep(self) -> None:
        self.asleep += load(claim(5))

    @rule(steps=st.sampled_from([1, 4]))
    @precondition(lambda self: self.asleep)
    def wake_up(self, steps: int) -> None:
        self.ground.met.clear()
        self.ground.fly(*self.asleep.pop(0), steps=steps)

    @rule(seconds=st.sampled_from([1, 12, 31, 46, 130, 3700]))
    def let_pass(self, seconds: int) -> None:
        self.ground.let_pass(seconds)
        for held, _ in self.asleep:
            self._age(held, seconds)

    @staticmethod
    def _age(held: Claim, seconds: float) -> None:
        delta = timedelta(seconds=seconds)
        held.until, held.taken_at = held.until - delta, held.taken_at - delta
        held.taken_monotonic, held.monotonic_end = (
            held.taken_monotonic - seconds,
            held.monotonic_end - seconds,
        )
        held.wall_end -= seconds

    @rule(number=FROM_THE_SECOND, act=st.sampled_from(["retry", "cancel", "discard", "check", "confirm"]))
    def person(self, number: int, act: str) -> None:
        row = Delivery.objects.select_related("post", "account").order_by("pk")[(number - 1) % self.count]
        is_there = bool(self.ground.copies()[row.post.parts[0]])
        acts: dict[str, Callable[[], Any]] = {
            "retry": lambda: scheduling.retry(row, again=True),
            "cancel": lambda: scheduling.cancel(row.post),
            "discard": lambda: scheduling.discard(row),
            "check": lambda: scheduling.check_now(row),
            "confirm": lambda: (
                scheduling.confirm_live(row, "") if is_there else scheduling.confirm_absent(row)
            ),
        }
        try:
            with transaction.atomic():
                acts[act]()
        except NotAllowed:
            return

    @invariant()
    def every_post_is_there_once_or_visibly_held(self) -> None:
        copies = self.ground.copies()
        for row in Delivery.objects.select_related("post"):
            there = copies[row.post.parts[0]]
            known = f"{row.post.parts[0]} is {row.state}, in doubt: {row.in_doubt}, {there} live"
            assert there <= 1, known
            if row.state == State.PUBLISHED:
                assert there == 1, known
            elif row.state != State.UNCONFIRMED and not row.in_doubt:
                assert there == 0, known
            if row.state in NEEDS_A_PERSON:
                assert row.error_message or row.state == State.MISSED, known

    @invariant()
    def the_row_is_the_schedule(self) -> None:
        for row in Delivery.objects.all():
            is_open = row.state in RUNNING or (row.state == State.PUBLISHED and row.step != "")
            assert (row.next_at is not None) == is_open, f"{row}, step {row.step!r}, next at {row.next_at}"
            assert row.lease_until is None or row.next_at is None or row.next_at >= row.lease_until, row

    def teardown(self) -> None:
        try:
            self._settle()
        finally:
            transaction.set_rollback(True)
            self.atomic.__exit__(None, None, None)

    def _settle(self) -> None:
        """Without further trouble everything comes to rest, by its own times alone."""
        self.ground.trouble = self.ground.death = self.ground.look = ""
        for _ in range(SETTLING):
            due = claiming.next_due()
            if due is None:
                break
            self.ground.let_pass(max((due - datetime.now(UTC)).total_seconds(), 0) + 0.01)
            self.ground.work()
            self.every_post_is_there_once_or_visibly_held()
        assert claiming.next_due() is None, f"not at rest after {SETTLING} waits"
        self.the_row_is_the_schedule()


def no_sleep(seconds: float) -> None:
    raise AssertionError(f"something slept for {seconds} s")


@pytest.fixture
def search(platform: Platform, compose: Compose, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Search for an order of events that breaks what must hold."""

    def die(moment: str) -> None:
        assert Engine.current is not None
        Engine.current.ground.die(moment)

    enter, commit = claiming.enter_doubt, outcomes.Verdict.commit

    def entered(*given: Any) -> None:
        die("before doubt")
        enter(*given)
        die("after doubt")

    def committed(*given: Any, **named: Any) -> None:
        die("before save")
        commit(*given, **named)
        die("after save")

    monkeypatch.setattr(turning, "enter_doubt", entered)
    monkeypatch.setattr(outcomes.Verdict, "commit", committed)
    monkeypatch.setattr(time, "sleep", no_sleep)
    monkeypatch.setattr(Engine, "platform", platform, raising=False)
    monkeypatch.setattr(Engine, "compose", staticmethod(compose), raising=False)

    def run(chosen: settings = SEARCH) -> None:
        run_state_machine_as_test(Engine, settings=chosen)

    return run


def test_a_post_is_live_once_or_visibly_held_whatever_happens(search: Callable[..., None]) -> None:
    search()


def _never_look(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Ground, "find", lambda self, job: None)


def _never_doubt(monkeypatch: pytest.MonkeyPatch) -> None:
    enter: Callable[..., None] = vars(turning)["enter_doubt"]

    def entered(held: Claim, *given: Any) -> None:
        enter(held, *given)
        Delivery.objects.filter(pk=held.id).update(in_doubt=False)

    monkeypatch.setattr(turning, "enter_doubt", entered)


def _no_fencing(monkeypatch: pytest.MonkeyPatch) -> None:
    update = statements.update_where
    monkeypatch.setattr(claiming, "update_where", lambda *given, **where: update(*given, id=where["id"]))


LONG = pytest.mark.skipif(EXAMPLES < 300, reason="takes a longer search: EXAMPLES=300")


@pytest.mark.parametrize("without", [_never_look, _never_doubt, pytest.param(_no_fencing, marks=LONG)])
def test_the_search_finds_out_when_a_safeguard_is_gone(
    search: Callable[..., None], monkeypatch: pytest.MonkeyPatch, without: Callable[..., None]
) -> None:
    without(monkeypatch)
    with pytest.raises(AssertionError, match=r"live|next at|at rest"):
        search(settings(SEARCH, max_examples=300, phases=(Phase.generate,)))
