"""The day's quota, and every refusal that the table knows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from socialhub.platforms import registry
from socialhub.platforms.api import Api
from socialhub.platforms.errors import Fault, PlatformError
from socialhub.platforms.sandbox.server import SandboxServer
from socialhub.platforms.testing import Desk, Played, Row, connect, payloads
from socialhub.platforms.tests.samples import file_of, film
from socialhub.platforms.values import Account, Content, Kind, Secret, Tokens

CONNECTOR = registry.get("youtube")
CHOSEN = {"title": "Fresh roast", "made_for_kids": "no", "privacy": "public"}
CODES = [code for code in CONNECTOR.service.errors.codes if not code.startswith("oauth/")]
GRANTS = [code for code in CONNECTOR.service.errors.codes if code.startswith("oauth/")]


@pytest.fixture
def desk() -> Iterator[Desk]:
    """The channel of Northwind Coffee in a fresh world."""
    with SandboxServer() as server:
        yield connect(CONNECTOR, CONNECTOR.logins[0], server)


def a_film() -> Content:
    """A post with a film."""
    return Content(Kind.VIDEO, "From the harbour", media=(file_of(film(), "video/mp4"),))


@pytest.mark.parametrize(
    ("now", "hours"),
    [
        ("2026-11-22T19:00:00+00:00", 13.0),  # 11:00 in winter
        ("2026-03-08T08:30:00+00:00", 22.5),  # 00:30 on the day of 23 hours
        ("2026-11-01T07:30:00+00:00", 24.5),  # 00:30 on the day of 25 hours
        ("2026-11-01T06:59:59+00:00", 1 / 3600),
        ("2026-07-01T07:00:00+00:00", 24.0),  # midnight in summer: the day has just begun
    ],
)
def test_a_spent_quota_waits_for_midnight_in_california(now: str, hours: float) -> None:
    payload = dict(payloads("youtube", "error"))["error__quota_exceeded"]
    account = Account("UC1", "@ann", tokens=Tokens(Secret("t0ken-value")))
    clock = datetime.fromisoformat(now).astimezone(UTC)
    api = Api("youtube", CONNECTOR.service, Played(payload), account=account, clock=lambda: clock)
    with pytest.raises(PlatformError) as caught:
        api.post("upload/youtube/v3/videos")
    assert caught.value.kind is Fault.QUOTA_EXCEEDED
    assert caught.value.retry_after == timedelta(hours=hours)


def test_after_midnight_in_california_the_quota_is_full_again(desk: Desk) -> None:
    row, content = Row(), a_film()
    for _ in range(100):
        desk.turn(Row(), content, CHOSEN)
    wait = desk.turn(row, content, CHOSEN)
    assert wait is not None
    desk.server.control.advance(wait.total_seconds() - 60)
    desk.renew()
    again = desk.turn(row, content, CHOSEN)
    assert again is not None
    assert timedelta(0) < again <= timedelta(seconds=60)
    desk.server.control.advance(61)
    desk.renew()
    desk.publish(content, CHOSEN, row=row)
    assert desk.server.control.posts(platform="youtube")[0]["id"] == row.post_id


@pytest.mark.parametrize("code", CODES)
def test_every_reason_of_the_table_can_be_ordered_and_is_told_apart(desk: Desk, code: str) -> None:
    desk.server.control.fault("status", match={"path": "/videos"}, code=code)
    with pytest.raises(PlatformError) as caught:
        desk.api().get("youtube/v3/videos", params={"part": "id", "id": "v1"})
    meaning = CONNECTOR.service.errors.codes[code]
    assert (caught.value.code, caught.value.kind) == (code, meaning.kind)


@pytest.mark.parametrize("code", GRANTS)
def test_every_refusal_of_the_token_endpoint_can_be_ordered(desk: Desk, code: str) -> None:
    desk.server.control.fault("status", match={"path": "/token"}, code=code)
    with pytest.raises(PlatformError) as caught:
        desk.renew()
    assert (caught.value.code, caught.value.kind) == (code, CONNECTOR.service.errors.codes[code].kind)
