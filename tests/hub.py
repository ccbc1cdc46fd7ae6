"""A hub under test: accounts connected by the real login code, real publisher processes, time that passes."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

from django.conf import settings
from django.db.models import F

from accounts import connecting, picking
from accounts.credentials import save_app
from accounts.models import ConnectedAccount, Membership, User, Workspace
from accounts.network import redirect_uri
from publishing.models import Delivery
from publishing.publisher import Publisher
from publishing.states import State
from socialhub.platforms import registry
from socialhub.platforms.login import PasswordLogin
from socialhub.platforms.sandbox.client import Control
from tests.processes import database_url

SESSION = "a-session-of-a-test"
SETTLED = {State.PUBLISHED, State.FAILED, State.UNCONFIRMED, State.HELD, State.MISSED, State.CANCELLED}


def connect(
    control: Control,
    workspace: Workspace,
    platform: str,
    *,
    login: str = "",
    person: str = "nora",
    host: str = "",
    pick: Callable[[str], bool] = lambda handle: True,
) -> ConnectedAccount:
    """Connect a person's account as the connect pages do: consent on the sandbox, code, tokens, pick."""
    connector = registry.get(platform)
    method = connector.login(login) if login else connector.logins[0]
    membership = Membership.objects.filter(workspace=workspace).select_related("user", "workspace")[0]
    if isinstance(method, PasswordLogin):
        offer = connecting.sign_in(
            membership=membership, session_key=SESSION, connector=connector, login=method,
            typed=control.typed(platform, person),
        )  # fmt: skip
        assert offer.connected is not None
        return offer.connected
    if not method.user_host:
        app = control.create_app(platform, [redirect_uri(platform)], login=method.key)
        save_app(workspace=workspace, login=method, values=app, by=membership.user)
    address = connecting.begin(
        membership=membership, session_key=SESSION, connector=connector, login=method, typed_host=host
    )
    back = dict(parse_qsl(urlsplit(control.consent(address, person)).query))
    offer = connecting.finish(platform=platform, params=back, user=membership.user, session_key=SESSION)
    if offer.connected is not None:
        return offer.connected
    chosen = [account.external_id for account in offer.accounts if pick(account.handle)][:1]
    return picking.link_picked(offer.attempt, chosen)[0]


def owner(workspace: Workspace) -> User:
    """Who made the workspace."""
    return Membership.objects.filter(workspace=workspace).select_related("user")[0].user


def environment(**values: str) -> dict[str, str]:
    """What a process of the product needs to work on this test's database, sandbox and files."""
    return {
        **os.environ,
        "PYTHONUNBUFFERED": "1",  # the greeting is read from a pipe
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "DATABASE_URL": database_url(),
        "SANDBOX_URL": settings.SANDBOX_URL,
        "TEST_PUBLIC_URL": settings.PUBLIC_URL,
        "MEDIA_ROOT": str(settings.MEDIA_ROOT),
        **values,
    }


class PublisherProcess:
    """A real `manage.py publisher`."""

    def __init__(self, **values: str) -> None:
        """Start it; ``values`` go into its environment."""
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "publisher", "--threads", "4"],
            cwd=settings.BASE_DIR, env=environment(**values), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        self.pid = self.process.pid
        assert self.process.stdout is not None
        self.greeting = self.process.stdout.readline().decode()
        if "turns at once" not in self.greeting:
            raise AssertionError(self.greeting + self.process.stdout.read().decode())

    def terminate(self) -> str:
        """SIGTERM; give what it still says."""
        if self.process.poll() is None:
            self.process.terminate()
        said, _ = self.process.communicate(timeout=20)
        return str(said.decode())


def let_time_pass(control: Control, delta: timedelta) -> None:
    """Move the sandbox's clock forward and every time of the deliveries back by as much."""
    control.advance(delta.total_seconds())
    names = ("next_at", "lease_until", "sent_at", "step_since")
    Delivery.objects.update(**{name: F(name) - delta for name in names})


def settle(control: Control, delivery: Delivery, *, rounds: int = 60) -> Delivery:
    """Let publishers work in this process, skipping over the waits, until the delivery rests."""
    for _ in range(rounds):
        delivery.refresh_from_db()
        if delivery.next_at is None and delivery.state in SETTLED:
            return delivery
        now = datetime.now(tz=delivery.created_at.tzinfo)
        if delivery.next_at is not None and delivery.next_at > now:
            let_time_pass(control, delivery.next_at - now + timedelta(seconds=1))
        Publisher(threads=4).run_once()
    raise AssertionError(f"not settled: {delivery.state} {delivery.step} {delivery.error_message}")
