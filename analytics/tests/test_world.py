"""The collector, the real connectors and the simulated platforms through a week: what is read night by night and at
the ages of a post, and what becomes of figures that are late, missing or refused.

Time is faked for the whole process, the sandbox's thread included. The database's clock is not asked meanwhile: the
collector is given the same time.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from pytest_django.live_server_helper import LiveServer

from accounts import network
from accounts.membership import create_workspace
from accounts.models import ConnectedAccount, User, Workspace
from analytics import nights, planning, tracking
from analytics.collecting import Collector, Turn
from analytics.marks import MARKS
from analytics.models import (
    Absence,
    AccountSnapshot,
    Collection,
    DayGain,
    Gap,
    Payload,
    PostSnapshot,
    TrackedPost,
)
from publishing import library, scheduling
from publishing.composing import Composition, Placed, Target, save
from socialhub.platforms import registry
from socialhub.platforms.metrics import Metric, Why
from socialhub.platforms.sandbox.client import Control
from socialhub.platforms.sandbox.server import SandboxServer
from socialhub.platforms.testing import Listening
from socialhub.platforms.tests.samples import answers
from socialhub.platforms.values import Kind
from tests import hub
from tests.media import photo, video

pytestmark = pytest.mark.django_db(transaction=True)

LOGINS = {"linkedin": "organization", "bluesky": "password", "instagram": "instagram"}
"""Where the first way in is not the one whose figures are to be seen."""
HOSTS = {"mastodon": "social.example"}
READABLE = tuple(key for key, each in registry.connectors().items() if each.insights)
OPEN = ("/token", "plc.directory", "listRecords", "createSession")
"""Where there is no token: getting one, and what anybody may read."""


@dataclass
class World:
    """Northwind's hub, the platforms, and the time of both."""

    control: Control
    workspace: Workspace
    folder: Path
    listening: Listening
    travel: time_machine.Traveller
    accounts: dict[str, ConnectedAccount] = field(default_factory=dict)

    @staticmethod
    def now() -> datetime:
        """The time of everybody."""
        return datetime.now(UTC)

    def connect(self) -> None:
        """Northwind's account on every platform that tells figures, by the pages that people use."""
        for key in READABLE:
            self.accounts[key] = hub.connect(
                self.control, self.workspace, key, login=LOGINS.get(key, ""), host=HOSTS.get(key, "")
            )

    def publish(self) -> None:
        """A post to each: text where that is taken, else a picture, else a video."""
        files = {Kind.IMAGE: photo(), Kind.VIDEO: video(self.folder / "v.mp4", seconds=3)}
        media = {
            kind: library.take_in(
                workspace=self.workspace, user=None, upload=SimpleUploadedFile(str(kind), content)
            )
            for kind, content in files.items()
        }
        deliveries = []
        for account in self.accounts.values():
            wanted = (Kind.TEXT, Kind.IMAGE, Kind.VIDEO)
            kind = next(each for each in wanted if each in account.connector.kinds)
            chosen = answers(account.connector.options_for(account.value()), kind)
            composition = Composition(
                ("A fresh roast",),
                (Target(account.pk, options=chosen),),
                media=(Placed(media[kind].pk),) if kind in media else (),
            )
            post = save(workspace=self.workspace, author=hub.owner(self.workspace), composition=composition)
            scheduling.publish_now(post)
            deliveries.append(post.deliveries.get())
        for delivery in deliveries:
            hub.settle(self.control, delivery)

    def read(self) -> None:
        """Everything that is due now."""
        tracking.ensure(self.now())
        tracking.track_fresh(self.now() - timedelta(days=3), self.now())
        collector = Collector(self.now)
        while collector.take_next():
            pass

    def live(self, until: datetime) -> None:
        """Go from one time that a row waits for to the next."""
        while True:
            self.read()
            waiting = Collection.objects.filter(next_at__isnull=False).order_by("next_at")
            next_at = waiting.values_list("next_at", flat=True).first()
            if next_at is None or next_at > until:
                break
            self.travel.move_to(max(next_at, self.now()))
        self.travel.move_to(until)

    def next_night(self) -> datetime:
        """When the next night begins."""
        tonight = nights.current(self.now(), self.workspace.zone)
        return nights.begins(tonight + timedelta(days=1), self.workspace.zone)

    def sleep(self) -> None:
        """The next night, all of it, waits included."""
        self.live(self.next_night() + timedelta(hours=2))


@pytest.fixture(autouse=True)
def closed() -> None:
    """Here the door is open: platforms are asked."""


