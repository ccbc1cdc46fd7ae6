"""What the whole suite shares: the real parts this machine has, and what becomes of tests that need them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from tests.real_pds import missing


def _has_chromium() -> bool:
    return any(shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome"))


def _can_run_pds() -> bool:
    return not missing()


def _on_postgresql() -> bool:
    return os.environ.get("DATABASE_URL", "").startswith("postgres")


# marker → (is the part there, what to tell a person, does CI insist on it)
PARTS = {
    "pds": (_can_run_pds, "npm and a C compiler, for a real Bluesky server", True),
    "browser": (_has_chromium, "chromium (apt-get install chromium)", True),
    # Not insisted on: CI runs the suite once on each database.
    "postgres": (_on_postgresql, "PostgreSQL (DATABASE_URL=postgres://…)", False),
}
_MISSING = {marker: text for marker, (there, text, _) in PARTS.items() if not there()}


def pytest_configure(config: pytest.Config) -> None:
    """In CI a part that is missing is a failure, not a shorter test run."""
    insisted = [text for marker, text in _MISSING.items() if PARTS[marker][2]]
    if os.environ.get("CI") == "true" and insisted:
        raise pytest.UsageError(f"CI needs {', '.join(insisted)}")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> Iterator[None]:
    """Between tests that commit, SQLite empties tables row by row; the guard over the audit log would refuse it."""
    import django.db.backends.sqlite3.base  # its other module cannot be the first
    from django.db.backends.sqlite3.operations import DatabaseOperations

    from compliance.triggers import STATEMENTS

    assert django.db.backends.sqlite3.base
    guard, plain = STATEMENTS["sqlite"], DatabaseOperations.sql_flush

    def flush(self: DatabaseOperations, *args: Any, **options: Any) -> list[str]:
        return [*guard["lower"], *plain(self, *args, **options), *guard["raise"]]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "sql_flush", flush)
        yield


def pytest_report_header() -> list[str]:
    """One line a missing part."""
    return [f"left out: tests marked {marker!r}, which need {text}" for marker, text in _MISSING.items()]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the groups whose part is missing; what looks back at the other tests of its group comes last.

    A group stays together also without xdist: what it shares ends with its last test.
    """
    items.sort(
        key=lambda item: [item.get_closest_marker(name) is not None for name in ("xdist_group", "last")]
    )
    left_out = [item for item in items if any(item.get_closest_marker(marker) for marker in _MISSING)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in set(left_out)]
