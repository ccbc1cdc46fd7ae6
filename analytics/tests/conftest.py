"""Northwind Coffee on a platform whose figures can be foreseen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

import pytest

from accounts.membership import create_workspace
from accounts.models import ConnectedAccount, User, Workspace
from analytics import tracking
from analytics.collecting import Collector
from analytics.models import Collection
from analytics.tests.meter import PLAIN, PLATFORM, Meter, build
from publishing.models import Delivery, Post
from publishing.states import State
from socialhub.platforms import registry
from socialhub.platforms.values import Secret

Publish = Callable[..., Delivery]


@pytest.fixture
def workspace(db: None) -> Workspace:
    """Northwind Coffee, in Stockholm."""
    owner = User.objects.create_user("maya@northwind.test", "a long enough word", name="Maya")
    return create_workspace(owner=owner, name="Northwind Coffee", zone="Europe/Stockholm")


@pytest.fixture
def meter(monkeypatch: pytest.MonkeyPatch) -> Meter:
    """The made-up platforms, the only ones for one test; both tell from one meter."""
    made = Meter()
    known = MappingProxyType({key: build(made, key) for key in (PLATFORM, PLAIN)})
    monkeypatch.setattr(registry, "connectors", lambda: known)
    return made


def connect(workspace: Workspace, platform: str, number: str = "1") -> ConnectedAccount:
    """An account there."""
    return ConnectedAccount.objects.create(
        workspace=workspace, platform=platform, login=platform, external_id=number, handle=f"northwind{number}",
        access_token=Secret("token-of-northwind"), scopes=["figures"],
    )  # fmt: skip


@pytest.fixture
def account(workspace: Workspace, meter: Meter) -> ConnectedAccount:
    """Northwind's account on the platform that tells of days."""
    return connect(workspace, PLATFORM)


@pytest.fixture
def publish(workspace: Workspace, meter: Meter) -> Publish:
    """Let a post go out now (or at a time) to an account."""

    def published(account: ConnectedAccount, name: str, at: datetime | None = None, **more: Any) -> Delivery:
        moment = at or meter.now
        post = Post.objects.create(workspace=account.workspace, parts=[f"About {name}"], due_at=moment)
        return Delivery.objects.create(
            post=post, account=account, kind="text", state=State.PUBLISHED, remote_id=name, due_at=moment,
            published_at=moment, **more,
        )  # fmt: skip

    return published


@pytest.fixture
def read(meter: Meter) -> Callable[[], int]:
    """Read everything that is due now; how many turns that took."""

    def reading() -> int:
        tracking.ensure(meter.now)
        tracking.track_fresh(meter.now - timedelta(days=400), meter.now)
        collector, turns = Collector(meter.clock), 0
        while collector.take_next():
            turns += 1
            assert turns < 500, Collection.objects.values()
        return turns

    return reading
