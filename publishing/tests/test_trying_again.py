"""A person tries a refused post again: it is looked for first, because a refusal is no proof."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from accounts import limits
from accounts.models import ConnectedAccount
from publishing import scheduling
from publishing.composing import Composition, Target, save
from publishing.models import Delivery
from publishing.states import State
from publishing.tests.conftest import Platform, Quotas
from publishing.tests.test_turns import Compose, turn
from socialhub.platforms.errors import Fault, PlatformError
from socialhub.platforms.flow import Held, Stay, Unsure
from socialhub.platforms.policy import Quota


def refused_though_live(platform: Platform) -> None:
    """Let the platform answer a plain refusal although the post is there, once."""
    lies = iter([True])

    def refuse(step: str, job: object) -> None:
        if step == "create" and next(lies, False):
            raise PlatformError(Fault.INVALID_REQUEST, code="100", http_status=400)

    platform.after = refuse


def test_a_try_again_of_a_refused_post_that_is_live_finds_it_and_sends_nothing(
    compose: Compose, platform: Platform, now: datetime
) -> None:
    refused_though_live(platform)
    delivery = turn(compose("Hello", due=now), times=2)
    assert (delivery.state, delivery.in_doubt, platform.posts) == (State.FAILED, False, ["Hello"])
    scheduling.retry(delivery)
    turn(delivery, times=3)
    assert (delivery.state, platform.posts, platform.uploads) == (State.PUBLISHED, ["Hello"], 1)
    assert (delivery.url, delivery.in_doubt) == ("https://northpost.example/1", False)
    assert "Found on the platform: it had gone out." in delivery.log.values_list("note", flat=True)


def test_a_refused_post_that_is_found_live_is_counted_by_quotas_whatever_is_left_of_them(
    compose: Compose, platform: Platform, account: ConnectedAccount, quotas: Quotas, now: datetime
) -> None:
    quotas(Quota("posts", 1, timedelta(days=1)))
    refused_though_live(platform)
    delivery = turn(compose("Hello", due=now), times=2)
    other = turn(compose("World", due=now), times=3)
    assert (delivery.charged_at, other.state) == (None, State.PUBLISHED)
    scheduling.retry(delivery, due_at=now)
    assert turn(delivery).state == State.PUBLISHED
    assert limits.usage([account], datetime.now(UTC))[account.pk][0].used == 2
    assert delivery.charged_at is not None


def test_a_try_again_of_a_refused_post_of_which_nobody_can_tell_asks_a_person(
    compose: Compose, platform: Platform, now: datetime
) -> None:
    refused_though_live(platform)
    delivery = turn(compose("Hello", due=now), times=2)
    platform.finding = lambda job: Unsure("Two posts look alike.")
    scheduling.retry(delivery)
    turn(delivery, times=3)
    assert (delivery.state, platform.posts) == (State.UNCONFIRMED, ["Hello"])
    scheduling.confirm_absent(delivery)
    platform.posts.clear()
    platform.finding = None
    scheduling.retry(delivery)
    turn(delivery, times=3)
    assert (delivery.state, platform.posts, platform.uploads) == (State.PUBLISHED, ["Hello"], 2)


def test_a_try_again_of_a_thread_whose_refused_part_is_live_goes_on_after_it(
    compose: Compose, platform: Platform, now: datetime
) -> None:
    """Parts of a thread are public one by one: what is live of it is gone on from."""
    platform.posts.append("One")
    platform.before = lambda step, job: Held("The next was refused.") if step == "create" else None
    delivery = turn(compose("Hello", due=now), times=2)
    Delivery.objects.update(is_begun=True, facts={"parts": ["One"]})
    assert (delivery.state, platform.posts) == (State.HELD, ["One"])
    platform.before, platform.posts = (lambda step, job: None), ["One", "Hello"]
    scheduling.retry(delivery)
    turn(delivery, times=2)
    assert (delivery.state, platform.posts) == (State.PUBLISHED, ["One", "Hello"])


def test_a_refusal_for_want_of_a_login_is_believed(
    compose: Compose, platform: Platform, account: ConnectedAccount, now: datetime
) -> None:
    def refuse(step: str, job: object) -> None:
        if step == "create":
            raise PlatformError(Fault.REVOKED, http_status=401)

    looked: list[str] = []
    platform.before, platform.finding = refuse, lambda job: looked.append("looked")
    delivery = turn(compose("Hello", due=now), times=2)
    assert delivery.state == State.HELD
    ConnectedAccount.objects.update(state=ConnectedAccount.State.ACTIVE)
    platform.before = lambda step, job: None
    delivery.refresh_from_db()
    scheduling.retry(Delivery.objects.get(pk=delivery.pk))
    turn(delivery, times=3)
    assert (delivery.state, platform.posts, looked) == (State.PUBLISHED, ["Hello"], [])


def test_a_try_again_still_knows_when_the_post_was_first_sent(
    compose: Compose, platform: Platform, now: datetime
) -> None:
    """By that time a twin which the platform names is known as ours: LinkedIn lists no posts of members."""
    refused_though_live(platform)
    delivery = turn(compose("Hello", due=now), times=2)
    findings = iter([Stay({"first_sent": now.isoformat()}, wait=timedelta(seconds=1)), None])
    platform.finding = lambda job: next(findings)
    seen: list[object] = []
    platform.before = lambda step, job: seen.append((step, job.facts.get("first_sent")))
    scheduling.retry(delivery)
    turn(delivery, times=4)
    assert seen == [("upload", now.isoformat()), ("create", now.isoformat())]


def test_a_refused_post_that_was_changed_is_another_post_and_not_looked_for(
    compose: Compose, platform: Platform, now: datetime
) -> None:
    refused_though_live(platform)
    delivery = turn(compose("Hello", due=now), times=2)
    changed = Composition(("Good morning",), (Target(delivery.account_id),))
    save(workspace=delivery.workspace, author=None, composition=changed, post=delivery.post)
    scheduling.retry(delivery)
    turn(delivery, times=3)
    assert (delivery.state, platform.posts) == (State.PUBLISHED, ["Hello", "Good morning"])
