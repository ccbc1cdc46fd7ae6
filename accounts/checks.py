"""System checks of this app.

| id             | says                                                          |
|----------------|---------------------------------------------------------------|
| accounts.E001  | stored tokens cannot be read with today's keys                |
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import DatabaseError

from accounts.vault import keys_fit


@register(Tags.database)
def check_keys(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """E001: asked by the servers at their start and by `migrate`."""
    if not databases:
        return []
    try:
        fit = keys_fit()
    except DatabaseError:
        return []  # before the first migration there is nothing to read
    if fit:
        return []
    return [
        Error(
            "The stored tokens and app secrets cannot be read with these keys.",
            hint="SECRET_KEY or SALT_KEY differ from those that wrote them. Put the old SECRET_KEY into "
            "SECRET_KEY_FALLBACKS, or the old salt behind the new one in SALT_KEY; "
            "`manage.py reencrypt_secrets` then brings all rows to the new keys.",
            id="accounts.E001",
        )
    ]