@pytest.fixture
def world(
    live_server: LiveServer, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[World]:
    """A hub that platforms can fetch files from, and a sandbox."""
    with SandboxServer() as sandbox:
        settings.SANDBOX_URL = sandbox.url
        settings.PUBLIC_URL = live_server.url.replace("localhost", "127.0.0.1")
        sandbox.control.enforce_limits(False)
        listening = Listening(sandbox.url)
        monkeypatch.setattr(network, "transport", lambda: listening)
        monkeypatch.setattr(planning, "FIRST_LOOK", timedelta(days=8))  # a request a day on some platforms
        maya = User.objects.create_user("maya@northwind.test", "a long enough word", name="Maya")
        workspace = create_workspace(owner=maya, name="Northwind Coffee", zone="Europe/London")
        with time_machine.travel(datetime.now(UTC)) as travel:
            yield World(sandbox.control, workspace, tmp_path, listening, travel)


def rows() -> list[Any]:
    """Everything that was kept, as it is."""
    models = (AccountSnapshot, PostSnapshot, DayGain, Payload, Gap)
    return [list(model.objects.order_by("pk").values()) for model in models]


def followers(account: ConnectedAccount) -> set[date]:
    """The nights for which followers are known."""
    known = AccountSnapshot.objects.filter(account=account, metric=Metric.FOLLOWERS, value__gt=0)
    return set(known.filter(period="night").values_list("day", flat=True))


def test_a_week_of_every_platform(world: World) -> None:
    world.connect()
    world.publish()
    world.listening.heard.clear()
    first = nights.current(world.now(), world.workspace.zone)
    until = world.now() + timedelta(days=7, hours=2)
    # One night more, where this is run shortly before one begins; it is read to its end.
    last = nights.current(until, world.workspace.zone)
    world.live(max(until, nights.begins(last, world.workspace.zone) + timedelta(hours=2)))
    week = {first + timedelta(days=number) for number in range((last - first).days + 1)}
    for key, account in world.accounts.items():
        assert followers(account) >= week, key
        post = TrackedPost.objects.get(account=account)
        assert post.totals.keys() & {Metric.LIKES, Metric.VIEWS}, key
        slots = set(post.snapshots.values_list("slot", flat=True))
        assert slots == {*MARKS, *(night.isoformat() for night in week - {first})} - {"28d"}, key
        gained = DayGain.objects.filter(account=account).values_list("day", flat=True).distinct()
        assert len(gained) >= 6, key
    assert not Gap.objects.exists()
    assert {row.failures for row in Collection.objects.all()} == {0}
    tokens_stay_in_headers(world)

    world.live(world.next_night() + timedelta(minutes=2))
    before, asked = rows(), len(world.listening.heard)
    Collection.objects.update(night=None, done_at=None, next_at=world.now())
    world.read()
    assert len(world.listening.heard) > asked + len(world.accounts)
    assert rows() == before


def tokens_stay_in_headers(world: World) -> None:
    secrets = {each["value"] for each in world.control.issued()}
    for request, _ in world.listening.heard:
        assert not [secret for secret in secrets if secret in request.url], request.url
        carries = any(secret in value for secret in secrets for value in request.headers.values())
        assert carries or any(word in request.url for word in OPEN), request.url
    models = (Payload, Absence, Gap, Collection)
    kept = "".join(str(row) for model in models for row in model.objects.values())
    assert Payload.objects.exists()
    assert not [secret for secret in secrets if secret in kept]


def begin(world: World) -> None:
    """Everybody connected, a post of two days ago on each that was made elsewhere, a first look and a quiet night."""
    world.connect()
    known = world.control.call("GET", "accounts")
    for key, account in world.accounts.items():
        theirs = next(
            each["id"] for each in known if each["platform"] == key and each["id"] in account.external_id
        )
        world.control.past(theirs, "An old roast", seconds=2 * 86_400)
    world.listening.heard.clear()
    world.read()
    assert TrackedPost.objects.count() == len(world.accounts)
    world.sleep()
    assert {row.failures for row in Collection.objects.all()} == {0}


def names_on(account: ConnectedAccount, night: date) -> list[str]:
    """The figures of its post that came in that night, in the order of the answer."""
    found = PostSnapshot.objects.filter(post__account=account, slot=night.isoformat())
    return list(found.order_by("pk").values_list("name", flat=True))


def newest_day(account: ConnectedAccount) -> date | None:
    """The last day of the platform of which something is known."""
    days = AccountSnapshot.objects.filter(account=account, period="day").order_by("-day")
    return days.values_list("day", flat=True).first()


def absences(account: ConnectedAccount) -> dict[str, str]:
    """What is absent, and why."""
    return dict(Absence.objects.filter(account=account).values_list("name", "why"))


def test_what_is_late_lost_or_too_few_is_absent_until_it_comes(world: World) -> None:
    begin(world)
    night = nights.current(world.now(), world.workspace.zone)
    lost = {key: names_on(account, night)[-1] for key, account in world.accounts.items()}
    newest = {key: newest_day(account) for key, account in world.accounts.items()}
    before = {key: absences(account) for key, account in world.accounts.items()}
    for key, name in lost.items():
        world.control.bend(key, unknown=[name], late_days=4, thin=True)
    Collection.objects.update(asked={})  # what is asked for once a week, too
    world.sleep()
    for key, account in world.accounts.items():
        insights, why = account.connector.insights, absences(account)
        assert insights is not None
        assert why[lost[key]] in {Why.UNKNOWN, Why.NOT_GIVEN}, key
        came = names_on(account, night + timedelta(days=1))
        assert came, key
        assert lost[key] not in came, key
        assert newest_day(account) == newest[key], key
        is_told = {Why.NOT_YET, Why.NOT_GIVEN} & {why.get(term.name) for term in insights.table.account}
        assert is_told or not insights.history, key
        if any(term.metric in {Metric.AUDIENCE, Metric.VIEWERS} for term in insights.table.account):
            assert Why.TOO_FEW in why.values(), key

    for key in world.accounts:
        world.control.bend(key)
    Collection.objects.update(asked={})
    world.sleep()
    assert {key: absences(account) for key, account in world.accounts.items()} == before
    for key, account in world.accounts.items():
        assert lost[key] in names_on(account, night + timedelta(days=2)), key
        if (last := newest[key]) is not None:
            days = AccountSnapshot.objects.filter(account=account, period="day", day__gt=last)
            assert len(set(days.values_list("day", flat=True))) == 2, key
    assert not Gap.objects.exists()


FAULTS: tuple[dict[str, Any], ...] = (
    {"kind": "status", "status": 429},
    {"kind": "status", "status": 503},
    {"kind": "reset_before"},
)
READING = r"^(?!.*(token|oauth|Session))"
"""What goes wrong while a token is renewed is another story."""


def meet(world: World, fault: dict[str, Any]) -> None:
    """The next night, which begins with that fault on every platform."""
    world.live(world.next_night() - timedelta(seconds=1))
    world.travel.move_to(world.next_night())
    for key, account in world.accounts.items():
        world.control.fault(**fault, match={"platform": key, "path": READING, "times": 3})
        Turn(Collection.objects.get(account=account), world.now).work(threading.Event())
        world.control.clear_faults()


def test_a_fault_in_the_night_is_waited_out(world: World) -> None:
    begin(world)
    for fault in FAULTS:
        meet(world, fault)
        for row in Collection.objects.select_related("account"):
            assert (row.done_at, row.failures) == (None, 1), row.account
            assert row.next_at is not None, row.account
            assert row.next_at > world.now(), row.account
            assert row.reason, row.account
        world.live(world.next_night() - timedelta(seconds=1))
        for row in Collection.objects.select_related("account"):
            assert (row.failures, row.reason) == (0, ""), row.account
            assert row.done_at is not None, row.account
            assert row.night in followers(row.account), row.account
            late = row.done_at - nights.begins(row.night, world.workspace.zone) > planning.LATE
            gaps = Gap.objects.filter(account=row.account, night=row.night)
            assert gaps.exists() == late, row.account
    tokens_stay_in_headers(world)


def test_a_token_that_ended_is_renewed_or_somebody_is_asked(world: World) -> None:
    begin(world)
    meet(world, {"kind": "expired_token"})
    world.live(world.now() + timedelta(hours=1))
    ended = []
    for key, account in world.accounts.items():
        row = Collection.objects.get(account=account)
        account.refresh_from_db()
        if account.state == ConnectedAccount.State.ACTIVE:
            assert row.night in followers(account), key
            continue
        ended.append(account)
        assert row.next_at is None, key
        assert row.reason, key
        assert row.night not in followers(account), key
    assert 0 < len(ended) < len(world.accounts)

    for account in ended:
        hub.connect(
            world.control, world.workspace, account.platform, login=account.login, host=account.host or ""
        )
    world.live(world.now() + timedelta(minutes=1))
    assert {row.night in followers(row.account) for row in Collection.objects.all()} == {True}
    assert not Gap.objects.exists()
