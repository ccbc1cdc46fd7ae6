"""`manage.py demo`: a workspace to look at, made the way people make one. Safe to run again.

Accounts are connected by the real login code against the sandbox, posts go out through the running publisher.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse
from django.utils import timezone

from accounts import connecting, picking
from accounts.credentials import find_app, save_app, verify_tokens
from accounts.membership import create_workspace
from accounts.models import ConnectedAccount, Membership, User, Workspace
from accounts.network import redirect_uri
from publishing import scheduling
from publishing.models import Delivery
from publishing.states import RUNNING
from socialhub.management import demo_figures
from socialhub.management.demo_posts import compose_all
from socialhub.platforms import registry
from socialhub.platforms.connector import Connector
from socialhub.platforms.inbox import ItemKind
from socialhub.platforms.login import Login, OAuth2, PasswordLogin
from socialhub.platforms.sandbox.client import Control, ControlError

EMAIL = "maya@northwind.example"
# Made known on purpose: the demo is for one's own machine.
PASSWORD = "pour-over-at-nine"
WORKSPACE = "Northwind Coffee"
PERSON = "nora"
"""Who gives consent on the sandbox."""
VISITOR = "ravi"
SAID = (
    "Is there oat milk?",
    "That pour is hypnotic. What beans are these?",
    "Are you open on Sunday?",
    "Is the Gathaithi back in the 1 kg bag too, or only 250 g?",
)
SESSION = "demo"
PATIENCE = 60.0


class Command(BaseCommand):
    """Makes what is missing and prints the address and the login."""

    help = "Prepare a demo workspace and print how to get in."

    def add_arguments(self, parser: CommandParser) -> None:
        """`--empty` leaves accounts and posts out; `--past` is for a workspace that is there."""
        parser.add_argument("--empty", action="store_true", help="only the login and the workspace")
        parser.add_argument(
            "--past", default="", metavar="WORKSPACE",
            help="let the accounts of this workspace have weeks behind them on the sandbox, and read their figures",
        )  # fmt: skip

    def handle(self, *args: Any, empty: bool, past: str, **options: Any) -> None:
        """Once or many times, with the same result."""
        if past:
            self._give_past(past)
            return
        membership = self._people()
        if settings.SANDBOX_URL and not empty:
            self._await("the sandbox", f"{settings.SANDBOX_URL}/_control/clock")
            self._await("the web server", f"{settings.PUBLIC_URL}/account/login/")
            accounts = list(self._connect_all(membership))
            if not membership.workspace.posts.exists():
                self._tell_of_weeks(accounts)
                self._publish(membership, accounts)
                self._let_people_talk(membership.workspace)
        self.stdout.write("")
        self.stdout.write(self.style.SUCCESS(f"  SocialHub  {settings.PUBLIC_URL}"))
        self.stdout.write(f"  log in as  {EMAIL}  with  {PASSWORD}")
        if settings.SANDBOX_URL:
            self.stdout.write(
                f"  sandbox    {settings.SANDBOX_URL}  (what was posted, as the platforms show it)"
            )
        self.stdout.write("")

    def _people(self) -> Membership:
        maya = User.objects.filter(email=EMAIL).first()
        if maya is None:
            maya = User.objects.create_user(EMAIL, PASSWORD, name="Maya Lindqvist")
        if not maya.memberships.exists():
            create_workspace(owner=maya, name=WORKSPACE, zone="Europe/London")
        return maya.memberships.select_related("workspace", "user")[0]

    def _await(self, what: str, address: str) -> None:
        def answers() -> bool:
            try:
                return requests.get(address, timeout=2).ok
            except requests.RequestException:
                return False

        if not wait_for(answers):
            raise CommandError(f"{what} does not answer at {address}. Run `make up`, or look at its output.")

    def _connect_all(self, membership: Membership) -> Iterator[ConnectedAccount]:
        control = Control(settings.SANDBOX_URL)
        for connector in registry.connectors().values():
            row = connected(membership.workspace, connector)
            if row is None:
                row = connect(control, membership, connector, connector.logins[0])
                tell_where_to_call(control, connector)
                self.stdout.write(f"  connected  {connector.name}: {row.handle or row.name}")
            yield row

    def _tell_of_weeks(self, accounts: list[ConnectedAccount]) -> None:
        """Let the sandbox have a past, and read its figures night by night, as the collector would have."""
        world = Steered(Control(settings.SANDBOX_URL))
        self.stdout.write(f"  reading {demo_figures.NIGHTS} nights of figures …", ending="")
        for account in accounts:
            if demo_figures.rehearse(world, account):
                self.stdout.write(f" {account.connector.name}", ending="")
                self.stdout.flush()
        demo_figures.release(accounts)
        self.stdout.write("")

    def _give_past(self, slug: str) -> None:
        """What was read of these accounts so far goes: it is read again, from the weeks before on."""
        workspace = Workspace.objects.filter(slug=slug).first()
        if workspace is None or not settings.SANDBOX_URL:
            raise CommandError(
                f"There is no workspace {slug}." if settings.SANDBOX_URL else "SANDBOX_URL is not set."
            )
        self._await("the sandbox", f"{settings.SANDBOX_URL}/_control/clock")
        self._tell_of_weeks(list(workspace.accounts.usable()))

    def _publish(self, membership: Membership, accounts: list[ConnectedAccount]) -> None:
        posts = compose_all(membership.workspace, membership.user, accounts)
        for post, due in posts:
            if due is not None and due <= timezone.now():
                scheduling.publish_now(post)
            elif due is not None:
                scheduling.schedule(post, due)
        waiting = under_way(membership.workspace)
        self.stdout.write(f"  publishing {waiting.count()} posts through the publisher …")
        if not wait_for(lambda: not waiting.exists()):
            self.stdout.write("  … the publisher is still at it; the pages show how far it is")

    def _let_people_talk(self, workspace: Workspace) -> None:
        """Somebody comments on the latest post of each account where people can, so that the inbox has work."""
        control, count = Control(settings.SANDBOX_URL), 0
        for account in workspace.accounts.usable():
            inbox = account.connector.inbox
            live = account.deliveries.exclude(remote_id="").order_by("-published_at").first()
            if inbox is None or ItemKind.COMMENT not in inbox.kinds or live is None:
                continue
            try:
                control.say(account.platform, live.remote_id, SAID[count % len(SAID)], person=VISITOR)
            except ControlError:  # a story, or a post that is not for everybody
                continue
            count += 1
        self.stdout.write(f"  {count} comments by a visitor are on their way to the inbox")


class Steered:
    """The sandbox, with its clock and its past."""

    def __init__(self, control: Control) -> None:
        self._control = control

    def now(self) -> datetime:
        """Its time."""
        return datetime.fromisoformat(self._control.call("GET", "clock")["now"])

    def turn_to(self, at: datetime) -> None:
        """Let it be another time."""
        self._control.advance((at - self.now()).total_seconds())

    def past(self, account: ConnectedAccount, text: str, seconds: float) -> bool:
        """A post that the account made elsewhere, so long ago; whether that is possible."""
        known = self._control.call("GET", "accounts")
        them = [
            each["id"] for each in known
            if each["platform"] == account.platform and each["id"] in account.external_id
        ]  # fmt: skip
        try:
            return bool(them and self._control.past(them[0], text, seconds=seconds))
        except ControlError:
            return False


def tell_where_to_call(control: Control, connector: Connector) -> None:
    """What an admin enters on the developer page: where the app is called about people and about posts."""
    if connector.webhooks is None and connector.privacy is None:
        return
    path = partial(reverse, args=[connector.key])
    where = {"webhook": path("webhooks:receive"), "verify_token": ""}
    if connector.privacy is not None:
        where |= {"deauthorise": path("compliance:deauthorise"), "delete": path("compliance:delete")}
    addresses = {name: settings.PUBLIC_URL + address for name, address in where.items()}
    control.callbacks(connector.key, **{**addresses, "verify_token": verify_tokens(connector.key)[0]})


def connected(workspace: Workspace, connector: Connector) -> ConnectedAccount | None:
    """The workspace's working account on that platform, if it has one."""
    return workspace.accounts.usable().filter(platform=connector.key).first()


