"""A fresh world, and an account in it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from socialhub.platforms.sandbox.server import SandboxServer
from socialhub.platforms.testing import Desk, connect

from ..login import login
from ..oauth import consent
from .desks import CONNECTOR


@pytest.fixture
def sandbox() -> Iterator[SandboxServer]:
    """A fresh world."""
    with SandboxServer() as server:
        yield server


@pytest.fixture
def desk(sandbox: SandboxServer) -> Desk:
    """Northwind on one of Bluesky's own servers."""
    return connect(CONNECTOR, login, sandbox)


@pytest.fixture
def bound(sandbox: SandboxServer) -> Desk:
    """Northwind, signed in on its server's pages."""
    return connect(CONNECTOR, consent, sandbox)
