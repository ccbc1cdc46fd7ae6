"""What every connector must keep, found by itself: tables, logins, and publishing against the sandbox."""

from __future__ import annotations

import ast
import base64
import hashlib
import html
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from socialhub.platforms import login as oauth, registry
from socialhub.platforms.api import Api
from socialhub.platforms.connector import Connector
from socialhub.platforms.errors import Fault, LoginError, Meaning, PlatformError
from socialhub.platforms.flow import Back, Finding, Flow, Job
from socialhub.platforms.login import Login, OAuth2, PasswordLogin
from socialhub.platforms.rules import Severity
from socialhub.platforms.sandbox.server import SandboxServer
from socialhub.platforms.testing import Desk, Fragile, Played, Row, Stuck, Trouble, connect, payloads
from socialhub.platforms.tests.samples import PutFile, answers, file_host, sample
from socialhub.platforms.values import Account, App, Capability, Content, Kind, Secret, Tokens

CONNECTORS = list(registry.connectors().values())
LOGINS = [(connector, login) for connector in CONNECTORS for login in connector.logins]
CONSENTS = [(connector, login) for connector in CONNECTORS for login in connector.consents]
ADDRESSED = [(connector, login) for connector, login in CONSENTS if login.find_server is None]
FOUND = [(connector, login) for connector, login in CONSENTS if login.find_server is not None]
PASSWORDS = [(connector, login) for connector, login in LOGINS if isinstance(login, PasswordLogin)]
WAYS = [(connector, login, kind) for connector, login in LOGINS for kind in connector.kinds]
MOST_REQUESTS = 60
KEYS = frozenset({"Idempotency-Key"})

every_connector = pytest.mark.parametrize("connector", CONNECTORS, ids=lambda c: c.key)


def _name(value: Any) -> str:
    return value.key if isinstance(value, (Connector, OAuth2, PasswordLogin)) else str(value)


every_consent = pytest.mark.parametrize(("connector", "login"), CONSENTS, ids=_name)
every_password = pytest.mark.parametrize(("connector", "login"), PASSWORDS, ids=_name)
every_way = pytest.mark.parametrize(("connector", "login", "kind"), WAYS, ids=_name)


@pytest.fixture
def sandbox() -> Iterator[SandboxServer]:
    """A fresh world where no limit is in the way."""
    with SandboxServer() as server:
        server.control.enforce_limits(False)
        yield server


@pytest.fixture
def put() -> Iterator[PutFile]:
    """A place for files that platforms fetch."""
    with file_host() as put_file:
        yield put_file


@every_connector
def test_rules_say_when_and_where_they_were_read(connector: Connector) -> None:
    assert connector.rules is not None
    assert date(2026, 1, 1) <= connector.rules.checked <= datetime.now(UTC).date()
    assert connector.rules.source.startswith("https://")
    assert all(quota.source.startswith("https://") for quota in connector.quotas)


@every_connector
def test_steps_have_plain_names_and_labels_and_public_ones_a_way_to_find(connector: Connector) -> None:
    assert connector.publishing is not None
    for flow in connector.publishing.flows.values():
        assert all(step.name.isidentifier() and step.name.islower() for step in flow.all_steps)
        assert all(step.label for step in flow.all_steps)
        assert flow.public.find is not None
        assert flow.public.settle.total_seconds() > 0


@every_connector
def test_no_stored_name_of_a_step_is_lost(connector: Connector) -> None:
    """Deliveries hold names of steps: one that goes from here belongs into the flow's ``renamed``."""
    assert connector.publishing is not None
    flows = connector.publishing.flows.values()
    known = {step.name for flow in flows for step in flow.all_steps} | {
        old for f in flows for old in f.renamed
    }
    stored = (registry.folder_of(connector.key) / "tests" / "steps.txt").read_text().split()
    assert sorted(known) == stored


