"""The hub as a client of servers that need no registration: they read who we are from a document that we publish."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.urls import reverse

from accounts.network import redirect_uri
from socialhub.platforms import registry
from socialhub.platforms.authserver import client_document, client_id
from socialhub.platforms.login import OAuth2
from socialhub.platforms.values import App

NAME = "SocialHub"


def own_app(login: OAuth2) -> App:
    """What such servers know us as; LoginError where the hub's address cannot be a client id."""
    platform = _platform_of(login)
    return App(client_id=client_id(_address(platform, login), redirect_uri(platform), _scopes(login)))


def document(platform: str, login: OAuth2) -> dict[str, Any]:
    """Our description of ourselves. Servers fetch it at every login and refresh."""
    return client_document(
        _address(platform, login),
        redirect_uri(platform),
        _scopes(login),
        name=NAME,
        home=settings.PUBLIC_URL,
    )


def _address(platform: str, login: OAuth2) -> str:
    return settings.PUBLIC_URL + reverse("accounts:client-document", args=[platform, login.key])


def _scopes(login: OAuth2) -> tuple[str, ...]:
    """Everything that may ever be asked for."""
    return login.scopes_for(login.scopes)


def _platform_of(login: OAuth2) -> str:
    return next(key for key, connector in registry.connectors().items() if login in connector.logins)
