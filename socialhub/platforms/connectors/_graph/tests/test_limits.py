"""Usage headers: percent, minutes, lists of lists, and nonsense."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from socialhub.platforms.api import Api, LimitReading, Service
from socialhub.platforms.errors import ErrorTable, Fault, PlatformError
from socialhub.platforms.policy import Scope
from socialhub.platforms.testing import Played

from ..errors import COMMON, read
from ..limits import read_limits

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
BUSY = {"type": "pages", "call_count": 97, "total_cputime": 23, "total_time": 100}


def business(*lines: object) -> dict[str, str]:
    """The header of business use cases, for one object."""
    return {"x-business-use-case-usage": json.dumps({"17841": list(lines)})}


def test_the_largest_of_the_shares_counts() -> None:
    headers = {"x-app-usage": '{"call_count": 28, "total_time": 25, "total_cputime": 31}'}
    assert read_limits(headers, NOW) == (LimitReading("app", used=0.31, scope=Scope.APP),)
    assert not read_limits(headers, NOW)[0].is_spent


def test_every_use_case_is_told_and_regained_after_minutes() -> None:
    other = {"type": "instagram", "call_count": 3, "estimated_time_to_regain_access": 0}
    found = read_limits(business({**BUSY, "estimated_time_to_regain_access": 19}, other), NOW)
    assert found == (
        LimitReading("pages", resets_at=NOW + timedelta(minutes=19), used=1.0),
        LimitReading("instagram", used=0.03),
    )
    assert [limit.is_spent for limit in found] == [True, False]


@pytest.mark.parametrize(
    "header", ["", "{", "[]", "null", '{"a": 1}', '{"a": [1]}', '{"call_count": "many"}']
)
def test_a_malformed_header_fails_nothing(header: str) -> None:
    headers = {"x-app-usage": header, "x-business-use-case-usage": header}
    assert not any(limit.is_spent for limit in read_limits(headers, NOW))


def test_a_refusal_for_the_limit_waits_until_access_is_regained() -> None:
    played = Played(
        {
            "status": 400,
            "headers": business({**BUSY, "estimated_time_to_regain_access": 19}),
            "body": {"error": {"message": "(#80001)", "type": "OAuthException", "code": 80001}},
        }
    )
    service = Service("https://graph.facebook.com", ErrorTable(read, dict(COMMON)), read_limits=read_limits)
    with pytest.raises(PlatformError) as caught:
        Api("toy", service, played, clock=lambda: NOW).get("me")
    assert (caught.value.kind, caught.value.retry_after) == (Fault.RATE_LIMIT, timedelta(minutes=19))
