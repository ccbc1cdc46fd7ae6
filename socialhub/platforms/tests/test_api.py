"""Calls to a platform: addresses, tokens, classification, limits, waiting."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from socialhub.platforms.api import Answer, Api, LimitReading, Service
from socialhub.platforms.errors import ErrorFacts, ErrorTable, Fault, Meaning, PlatformError, Reach
from socialhub.platforms.testing import Played
from socialhub.platforms.transport import Transport
from socialhub.platforms.values import Account, App, Secret, Tokens

from .wire import go_silent, hang_up, wire

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ANN = Account("7", "@ann", host="social.example", tokens=Tokens(Secret("token-of-ann")))
APP = App("client", Secret("secret-of-app"))
SPENT = LimitReading("calls", 100, 0, NOW + timedelta(minutes=4))
TABLE = ErrorTable(
    read=lambda body: ErrorFacts(
        codes=(str((body or {}).get("code", "")),), message=str((body or {}).get("text", ""))
    ),
    codes={
        "9": Meaning(Fault.QUOTA_EXCEEDED, "The day's posts are used up."),
        "4": Meaning(Fault.POLICY, "Blocked.", ambiguous=True),
        "5": Meaning(Fault.SERVER_ERROR, "Not ready.", wait=timedelta(seconds=30)),
    },
)


def api(transport: Transport, **more: Any) -> Api:
    """Calls on behalf of Ann."""
    service = Service("https://{host}/v1", TABLE, trace_header="X-Trace", **more)
    return Api("toy", service, transport, account=ANN, app=APP, clock=lambda: NOW)


def refused(status: int, body: Any = "", method: str = "POST", **headers: str) -> PlatformError:
    """The error that this answer becomes."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    played = Played({"status": status, "body": body, "headers": named})
    with pytest.raises(PlatformError) as caught:
        api(played, read_limits=lambda headers, now: (SPENT,)).call(method, "posts")
    return caught.value


def test_a_path_is_relative_to_the_host_of_the_account_and_the_token_goes_in_the_header() -> None:
    played = Played({"body": {"id": 7}})
    answer = api(played).get("posts", params={"ids": ["1", "2"], "q": "a&b"})
    request = played.requests[0]
    assert request.url == "https://social.example/v1/posts?ids=1&ids=2&q=a%26b"
    assert request.headers["Authorization"] == "Bearer token-of-ann"
    assert "token-of-ann" not in request.url
    assert answer.text("id") == "7"


def test_the_app_signs_calls_to_its_base_and_to_no_other_address() -> None:
    played = Played({"body": {}}, {"body": {}}, {"body": {}})
    signed = api(played, sign=lambda account, app: {"proof": "p1"})
    signed.get("me")
    signed.get("https://upload.example/x")
    signed.get("me", auth=False)
    assert [request.url for request in played.requests] == [
        "https://social.example/v1/me?proof=p1",
        "https://upload.example/x",
        "https://social.example/v1/me",
    ]


def test_without_auth_no_token_leaves() -> None:
    played = Played({"body": {}})
    api(played).post("token", form={"code": "c"}, basic=("client", Secret("secret")), auth=False)
    assert played.requests[0].headers["Authorization"] == "Basic Y2xpZW50OnNlY3JldA=="


def test_a_request_has_one_body() -> None:
    with pytest.raises(ValueError, match="one body"):
        api(Played()).post("posts", form={"a": 1}, json_body={})


@pytest.mark.parametrize(
    ("status", "body", "kind", "reach"),
    [
        (400, {"code": 9}, Fault.QUOTA_EXCEEDED, Reach.REFUSED),
        (400, {"code": 4}, Fault.POLICY, Reach.UNKNOWN),
        (401, {}, Fault.INVALID_TOKEN, Reach.REFUSED),
        (403, "<html>", Fault.PERMISSION, Reach.REFUSED),
        (404, "", Fault.NOT_FOUND, Reach.REFUSED),
        (408, "", Fault.TIMEOUT, Reach.UNKNOWN),
        (429, "", Fault.RATE_LIMIT, Reach.REFUSED),
        (418, {"code": 99}, Fault.UNKNOWN, Reach.REFUSED),
        (500, "", Fault.SERVER_ERROR, Reach.UNKNOWN),
        (503, "<html>", Fault.SERVER_ERROR, Reach.UNKNOWN),
        (302, "", Fault.UNKNOWN, Reach.REFUSED),
    ],
)
def test_refusals_are_classified(status: int, body: Any, kind: Fault, reach: Reach) -> None:
    error = refused(status, body)
    assert (error.kind, error.reach, error.http_status) == (kind, reach, status)


def test_a_failed_read_is_never_doubt() -> None:
    assert refused(500, method="GET").reach is Reach.REFUSED
    assert refused(400, {"code": 4}, method="GET").reach is Reach.REFUSED


def test_a_good_status_without_json_after_a_post_is_doubt() -> None:
    assert refused(200, "<html>").reach is Reach.UNKNOWN
    assert refused(200, "<html>", method="GET").reach is Reach.REFUSED


def test_a_good_answer_without_what_we_need_is_doubt() -> None:
    with pytest.raises(PlatformError) as caught:
        Answer(200, {}, {"name": "x"}).text("id")
    assert (caught.value.reach, caught.value.code) == (Reach.UNKNOWN, "no id")


@pytest.mark.parametrize(
    ("status", "body", "headers", "seconds"),
    [
        (429, "", {"Retry_After": "17"}, 17),
        (429, "", {"Retry_After": "Wed, 21 Oct 2026 07:28:00 GMT"}, 240),
        (429, "", {}, 240),
        (400, {"code": 9}, {}, 240),
        (400, {"code": 5}, {}, 30),
    ],
)
def test_the_wait_is_what_the_platform_says(
    status: int, body: Any, headers: dict[str, str], seconds: int
) -> None:
    wait = refused(status, body, **headers).retry_after
    assert wait is not None
    assert wait.total_seconds() == seconds


def test_the_error_keeps_the_trace_id_and_a_redacted_answer() -> None:
    error = refused(400, {"code": 9, "echo": "token-of-ann secret-of-app"}, X_Trace="abc")
    assert (error.trace_id, error.code, error.platform) == ("abc", "9", "toy")
    assert "token-of-ann" not in error.raw + repr(error)
    assert "secret-of-app" not in error.raw


def test_silence_and_a_broken_connection_are_doubt_after_a_post() -> None:
    for behave, kind in ((go_silent, Fault.TIMEOUT), (hang_up, Fault.SERVER_ERROR)):
        with wire(behave) as server, pytest.raises(PlatformError) as caught:
            api(Transport(sandbox_url=server.url)).post("posts", json_body={}, timeout=(0.5, 0.5))
        assert (caught.value.kind, caught.value.is_ambiguous, caught.value.is_retryable) == (kind, True, True)
