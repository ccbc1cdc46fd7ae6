"""The cast: Maya owns Northwind Coffee, Ben is her marketer, Priya approves, Olu watches."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.membership import create_workspace
from accounts.models import Membership, User, Workspace
from accounts.permissions import Role


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
