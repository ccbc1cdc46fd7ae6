"""Who gets a thread: the most overdue first, nobody all of them, one at a time where a platform wants it so."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from publishing import claiming, loading, shares, turning
from publishing.models import Delivery, StepLog
from publishing.publisher import Publisher
from publishing.shares import Crowded, Party
from publishing.states import State
from publishing.tests.conftest import Platform
from socialhub.platforms.flow import Job

Compose = Callable[..., Delivery]


def test_the_most_overdue_goes_first(compose: Compose, now: datetime) -> None:
    late = [compose(f"Post {n}", due=now) for n in range(3)]
    Delivery.objects.filter(pk=late[2].pk).update(next_at=now - timedelta(minutes=5))
    (first,) = claiming.claim(1)
    assert first.id == late[2].pk


def test_a_crowded_party_waits_and_everybody_else_does_not(compose: Compose, now: datetime) -> None:
    delivery = compose("Hello", due=now)
    assert claiming.claim(9, crowded=Crowded(workspaces=frozenset({delivery.workspace_id}))) == []
    assert claiming.claim(9, crowded=Crowded(servers=frozenset({"northpost"}))) == []
    (claim,) = claiming.claim(9, crowded=Crowded(frozenset({0}), frozenset({"elsewhere"})))
    assert claim.party == Party(delivery.workspace_id, "northpost")


def test_some_threads_stay_free_however_many_parties_want_them_all() -> None:
    for parties in range(1, 6):
        held: list[Party] = []
        for _ in range(100):
            full = shares.crowded(held, 40)
            wanting = [n for n in range(parties) if n not in full.workspaces]
            if not wanting or len(held) == 40:
                break
            held.append(Party(min(wanting, key=[p.workspace for p in held].count), f"p{wanting[0]}"))
        assert 0 < 40 - len(held) <= 10
    assert shares.crowded([], 40) == shares.NOBODY
    assert shares.crowded([Party(1, "x")], 2).workspaces == frozenset()


def test_one_lane_takes_one_write_at_a_time(compose: Compose, platform: Platform, now: datetime) -> None:
    rows = [compose(f"Pin {n}", due=now) for n in range(3)]
    Delivery.objects.filter(pk__in=[row.pk for row in rows[:2]]).update(lane="1:board")
    first = claiming.claim(9)
    assert {claim.id for claim in first} == {rows[0].pk, rows[2].pk}
    assert claiming.claim(9) == []
    claiming.save(first[0], next_at=None, state=State.PUBLISHED)
    assert [claim.id for claim in claiming.claim(9)] == [rows[1].pk]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_publishers_that_claim_at_the_same_moment_never_both_hold_a_lane(
    compose: Compose, platform: Platform, now: datetime
) -> None:
    """Neither statement sees what the other is about to commit."""
    rows = [compose(f"Pin {n}", due=now) for n in range(2)]
    Delivery.objects.update(lane="1:board")
    theirs: list[claiming.Claim] = []

    def other() -> None:
        theirs.extend(claiming.claim(1))
        connection.close()

    def meanwhile(execute: Any, *statement: Any) -> Any:
        if not statement[0].strip().startswith("WITH due"):
            return execute(*statement)
        with transaction.atomic():
            answer = execute(*statement)
            publisher = threading.Thread(target=other)
            publisher.start()
            publisher.join()
        return answer

    with connection.execute_wrapper(meanwhile):
        ours = claiming.claim(1)
    assert len(ours) + len(theirs) == 1
    (held,) = ours + theirs
    assert claiming.claim(9) == []
    claiming.save(held, next_at=None, state=State.PUBLISHED)
    (next_one,) = claiming.claim(9)
    assert {held.id, next_one.id} == {row.pk for row in rows}


def test_steps_that_are_done_at_once_follow_each_other_in_one_claim(
    compose: Compose, platform: Platform, now: datetime
) -> None:
    delivery = compose("Hello", due=now, comment="First!")
    Publisher(threads=1).run_once()
    delivery.refresh_from_db()
    assert (platform.posts, platform.comments) == (["Hello"], ["First!"])
    assert (delivery.state, delivery.lease_until, delivery.next_at) == (State.PUBLISHED, None, None)
    assert [row.event for row in StepLog.objects.all()] == ["queued", "ran", "live", "ran"]


def test_what_the_step_before_noted_is_there_when_the_public_step_begins(
    compose: Compose, platform: Platform, now: datetime
) -> None:
    seen: list[tuple[bool, object]] = []

    def look(step: str, job: Job) -> None:
        if step == "create":
            row = Delivery.objects.get()
            seen.append((row.in_doubt, row.facts))

    platform.before = look
    compose("Hello", due=now)
    Publisher(threads=1).run_once()
    assert seen == [(True, {"upload": 1})]


def test_a_long_step_is_the_last_where_others_wait(
    compose: Compose, platform: Platform, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turning, "QUICK", 0.0)
    delivery = compose("Hello", due=now)
    for is_roomy, posts in ((False, []), (True, ["Hello"])):
        ((claim, row),) = loading.load(claiming.claim(1))
        turning.take_turn(claim, row, steps=4, is_roomy=itertools.repeat(is_roomy).__next__)
        assert platform.posts == posts
        delivery.refresh_from_db()
        assert delivery.lease_until is None


def test_a_lease_is_not_renewed_for_a_turn_that_has_ended(
    compose: Compose, platform: Platform, now: datetime
) -> None:
    """The renewing thread may still hold the claim of a turn that was saved a moment ago."""
    compose("Hello", due=now)
    ((claim, row),) = loading.load(claiming.claim(1))
    turning.take_turn(claim, row, steps=4)
    claiming.renew([claim])
    row.refresh_from_db()
    assert (row.state, row.next_at, row.lease_until) == (State.PUBLISHED, None, None)


def test_a_lease_is_renewed_while_its_turn_runs(compose: Compose, now: datetime) -> None:
    delivery = compose("Hello", due=now)
    (claim,) = claiming.claim(1)
    before = claim.until
    claiming.renew([claim])
    delivery.refresh_from_db()
    assert delivery.lease_until == delivery.next_at == claim.until
    assert claim.until > before


def test_a_post_that_is_done_is_never_begun_again_whatever_its_row_says_of_time(
    compose: Compose, platform: Platform, now: datetime
) -> None:
    delivery = compose("Hello", due=now)
    Publisher(threads=1).run_once()
    Delivery.objects.update(next_at=now)
    Publisher(threads=1).run_once()
    delivery.refresh_from_db()
    assert (platform.posts, platform.uploads) == (["Hello"], 1)
    assert (delivery.state, delivery.next_at) == (State.PUBLISHED, None)


def test_doubt_outlasts_a_lease_that_is_renewed_as_it_begins(compose: Compose, now: datetime) -> None:
    """The thread of the turn comes when the renewing thread has written the row and not yet the claim."""
    delivery = compose("Hello", due=now)
    (claim,) = claiming.claim(1)
    margin = claiming.doubt_margin()

    def write(execute: Any, *statement: Any) -> Any:
        answer = execute(*statement)
        if "UPDATE" in statement[0] and not begun:
            begun.append(True)
            claiming.enter_doubt(claim, now, "create", {})
        return answer

    begun: list[bool] = []
    with connection.execute_wrapper(write):
        claiming.renew([claim])
    found = Delivery.objects.get(pk=delivery.pk)
    assert found.in_doubt
    assert found.lease_until is not None
    assert found.next_at is not None
    assert found.next_at >= found.lease_until + margin
    assert found.next_at >= claim.until + margin
