"""Every row of the error table is ordered in the sandbox and understood."""

from __future__ import annotations

import pytest

from socialhub.platforms.errors import PlatformError
from socialhub.platforms.testing import Desk

from .desks import CONNECTOR, OWN

TABLE = CONNECTOR.service.errors
ASKED = f"https://{OWN}/xrpc/com.atproto.server.getSession"


def refused(desk: Desk, **order: object) -> PlatformError:
    """What our side makes of an ordered refusal."""
    desk.server.control.fault("status", match={"path": "getSession"}, **order)
    with pytest.raises(PlatformError) as caught:
        desk.api().get(ASKED)
    return caught.value


@pytest.mark.parametrize("code", sorted(TABLE.codes))
def test_every_code_can_be_ordered_and_is_understood(desk: Desk, code: str) -> None:
    error = refused(desk, code=code)
    assert (error.code, error.kind) == (code, TABLE.codes[code].kind)


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504, 413, 404, 403, 401])
def test_every_status_can_be_ordered_and_says_its_name(desk: Desk, status: int) -> None:
    error = refused(desk, status=status)
    assert error.http_status == status
    assert error.kind is TABLE.codes[error.code].kind
    assert (error.retry_after is not None) == (status == 429)


@pytest.mark.parametrize("status", sorted(TABLE.statuses))
def test_a_name_that_nobody_knows_is_read_by_its_status(desk: Desk, status: int) -> None:
    error = refused(desk, status=status, code="SomethingNew")
    assert (error.code, error.kind) == ("SomethingNew", TABLE.statuses[status].kind)
