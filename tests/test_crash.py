"""`kill -9` of a real publisher around the request that makes a post public leaves exactly one post.

The sandbox kills just before, or just after, the effect; publishers then go on, and what is live is counted. One
case a platform: `python -m bench.crash` goes through every request of every flow. A further test takes `find` away
and sees doubles.
"""

from __future__ import annotations

import dataclasses
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from pytest_django.live_server_helper import LiveServer

from accounts.membership import create_workspace
from accounts.models import ConnectedAccount, User, Workspace
from publishing import library, scheduling
from publishing.composing import Composition, Placed, Target, save
from publishing.models import Delivery, MediaFile
from publishing.publisher import Publisher
from publishing.states import State
from socialhub.platforms import registry
from socialhub.platforms.connector import Connector
from socialhub.platforms.sandbox.client import Control
from socialhub.platforms.sandbox.server import SandboxServer
from socialhub.platforms.tests.samples import answers
from socialhub.platforms.values import Kind
from tests import hub
from tests.media import photo, video
from tests.processes import eventually

pytestmark = pytest.mark.django_db(transaction=True)


@dataclass(frozen=True)
class Case:
    """A post that a publisher dies over."""

    platform: str
    login: str = ""
    host: str = ""
    parts: int = 1
    file: str = "photo"

    def __str__(self) -> str:
        return f"{self.platform}-{self.parts}-{self.file or 'text'}"


CASES = [
    Case("bluesky", login="password"),
    Case("facebook", file="video"),
    Case("instagram", login="instagram"),
    Case("linkedin", login="organization"),
    Case("mastodon", host="social.example"),
    Case("pinterest"),
    Case("threads", parts=2),
    Case("tiktok", file="video"),
    Case("x", parts=2),
    Case("youtube", file="video"),
]


KINDS = {"": Kind.TEXT, "photo": Kind.IMAGE, "video": Kind.VIDEO}


@dataclass
class Hub:
    """One workspace on one sandbox."""

    control: Control
    workspace: Workspace
    folder: Path

    def account(self, case: Case) -> ConnectedAccount:
        """The account that the case publishes to."""
        return hub.connect(self.control, self.workspace, case.platform, login=case.login, host=case.host)

    def file(self, kind: str) -> MediaFile:
        """A photo or a video in the library, taken in once."""
        row = self.workspace.media_files.filter(name=kind).first()
        if row is None:
            content = photo() if kind == "photo" else video(self.folder / "v.mp4")
            upload = SimpleUploadedFile(kind, content)
            row = library.take_in(workspace=self.workspace, user=None, upload=upload)
        return row

    def queue(self, case: Case, account: ConnectedAccount, words: str) -> Delivery:
        """Compose the case's post and let it be due."""
        media: tuple[Placed, ...] = ()
        if case.file:
            media = (Placed(self.file(case.file).pk),)
        parts = tuple(f"{words} {number}" for number in range(1, case.parts + 1))
        chosen = answers(account.connector.options_for(account.value()), KINDS[case.file])
        composition = Composition(parts, (Target(account.pk, options=chosen),), media=media)
        post = save(workspace=self.workspace, author=hub.owner(self.workspace), composition=composition)
        scheduling.publish_now(post)
        return post.deliveries.get()

    def live(self, case: Case, words: str) -> list[str]:
        """The texts on the platform that belong to these words."""
        posts = self.control.posts(platform=case.platform)
        return [text for text in (str(post.get("text", "")) for post in posts) if text.startswith(words)]


@pytest.fixture
def northwind(live_server: LiveServer, settings: object, tmp_path: Path) -> Iterator[Hub]:
    """A hub with a web server that platforms can fetch pictures from, and a sandbox."""
    with SandboxServer() as sandbox:
        home = live_server.url.replace(
            "localhost", "127.0.0.1"
        )  # some logins take loopback hosts in numbers only
        settings.SANDBOX_URL, settings.PUBLIC_URL = sandbox.url, home  # type: ignore[attr-defined]
        sandbox.control.enforce_limits(False)
        maya = User.objects.create_user("maya@northwind.test", "a long enough word", name="Maya")
        workspace = create_workspace(owner=maya, name="Northwind Coffee", zone="Europe/London")
        yield Hub(sandbox.control, workspace, tmp_path)


def kill_at(northwind: Hub, case: Case, delivery_of: Callable[[], Delivery], nth: int, when: str) -> bool:
    """Run a publisher that is killed around its nth request; False when it needed fewer."""
    publisher = hub.PublisherProcess(PUBLISHER_LEASE="20")
    try:
        match = {"platform": case.platform, "nth": nth}
        northwind.control.fault("kill", match=match, signal={"pid": publisher.pid, "when": when})
        delivery = delivery_of()

        def ended() -> bool:
            delivery.refresh_from_db()
            rests = delivery.next_at is None and delivery.state in hub.SETTLED
            return publisher.process.poll() is not None or rests

        eventually(ended, within=40)
        return publisher.process.poll() is not None
    finally:
        publisher.terminate()
        northwind.control.clear_faults()


