"""What the checks of the settings say, and how the database is opened."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.core.checks import run_checks
from django.db import connection
from pytest_django.fixtures import Settings


def _ids() -> set[str | None]:
    return {message.id for message in run_checks()}


def test_the_test_settings_pass_every_check() -> None:
    assert _ids() == set()


@pytest.mark.parametrize(
    "secret", ["change-me-secret-key", "short", "a" * 40, "", "django-insecure-4f8g7h6j5k4l3"]
)
def test_an_example_secret_refuses_to_start(settings: Settings, secret: str) -> None:
    settings.SALT_KEY = [secret]
    assert "socialhub.E001" in _ids()


def test_no_salt_at_all_refuses_to_start(settings: Settings) -> None:
    settings.SALT_KEY = []
    assert "socialhub.E001" in _ids()


def test_an_example_secret_is_let_through_while_debugging(settings: Settings) -> None:
    settings.SALT_KEY, settings.DEBUG = ["change-me"], True
    assert "socialhub.E001" not in _ids()


@pytest.mark.parametrize(
    "address", ["hub.northwind.test", "https://hub.northwind.test/", "ftp://hub.test", ""]
)
def test_a_public_address_must_be_scheme_and_host(settings: Settings, address: str) -> None:
    settings.PUBLIC_URL = address
    assert "socialhub.E002" in _ids()


def test_a_public_address_without_https_is_warned_of(settings: Settings) -> None:
    settings.PUBLIC_URL = "http://hub.northwind.test"
    assert _ids() == {"socialhub.W001"}


@pytest.mark.django_db
@pytest.mark.skipif("postgres" in settings.DATABASES["default"]["ENGINE"], reason="is about SQLite alone")
def test_sqlite_is_opened_for_several_processes() -> None:
    with connection.cursor() as cursor:
        pragmas = {}
        for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout"):
            cursor.execute(f"PRAGMA {name}")
            pragmas[name] = cursor.fetchone()[0]
    assert pragmas == {"journal_mode": "wal", "synchronous": 1, "foreign_keys": 1, "busy_timeout": 20_000}
    assert settings.DATABASES["default"]["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
