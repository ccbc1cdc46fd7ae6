"""Secrets at rest: never in clear, never silently wrong."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.checks import run_checks
from django.core.exceptions import FieldError
from django.core.management import call_command
from django.core.serializers import serialize
from django.db import connection
from pytest_django.fixtures import Settings

from accounts.fields import SecretTextField, SecretUnreadable
from accounts.models import Canary
from socialhub.platforms.values import Secret

pytestmark = pytest.mark.django_db
TOKEN = Secret("EAAB-token-of-northwind")


def _stored(pk: int) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT value FROM accounts_canary WHERE id = %s", [pk])
        return str(cursor.fetchone()[0])


@pytest.fixture
def row() -> Canary:
    Canary.objects.all().delete()
    return Canary.objects.create(value=TOKEN)


def test_a_secret_comes_back_as_it_went_in(row: Canary) -> None:
    assert Canary.objects.get(pk=row.pk).value == TOKEN


def test_the_column_holds_no_clear_text(row: Canary) -> None:
    assert "northwind" not in _stored(row.pk)
    assert _stored(row.pk).startswith("gAAAA")


def test_a_missing_key_raises_instead_of_giving_the_ciphertext(row: Canary, settings: Settings) -> None:
    settings.SALT_KEY = ["x9Lq3Vb7Nm1Kj5Hg8Fd2Sa4Po6Iu0YtRe"]
    with pytest.raises(SecretUnreadable) as caught:
        Canary.objects.get(pk=row.pk)
    assert "gAAAA" not in str(caught.value)


def test_a_plain_string_is_refused(row: Canary) -> None:
    row.value = "EAAB"  # type: ignore[assignment]
    with pytest.raises(TypeError, match="takes a Secret"):
        row.save()
    with pytest.raises(TypeError, match="takes a Secret"):
        row.full_clean()


def test_nothing_is_nothing(row: Canary) -> None:
    row.value = None
    row.save()
    assert Canary.objects.get(pk=row.pk).value is None
    assert Canary.objects.filter(value__isnull=True).exists()


def test_a_failed_validation_spoils_nothing_for_other_threads(row: Canary) -> None:
    def validate(_: int) -> None:
        row.clean_fields()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(validate, range(200)))
        assert not [name for name in vars(Canary._meta.get_field("value")) if "decrypted" in name]
    assert Canary.objects.get(pk=row.pk).value == TOKEN


def test_secrets_cannot_be_searched(row: Canary) -> None:
    with pytest.raises(FieldError):
        Canary.objects.filter(value=TOKEN).exists()
    with pytest.raises(FieldError):
        Canary.objects.filter(value__startswith="EAAB").exists()


def test_an_export_leaves_secrets_out(row: Canary) -> None:
    assert "northwind" not in serialize("json", Canary.objects.all())
    assert "gAAAA" not in serialize("json", Canary.objects.all())


def test_a_secret_is_in_no_form() -> None:
    field = Canary._meta.get_field("value")
    assert isinstance(field, SecretTextField)
    assert not field.editable


def test_keys_are_changed_without_losing_anything(row: Canary, settings: Settings) -> None:
    before = _stored(row.pk)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "b8Xc2Vn6Mq1Lw5Zk9Jh3Gf7Ds4Ap0OiUy"
    settings.SALT_KEY = ["t5Re9Wq1Yu3Io7Pa2Sd6Fg8Hj4Kl0ZxCv", *settings.SALT_KEY]
    assert Canary.objects.get(pk=row.pk).value == TOKEN
    call_command("reencrypt_secrets", verbosity=0)
    settings.SECRET_KEY_FALLBACKS, settings.SALT_KEY = [], settings.SALT_KEY[:1]
    assert Canary.objects.get(pk=row.pk).value == TOKEN
    assert _stored(row.pk) != before


def test_a_start_with_wrong_keys_is_refused(settings: Settings) -> None:
    assert run_checks(databases=["default"]) == []
    settings.SALT_KEY = ["x9Lq3Vb7Nm1Kj5Hg8Fd2Sa4Po6Iu0YtRe"]
    assert [message.id for message in run_checks(databases=["default"])] == ["accounts.E001"]
