"""Limits of platforms: who waits for them, who does not, and that no quota is ever overdrawn."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.db import connections

from accounts import ladder, limits
from accounts.models import AppCredential, Budget, ConnectedAccount, Cooldown, User, Workspace
from publishing import scheduling
from publishing.composing import Composition, Target, save
from publishing.models import Delivery
from publishing.publisher import Publisher
from publishing.states import State
from publishing.tests.conftest import PLATFORM, Platform, Quotas
from publishing.tests.test_turns import events, turn
from socialhub.platforms.api import LimitReading
from socialhub.platforms.errors import Fault, PlatformError, Reach
from socialhub.platforms.flow import Job
from socialhub.platforms.policy import Quota, Scope
from socialhub.platforms.values import Secret
from tests.hub import environment

Compose = Callable[..., Delivery]
DAY = timedelta(days=1)


def second(workspace: Workspace, account: ConnectedAccount, mara: User, due: datetime) -> Delivery:
    """A due post of another account."""
    other = ConnectedAccount.objects.create(
        workspace=workspace, platform=PLATFORM, login=PLATFORM, external_id="2", handle="harbour",
        access_token=Secret("token-of-harbour"), scopes=["post"],
    )  # fmt: skip
    post = save(workspace=workspace, author=mara, composition=Composition(("Harbour",), (Target(other.pk),)))
    scheduling.schedule(post, due)
    return post.deliveries.get()


def refuse(**facts: object) -> Callable[[str, Job], None]:
    """Every upload is refused by a limit, as `Api` reports it."""

    def refused(step: str, job: Job) -> None:
        if step == "upload":
            error = PlatformError(Fault.RATE_LIMIT, http_status=429, **facts)  # type: ignore[arg-type]
            job.api.hear_refusal(error)
            raise error

    return refused


def test_a_limit_of_one_account_lets_it_wait_and_stops_no_other(
    compose: Compose,
    platform: Platform,
    workspace: Workspace,
    account: ConnectedAccount,
    mara: User,
    now: datetime,
) -> None:
    platform.before = refuse(retry_after=timedelta(minutes=5), user_message="Slow down.")
    stopped = turn(compose("Hello", due=now))
    assert (stopped.state, stopped.attempts, stopped.note) == (State.SCHEDULED, 0, "Slow down.")
    assert stopped.next_at is not None
    assert now + timedelta(minutes=5) <= stopped.next_at < now + timedelta(minutes=6)
    platform.before = lambda step, job: None
    other = turn(second(workspace, account, mara, now), times=3)
    assert (other.state, platform.posts) == (State.PUBLISHED, ["Harbour"])


def test_what_waits_for_a_limit_sends_nothing_and_says_which_and_until_when(
    compose: Compose, platform: Platform, now: datetime
) -> None:
    platform.before = refuse(retry_after=timedelta(minutes=5), user_message="Slow down.")
    turn(compose("Hello", due=now))
    platform.before = lambda step, job: None
    waiting = turn(compose("World", due=now))
    assert (waiting.state, platform.uploads, events(waiting)) == (State.SCHEDULED, 0, ["queued", "waits"])
    line = waiting.log.last()
    assert line is not None
    assert line.note.startswith("Slow down. Until 20")
    assert line.exchanges == []
    Cooldown.objects.all().delete()
    turn(waiting, times=3)
    assert platform.posts == ["World"]


def test_a_limit_of_the_app_stops_all_its_accounts_and_those_of_no_other_app(
    compose: Compose,
    platform: Platform,
    workspace: Workspace,
    account: ConnectedAccount,
    mara: User,
    now: datetime,
) -> None:
    platform.before = refuse(retry_after=timedelta(minutes=5), scope=Scope.APP)
    turn(compose("Hello", due=now))
    platform.before = lambda step, job: None
    other = turn(second(workspace, account, mara, now))
    assert (other.state, platform.posts) == (State.SCHEDULED, [])
    AppCredential.objects.create(workspace=workspace, app_key=PLATFORM, client_id="an app of their own")
    assert turn(other, times=3).state == State.PUBLISHED


def test_a_limit_of_one_call_lets_the_others_of_the_account_go_on(
    account: ConnectedAccount, now: datetime
) -> None:
    spent = LimitReading("requests", 30, 0, now + timedelta(minutes=9), scope=Scope.CALL)
    limits.hear(account, "upload_media", [spent], now)
    assert limits.cooling(account, now, "upload_media") is not None
    assert limits.cooling(account, now, "post_status") is None
    assert limits.cooling(account, now + timedelta(minutes=9), "upload_media") is None


def test_a_later_end_is_not_shortened_by_an_earlier_one(account: ConnectedAccount, now: datetime) -> None:
    scope = limits.scope_of(account, Scope.ACCOUNT)
    limits.cool_down(scope, now + timedelta(hours=5), "Today is used up.", now)
    limits.cool_down(scope, now + timedelta(minutes=1), "Slow down.", now)
    closed = limits.cooling(account, now)
    assert closed is not None
    assert (closed.until, closed.reason) == (now + timedelta(hours=5), "Today is used up.")


def test_a_header_that_says_spent_stops_the_next_post_before_it_is_refused(
    compose: Compose, platform: Platform, now: datetime
) -> None:
    def say(step: str, job: Job) -> None:
        job.api.hear([LimitReading("calls", used=1.0, resets_at=now + timedelta(minutes=7))])

    platform.after = say
    assert turn(compose("Hello", due=now), times=1).step == "create"
    platform.after = lambda step, job: None
    waiting = turn(compose("World", due=now))
    assert (waiting.state, platform.uploads) == (State.SCHEDULED, 1)


def test_a_wait_beyond_the_late_limit_asks_a_person_at_once_and_a_try_waits_for_it(
    compose: Compose, platform: Platform, now: datetime
) -> None:
    platform.before = refuse(retry_after=timedelta(hours=5), user_message="Today is used up.")
    held = turn(compose("Hello", due=now))
    assert (held.state, held.next_at, held.error_kind) == (State.HELD, None, "rate_limit")
    assert held.error_message.startswith("Today is used up. The next try would be on ")
    platform.before = lambda step, job: None
    scheduling.retry(held)
    held.refresh_from_db()
    assert held.due_at is not None
    assert held.due_at >= now + timedelta(hours=5)
    Cooldown.objects.all().delete()
    assert turn(held, times=3).state == State.PUBLISHED


def test_a_post_in_doubt_is_looked_for_whatever_limits_there_are(
    compose: Compose, platform: Platform, account: ConnectedAccount, now: datetime
) -> None:
    def lose(step: str, job: object) -> None:
        if step == "create":
            raise PlatformError(Fault.TIMEOUT, reach=Reach.UNKNOWN)

    platform.after = lose
    delivery = turn(compose("Hello", due=now), times=2)
    assert delivery.in_doubt
    limits.cool_down(limits.scope_of(account, Scope.ACCOUNT), now + DAY, "Closed.", now)
    assert turn(delivery).state == State.PUBLISHED


def test_a_thread_of_its_own_process_sees_the_cool_down(
    transactional_db: None, account: ConnectedAccount, now: datetime
) -> None:
    limits.cool_down(limits.scope_of(account, Scope.ACCOUNT), now + DAY, "Closed.", now)
    script = (
        "import django; django.setup()\n"
        "from datetime import UTC, datetime\n"
        "from accounts.models import Cooldown\n"
        "print(*Cooldown.objects.filter(until__gt=datetime.now(UTC)).values_list('scope', 'reason').get())"
    )
    seen = subprocess.run(
        [sys.executable, "-c", script],
        cwd=settings.BASE_DIR,
        env=environment(),
        check=True,
        capture_output=True,
    )
    assert seen.stdout.decode().strip() == f"account {account.pk} Closed."


def test_a_post_uses_its_quotas_once_and_a_refused_one_gives_them_back(
    compose: Compose, platform: Platform, account: ConnectedAccount, quotas: Quotas, now: datetime
) -> None:
    quotas(Quota("posts", 2, DAY), Quota("points", 100, DAY, scope=Scope.APP, per_post=7))
    turn(compose("Hello", due=now), times=3)
    assert [(use.used, use.limit) for use in limits.usage([account], datetime.now(UTC))[account.pk]] == [
        (1, 2),
        (1, 14),
    ]
    posted = platform.before

    def refuse_it(step: str, job: object) -> None:
        if step == "create":
            raise PlatformError(Fault.INVALID_MEDIA)

    platform.before = refuse_it
    refused = turn(compose("World", due=now), times=2)
    assert (refused.state, refused.charged_at) == (State.FAILED, None)
    assert limits.usage([account], datetime.now(UTC))[account.pk][0].used == 1
    platform.before = posted
    assert turn(compose("Again", due=now), times=3).state == State.PUBLISHED
    assert limits.usage([account], datetime.now(UTC))[account.pk][0].left == 0


def test_a_post_whose_fate_is_unknown_keeps_its_place_and_is_not_counted_twice(
    compose: Compose, platform: Platform, account: ConnectedAccount, quotas: Quotas, now: datetime
) -> None:
    quotas(Quota("posts", 5, DAY))
    deaths = iter([True])

    def lose(step: str, job: object) -> None:
        if step == "create" and next(deaths, False):
            raise PlatformError(Fault.TIMEOUT, reach=Reach.UNKNOWN)

    platform.before = lose  # the request was lost on its way: find proves that nothing is there
    delivery = turn(compose("Hello", due=now), times=2)
    assert delivery.in_doubt
    assert limits.usage([account], datetime.now(UTC))[account.pk][0].used == 1
    turn(delivery, times=3)
    assert (delivery.state, platform.posts) == (State.PUBLISHED, ["Hello"])
    assert limits.usage([account], datetime.now(UTC))[account.pk][0].used == 1


def test_a_spent_quota_lets_the_next_post_wait_before_it_does_anything(
    compose: Compose, platform: Platform, quotas: Quotas, now: datetime
) -> None:
    quotas(Quota("posts", 1, timedelta(minutes=20)))
    turn(compose("Hello", due=now), times=3)
    waiting = turn(compose("World", due=now), times=2)
    assert (waiting.state, waiting.step, platform.posts) == (State.PUBLISHING, "create", ["Hello"])
    later = turn(compose("Later", due=now))
    assert (later.state, later.step, platform.uploads) == (State.SCHEDULED, "", 2)
    assert later.note == "Northpost takes 1 post in 20 minutes, and these are used up."


@pytest.mark.django_db(transaction=True)
def test_any_number_of_publishers_never_overdraw_a_quota_and_the_last_waits(
    compose: Compose, platform: Platform, account: ConnectedAccount, quotas: Quotas, now: datetime
) -> None:
    quotas(Quota("posts", 50, DAY), Quota("calls", 10_000, DAY, scope=Scope.APP, per_post=3))
    for number in range(51):
        compose(f"Post {number}", due=now)

    def work() -> None:
        try:
            publisher = Publisher(threads=8, steps=4)
            while publisher.run_once():
                pass
        finally:
            connections.close_all()

    publishers = [threading.Thread(target=work) for _ in range(3)]
    for publisher in publishers:
        publisher.start()
    for publisher in publishers:
        publisher.join()
    assert len(platform.posts) == 50
    assert Delivery.objects.filter(state=State.PUBLISHED).count() == 50
    last = Delivery.objects.exclude(state=State.PUBLISHED).get()
    assert last.state == State.HELD  # a day is more than it may be late
    assert "takes 50 posts in 24 hours" in last.error_message
    assert {row.name: sum(use[2] for use in row.uses) for row in Budget.objects.all()} == {
        "posts": 50,
        "calls": 150,
    }


def test_the_count_of_the_platform_corrects_ours(
    account: ConnectedAccount, quotas: Quotas, now: datetime
) -> None:
    quotas(Quota("posts", 50, DAY))
    limits.hear(account, "create", [LimitReading("posts", 100, 12)], now)
    (use,) = limits.usage([account], now)[account.pk]
    assert (use.used, use.limit, use.left) == (88, 100, 12)


def test_limits_that_have_ended_are_swept(account: ConnectedAccount, quotas: Quotas, now: datetime) -> None:
    limits.cool_down("account 1", now - timedelta(seconds=1), "Over.", now)
    limits.cool_down("account 2", now + DAY, "Not over.", now)
    limits.sweep(now)
    assert list(Cooldown.objects.values_list("reason", flat=True)) == ["Not over."]


def test_safe_requests_that_a_limit_stops_come_again_in_seconds_and_others_climb_the_ladder(
    compose: Compose, platform: Platform, now: datetime
) -> None:
    def limit(step: str, job: object) -> None:
        raise PlatformError(Fault.RATE_LIMIT, http_status=429, was_safe=True)

    platform.before = limit
    delivery = turn(compose("Hello", due=now))
    assert delivery.next_at is not None
    assert (delivery.next_at - datetime.now(UTC)).total_seconds() < 1.5
    waits = [ladder.backoff(attempt) for attempt in range(1, 8)]
    assert all(wait is not None for wait in waits)
    seconds = [wait.total_seconds() for wait in waits if wait]
    assert all(top / 2 <= wait <= top for wait, top in zip(seconds, (1, 2, 4, 8, 16, 32, 60), strict=True))
    assert ladder.backoff(7 + len(ladder.RETRIES) + 1) is None
