"""Northwind Coffee and Southwind Tea, each with its own developer app, and requests as Meta seals them."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from pytest_django.fixtures import Settings

from accounts.credentials import save_app
from accounts.membership import create_workspace
from accounts.models import ConnectedAccount, User, Workspace
from socialhub.platforms import registry
from socialhub.platforms.values import Secret

SECRET = "app-secret-of-northwind"
OTHER_SECRET = "app-secret-of-southwind"
PERSON = "10218471900042"
Ask = Callable[..., HttpResponse]


def sealed(person: str, *, secret: str = SECRET, issued_at: datetime | None = None, **more: Any) -> str:
    """A signed request, written from the documentation and not with the code under test."""
    told = {
        "algorithm": "HMAC-SHA256",
        "issued_at": int((issued_at or datetime.now(UTC)).timestamp()),
        "user_id": person,
        **more,
    }
    payload = base64.urlsafe_b64encode(json.dumps(told).encode()).rstrip(b"=")
    signature = base64.urlsafe_b64encode(hmac.digest(secret.encode(), payload, "sha256")).rstrip(b"=")
    return f"{signature.decode()}.{payload.decode()}"


@pytest.fixture
def ask(client: Client) -> Ask:
    """Call us as the platform does."""

    def call(way: str, signed: str, *, platform: str = "facebook", app: int | None = None) -> HttpResponse:
        address = f"/privacy/{platform}/{way}/" + (f"{app}/" if app else "")
        form = f"signed_request={signed}"
        answer: Any = client.post(address, form, content_type="application/x-www-form-urlencoded")
        return answer  # type: ignore[no-any-return]

    return call


def _workspace(who: str, name: str, secret: str) -> Workspace:
    owner = User.objects.create_user(
        f"{who.lower()}@{name.split()[0].lower()}.test", "correct horse", name=who
    )
    made = create_workspace(owner=owner, name=name, zone="UTC")
    for platform in ("facebook", "instagram", "threads"):
        for login in registry.get(platform).consents:
            values = {"client_id": f"{made.slug}-{login.app_key}", "client_secret": f"{secret}"}
            save_app(workspace=made, login=login, values=values, by=owner)
    return made


@pytest.fixture(autouse=True)
def no_platform(settings: Settings) -> None:
    """No platform answers: what these tests look at happens here."""
    settings.SANDBOX_URL = "http://127.0.0.1:9"


@pytest.fixture
def northwind(db: None) -> Workspace:
    """Maya's workspace, with an app of its own at Meta."""
    return _workspace("Maya", "Northwind Coffee", SECRET)


@pytest.fixture
def southwind(db: None) -> Workspace:
    """Somebody else's workspace on the same hub, with another app."""
    return _workspace("Vera", "Southwind Tea", OTHER_SECRET)


@pytest.fixture
def maya(northwind: Workspace) -> User:
    """The owner of Northwind Coffee."""
    return User.objects.get(name="Maya")


@pytest.fixture
def as_maya(maya: User, client: Client) -> Client:
    """A browser in which Maya is signed in."""
    client.force_login(maya)
    return client


def connect(
    workspace: Workspace, platform: str = "facebook", *, login: str = "", person: str = PERSON, **more: Any
) -> ConnectedAccount:
    """An account as a login leaves it."""
    number = ConnectedAccount.objects.count() + 1
    facts = {
        "external_id": f"77{number:012}", "handle": f"northwind.{number:04}", "name": f"Northwind Roastery {number}",
        "url": f"https://pages.example/northwind.{number:04}", "avatar_url": "https://cdn.example/northwind.jpg",
        "extra": {"owner": f"northwind.{number:04}"}, "access_token": Secret(f"token-of-{number}"),
    }  # fmt: skip
    return ConnectedAccount.objects.create(
        workspace=workspace,
        platform=platform,
        login=login or registry.get(platform).logins[0].key,
        person_id=person,
        **{**facts, **more},
    )
