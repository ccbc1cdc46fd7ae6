"""System checks of the settings, each with an id and a hint. Every command and server runs them.

| id              | says                                                     |
|-----------------|----------------------------------------------------------|
| socialhub.E001  | a secret still reads like an example                     |
| socialhub.E002  | PUBLIC_URL is no plain address                           |
| socialhub.E003  | no time zone data                                        |
| socialhub.W001  | PUBLIC_URL is not https although it is no loopback address |
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning as Caution, register

_EXAMPLE = re.compile(r"change.?me|example|insecure|secret.?key|salt.?key|password|^(.)\1*$", re.IGNORECASE)
SHORTEST_SECRET = 24


def reads_like_an_example(secret: str) -> bool:
    """Whether nobody can have meant this value as a real secret: a placeholder, or too short to be one."""
    return len(secret) < SHORTEST_SECRET or bool(_EXAMPLE.search(secret))


@register()
def check_secrets(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """E001: outside DEBUG every secret must be a real one."""
    if settings.DEBUG:
        return []
    named = [("SECRET_KEY", settings.SECRET_KEY), *[("SALT_KEY", salt) for salt in settings.SALT_KEY]]
    if not settings.SALT_KEY:
        named.append(("SALT_KEY", ""))
    return [
        Error(
            f"{name} still reads like an example.",
            hint=f'Put a fresh value into .env: {name}="$(python3 -c "import secrets; '
            'print(secrets.token_urlsafe(48))")". `make up` does this for a new .env.',
            id="socialhub.E001",
        )
        for name, value in named
        if reads_like_an_example(value)
    ]


@register()
def check_public_url(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """E002, W001: platforms redirect people to PUBLIC_URL and compare it letter by letter."""
    parts = urlsplit(settings.PUBLIC_URL)
    plain = parts.scheme in {"http", "https"} and parts.hostname and not (parts.path or parts.query)
    if not plain:
        return [
            Error(
                f"PUBLIC_URL is {settings.PUBLIC_URL!r}, which is no plain address.",
                hint="Write scheme and host only, such as https://hub.northwind.test, and no last slash.",
                id="socialhub.E002",
            )
        ]
    if parts.scheme == "http" and parts.hostname not in {"127.0.0.1", "localhost", "::1"}:
        return [
            Caution(
                "PUBLIC_URL is not https.",
                hint="Platforms refuse http redirect addresses, and sessions would travel in clear.",
                id="socialhub.W001",
            )
        ]
    return []


@register()
def check_time_zones(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """E003: schedules are local wall time plus an IANA zone, so the zones must be there."""
    if "Europe/Berlin" in available_timezones():
        return []
    return [Error("No time zone data was found.", hint="Install the tzdata package.", id="socialhub.E003")]
