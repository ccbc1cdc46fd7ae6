"""What the suite takes for granted of its runner."""

from __future__ import annotations

import pytest


@pytest.mark.xdist_group("one")
def test_tests_of_a_group_run_in_one_process(request: pytest.FixtureRequest) -> None:
    """pytest-xdist schedules by this ending; without it each process starts a product for a part of the journeys."""
    is_spread = request.config.getoption("loadgroup", default=False)
    assert request.node.nodeid.endswith("@one") == is_spread
