"""By how much a post may be late: what the workspace says, what the post says, and what the publisher does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client

from accounts.models import User, Workspace
from publishing.models import Delivery, Post
from publishing.models.posts import ALWAYS
from publishing.publisher import Publisher
from publishing.states import State
from publishing.tests.conftest import Platform

Compose = Callable[..., Delivery]


@pytest.mark.parametrize(
    ("workspace_minutes", "own", "late", "state"),
    [
        (30, None, timedelta(minutes=29), State.PUBLISHED),
        (30, None, timedelta(minutes=31), State.MISSED),
        (120, None, timedelta(minutes=119), State.PUBLISHED),
        (120, 10, timedelta(minutes=11), State.MISSED),
        (1, 10, timedelta(minutes=9), State.PUBLISHED),
        (120, 0, timedelta(seconds=30), State.PUBLISHED),
        (120, 0, timedelta(seconds=90), State.MISSED),
        (1, ALWAYS, timedelta(days=400), State.PUBLISHED),
    ],
)
def test_the_posts_own_word_comes_before_the_workspaces(
    compose: Compose, platform: Platform, workspace: Workspace, now: datetime,
    workspace_minutes: int, own: int | None, late: timedelta, state: str,
) -> None:  # fmt: skip
    delivery = compose("Hello", due=now)
    Workspace.objects.update(late_minutes=workspace_minutes)
    Post.objects.update(late_minutes=own)
    Delivery.objects.update(due_at=now - late, next_at=now - late)
    Publisher(threads=1).run_once()
    delivery.refresh_from_db()
    assert delivery.state == state
    assert bool(platform.posts) == (state == State.PUBLISHED)


def test_the_settings_page_keeps_it_and_refuses_what_makes_no_sense(
    client: Client, mara: User, workspace: Workspace
) -> None:
    client.force_login(mara)
    typed = {"name": workspace.name, "timezone": workspace.timezone}
    for minutes, status in ((0, 422), ("soon", 422), (60 * 24 * 8, 422), (45, 302)):
        assert (
            client.post("/w/northwind-coffee/settings/", {**typed, "late_minutes": minutes}).status_code
            == status
        )
    workspace.refresh_from_db()
    assert workspace.late_minutes == 45
