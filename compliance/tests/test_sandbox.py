"""From the platform's settings page to the report: a person takes everything back, and the platform asks us."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from accounts.membership import create_workspace
from accounts.models import ConnectedAccount, User, Workspace
from compliance import erasing
from compliance.models import Request
from socialhub.platforms.sandbox.server import SandboxServer
from tests import hub
from tests.processes import eventually

pytestmark = pytest.mark.django_db(transaction=True)
TELLING = ("facebook", "instagram")
"""Platforms whose simulator tells of a withdrawal."""


@pytest.fixture
def sandbox(live_server: LiveServer, settings: Settings, no_platform: None) -> Iterator[SandboxServer]:
    """The platforms, which reach us at the address of this test."""
    with SandboxServer() as server:
        settings.SANDBOX_URL, settings.PUBLIC_URL = server.url, live_server.url
        yield server


@pytest.fixture
def workspace(transactional_db: None) -> Workspace:
    """Northwind Coffee, without any app yet."""
    owner = User.objects.create_user("maya@northwind.test", "correct horse", name="Maya")
    return create_workspace(owner=owner, name="Northwind Coffee", zone="UTC")


@pytest.mark.parametrize("platform", TELLING)
def test_who_removes_the_app_and_wants_their_data_gone_is_forgotten(
    platform: str, workspace: Workspace, sandbox: SandboxServer, live_server: LiveServer, client: Client
) -> None:
    account = hub.connect(sandbox.control, workspace, platform)
    assert account.handle or account.name
    addresses = {
        way: live_server.url + reverse(f"compliance:{way}", args=[platform])
        for way in ("deauthorise", "delete")
    }
    sandbox.control.callbacks(platform, **addresses)
    sandbox.control.withdraw(platform, "nora", erase=True)
    answers = eventually(lambda: _answers(sandbox, platform))
    assert answers == {"deauthorise": 200, "delete": 200}
    asked = Request.objects.get(kind="deletion")
    erasing.carry_out()
    row = ConnectedAccount.objects.get(pk=account.pk)
    assert (row.erased_at is not None, row.person_id, row.handle) == (True, "", "")
    page = client.get(f"/privacy/requests/{asked.code}/").content.decode()
    assert "Everything that came from your account is erased" in page
    # Nothing is left for the request that would have waited.
    erasing.carry_out()
    assert set(Request.objects.values_list("state", flat=True)) == {"done"}


def _answers(sandbox: SandboxServer, platform: str) -> dict[str, int]:
    """What we answered to both calls, once both were made."""
    told = {call["kind"]: call["status"] for call in sandbox.control.told() if call["platform"] == platform}
    return told if len(told) == 2 else {}