@every_connector
def test_only_options_without_a_default_need_a_person(connector: Connector) -> None:
    for kind in connector.kinds:
        asked = connector.options.for_kind(kind)
        elsewhere = {f"options.{option.key}" for option in asked if option.remote}
        missing = connector.options.check(kind, answers(connector.options, kind))
        assert [violation for violation in missing if violation.field not in elsewhere] == []
        assert all(option.label for option in asked)


@every_connector
def test_the_folder_has_a_readme_an_icon_and_a_sandbox(connector: Connector) -> None:
    folder = registry.folder_of(connector.key)
    readme = (folder / "README.md").read_text()
    assert "UNCONFIRMED" in readme
    assert (folder / "static" / "platforms" / connector.key / "icon.svg").is_file()
    assert (folder / "sandbox" / "__init__.py").is_file() or (folder / "sandbox.py").is_file()
    assert len((folder / "__init__.py").read_text().splitlines()) <= 60


@every_connector
def test_no_module_knows_django_and_no_behaviour_knows_the_sandbox(connector: Connector) -> None:
    folder = registry.folder_of(connector.key)
    for path in folder.rglob("*.py"):
        names = set(_imports(path.read_text()))
        assert not any(name.split(".")[0] == "django" for name in names), path
        if "sandbox" not in path.parts and "tests" not in path.parts:
            assert not any("sandbox" in name.split(".") for name in names), path


