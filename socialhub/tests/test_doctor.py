"""The doctor: each part that is broken is told with what to do, and the set-up page shows the same."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.management import call_command
from django.db import connection
from django.db.models import F
from django.test import Client
from django.utils import timezone
from django_q.models import OrmQ, Schedule

from accounts import heartbeats
from accounts.clock import database_now
from accounts.models import Checkup, ConnectedAccount, User, Workspace
from analytics.models import Collection
from publishing.models import Delivery
from publishing.states import State
from socialhub import doctor, jobs
from socialhub.doctor import Finding, Grade, connections, engine, figures, surroundings
from socialhub.platforms import registry

CONNECTORS = Path(registry.__file__).parent / "connectors"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _storage(settings: LazySettings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def public(settings: LazySettings) -> Iterator[dict[str, int]]:
    """A web server at PUBLIC_URL that answers with the `status` it is told."""
    told = {"status": 200}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(told["status"])
            self.end_headers()

        def log_message(self, *words: Any) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        settings.PUBLIC_URL = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield told
        server.shutdown()
        thread.join()


def only(found: Iterator[Finding] | list[Finding], part: str) -> Finding:
    return next(each for each in found if each.part == part)


def said(part: Callable[[], Iterator[Finding]], name: str) -> tuple[Grade, str]:
    found = only(part(), name)
    assert bool(found.advice) == (found.grade is not Grade.OK)
    return found.grade, found.said


def test_a_hub_that_runs_has_nothing_bad(public: dict[str, int]) -> None:
    heartbeats.beat(heartbeats.PUBLISHER)
    heartbeats.beat(heartbeats.WORKER)
    found = doctor.examine()
    assert [each for each in found if each.grade is Grade.BAD] == []
    assert len({each.part for each in found}) == len(found)


def test_the_command_ends_with_one_when_something_is_bad(public: dict[str, int]) -> None:
    out = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("doctor", "--json", stdout=out)
    assert ended.value.code == 1
    found = json.loads(out.getvalue())
    assert next(each for each in found if each["part"] == "Publisher")["grade"] == "bad"
    heartbeats.beat(heartbeats.PUBLISHER)
    heartbeats.beat(heartbeats.WORKER)
    out = StringIO()
    call_command("doctor", stdout=out)
    assert "ok    Publisher: One process beats" in out.getvalue()


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="is about SQLite alone")
def test_sqlite_without_immediate_transactions_is_bad(monkeypatch: pytest.MonkeyPatch) -> None:
    assert said(engine.database, "Database")[0] is Grade.OK
    monkeypatch.setitem(connection.settings_dict, "OPTIONS", {})
    assert said(engine.database, "Database") == (Grade.BAD, "SQLite begins transactions deferred")


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("setting", "grade"),
    [
        ("default_transaction_isolation = 'serializable'", Grade.BAD),
        ("default_transaction_read_only = on", Grade.OK),  # of later transactions: this one still writes
        ("synchronous_commit = off", Grade.WARN),
    ],
)
def test_postgresql_that_keeps_less_than_is_promised_is_told(setting: str, grade: Grade) -> None:
    with connection.cursor() as cursor:
        kept = set()
        for name in ("autovacuum", "fsync", "synchronous_commit"):  # of the server that the tests run on
            cursor.execute(f"SHOW {name}")
            kept.add(cursor.fetchone()[0])
        cursor.execute(f"SET LOCAL {setting}")
    expected = Grade.WARN if "off" in kept and grade is Grade.OK else grade
    assert only(engine.database(), "Database").grade is expected


@pytest.mark.parametrize(
    ("used", "grade"),
    [(19, Grade.OK), (77, Grade.OK), (78, Grade.WARN), (92, Grade.WARN), (93, Grade.BAD), (97, Grade.BAD)],
)
def test_a_database_that_will_soon_take_no_more_is_told(used: int, grade: Grade) -> None:
    found = engine.how_full(used, 97)
    assert (found.grade, found.said) == (grade, f"{used} of 97 are in use")
    assert bool(found.advice) == (grade is not Grade.OK)


@pytest.mark.postgres
def test_connections_are_counted_for_a_role_that_may_see_little() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SHOW max_connections")
        most = int(cursor.fetchone()[0])
        cursor.execute("CREATE ROLE plain_one")
        cursor.execute("SET LOCAL ROLE plain_one")
        used, offered = map(
            int, only(engine.room(), "Database connections").said.split(" are")[0].split(" of ")
        )
        cursor.execute("RESET ROLE")
    assert 1 <= used <= most
    assert offered <= most


def test_a_due_post_that_nobody_takes_is_bad_whoever_beats(compose: Callable[..., Delivery]) -> None:
    heartbeats.beat(heartbeats.PUBLISHER)
    compose(due=datetime.now(UTC))
    assert said(engine.publishers, "Due posts")[0] is Grade.OK
    Delivery.objects.update(next_at=F("next_at") - timedelta(minutes=5))
    grade, words = said(engine.publishers, "Due posts")
    assert grade is Grade.BAD
    assert "300 s" in words or "301 s" in words


@pytest.mark.parametrize(
    "row",
    [
        {"state": State.PUBLISHING, "next_at": None},
        {"state": State.SCHEDULED, "next_at": None, "due_at": timezone.now() - timedelta(hours=1)},
        {"state": State.PUBLISHING, "lease_until": timezone.now() - timedelta(hours=1)},
    ],
)
def test_a_row_that_nobody_will_take_is_found(compose: Callable[..., Delivery], row: dict[str, Any]) -> None:
    delivery = compose(due=datetime.now(UTC))
    assert said(engine.publishers, "Stranded posts") == (Grade.OK, "None")
    Delivery.objects.filter(pk=delivery.pk).update(**row)
    found = only(engine.publishers(), "Stranded posts")
    assert (found.grade, found.detail) == (Grade.BAD, f"deliveries {delivery.pk}")


def test_jobs_that_wait_long_are_told() -> None:
    heartbeats.beat(heartbeats.WORKER)
    assert said(engine.worker, "Job queue")[0] is Grade.OK
    OrmQ.objects.create(key="socialhub", payload="", lock=timezone.now() - timedelta(minutes=10))
    assert said(engine.worker, "Job queue") == (Grade.WARN, "1 jobs wait, the oldest for 10 min")


@pytest.mark.postgres
@pytest.mark.parametrize(("seconds", "grade"), [(0, Grade.OK), (3, Grade.WARN), (-60, Grade.BAD)])
def test_a_clock_beside_the_databases_is_told(
    monkeypatch: pytest.MonkeyPatch, seconds: int, grade: Grade
) -> None:
    monkeypatch.setattr(engine, "database_now", lambda: database_now() + timedelta(seconds=seconds))
    assert said(engine.clock, "Clock")[0] is grade


def test_keys_that_do_not_fit_or_read_like_examples_are_told(settings: LazySettings) -> None:
    assert said(engine.keys, "Secrets")[0] is Grade.OK
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "change-me-secret-key-1234567"
    assert said(engine.keys, "Secrets")[0] is Grade.WARN
    settings.SALT_KEY = ["r4Tq8wZx1nBv5mKp2cLs9dGh7jFy3000"]
    assert said(engine.keys, "Secrets")[0] is Grade.BAD


def test_storage_that_takes_nothing_is_bad(settings: LazySettings, tmp_path: Path) -> None:
    assert said(surroundings.storage, "Storage")[0] is Grade.OK
    assert [path for path in (tmp_path / "media").rglob("*") if path.is_file()] == []
    (tmp_path / "file").write_text("")
    settings.MEDIA_ROOT = tmp_path / "file"
    assert said(surroundings.storage, "Storage")[0] is Grade.BAD


@pytest.mark.parametrize(
    ("status", "grade"), [(200, Grade.OK), (206, Grade.OK), (404, Grade.BAD), (302, Grade.BAD)]
)
def test_an_address_that_does_not_lead_here_is_bad(public: dict[str, int], status: int, grade: Grade) -> None:
    public["status"] = status
    assert said(surroundings.address, "Reachable")[0] is grade


def test_an_address_that_nobody_answers_at_is_bad(settings: LazySettings) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        settings.PUBLIC_URL = f"http://127.0.0.1:{taken.getsockname()[1]}"
        assert said(surroundings.address, "Reachable") == (
            Grade.BAD,
            "PUBLIC_URL does not answer (ConnectionError)",
        )


def test_on_a_loopback_address_it_says_who_cannot_fetch_media(public: dict[str, int]) -> None:
    found = only(surroundings.address(), "Public address")
    pulling = [one.name for one in registry.connectors().values() if one.publishing and one.publishing.pulls]
    assert found.grade is Grade.WARN
    assert len(pulling) > 1
    assert all(name in found.advice for name in pulling)


@pytest.mark.parametrize(
    ("host", "local"),
    [("127.0.0.1", True), ("10.0.0.4", True), ("hub", True), ("localhost", True), ("hub.local", True),
     ("8.8.8.8", False), ("hub.northwind.coffee", False), ("2606:4700::1111", False)],
)  # fmt: skip
def test_which_addresses_nobody_outside_can_mean(host: str, local: bool) -> None:
    assert surroundings.is_local(host) is local


def test_a_connector_says_that_its_platform_fetches_media_exactly_when_it_hands_out_links() -> None:
    for key, connector in registry.connectors().items():
        sources = [path.read_text() for path in (CONNECTORS / key).glob("*.py")]
        hands_out = any(".public_url(" in source for source in sources)
        assert connector.publishing is not None
        assert connector.publishing.pulls is hands_out, key


def test_mail_that_does_not_leave_is_told(settings: LazySettings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    assert said(surroundings.mail, "E-mail")[0] is Grade.WARN
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_TIMEOUT = "127.0.0.1", 2
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        settings.EMAIL_PORT = taken.getsockname()[1]
        assert said(surroundings.mail, "E-mail") == (
            Grade.BAD,
            "The mail server refused us (ConnectionRefusedError)",
        )


def test_a_missing_decoder_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert said(surroundings.codecs, "Media codecs")[0] is Grade.OK
    monkeypatch.setattr(surroundings, "CODECS", ("h264", "no-such-codec"))
    assert said(surroundings.codecs, "Media codecs") == (Grade.BAD, "No decoder for no-such-codec")


def test_the_sandbox_is_never_taken_for_the_real_platforms(settings: LazySettings) -> None:
    settings.SANDBOX_URL = "http://127.0.0.1:9000"
    assert said(surroundings.platforms, "Platforms")[0] is Grade.WARN


def test_keys_of_an_app_count_from_a_workspace_or_from_the_environment(
    account: ConnectedAccount, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert said(connections.apps, "App keys") == (Grade.WARN, "Missing for Northpost")
    monkeypatch.setenv("NORTHPOST_CLIENT_ID", "x")
    monkeypatch.setenv("NORTHPOST_CLIENT_SECRET", "y")
    assert said(connections.apps, "App keys")[0] is Grade.OK
    monkeypatch.undo()


def test_accounts_are_told_by_number_and_never_by_name(account: ConnectedAccount) -> None:
    assert said(connections.accounts, "Accounts")[0] is Grade.OK
    soon = timezone.now() + timedelta(days=2)
    for values, words in (
        ({"state": "reconnect"}, "1 to be connected again"),
        ({"state": "active", "refresh_failures": 3}, "1 whose renewal fails"),
        ({"refresh_failures": 0, "expires_at": soon}, "1 that end within 7 days"),
    ):
        ConnectedAccount.objects.update(**values)
        found = only(connections.accounts(), "Accounts")
        assert (found.grade, found.said) == (Grade.WARN, words)
        assert account.handle not in json.dumps(found.as_json())


def test_a_database_without_tables_is_an_answer_and_no_traceback(public: dict[str, int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE accounts_heartbeat RENAME TO gone")
    found = list(doctor.examine())
    assert only(found, "Publishers").grade is Grade.BAD
    assert only(found, "Storage").grade is Grade.OK


def test_the_job_is_installed_and_its_result_is_on_the_set_up_page(
    client: Client, mara: User, workspace: Workspace, public: dict[str, int]
) -> None:
    assert Schedule.objects.filter(func="socialhub.jobs.examine").count() == 1
    client.force_login(mara)
    address = f"/w/{workspace.slug}/setup/"
    assert "Nobody has looked yet" in client.get(address, follow=True).content.decode()
    for _ in range(2):
        jobs.examine()
    row = Checkup.objects.get()
    page = client.get(address, follow=True).content.decode()
    assert "None has been seen for a minute" in page
    assert "as of" in page
    details = [each["detail"] for each in row.findings if each["detail"]]
    assert details
    assert not [each for each in details if each in page]
    User.objects.filter(pk=mara.pk).update(is_staff=True)
    page = client.get(address, follow=True).content.decode()
    assert [each for each in details if each in page]


def test_figures_that_nobody_reads_are_told(account: ConnectedAccount) -> None:
    assert said(figures.reading, "Figures") == (Grade.OK, "No account to read")
    now = database_now()
    row = Collection.objects.create(account=account, next_at=now + timedelta(minutes=1))
    assert said(figures.reading, "Figures") == (Grade.BAD, "No collector has been seen for a minute")
    heartbeats.beat(heartbeats.COLLECTOR)
    assert said(figures.reading, "Figures") == (Grade.OK, "0 of 1 accounts have had their night")
    Collection.objects.filter(pk=row.pk).update(next_at=now - timedelta(minutes=110))
    assert said(figures.reading, "Figures")[0] is Grade.OK
    Collection.objects.filter(pk=row.pk).update(next_at=now - timedelta(hours=3))
    assert said(figures.reading, "Figures") == (Grade.WARN, "The oldest account has waited 3 h to be read")
