"""Deciding on many at once: what an outage left behind, and what one cause kept from going out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import ConnectedAccount, User, Workspace
from accounts.permissions import Role
from publishing import batches, scheduling
from publishing.models import Batch, Delivery, Post
from publishing.scheduling import NotAllowed
from publishing.states import State

Compose = Callable[..., Delivery]
Act = Batch.Act
HOME = "/w/northwind-coffee/"


@pytest.fixture
def browser(client: Client, mara: User) -> Client:
    """A browser in which Mara is signed in."""
    client.force_login(mara)
    return client


@pytest.fixture
def outage(compose: Compose, now: datetime) -> list[Delivery]:
    """Seven posts, twenty minutes apart, that nobody published; the texts differ."""
    made = [compose(f"Round {number}") for number in range(7)]
    for number, delivery in enumerate(made):
        due = now - timedelta(hours=5) + timedelta(minutes=20 * number)
        Delivery.objects.filter(pk=delivery.pk).update(state=State.MISSED, due_at=due)
        Post.objects.filter(pk=delivery.post_id).update(due_at=due)
    return made


def fill(compose: Compose, count: int, state: str, **more: object) -> None:
    """So many deliveries of one kind, a post each, made in bulk."""
    first = compose("Round 0")
    posts = Post.objects.bulk_create(
        Post(workspace=first.workspace, parts=[f"Round {number}"]) for number in range(1, count)
    )
    Delivery.objects.bulk_create(
        Delivery(
            post=post, account=first.account, workspace=first.workspace, server=first.server, kind="text"
        )
        for post in posts
    )
    Delivery.objects.update(state=state, **more)


def begin(workspace: Workspace, act: Batch.Act, state: str = State.MISSED, **more: object) -> Batch:
    return batches.begin(workspace=workspace, by=None, act=act, state=State(state), **more)  # type: ignore[arg-type]


def test_what_was_missed_goes_out_in_its_order_and_a_few_seconds_apart(
    outage: list[Delivery], workspace: Workspace, now: datetime
) -> None:
    done = batches.work(begin(workspace, Act.PUBLISH), seconds=10)
    assert (done.done, done.refused, done.total) == (7, 0, 7)
    rows = list(Delivery.objects.order_by("next_at"))
    assert [row.pk for row in rows] == [row.pk for row in outage]
    assert {row.state for row in rows} == {State.SCHEDULED}
    times = [row.next_at for row in rows if row.next_at]
    gaps = {round((later - earlier).total_seconds()) for earlier, later in pairwise(times)}
    assert gaps == {5}
    assert abs((times[0] - now).total_seconds()) < 30


def test_rescheduling_keeps_them_as_far_apart_as_they_were_planned(
    outage: list[Delivery], workspace: Workspace, now: datetime
) -> None:
    start = now + timedelta(hours=3)
    batches.work(begin(workspace, Act.RESCHEDULE, start_at=start), seconds=10)
    rows = list(Delivery.objects.order_by("pk").select_related("post"))
    wanted = [start + timedelta(minutes=20 * number) for number in range(7)]
    assert [row.due_at for row in rows] == wanted
    assert [row.post.due_at for row in rows] == wanted


def test_discarding_sends_nothing(outage: list[Delivery], workspace: Workspace) -> None:
    done = batches.work(begin(workspace, Act.DISCARD), seconds=10)
    assert done.done == 7
    assert set(Delivery.objects.values_list("state", "next_at")) == {(State.CANCELLED, None)}


def test_what_may_not_go_out_is_left_and_named_and_the_rest_goes_on(
    outage: list[Delivery], workspace: Workspace
) -> None:
    Post.objects.filter(pk=outage[2].post_id).update(parts=["far too long " * 10])
    done = batches.work(begin(workspace, Act.PUBLISH), seconds=10)
    assert (done.done, done.refused) == (6, 1)
    assert "too long" in done.refusals[str(outage[2].post_id)]
    outage[2].refresh_from_db()
    assert outage[2].state == State.MISSED


def test_a_batch_goes_on_where_it_stopped_and_touches_nothing_twice(
    compose: Compose, workspace: Workspace, now: datetime
) -> None:
    fill(compose, 3 * batches.CHUNK + 1, State.MISSED, due_at=now - timedelta(hours=2))
    batch = begin(workspace, Act.PUBLISH)
    batch = batches.work(batch, seconds=0)
    assert batch.done == batches.CHUNK
    while batch.finished_at is None:
        batch = batches.work(batch, seconds=0)
    assert batch.done == batch.total == 3 * batches.CHUNK + 1
    times = list(Delivery.objects.values_list("next_at", flat=True))
    assert len(set(times)) == len(times)


@pytest.mark.parametrize(("act", "apart"), [(Act.PUBLISH, 5), (Act.RESCHEDULE, 60)])
def test_what_a_batch_that_was_left_alone_gives_out_later_stays_apart(
    compose: Compose, workspace: Workspace, now: datetime, act: Batch.Act, apart: int
) -> None:
    fill(compose, 30, State.MISSED)
    for number, row in enumerate(Delivery.objects.order_by("pk")):
        Delivery.objects.filter(pk=row.pk).update(due_at=now - timedelta(hours=3, minutes=-number))
    batch = batches.work(begin(workspace, act), seconds=0)
    Batch.objects.update(start_at=batch.start_at - timedelta(hours=1))
    Delivery.objects.filter(state=State.SCHEDULED).delete()
    batches.work(batch, seconds=10)
    times = [each for each in Delivery.objects.order_by("next_at").values_list("next_at", flat=True) if each]
    assert len(times) == 10
    assert {round((later - earlier).total_seconds()) for earlier, later in pairwise(times)} == {apart}
    assert now <= times[0] < now + timedelta(minutes=1)


def test_a_failing_chunk_leaves_no_half(
    outage: list[Delivery], workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = begin(workspace, Act.DISCARD)
    real = scheduling.discard
    seen: list[int] = []

    def breaks(delivery: Delivery) -> None:
        if len(seen) == 3:
            raise RuntimeError("the process dies")
        seen.append(delivery.pk)
        real(delivery)

    monkeypatch.setattr(scheduling, "discard", breaks)
    with pytest.raises(RuntimeError):
        batches.work(batch, seconds=0)
    assert Delivery.objects.filter(state=State.MISSED).count() == 7
    monkeypatch.setattr(scheduling, "discard", real)
    assert batches.work(batch, seconds=10).done == 7


def test_the_same_is_not_begun_twice_and_nothing_is_not_begun_at_all(
    outage: list[Delivery], workspace: Workspace
) -> None:
    batch = begin(workspace, Act.PUBLISH)
    with pytest.raises(NotAllowed, match="being done already"):
        begin(workspace, Act.DISCARD)
    batches.work(batch, seconds=10)
    with pytest.raises(NotAllowed, match="Nothing of this waits"):
        begin(workspace, Act.PUBLISH)


def test_the_job_goes_on_with_what_nobody_watches(outage: list[Delivery], workspace: Workspace) -> None:
    batch = begin(workspace, Act.PUBLISH)
    assert batches.work_on_abandoned(seconds=5) == 0
    Batch.objects.update(worked_at=batch.worked_at - 2 * batches.LEFT_ALONE)
    assert batches.work_on_abandoned(seconds=5) == 1
    assert not Delivery.objects.filter(state=State.MISSED).exists()


def test_what_may_be_live_is_looked_for_and_never_sent_in_one_go(
    compose: Compose, workspace: Workspace, account: ConnectedAccount, now: datetime
) -> None:
    fill(compose, 3, State.UNCONFIRMED, due_at=now, in_doubt=True)
    with pytest.raises(NotAllowed, match="may be live"):
        begin(workspace, Act.PUBLISH, State.UNCONFIRMED, account=account)
    batches.work(begin(workspace, Act.CHECK, State.UNCONFIRMED, account=account), seconds=5)
    assert set(Delivery.objects.values_list("state", "in_doubt")) == {(State.PUBLISHING, True)}


def test_causes_are_told_apart_and_counted_in_one_query_for_ten_thousand(
    compose: Compose, workspace: Workspace, account: ConnectedAccount, now: datetime
) -> None:
    fill(compose, 10_000, State.FAILED, due_at=now, error_kind="server_error", error_message="It broke.")
    some = Delivery.objects.order_by("pk").values_list("pk", flat=True)[:300]
    Delivery.objects.filter(pk__in=list(some)).update(state=State.HELD, error_kind="invalid_token")
    with CaptureQueriesContext(connection) as asked:
        found = batches.causes(workspace, {account.pk: account})
    assert len(asked) == 1
    assert [(each.state, each.error_kind, each.count) for each in found] == [
        ("failed", "server_error", 9700),
        ("held", "invalid_token", 300),
    ]


def test_the_banner_says_what_was_missed_when_and_offers_three_ways(
    browser: Client, outage: list[Delivery]
) -> None:
    for path in ("", "calendar/month/", "posts/"):
        shown = browser.get(HOME + path).content.decode()
        assert "7 posts were missed between" in shown
        for name in ("publish", "reschedule", "discard"):
            assert f'href="{HOME}missed/{name}/"' in shown


def test_the_banner_leads_over_a_page_that_asks_to_one_that_shows_how_far_it_is(
    browser: Client, outage: list[Delivery]
) -> None:
    asked = browser.get(f"{HOME}missed/publish/").content.decode()
    assert "Publish 7 posts" in asked
    assert "Round 0" in asked
    begun = browser.post(f"{HOME}missed/publish/")
    progress = begun.headers["Location"]
    assert Delivery.objects.filter(state=State.MISSED).count() == 7
    assert "Queuing 0 of 7" in browser.get(HOME).content.decode()
    shown = browser.post(progress, headers={"HX-Request": "true"}).content.decode()
    assert "7 of 7" in shown
    assert "hx-post" not in shown
    assert "missed" not in browser.get(HOME).content.decode()


def test_rescheduling_asks_for_a_time_that_exists(browser: Client, outage: list[Delivery]) -> None:
    for typed in ({}, {"date": "2001-01-01", "time": "09:00"}, {"date": "9999-12-31", "time": "23:59"}):
        answer = browser.post(f"{HOME}missed/reschedule/", typed)
        assert answer.status_code == 422
    assert not Batch.objects.exists()


def test_a_cause_is_tried_again_by_one_button(
    browser: Client, compose: Compose, account: ConnectedAccount, now: datetime
) -> None:
    fill(compose, 12, State.FAILED, due_at=now, error_kind="server_error", error_message="It broke.")
    assert "Try 12 again" in browser.get(f"{HOME}posts/?show=attention").content.decode()
    sent = {"state": "failed", "error_kind": "server_error", "account": account.pk}
    begun = browser.post(f"{HOME}causes/", sent)
    browser.post(begun.headers["Location"])
    assert Delivery.objects.filter(state=State.SCHEDULED).count() == 12


def test_a_cause_that_only_the_account_can_mend_has_no_button_but_the_way_there(
    browser: Client, compose: Compose, account: ConnectedAccount, now: datetime
) -> None:
    fill(compose, 2, State.HELD, due_at=now, error_kind="invalid_token")
    ConnectedAccount.objects.update(state="reconnect")
    shown = browser.get(f"{HOME}posts/?show=attention").content.decode()
    assert "Mend the channel first" in shown
    assert "Try 2 again" not in shown


def test_an_approver_sees_the_banner_and_may_not_act(
    browser: Client, outage: list[Delivery], workspace: Workspace
) -> None:
    workspace.memberships.update(role=Role.APPROVER)
    shown = browser.get(HOME).content.decode()
    assert "7 posts were missed" in shown
    assert "missed/publish" not in shown
    assert browser.post(f"{HOME}missed/publish/").status_code == 403


def test_how_long_a_batch_takes_is_said_before_it_and_while_it_runs(
    browser: Client, outage: list[Delivery], workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = browser.get(f"{HOME}missed/publish/").content.decode()
    assert "five seconds apart on each channel. The last one leaves 30 s after the first." in asked
    Delivery.objects.update(state=State.FAILED, error_kind="SERVER_ERROR")
    page = browser.get(f"{HOME}posts/?show=attention").content.decode()
    assert "Try 7 again? They go out five seconds apart. The last one leaves 30 s after the first." in page
    Delivery.objects.update(state=State.MISSED, error_kind="")
    monkeypatch.setattr(batches, "CHUNK", 3)
    batch = batches.work(begin(workspace, Act.PUBLISH), seconds=0)
    batch.worked_at = batch.created_at + timedelta(seconds=6)
    batch.save()
    url = f"{HOME}batches/{batch.pk}/"
    assert "about 8.0 s left" in browser.get(url).content.decode()
    done = batches.work(batch, seconds=10)
    last = timezone.localtime(max(filter(None, Delivery.objects.values_list("next_at", flat=True))))
    assert batches.last_leaves(done) == last
    assert f"the last at {last:%H:%M}" in browser.get(url).content.decode()
