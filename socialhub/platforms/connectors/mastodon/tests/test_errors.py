"""Every row of the error table is ordered in the sandbox and understood, in English and in other languages."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from socialhub.platforms import registry
from socialhub.platforms.errors import Fault, PlatformError
from socialhub.platforms.sandbox.server import SandboxServer
from socialhub.platforms.testing import Desk, connect, payloads

CONNECTOR = registry.get("mastodon")
TABLE = CONNECTOR.service.errors
ME = "api/v1/accounts/verify_credentials"
RECORDED = [
    pytest.param(payload, id=name)
    for name, payload in payloads("mastodon", "error")
    if isinstance(payload["body"], dict) and payload["body"].get("error") and payload["status"] >= 400
]


@pytest.fixture
def desk() -> Iterator[Desk]:
    """An account on a current server."""
    with SandboxServer() as server:
        yield connect(CONNECTOR, CONNECTOR.logins[0], server)


def refused(desk: Desk, **order: object) -> PlatformError:
    """What our side makes of an ordered refusal."""
    desk.server.control.fault("status", match={"path": "/verify_credentials"}, **order)
    with pytest.raises(PlatformError) as caught:
        desk.api().get(ME)
    return caught.value


@pytest.mark.parametrize("payload", RECORDED)
def test_every_recorded_text_can_be_ordered_and_is_understood(desk: Desk, payload: dict[str, object]) -> None:
    body, expected = payload["body"], payload["expect"]
    assert isinstance(body, dict)
    assert isinstance(expected, dict)
    error = refused(desk, status=payload["status"], code=body["error"])
    assert (error.http_status, error.kind) == (payload["status"], Fault(expected["kind"]))


@pytest.mark.parametrize("code", sorted(TABLE.codes))
def test_every_code_can_be_ordered_and_is_understood(desk: Desk, code: str) -> None:
    error = refused(desk, status=400, code=code)
    assert (error.code, error.kind) == (code, TABLE.codes[code].kind)


@pytest.mark.parametrize("status", sorted(TABLE.statuses))
def test_every_status_can_be_ordered_and_is_understood_whatever_the_language(desk: Desk, status: int) -> None:
    error = refused(desk, status=status, code="Das geht so nicht")
    assert (error.http_status, error.kind) == (status, TABLE.statuses[status].kind)


def test_a_limit_ends_when_the_headers_say(desk: Desk) -> None:
    error = refused(desk, status=429)
    assert error.kind is Fault.RATE_LIMIT
    assert error.retry_after is not None
    assert 0 < error.retry_after.total_seconds() <= 60