def public_request(delivery: Delivery) -> int:
    """The number of the last request of the step that made a post public, as the flight recorder has it."""
    publishing = delivery.account.connector.publishing
    assert publishing is not None
    flow, lines = publishing.flow(Kind(delivery.kind)), delivery.log.order_by("pk")
    steps = [flow.step(line.step) for line in lines for _ in line.exchanges]
    return max(number for number, step in enumerate(steps, 1) if step is flow.public)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_publisher_killed_at_the_public_request_leaves_exactly_one_post(northwind: Hub, case: Case) -> None:
    account = northwind.account(case)
    northwind.control.set_rate(30)
    undisturbed = hub.settle(northwind.control, northwind.queue(case, account, "Undisturbed"))
    nth = public_request(undisturbed)
    for when in ("before_effect", "after_effect"):
        words = f"{when} of {case}"
        was_killed = kill_at(northwind, case, lambda w=words: northwind.queue(case, account, w), nth, when)  # type: ignore[misc]
        delivery = hub.settle(northwind.control, Delivery.objects.latest("pk"))
        live = northwind.live(case, words)
        assert sorted(live) == [f"{words} {part}" for part in range(1, case.parts + 1)], (
            delivery.error_message
        )
        assert (was_killed, delivery.state) == (True, State.PUBLISHED)


def test_the_matrix_fails_when_find_is_taken_out(northwind: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    case = Case("mastodon", host="social.example", file="")
    account = northwind.account(case)
    # A server that ignores the Idempotency-Key, as several do: nothing but `find` stands between us and a double.
    server = {"host": case.host, "idempotency": "off"}
    northwind.control.call("POST", "platforms/mastodon/servers", server)
    was_killed = kill_at(northwind, case, lambda: northwind.queue(case, account, "Twice"), 2, "after_effect")
    assert was_killed
    known = {key: without_find(connector) for key, connector in registry.connectors().items()}
    monkeypatch.setattr(registry, "connectors", lambda: MappingProxyType(known))
    hub.settle(northwind.control, Delivery.objects.latest("pk"))
    assert northwind.live(case, "Twice") == ["Twice 1", "Twice 1"]


def without_find(connector: Connector) -> Connector:
    """The same connector whose public steps believe that nothing was sent."""
    assert connector.publishing is not None

    def blind(flow: object) -> object:
        steps = tuple(
            dataclasses.replace(step, find=lambda job: None) if step.is_public else step
            for step in flow.steps  # type: ignore[attr-defined]
        )
        return dataclasses.replace(flow, steps=steps)  # type: ignore[type-var]

    flows: Mapping[object, object] = {kind: blind(flow) for kind, flow in connector.publishing.flows.items()}
    publishing = dataclasses.replace(connector.publishing, flows=flows)  # type: ignore[arg-type]
    return dataclasses.replace(connector, publishing=publishing)


def test_a_publisher_that_is_told_to_stop_finishes_what_it_holds_and_takes_no_more(northwind: Hub) -> None:
    case = Case("mastodon", host="social.example", file="")
    account = northwind.account(case)
    publisher = hub.PublisherProcess()
    match = {"platform": case.platform, "method": "POST", "path": "/api/v1/statuses$"}
    northwind.control.fault("slow", match=match, seconds=2)
    delivery = northwind.queue(case, account, "Slowly")

    def is_sending() -> bool:
        delivery.refresh_from_db()
        return delivery.in_doubt

    eventually(is_sending, within=20)
    said = publisher.terminate()
    delivery.refresh_from_db()
    assert (publisher.process.returncode, "drained" in said) == (0, True)
    assert (delivery.state, delivery.in_doubt) == (State.PUBLISHED, False)
    assert northwind.live(case, "Slowly") == ["Slowly 1"]


HANG = """
import os, signal, sys
import django
django.setup()
from django.db import transaction
from publishing.models import Delivery
with transaction.atomic():
    Delivery.objects.select_for_update().get(pk=int(sys.argv[1]))
    print("holding", flush=True)
    os.kill(os.getpid(), signal.SIGSTOP)
"""


def test_a_process_that_hangs_inside_a_transaction_delays_posts_and_loses_none(
    northwind: Hub, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL ends its transaction after a while. SQLite, with its one writer, has to wait until it wakes."""
    case = Case("mastodon", host="social.example", file="")
    delivery = northwind.queue(case, northwind.account(case), "Behind a lock")
    environment = hub.environment(DATABASE_IDLE_LIMIT="2")
    hanging = subprocess.Popen(
        [sys.executable, "-c", HANG, str(delivery.pk)], env=environment, stdout=subprocess.PIPE
    )
    assert hanging.stdout is not None
    assert hanging.stdout.readline() == b"holding\n"
    if connection.vendor == "sqlite":
        monkeypatch.setitem(connection.settings_dict["OPTIONS"], "timeout", 1)
    publisher = Publisher(threads=2)
    working = threading.Thread(target=publisher.run)
    working.start()
    try:
        if connection.vendor == "sqlite":
            eventually(lambda: "the database did not answer" in caplog.text, within=20)
            assert northwind.live(case, "Behind a lock") == []
            hanging.send_signal(signal.SIGCONT)
        rests = Delivery.objects.filter(pk=delivery.pk, state=State.PUBLISHED, next_at=None)
        eventually(rests.exists, within=20)
    finally:
        publisher.stop()
        working.join()
        hanging.kill()
        hanging.communicate()
    assert northwind.live(case, "Behind a lock") == ["Behind a lock 1"]