def connect(control: Control, membership: Membership, connector: Connector, login: Login) -> ConnectedAccount:
    """Connect the sandbox person's first account, with a developer app of our own where one is needed."""
    offer = sign_in(control, membership, connector, login)
    if offer.connected is not None:
        return offer.connected
    return picking.link_picked(offer.attempt, [offer.accounts[0].external_id])[0]


def sign_in(control: Control, membership: Membership, connector: Connector, login: Login) -> connecting.Offer:
    """Through the consent page, or with a password for apps."""
    if isinstance(login, PasswordLogin):
        return connecting.sign_in(
            membership=membership, session_key=SESSION, connector=connector, login=login,
            typed=control.typed(connector.key, PERSON),
        )  # fmt: skip
    workspace = membership.workspace
    if not login.user_host and find_app(workspace, login) is None:
        sharing = [
            c for c in registry.connectors().values() if login.app_key in {o.app_key for o in c.consents}
        ]
        app = control.create_app(connector.key, [redirect_uri(c.key) for c in sharing])
        save_app(workspace=workspace, login=login, values=app, by=membership.user)
    address = connecting.begin(
        membership=membership, session_key=SESSION, connector=connector, login=login,
        typed_host=typed_host(control, connector, login),
    )  # fmt: skip
    back = dict(parse_qsl(urlsplit(control.consent(address, PERSON)).query))
    return connecting.finish(platform=connector.key, params=back, user=membership.user, session_key=SESSION)


def typed_host(control: Control, connector: Connector, login: OAuth2) -> str:
    """What the person types where a platform has many servers: theirs, or their handle where that leads to it."""
    if not login.user_host:
        return ""
    known = control.call("GET", "accounts")
    them = next(one for one in known if (one["platform"], one["person"]) == (connector.key, PERSON))
    return str(them["handle"] if login.find_server else them["host"])


def under_way(workspace: Workspace) -> Any:
    """Deliveries that are due and not at rest."""
    soon = timezone.now() + timedelta(minutes=1)
    return Delivery.objects.filter(post__workspace=workspace, state__in=RUNNING, due_at__lte=soon)


def wait_for(holds: Callable[[], bool]) -> bool:
    """Ask every quarter of a second until it holds; False when patience ends."""
    pause, end = threading.Event(), time.monotonic() + PATIENCE
    while not holds():
        if time.monotonic() > end:
            return False
        pause.wait(0.25)
    return True
