"""More posts than a platform takes, against the sandbox: three real publishers send what fits, the others wait."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db.models import F

from accounts.membership import create_workspace
from accounts.models import Budget, ConnectedAccount, Cooldown, User
from publishing import scheduling
from publishing.composing import Composition, Target, save
from publishing.models import Delivery, Post
from publishing.publisher import Publisher
from publishing.states import State
from socialhub.platforms.sandbox.client import Control
from socialhub.platforms.sandbox.server import SandboxServer
from tests import hub
from tests.processes import eventually

pytestmark = pytest.mark.django_db(transaction=True)
TAKES, POSTS, WINDOW = 50, 60, timedelta(hours=3)


@pytest.fixture
def control(settings: object) -> Iterator[Control]:
    """A sandbox that sets no limits of its own: what is kept is kept by us."""
    with SandboxServer() as sandbox:
        settings.SANDBOX_URL = sandbox.url  # type: ignore[attr-defined]
        sandbox.control.enforce_limits(False)
        yield sandbox.control


def window_passes(control: Control) -> None:
    """Move everything that knows a time back by a window."""
    hub.let_time_pass(control, WINDOW)
    seconds = WINDOW.total_seconds()
    for row in Budget.objects.all():
        row.uses = [[first - seconds, last - seconds, cost] for first, last, cost in row.uses]
        row.save()
    Cooldown.objects.update(until=F("until") - WINDOW)


def queue(account: ConnectedAccount, count: int) -> None:
    """That many posts, due now, which may be a few hours late."""
    for number in range(count):
        composition = Composition((f"Roast number {number}",), (Target(account.pk),))
        post = save(workspace=account.workspace, author=None, composition=composition)
        Post.objects.filter(pk=post.pk).update(late_minutes=300)
        scheduling.publish_now(post)


def test_sixty_posts_against_a_limit_of_fifty(control: Control) -> None:
    maya = User.objects.create_user("maya@northwind.test", "a long enough word", name="Maya")
    workspace = create_workspace(owner=maya, name="Northwind Coffee", zone="Europe/London")
    account = hub.connect(control, workspace, "mastodon", host="social.example")
    account.extra = {**account.extra, "quotas": {"statuses": TAKES}}
    account.save()
    queue(account, POSTS)
    publishers = [hub.PublisherProcess() for _ in range(3)]
    try:
        waiting = Delivery.objects.filter(
            state__in=[State.SCHEDULED, State.PUBLISHING], lease_until=None, note__gt=""
        )
        eventually(lambda: waiting.count() == POSTS - TAKES, within=60)
    finally:
        for publisher in publishers:
            publisher.terminate()
    assert len(control.posts(platform="mastodon")) == TAKES
    assert Delivery.objects.filter(state=State.PUBLISHED).count() == TAKES
    assert {row.note for row in waiting} == {"Mastodon takes 50 posts in 3 hours, and these are used up."}
    assert not Delivery.objects.filter(attempts__gt=0).exists()

    window_passes(control)
    eventually(
        lambda: Publisher(threads=8, steps=4).run_once() == 0 and not waiting.all().exists(), within=60
    )
    assert Delivery.objects.filter(state=State.PUBLISHED).count() == POSTS
    texts = [str(post["text"]) for post in control.posts(platform="mastodon")]
    assert len(texts) == len(set(texts)) == POSTS
