"""Keys of the stored secrets: are they the right ones, and bringing all rows to the newest."""

from __future__ import annotations

from collections.abc import Iterator

from cryptography.fernet import InvalidToken
from django.apps import apps
from django.db import models, transaction
from django.db.models import F, TextField, Value
from django.db.models.functions import Cast

from accounts.fields import SealedJSONField, SecretTextField, SecretUnreadable, cipher
from accounts.models.vault import Canary
from socialhub.platforms.values import Secret

_SONG = Secret("the keys fit")


def plant_canary() -> None:
    """Write the known secret, once in the life of a database."""
    if not Canary.objects.exists():
        Canary.objects.create(value=_SONG)


def keys_fit() -> bool:
    """Whether today's keys read what earlier keys wrote. True for a database without a canary."""
    try:
        return all(row.value == _SONG for row in Canary.objects.all())
    except SecretUnreadable:
        return False


def reencrypt_all() -> dict[str, int]:
    """Bring every stored secret to the newest keys; returns column → number of rows.

    Rows are locked one by one, so a token that is refreshed meanwhile is never overwritten by its predecessor.
    Raises SecretUnreadable at the first row that no key can read, leaving the rest as it was.
    """
    done = {}
    for model, field in secret_columns():
        keys = model._default_manager.filter(**{f"{field.name}__isnull": False}).values_list("pk", flat=True)
        done[f"{model._meta.label}.{field.name}"] = sum(
            _reencrypt(model, field, pk) for pk in keys.iterator()
        )
    return done


def secret_columns() -> Iterator[tuple[type[models.Model], SecretTextField | SealedJSONField]]:
    """Every column of every app that holds secrets."""
    for model in apps.get_models():
        for field in model._meta.get_fields():
            if isinstance(field, SecretTextField | SealedJSONField):
                yield model, field


@transaction.atomic
def _reencrypt(model: type[models.Model], field: SecretTextField | SealedJSONField, pk: object) -> int:
    rows = model._default_manager.filter(pk=pk)
    # Cast takes the column past the field, so that what is read and written is the ciphertext.
    row = rows.select_for_update().annotate(stored=Cast(F(field.name), TextField())).values("stored").first()
    if row is None or not row["stored"]:
        return 0
    try:
        fresh = cipher().rotate(row["stored"].encode()).decode()
    except InvalidToken:
        raise SecretUnreadable(f"{model._meta.label} {pk}: no key reads {field.name}") from None
    return rows.update(**{field.name: Value(fresh, output_field=TextField())})
