"""Real servers that several test files share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.real_accounts import NAME, Owner
from tests.real_pds import RealPds, running


@pytest.fixture(scope="module")
def pds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealPds]:
    """One Bluesky server for all tests of a file: each makes an account of its own."""
    with running(tmp_path_factory.mktemp("pds"), NAME) as server:
        yield server


@pytest.fixture
def owner(pds: RealPds) -> Owner:
    """A new account."""
    return Owner(pds)
