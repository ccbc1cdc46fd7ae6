"""Whatever happens in whatever order: a post is live once or visibly held, and what is not settled has a time.

Publishers, troubles, deaths, sleeping publishers, people and time act in an order that is searched, not chosen. The
last tests take one safeguard away each and see the search find out. EXAMPLES=300 searches for longer.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.errors import FlakyStrategyDefinition
from hypothesis.stateful import run_state_machine_as_test

from accounts import limits
from accounts.models import ConnectedAccount, User
from publishing import batches, claiming, outcomes, statements, turning
from publishing.claiming import Claim
from publishing.models import Delivery
from publishing.tests.conftest import PLATFORM
from publishing.tests.engine import Ground
from publishing.tests.machines import Crowd, Engine
from socialhub.platforms import registry
from socialhub.platforms.values import Secret

EXAMPLES = int(os.environ.get("EXAMPLES", "20"))
SEARCH = settings(
    max_examples=EXAMPLES, stateful_step_count=20, derandomize=True, database=None, deadline=None,
    suppress_health_check=list(HealthCheck), print_blob=False,
)  # fmt: skip
Search = Callable[..., None]


def no_sleep(seconds: float) -> None:
    raise AssertionError(f"something slept for {seconds} s")


@pytest.fixture
def search(account: ConnectedAccount, mara: User, monkeypatch: pytest.MonkeyPatch) -> Search:
    """Search for an order of events that breaks what must hold."""

    def die(moment: str) -> None:
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
    monkeypatch.setattr(limits.Closings, "FRESH", -1.0)  # an hour may pass within a turn
    monkeypatch.setattr(batches, "CHUNK", 2)
    monkeypatch.setattr(registry, "connectors", lambda: {PLATFORM: Engine.current.ground.connector})
    other = ConnectedAccount.objects.create(
        workspace=account.workspace, platform=PLATFORM, login=PLATFORM, external_id="2", handle="harbour",
        access_token=Secret("token-of-harbour"), scopes=["post"],
    )  # fmt: skip
    monkeypatch.setattr(Engine, "mara", mara, raising=False)
    monkeypatch.setattr(Engine, "account", account, raising=False)
    monkeypatch.setattr(Crowd, "other", other, raising=False)

    def run(machine: type[Engine], chosen: settings = SEARCH) -> None:
        try:
            run_state_machine_as_test(machine, settings=chosen)
        except FlakyStrategyDefinition:
            # No finding: a database takes real time, and on a busy machine the same choices once led elsewhere.
            run_state_machine_as_test(machine, settings=chosen)

    return run


def test_a_post_is_live_once_or_visibly_held_whatever_happens(search: Search) -> None:
    search(Engine)


def test_no_limit_is_broken_and_nothing_stranded_where_publishers_and_accounts_are_many(
    search: Search,
) -> None:
    search(Crowd)


def _never_look(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Ground, "find", lambda self, job: None)


def _never_doubt(monkeypatch: pytest.MonkeyPatch) -> None:
    enter: Callable[..., None] = vars(turning)["enter_doubt"]

    def entered(held: Claim, *given: Any) -> None:
        enter(held, *given)
        Delivery.objects.filter(pk=held.id).update(in_doubt=False)

    monkeypatch.setattr(turning, "enter_doubt", entered)


def _no_fencing(monkeypatch: pytest.MonkeyPatch) -> None:
    def update(*given: Any, lease_token: int, **where: Any) -> int:
        return statements.update_where(*given, **where)

    def update_and_insert(*given: Any, lease_token: int, **where: Any) -> bool:
        return statements.update_and_insert(*given, **where)

    monkeypatch.setattr(claiming, "update_where", update)
    monkeypatch.setattr(claiming, "update_and_insert", update_and_insert)


def _no_lease(monkeypatch: pytest.MonkeyPatch) -> None:
    take = claiming.claim

    def taken(limit: int) -> list[Claim]:
        claims = take(limit)
        for held in claims:
            Delivery.objects.filter(pk=held.id).update(next_at=held.taken_at)
        return claims

    monkeypatch.setattr(claiming, "claim", taken)


def _never_charge(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "charge", lambda account, *given, **named: limits._locked(account))


def _never_give_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "give_back", lambda *given: None)


def _never_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits.Closings, "of", lambda *given: None)


def _no_lanes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claiming, "_one_a_lane", lambda rows, now: rows)


@pytest.mark.parametrize(
    ("without", "machine", "found"),
    [
        (_never_look, Engine, "live"),
        (_never_doubt, Engine, "live"),
        (_no_fencing, Engine, "live|next at|at rest"),
        (_no_lease, Engine, "within its lease"),
        (_never_charge, Crowd, "0.0 charged"),
        (_never_give_back, Crowd, "not all sent"),
        (_never_wait, Crowd, "asked to wait"),
        (_no_lanes, Crowd, "two hold one lane"),
    ],
)
def test_the_search_finds_out_when_a_safeguard_is_gone(
    search: Search,
    monkeypatch: pytest.MonkeyPatch,
    without: Callable[..., None],
    machine: type[Engine],
    found: str,
) -> None:
    without(monkeypatch)
    with pytest.raises(AssertionError, match=found):
        search(machine, settings(SEARCH, max_examples=300, phases=(Phase.generate,)))
