"""The quota of posts: asked for, waited for, learned; never a failed post and never a tight loop."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from socialhub.platforms import registry
from socialhub.platforms.connector import Connector
from socialhub.platforms.errors import Fault, PlatformError
from socialhub.platforms.login import Login
from socialhub.platforms.sandbox.server import SandboxServer
from socialhub.platforms.testing import Desk, Played, Row, connect
from socialhub.platforms.tests.samples import PutFile, file_host, sample
from socialhub.platforms.values import Kind

LEARNING = [
    c
    for c in registry.connectors().values()
    if any(
        s.name == "await_quota"
        for f in (c.publishing.flows.values() if c.publishing else ())
        for s in f.steps
    )
]
WAYS = [(connector, login) for connector in LEARNING for login in connector.logins]
every_way = pytest.mark.parametrize(("connector", "login"), WAYS, ids=lambda value: value.key)
DAY = 86_400


@pytest.fixture
def sandbox() -> Iterator[SandboxServer]:
    """A fresh world."""
    with SandboxServer() as server:
        yield server


@pytest.fixture
def put() -> Iterator[PutFile]:
    """A place for files that platforms fetch."""
    with file_host() as put_file:
        yield put_file


def allow(desk: Desk, posts: int) -> None:
    """So many posts in 24 hours from now on."""
    desk.server.control.call("POST", f"platforms/{desk.connector.key}/habits", {"quota": posts})


def live(desk: Desk) -> int:
    """How many posts are live."""
    return len(desk.server.control.posts(platform=desk.connector.key))


def asked(desk: Desk, edge: str) -> int:
    """How often the platform was asked for this."""
    return sum(line["path"].partition("?")[0].endswith(edge) for line in desk.server.control.requests())


@every_way
def test_a_spent_quota_is_waited_for_and_asked_for_four_times_an_hour(
    connector: Connector, login: Login, sandbox: SandboxServer, put: PutFile
) -> None:
    desk = connect(connector, login, sandbox)
    allow(desk, 1)
    desk.publish(sample(Kind.IMAGE, put))
    before, begun = asked(desk, "publishing_limit"), sandbox.clock.moment()
    row = desk.publish(sample(Kind.IMAGE, put))
    waited = sandbox.clock.moment() - begun
    assert (live(desk), row.held) == (2, "")
    assert timedelta(hours=23) < waited < timedelta(hours=24, minutes=30)
    assert asked(desk, "publishing_limit") - before <= 4 * 24 + 2
    assert asked(desk, "_publish") == 2


@every_way
def test_a_refusal_that_the_count_did_not_foresee_is_waited_out(
    connector: Connector, login: Login, sandbox: SandboxServer, put: PutFile
) -> None:
    desk = connect(connector, login, sandbox)
    sandbox.control.fault("status", match={"path": "_publish$"}, status=403, code="9/2207042")
    begun = sandbox.clock.moment()
    row = desk.publish(sample(Kind.IMAGE, put))
    assert (live(desk), row.held) == (1, "")
    assert sandbox.clock.moment() - begun > timedelta(hours=1)
    assert row.steps.count("await_quota") == 3


@every_way
def test_past_the_quota_the_platform_itself_refuses(
    connector: Connector, login: Login, sandbox: SandboxServer, put: PutFile
) -> None:
    desk = connect(connector, login, sandbox)
    content, row = sample(Kind.IMAGE, put), Row()
    while not row.step.startswith("publish"):
        desk.turn(row, content, {})
    allow(desk, 0)
    container = row.facts["made"]["0"]["id"] if "made" in row.facts else row.facts["containers"]["post"]["id"]
    edge = "threads_publish" if "made" in row.facts else "media_publish"
    with pytest.raises(PlatformError) as caught:
        desk.api().post(f"{desk.account.external_id}/{edge}", form={"creation_id": container})
    assert (caught.value.kind, caught.value.code) == (Fault.QUOTA_EXCEEDED, "2207042")
    assert live(desk) == 0


@every_way
def test_what_an_account_may_post_is_learned(
    connector: Connector, login: Login, sandbox: SandboxServer
) -> None:
    desk = connect(connector, login, sandbox)
    allow(desk, 100)
    assert connector.learn is not None
    account = replace(desk.account, extra=connector.learn(desk.api(), desk.account))
    own = {quota.name: quota.limit for quota in connector.quotas_for(account)}
    usual = {quota.name: quota.limit for quota in connector.quotas}
    assert own == {**usual, "posts": 100}
    assert connector.quotas_for(replace(account, extra={})) == connector.quotas


@every_way
@pytest.mark.parametrize(
    "answer", [{"data": [{"quota_usage": 7}]}, {"data": [{"quota_usage": 7, "config": {}}]}]
)
def test_an_answer_without_a_total_holds_up_nothing(
    connector: Connector, login: Login, answer: dict[str, object], sandbox: SandboxServer
) -> None:
    desk = connect(connector, login, sandbox)
    desk.transport = Played({"body": answer})
    assert connector.learn is not None
    assert connector.learn(desk.api(), desk.account) == {}


@every_way
def test_a_quota_that_may_not_be_read_holds_up_nothing(
    connector: Connector, login: Login, sandbox: SandboxServer, put: PutFile
) -> None:
    desk = connect(connector, login, sandbox)
    sandbox.control.fault("status", match={"path": "publishing_limit$", "times": 0}, status=403, code="10")
    desk.publish(sample(Kind.IMAGE, put))
    assert live(desk) == 1
