"""The one kind of column that holds tokens and app secrets.

django-fernet-encrypted-fields gives the encryption and the key derivation. What it does around them is replaced:
it hands out ciphertext as if it were the value when a key is missing, keeps a flag on the field that all threads
share, and stores an empty string as NULL (version 0.4.0, read 2026-11-22).
"""

from __future__ import annotations

import base64
import functools
import json
from collections.abc import Mapping
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC
from django.conf import settings
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import Expression
from encrypted_fields.fields import EncryptedFieldMixin

from socialhub.platforms.values import Secret


class SecretUnreadable(Exception):
    """A stored secret does not decrypt: SECRET_KEY or SALT_KEY are not those that wrote it."""

    def __init__(self, column: str) -> None:
        super().__init__(
            f"{column} was written with other keys: put the old SECRET_KEY into SECRET_KEY_FALLBACKS, or the old "
            "salt behind the new one in SALT_KEY."
        )


@functools.cache
def _cipher(secret_keys: tuple[str, ...], salts: tuple[str, ...]) -> MultiFernet:
    """The ciphers of all keys, the newest first. Derived once a process: each takes about 30 ms."""
    keys = []
    for secret in secret_keys:
        for salt in salts:
            derivation = PBKDF2HMAC(hashes.SHA256(), length=32, salt=salt.encode(), iterations=100_000)
            keys.append(Fernet(base64.urlsafe_b64encode(derivation.derive(secret.encode()))))
    return MultiFernet(keys)


def cipher() -> MultiFernet:
    """Encrypts with the newest pair of SECRET_KEY and SALT_KEY, decrypts with every pair."""
    secret_keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return _cipher(secret_keys, tuple(settings.SALT_KEY))


class SecretTextField(EncryptedFieldMixin, models.TextField["Secret | None", "Secret | None"]):  # type: ignore[misc]
    """A `Secret` or None, encrypted at rest. It takes part in no form, no export and no comparison."""

    description = "a secret, encrypted at rest"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs |= {"null": True, "blank": True, "editable": False}
        super().__init__(*args, **kwargs)

    @property
    def f(self) -> MultiFernet:
        """The library's name for its cipher, shared by all fields and following the settings."""
        return cipher()

    def get_prep_value(self, value: Any) -> str | None:
        """Encrypt. A plain string is refused, so that no secret is ever handled as one."""
        if value is None:
            return None
        if not isinstance(value, Secret):
            raise TypeError(f"{self.name} takes a Secret or None, not {type(value).__name__}")
        return self.f.encrypt(value.reveal().encode()).decode()

    def from_db_value(
        self, value: str | None, expression: Expression, connection: BaseDatabaseWrapper
    ) -> Secret | None:
        """Decrypt, here and nowhere else; raises SecretUnreadable."""
        if value is None:
            return None
        try:
            return Secret(self.f.decrypt(value.encode()).decode())
        except InvalidToken:
            raise SecretUnreadable(f"{self.model._meta.label}.{self.name}") from None

    def to_python(self, value: Any) -> Secret | None:
        """What is in memory is in clear already."""
        if value is None or isinstance(value, Secret):
            return value
        raise TypeError(f"{self.name} takes a Secret or None, not {type(value).__name__}")

    def clean(self, value: Any, model_instance: models.Model | None) -> Secret | None:
        """Check without touching the field itself, which all threads share."""
        return self.to_python(value)

    def value_to_string(self, obj: models.Model) -> str:
        """What an export gets."""
        return ""

    def get_lookup(self, lookup_name: str) -> Any:
        """Every encryption differs, so a comparison would never find anything; only emptiness can be asked."""
        return super().get_lookup(lookup_name) if lookup_name == "isnull" else None


class SealedJSONField(models.TextField[Mapping[str, Any], dict[str, Any]]):
    """A JSON object, encrypted at rest: notes that may hold an address which is itself a key (an upload session).

    An empty object is stored as an empty text, so that rows without notes cost no cipher.
    """

    description = "a JSON object, encrypted at rest"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs |= {"default": dict, "blank": True, "editable": False}
        super().__init__(*args, **kwargs)

    def get_prep_value(self, value: Any) -> str:
        """Encrypt the object as compact JSON."""
        if not value:
            return ""
        return cipher().encrypt(json.dumps(dict(value), separators=(",", ":")).encode()).decode()

    def from_db_value(
        self, value: str, expression: Expression, connection: BaseDatabaseWrapper
    ) -> dict[str, Any]:
        """Decrypt; raises SecretUnreadable."""
        if not value:
            return {}
        try:
            found: dict[str, Any] = json.loads(cipher().decrypt(value.encode()))
        except InvalidToken:
            raise SecretUnreadable(f"{self.model._meta.label}.{self.name}") from None
        return found

    def to_python(self, value: Any) -> Any:
        """What is in memory is in clear already."""
        return value

    def value_to_string(self, obj: models.Model) -> str:
        """What an export gets."""
        return ""

    def get_lookup(self, lookup_name: str) -> Any:
        """Nothing in it can be searched."""
        return super().get_lookup(lookup_name) if lookup_name == "isnull" else None
