"""Northwind Coffee with accounts on made-up platforms, and no way out to the network."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.membership import create_workspace
from accounts.models import ConnectedAccount, User, Workspace
from analytics.tests import history
from socialhub.platforms import registry
from socialhub.platforms.transport import Transport


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
