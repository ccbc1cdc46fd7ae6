"""The cast: Maya owns Northwind Coffee, Ben is her marketer, Priya approves, Olu watches."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from types import MappingProxyType

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from accounts.credentials import save_app
from accounts.membership import create_workspace
from accounts.models import Membership, User, Workspace
from accounts.permissions import Role
from accounts.tests.toy import HUT, TOY, TOY_LOGIN, VILLAGE, ToyServer, serve
from socialhub.platforms import registry


def person(name: str) -> User:
    """A person who can log in with the password `correct horse`."""
    return User.objects.create_user(f"{name.lower()}@northwind.test", "correct horse", name=name)


@pytest.fixture
def maya(db: None) -> User:
    """The owner of Northwind Coffee."""
    return person("Maya")


@pytest.fixture
def northwind(maya: User) -> Workspace:
    """Maya's workspace, in London."""
    return create_workspace(owner=maya, name="Northwind Coffee", zone="Europe/London")


@pytest.fixture
def ben(northwind: Workspace) -> User:
    """The marketer."""
    user = person("Ben")
    Membership.objects.create(workspace=northwind, user=user, role=Role.MARKETER)
    return user


@pytest.fixture
def olu(northwind: Workspace) -> User:
    """The viewer."""
    user = person("Olu")
    Membership.objects.create(workspace=northwind, user=user, role=Role.VIEWER)
    return user


@pytest.fixture
def as_maya(maya: User, northwind: Workspace) -> Client:
    """A browser in which Maya is signed in."""
    client = Client()
    client.force_login(maya)
    return client


@pytest.fixture
def toy(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[ToyServer]:
    """The toy platforms are the only connectors, and their server runs."""
    known = MappingProxyType({TOY.key: TOY, VILLAGE.key: VILLAGE, HUT.key: HUT})
    for module in [
        registry,
        *[module for name, module in sys.modules.items() if name.startswith("accounts.")],
    ]:
        if hasattr(module, "connectors"):
            monkeypatch.setattr(module, "connectors", lambda: known)
    with serve() as server:
        settings.SANDBOX_URL = server.url
        yield server


@pytest.fixture
def toy_app(northwind: Workspace, maya: User) -> None:
    """Northwind's app at the toy platform."""
    values = {"client_id": "toy-client", "client_secret": "toy-client-secret"}
    save_app(workspace=northwind, login=TOY_LOGIN, values=values, by=maya)
