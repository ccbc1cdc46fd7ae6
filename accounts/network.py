"""This process's way to the platforms: one transport, and an `Api` for whoever needs one."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from datetime import UTC, datetime

from django.conf import settings
from django.urls import reverse

from socialhub.platforms.api import Api
from socialhub.platforms.connector import Connector
from socialhub.platforms.login import LoginContext
from socialhub.platforms.transport import Transport
from socialhub.platforms.values import Account, App


def transport() -> Transport:
    """The one of this process: connections are pooled and shared by all threads, never by a fork."""
    return _transport(settings.SANDBOX_URL, os.getpid())


@functools.lru_cache(maxsize=4)
def _transport(sandbox_url: str, pid: int) -> Transport:
    return Transport(sandbox_url=sandbox_url)


def api(
    connector: Connector,
    *,
    account: Account | None = None,
    app: App | None = None,
    clock: Callable[[], datetime] | None = None,
) -> Api:
    """For calls on behalf of an account (with its tokens), or of the app alone."""
    tell = clock or (lambda: datetime.now(UTC))
    return Api(connector.key, connector.service, transport(), account=account, app=app, clock=tell)


def login_context(connector: Connector, app: App, account: Account | None = None) -> LoginContext:
    """What login functions work with; `account` is whose tokens are renewed or withdrawn."""
    return LoginContext(
        api=api(connector, app=app),
        app=app,
        redirect_uri=redirect_uri(connector.key),
        now=datetime.now(UTC),
        account=account,
    )


def browser_link(url: str) -> str:
    """A platform's address as a link on our pages: https alone, and into the sandbox where that stands in."""
    return transport().address(url) if url.startswith("https://") else ""


def platform_link(url: str) -> str:
    """The platform's own address of a link that somebody copied, where the sandbox stands in."""
    inside = f"{settings.SANDBOX_URL}/"
    return f"https://{url.removeprefix(inside)}" if settings.SANDBOX_URL and url.startswith(inside) else url


def redirect_uri(platform: str) -> str:
    """Where the platform sends people back to; compared there letter by letter."""
    return settings.PUBLIC_URL + reverse("accounts:callback", args=[platform])
