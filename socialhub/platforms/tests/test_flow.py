"""Flows: what may be declared, and what one turn gives."""

from __future__ import annotations

from datetime import timedelta

import pytest

from socialhub.platforms.api import Api, Service
from socialhub.platforms.errors import ErrorTable, Fault, PlatformError, Reach
from socialhub.platforms.flow import (
    Back,
    Finding,
    Flow,
    Go,
    Held,
    Job,
    Live,
    Outcome,
    Position,
    Stay,
    Step,
    Unsure,
    advance,
    partly,
)
from socialhub.platforms.testing import Played
from socialhub.platforms.values import Account, Content, Kind


def job() -> Job:
    """A job whose steps ask for nothing."""
    account = Account("1", "@ann")
    api = Api("toy", Service("https://toy.example", ErrorTable()), Played(), account=account)
    return Job("key", account, Content(Kind.TEXT, "hello"), api)


def does(outcome: Outcome) -> Step:
    """A step that gives this."""
    return Step("prepare", lambda job: outcome)


def public(run: Outcome, found: Finding = None) -> Step:
    """A public step that gives this, or finds that."""
    return Step("post", lambda job: run, find=lambda job: found)


def test_a_flow_has_exactly_one_public_step() -> None:
    with pytest.raises(ValueError, match="exactly one"):
        Flow((does(Go()),))
    with pytest.raises(ValueError, match="exactly one"):
        Flow((public(Go()), Step("again", lambda job: Go(), find=lambda job: None)))


def test_names_of_steps_differ() -> None:
    with pytest.raises(ValueError, match="must differ"):
        Flow((does(Go()), public(Go())), after=(does(Go()),))


def test_a_step_leads_to_the_next_and_the_last_to_none() -> None:
    flow = Flow((does(Go({"a": 1})), public(Live("7", "https://x/7"))))
    first = advance(flow, Position(), job())
    assert (first.next_step, dict(first.facts)) == (flow.public, {"a": 1})
    last = advance(flow, Position("post"), job())
    assert (last.next_step, last.outcome) == (None, Live("7", "https://x/7"))


def test_staying_keeps_the_step() -> None:
    flow = Flow((does(Stay(wait=timedelta(seconds=3))), public(Go())))
    assert advance(flow, Position(), job()).next_step == flow.first


def test_in_doubt_the_public_step_is_looked_for_and_not_run() -> None:
    flow = Flow((public(Live("new"), found=Live("old")),))
    turn = advance(flow, Position("post", in_doubt=True), job())
    assert (turn.outcome, turn.found) == (Live("old"), True)


def test_proven_absence_runs_the_step_again() -> None:
    flow = Flow((public(Live("new"), found=None),))
    turn = advance(flow, Position("post", in_doubt=True), job())
    assert (turn.absent, turn.next_step, turn.outcome) == (True, flow.public, None)


@pytest.mark.parametrize("finding", [Stay(wait=timedelta(seconds=9)), Unsure("who knows")])
def test_what_find_cannot_tell_keeps_the_step(finding: Finding) -> None:
    flow = Flow((public(Go(), found=finding),))
    turn = advance(flow, Position("post", in_doubt=True), job())
    assert (turn.outcome, turn.next_step, turn.found, turn.absent) == (finding, flow.public, True, False)


def test_a_flow_goes_back_within_its_steps_and_never_from_behind_the_public_one() -> None:
    back = Back("prepare", {"containers": {}})
    flow = Flow((does(Go()), public(back)), after=(Step("link", lambda job: back),))
    assert advance(flow, Position("post"), job()).next_step == flow.first
    with pytest.raises(LookupError, match="may not go back"):
        advance(flow, Position("link"), job())


def test_a_renamed_step_is_found_by_its_former_name() -> None:
    flow = Flow((public(Go()),), renamed={"send": "post"})
    assert flow.step("send") == flow.public
    with pytest.raises(LookupError):
        flow.step("gone")


def error(kind: Fault, reach: Reach = Reach.REFUSED) -> PlatformError:
    """A refusal of that kind."""
    return PlatformError(kind, reach=reach, user_message="Too long.")


def test_a_thread_that_is_refused_midway_is_held_with_its_first_posts() -> None:
    held = partly(error(Fault.INVALID_REQUEST), done=2, count=5)
    assert isinstance(held, Held)
    assert held.reason == "2 of 5 posts of the thread are live, the next was refused. Too long."


@pytest.mark.parametrize(
    ("problem", "done"),
    [
        (error(Fault.INVALID_REQUEST), 0),
        (error(Fault.RATE_LIMIT), 2),
        (error(Fault.REVOKED), 2),
        (error(Fault.UNKNOWN, Reach.UNKNOWN), 2),
    ],
)
def test_what_can_still_go_well_is_not_held(problem: PlatformError, done: int) -> None:
    with pytest.raises(PlatformError):
        partly(problem, done=done, count=5)