def _imports(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""
            yield from (f"{node.module or ''}.{alias.name}" for alias in node.names)


def _classified(connector: Connector, payload: Mapping[str, Any], login: str) -> PlatformError:
    account = Account("1", "@ann", host="social.example", login=login, tokens=Tokens(Secret("t0ken-value")))
    api = Api(connector.key, connector.service, Played(payload), account=account)
    with pytest.raises(PlatformError) as caught:
        api.call(payload.get("method", "POST"), "anything")
    return caught.value


@every_connector
def test_recorded_errors_are_classified_as_they_say(connector: Connector) -> None:
    seen = 0
    for name, payload in payloads(connector.key, "error"):
        error = _classified(connector, payload, connector.logins[0].key)
        expected = payload["expect"]
        assert error.kind == Fault(expected["kind"]), name
        assert error.is_retryable == expected.get("retryable", error.is_retryable), name
        assert error.is_ambiguous == expected.get("ambiguous", False), name
        assert error.requires_reauth == (error.kind in {Fault.INVALID_TOKEN, Fault.REVOKED}), name
        if "wait" in expected:
            assert error.retry_after is not None, name
            assert error.retry_after.total_seconds() == expected["wait"], name
        seen += 1
    assert seen >= 10


@every_connector
def test_every_row_of_the_error_table_has_a_recorded_answer(connector: Connector) -> None:
    table = connector.service.errors
    chosen: list[Meaning] = []
    codes: set[str] = set()
    for _, payload in payloads(connector.key, "error"):
        body = payload["body"] if isinstance(payload["body"], Mapping) else None
        meaning, code = table.meaning(table.read(body), payload["status"])
        chosen.append(meaning)
        codes.add(code)
    missing = [code for code in table.codes if code not in codes]
    missing += [pattern.pattern for pattern, meaning in table.patterns if meaning not in chosen]
    missing += [str(status) for status, meaning in table.statuses.items() if meaning not in chosen]
    assert missing == []


@every_connector
def test_every_error_tells_a_marketer_what_to_do(connector: Connector) -> None:
    table = connector.service.errors
    told = [*table.codes.values(), *(meaning for _, meaning in table.patterns), *table.statuses.values()]
    for meaning in told:
        assert meaning.kind is not Fault.UNKNOWN
        assert not meaning.message or meaning.message.endswith((".", "?"))


@pytest.mark.parametrize(("connector", "login"), ADDRESSED, ids=_name)
def test_a_login_sends_the_person_away_with_state_and_proof_key(connector: Connector, login: OAuth2) -> None:
    app = App("client-1", Secret("secret-value"), host="social.example" if login.user_host else "")
    verifier = oauth.new_verifier()
    scopes = login.scopes_for(connector.capabilities)
    address = oauth.authorize_url(
        login, app, redirect_uri="https://hub.test/back", state="s7", scopes=scopes, verifier=verifier
    )
    parts, query = urlsplit(address), parse_qs(urlsplit(address).query)
    assert parts.scheme == "https"
    assert (query["state"], query["redirect_uri"]) == (["s7"], ["https://hub.test/back"])
    assert query[login.client_id_param] == ["client-1"]
    assert "secret-value" not in address
    assert verifier not in address
    if login.pkce:
        digest = hashlib.sha256(verifier.encode()).digest()
        assert query["code_challenge"] == [base64.urlsafe_b64encode(digest).decode().rstrip("=")]
        assert query["code_challenge_method"] == ["S256"]


@pytest.mark.parametrize(("connector", "login"), FOUND, ids=_name)
def test_a_login_at_a_server_that_is_found_tells_it_alone_what_we_want(
    connector: Connector, login: OAuth2, sandbox: SandboxServer
) -> None:
    transport = Fragile(sandbox.url)
    desk = connect(connector, login, sandbox, transport=transport)
    pages = [entry["path"] for entry in sandbox.control.requests() if "request_uri=" in entry["path"]]
    assert set(parse_qs(urlsplit(pages[0]).query)) == {"client_id", "request_uri"}
    assert desk.account.tokens is not None
    assert (desk.account.tokens.proof_key is not None) == login.dpop
    written = " ".join(str(exchange) for exchange in transport.records)
    assert [item["kind"] for item in sandbox.control.issued() if item["value"] in written] == []


@every_consent
def test_a_login_asks_for_the_scopes_of_each_capability(connector: Connector, login: OAuth2) -> None:
    scopes = login.scopes_for(connector.capabilities)
    assert len(set(scopes)) == len(scopes)
    assert login.scopes[Capability.PUBLISH]
    assert login.missing(frozenset(scopes), Capability.PUBLISH) == ()
    assert login.missing(frozenset(), Capability.PUBLISH) == login.scopes[Capability.PUBLISH]


@every_consent
def test_consent_gives_an_account_and_refusal_a_clear_end(
    connector: Connector, login: OAuth2, sandbox: SandboxServer
) -> None:
    desk = connect(connector, login, sandbox)
    account = desk.account
    assert account.external_id
    assert account.handle.startswith("@")
    assert account.tokens is not None
    assert login.missing(account.tokens.scopes, Capability.PUBLISH) == ()
    with pytest.raises(LoginError, match=r"access_denied|user_denied|user_cancelled"):
        connect(connector, login, sandbox, deny=True)


@every_password
def test_what_is_typed_gives_an_account_and_a_wrong_password_a_clear_end(
    connector: Connector, login: PasswordLogin, sandbox: SandboxServer
) -> None:
    desk = connect(connector, login, sandbox)
    assert desk.account.external_id
    assert desk.account.handle.startswith("@")
    assert desk.account.tokens is not None
    assert desk.account.tokens.expires_at is not None
    assert any(field.is_secret for field in login.fields)
    with pytest.raises(PlatformError) as refused:
        connect(connector, login, sandbox, deny=True)
    assert refused.value.requires_reauth


@every_way
def test_a_post_of_every_kind_goes_live_once_and_no_secret_is_written_down(
    connector: Connector, login: Login, kind: Kind, sandbox: SandboxServer, put: PutFile
) -> None:
    transport = Fragile(sandbox.url)
    desk = connect(connector, login, sandbox, transport=transport)
    content, chosen = sample(kind, put), answers(connector.options_for(desk.account), kind)
    broken = connector.check(content, desk.account, chosen)
    assert [violation for violation in broken if violation.severity is Severity.ERROR] == []
    row = desk.publish(content, chosen)
    posts = sandbox.control.posts(platform=connector.key)
    assert (row.held, row.post_id, row.url) == ("", posts[0]["id"], posts[0]["url"])
    assert [post["text"] for post in posts] == [part.text for part in content.posts]
    assert [len(post["media"]) for post in posts] == [len(part.media) for part in content.posts]
    page = requests.get(transport.address(row.url), timeout=10)
    shown = " ".join(html.unescape(page.text).split())
    assert page.status_code == 200
    assert [part.text for part in content.posts if " ".join(part.text.split()) not in shown] == []
    assert shown.count('="/_media/') >= sum(len(part.media) for part in content.posts)
    written = " ".join(str(exchange) for exchange in transport.records)
    assert len(transport.records) == transport.count
    assert [item["kind"] for item in sandbox.control.issued() if item["value"] in written] == []


@every_way
@pytest.mark.parametrize("trouble", Trouble, ids=lambda t: t.name.lower())
def test_whatever_breaks_at_any_request_one_post_is_live(
    connector: Connector, login: Login, kind: Kind, trouble: Trouble, sandbox: SandboxServer, put: PutFile
) -> None:
    desk = connect(connector, login, sandbox)
    for at in range(1, MOST_REQUESTS):
        row, copies = _with_trouble(desk, sample(kind, put), at, trouble)
        if row.held and _nobody_can_know(connector, login, kind):
            assert copies <= 1, f"request {at}: {row}"
        else:
            assert (copies, row.held) == (1, ""), f"request {at}: {row}"
        if row.requests < at:
            return
    raise AssertionError(f"a flow of more than {MOST_REQUESTS} requests")


def _nobody_can_know(connector: Connector, login: Login, kind: Kind) -> bool:
    """Whether the folder says that a post in doubt stays *unconfirmed* by this login and kind."""
    path = registry.folder_of(connector.key) / "tests" / "unknowable.txt"
    return path.exists() and f"{login.key} {kind}" in path.read_text().splitlines()


@every_connector
def test_the_matrix_sees_doubles_when_find_is_taken_away(
    connector: Connector, sandbox: SandboxServer, put: PutFile
) -> None:
    """Blindly sent again, or begun anew where an upload of its own tells the platform that it is a repeat."""
    desk = connect(connector, connector.logins[0], sandbox)
    ways = ((kind, begin_anew) for begin_anew in (False, True) for kind in connector.kinds)
    assert any(_copies_without_find(desk, kind, put, begin_anew) == 2 for kind, begin_anew in ways)


def _copies_without_find(desk: Desk, kind: Kind, put: PutFile, begin_anew: bool) -> int:
    """The most copies of a kind that come live, with no idempotency key to help either."""
    assert desk.connector.publishing is not None
    flow = desk.connector.publishing.flow(kind)

    def blind(job: Job) -> Finding:
        return Back(flow.first.name) if begin_anew else None

    steps = [replace(step, find=blind) if step is flow.public else step for step in flow.steps]
    desk.flow, worst = Flow(tuple(steps)), 0
    for at in range(1, MOST_REQUESTS):
        try:
            row, copies = _with_trouble(desk, sample(kind, put), at, Trouble.DIE_AFTER, strip=KEYS)
        except (PlatformError, Stuck):  # this platform refuses the double itself
            continue
        worst = max(worst, copies)
        if row.requests < at:
            break
    return worst


def _with_trouble(
    desk: Desk, content: Content, at: int, trouble: Trouble, *, strip: frozenset[str] = frozenset()
) -> tuple[Row, int]:
    """Publish with one trouble; how often each post of the content is live afterwards (the most)."""
    control = desk.server.control
    before = {post["id"] for post in control.posts(platform=desk.connector.key)}
    transport = Fragile(desk.server.url, at=at, trouble=trouble, strip=strip)
    desk.transport, desk.taken = transport, frozenset(before)
    row = desk.publish(content, answers(desk.connector.options_for(desk.account), content.kind))
    row.requests = transport.count
    fresh = [p["text"] for p in control.posts(platform=desk.connector.key) if p["id"] not in before]
    copies = [fresh.count(part.text) for part in content.posts]
    assert len(fresh) == sum(copies)
    return row, max(copies) if min(copies) else 0
