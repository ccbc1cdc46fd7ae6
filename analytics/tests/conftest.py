"""Northwind Coffee with accounts on made-up platforms, and no way out to the network.

Pages are tested on rows that :mod:`analytics.tests.history` makes, reading on :mod:`analytics.tests.meter`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.membership import create_workspace
from accounts.models import ConnectedAccount, User, Workspace
from analytics import tracking
from analytics.collecting import Collector
from analytics.models import Collection
from analytics.tests import history
from analytics.tests.meter import PLAIN, PLATFORM, Meter, build
from publishing.models import Delivery, Post
from publishing.states import State
from socialhub.platforms import registry
from socialhub.platforms.transport import Transport
from socialhub.platforms.values import Secret

Publish = Callable[..., Delivery]


@pytest.fixture(autouse=True)
def closed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The door to the network is shut: whoever knocks fails the test."""

    def knock(*args: object, **kwargs: object) -> object:
        raise AssertionError("a page called a platform")

    for name in ("send", "request"):
        if hasattr(Transport, name):
            monkeypatch.setattr(Transport, name, knock)


@pytest.fixture
def platforms(monkeypatch: pytest.MonkeyPatch) -> None:
    """The made-up platforms are the only ones."""
    known = history.platforms()
    monkeypatch.setattr(registry, "connectors", lambda: known)


@pytest.fixture
def mara(db: None) -> User:
    """Mara, who looks at figures."""
    return User.objects.create_user("mara@northwind.test", "a long enough word", name="Mara")


@pytest.fixture
def workspace(mara: User, platforms: None) -> Workspace:
    """Northwind Coffee, in London."""
    return create_workspace(owner=mara, name="Northwind Coffee", zone="Europe/London")


@pytest.fixture
def browser(client: Client, mara: User, workspace: Workspace) -> Client:
    """A browser in which Mara is signed in."""
    client.force_login(mara)
    return client


@pytest.fixture
def ridge(workspace: Workspace) -> ConnectedAccount:
    """An account that gives much."""
    return history.account(workspace, "ridge")


@pytest.fixture
def brook(workspace: Workspace) -> ConnectedAccount:
    """An account that gives likes and comments."""
    return history.account(workspace, "brook")


@pytest.fixture
def island(workspace: Workspace) -> ConnectedAccount:
    """An account whose figures stand alone."""
    return history.account(workspace, "island")


@pytest.fixture
def yesterday(workspace: Workspace) -> date:
    """The last day that is over, in the workspace's zone."""
    return timezone.localdate(timezone=workspace.zone) - timedelta(days=1)


@pytest.fixture
def northwind(db: None) -> Workspace:
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
def account(northwind: Workspace, meter: Meter) -> ConnectedAccount:
    """Northwind's account on the platform that tells of days."""
    return connect(northwind, PLATFORM)


@pytest.fixture
def publish(northwind: Workspace, meter: Meter) -> Publish:
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
