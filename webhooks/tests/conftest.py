"""Northwind Coffee with an account on every platform that calls, and calls as those platforms seal them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol

import pytest
from django.test import Client

from accounts.credentials import save_app
from accounts.membership import create_workspace
from accounts.models import ConnectedAccount, User, Workspace
from socialhub.platforms import registry
from socialhub.platforms.inbox import Act
from socialhub.platforms.values import Secret
from webhooks import answering, hearing, receiving
from webhooks.models import Answer, InboxItem
from webhooks.tests.talk import PLATFORM, Talk, build, comment

SECRET = "app-secret-of-northwind"


def _hex(message: bytes, secret: str) -> str:
    return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()


def _base64(message: bytes, secret: str) -> str:
    return base64.b64encode(hmac.new(secret.encode(), message, hashlib.sha256).digest()).decode()


def _meta(body: bytes, secret: str) -> dict[str, str]:
    return {"X-Hub-Signature-256": f"sha256={_hex(body, secret)}"}


SEALS: dict[str, Callable[[bytes, str], dict[str, str]]] = {
    "facebook": _meta,
    "instagram": _meta,
    "threads": _meta,
    "tiktok": lambda body, secret: {
        "TikTok-Signature": f"t=1764000000,s={_hex(b'1764000000.' + body, secret)}"
    },
    "x": lambda body, secret: {"x-twitter-webhooks-signature": f"sha256={_base64(body, secret)}"},
    "linkedin": lambda body, secret: {"X-LI-Signature": _hex(b"hmacsha256=" + body, secret)},
}
"""How each platform seals, written from its documentation and not with the code under test."""

BODIES: dict[str, Any] = json.loads((Path(__file__).parent / "calls.json").read_text(encoding="utf-8"))
"""One call a platform, with the shapes of its documentation; the account's id is 1."""


@pytest.fixture
def workspace(db: None) -> Workspace:
    """Northwind Coffee."""
    owner = User.objects.create_user("maya@northwind.test", "a long enough word", name="Maya")
    return create_workspace(owner=owner, name="Northwind Coffee", zone="UTC")


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    """Nothing is remembered of the secrets of the test before."""
    receiving.known.forget()
    yield
    receiving.known.forget()


def enter(workspace: Workspace, platform: str, secret: str = SECRET) -> None:
    """Keys of a developer app, as an admin enters them."""
    connector = registry.get(platform)
    assert connector.webhooks is not None
    for login in connector.consents:
        values = {field.key: "some-id" for field in login.app_fields if not field.is_secret}
        values |= {"client_secret": f"other-{secret}", connector.webhooks.secret_field: secret}
        by = workspace.members.first()
        assert by is not None
        save_app(workspace=workspace, login=login, values=values, by=by)
    receiving.known.forget()


@pytest.fixture
def accounts(workspace: Workspace) -> dict[str, ConnectedAccount]:
    """An account on every platform that calls, with id 1 there."""
    made = {}
    for platform in BODIES:
        enter(workspace, platform)
        made[platform] = ConnectedAccount.objects.create(
            workspace=workspace, platform=platform, login=registry.get(platform).logins[0].key, external_id="1",
            handle="northwind", access_token=Secret("token-of-northwind"),
        )  # fmt: skip
    return made


class Send(Protocol):
    """Call us as a platform does."""

    def __call__(
        self,
        platform: str,
        body: bytes | None = None,
        *,
        secret: str = SECRET,
        headers: dict[str, str] | None = None,
        app: int | None = None,
    ) -> int:
        """The status we answer."""


def sample(platform: str) -> bytes:
    """The body as the platform writes it: Meta escapes what is not ASCII."""
    text = json.dumps(BODIES[platform], ensure_ascii=True)
    return text.replace("/", "\\/").encode() if SEALS[platform] is _meta else text.encode()


@pytest.fixture
def send(client: Client) -> Send:
    """Send a body with the seal of its platform, or with other headers."""

    def sent(
        platform: str,
        body: bytes | None = None,
        *,
        secret: str = SECRET,
        headers: dict[str, str] | None = None,
        app: int | None = None,
    ) -> int:
        body = sample(platform) if body is None else body
        given = SEALS[platform](body, secret) if headers is None else headers
        address = f"/webhooks/{platform}/" + (f"{app}/" if app else "")
        answer = client.post(address, body, content_type="application/json", headers=given)
        return int(answer.status_code)

    return sent


@pytest.fixture
def talk(monkeypatch: pytest.MonkeyPatch) -> Talk:
    """The made-up platform, the only one for one test."""
    made = Talk()
    known = MappingProxyType({PLATFORM: build(made)})
    monkeypatch.setattr(registry, "connectors", lambda: known)
    return made


@pytest.fixture
def maya(workspace: Workspace) -> User:
    """Maya, who owns Northwind Coffee."""
    return workspace.members.get()


@pytest.fixture
def account(workspace: Workspace, talk: Talk) -> ConnectedAccount:
    """Northwind's account on the made-up platform."""
    return ConnectedAccount.objects.create(
        workspace=workspace, platform=PLATFORM, login=PLATFORM, external_id="1", handle="northwind",
        access_token=Secret("token-of-northwind"), scopes=["talk"],
    )  # fmt: skip


@pytest.fixture
def item(account: ConnectedAccount) -> InboxItem:
    """Ravi asks."""
    hearing.keep(account, [comment()])
    return InboxItem.objects.get()


@pytest.fixture
def answer(item: InboxItem, maya: User) -> Answer:
    """Maya has answered; nothing has left yet."""
    return answering.order(item=item, act=Act.REPLY, by=maya, text="Yes, from Malmö.")
