"""How strict the simulated YouTube is: sign-in, sessions, ranges."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests

from socialhub.platforms.sandbox.server import SandboxServer
from socialhub.platforms.tests.samples import long_film

BACK = "http://127.0.0.1:8000/callback"
FORCE_SSL = "https://www.googleapis.com/auth/youtube.force-ssl"
READONLY = "https://www.googleapis.com/auth/youtube.readonly"
GRAIN = 262_144
BODY = {"snippet": {"title": "Fresh roast"}, "status": {"privacyStatus": "public"}}


class Hub:
    """A client with one developer app."""

    def __init__(self, sandbox: SandboxServer) -> None:
        self.sandbox = sandbox
        self.app = sandbox.control.create_app("youtube", [BACK])
        self.token = ""

    def sign_in(self, scope: str = FORCE_SSL, **more: str) -> dict[str, Any]:
        """Consent and exchange."""
        query = {
            "client_id": self.app["client_id"],
            "redirect_uri": BACK,
            "response_type": "code",
            "scope": scope,
            "state": "s1",
            **more,
        }
        address = f"https://accounts.google.com/o/oauth2/v2/auth?{urlencode(query)}"
        back = self.sandbox.control.consent(address, "nora")
        code = parse_qs(urlsplit(back).query)["code"][0]
        answer = self.ask_token(grant_type="authorization_code", code=code, redirect_uri=BACK)
        body: dict[str, Any] = answer.json()
        self.token = body["access_token"]
        return body

    def ask_token(self, **form: str) -> requests.Response:
        """A call to the token endpoint with the app's credentials."""
        pair = {"client_id": self.app["client_id"], "client_secret": self.app["client_secret"]}
        return requests.post(f"{self.sandbox.url}/oauth2.googleapis.com/token", data=pair | form, timeout=10)

    def open(self, size: int, body: Any = BODY, **headers: str) -> requests.Response:
        """Ask for a session."""
        given = {
            "Authorization": f"Bearer {self.token}",
            "X-Upload-Content-Length": str(size),
            "X-Upload-Content-Type": "video/mp4",
            **headers,
        }
        return requests.post(
            f"{self.sandbox.url}/www.googleapis.com/upload/youtube/v3/videos",
            params={"uploadType": "resumable", "part": "snippet,status"},
            headers=given,
            json=body,
            timeout=10,
        )

    def put(self, session: str, data: bytes, said: str) -> requests.Response:
        """One range, or a question."""
        return requests.put(
            session.replace("https://", f"{self.sandbox.url}/"),
            data=data,
            headers={"Authorization": f"Bearer {self.token}", "Content-Range": said},
            timeout=10,
            allow_redirects=False,
        )


@pytest.fixture
def hub() -> Iterator[Hub]:
    """A client that may do everything, in a fresh world."""
    with SandboxServer() as sandbox:
        hub = Hub(sandbox)
        hub.sign_in()
        yield hub


def test_a_refresh_token_comes_with_the_first_offline_consent_or_when_consent_is_forced(hub: Hub) -> None:
    assert "refresh_token" not in hub.sign_in()
    assert "refresh_token" in hub.sign_in(access_type="offline")
    assert "refresh_token" not in hub.sign_in(access_type="offline")
    again = hub.sign_in(access_type="offline", prompt="consent")
    renewed = hub.ask_token(grant_type="refresh_token", refresh_token=again["refresh_token"]).json()
    assert "refresh_token" not in renewed
    assert renewed["access_token"] != again["access_token"]


def test_revoking_one_token_ends_all_of_the_person(hub: Hub) -> None:
    one, two = (hub.sign_in(access_type="offline", prompt="consent") for _ in range(2))
    place = f"{hub.sandbox.url}/oauth2.googleapis.com/revoke"
    assert requests.post(place, data={"token": one["access_token"]}, timeout=10).status_code == 200
    answer = hub.ask_token(grant_type="refresh_token", refresh_token=two["refresh_token"])
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


def test_a_scope_that_only_reads_uploads_nothing(hub: Hub) -> None:
    hub.sign_in(READONLY)
    answer = hub.open(10)
    assert (answer.status_code, reason_of(answer)) == (403, "insufficientPermissions")


@pytest.mark.parametrize(
    ("snippet", "status", "reason"),
    [
        ({"title": ""}, {}, "invalidTitle"),
        ({"title": "x" * 101}, {}, "invalidTitle"),
        ({"title": "a < b"}, {}, "invalidTitle"),
        ({"title": "a", "description": "é" * 2501}, {}, "invalidDescription"),
        ({"title": "a", "tags": ["x" * 250, "y" * 250]}, {}, "invalidTags"),
        ({"title": "a", "categoryId": "18"}, {}, "invalidCategoryId"),
        (
            {"title": "a"},
            {"privacyStatus": "public", "publishAt": "2030-01-01T00:00:00Z"},
            "invalidPublishAt",
        ),
        ({"title": "a", "mood": "good"}, {}, "badRequest"),
    ],
)
def test_wrong_metadata_is_refused_before_a_byte(
    hub: Hub, snippet: dict[str, Any], status: dict[str, Any], reason: str
) -> None:
    answer = hub.open(10, {"snippet": snippet, "status": status})
    assert (answer.status_code, reason_of(answer)) == (400, reason)


def test_ranges_are_whole_grains_in_order_and_the_end_answers_as_often_as_asked(hub: Hub) -> None:
    data = long_film(2 * GRAIN + 5)
    total = len(data)
    session = hub.open(total).headers["Location"]
    assert "Range" not in hub.put(session, b"", f"bytes */{total}").headers
    assert hub.put(session, data[:1000], f"bytes 0-999/{total}").status_code == 400
    first = hub.put(session, data[:GRAIN], f"bytes 0-{GRAIN - 1}/{total}")
    assert (first.status_code, first.headers["Range"]) == (308, f"bytes=0-{GRAIN - 1}")
    skipped = hub.put(session, data[2 * GRAIN :], f"bytes {2 * GRAIN}-{total - 1}/{total}")
    assert skipped.status_code == 400
    done = hub.put(session, data[GRAIN:], f"bytes {GRAIN}-{total - 1}/{total}")
    asked = hub.put(session, b"", f"bytes */{total}")
    assert (done.status_code, asked.status_code) == (201, 201)
    assert done.json()["id"] == asked.json()["id"]
    assert [post["media"][0]["size"] for post in hub.sandbox.control.posts(platform="youtube")] == [total]


def test_a_session_ends_and_is_nobody_elses(hub: Hub) -> None:
    session = hub.open(10).headers["Location"]
    hub.sandbox.control.advance(8 * 86_400)
    hub.sign_in()
    assert hub.put(session, b"", "bytes */10").status_code == 404
    assert hub.put(session[:-4], b"", "bytes */10").status_code == 404


def test_the_hundred_and_first_upload_of_a_day_is_refused(hub: Hub) -> None:
    answers = [hub.open(10) for _ in range(101)]
    assert [answer.status_code for answer in answers[-2:]] == [200, 403]
    assert reason_of(answers[-1]) == "quotaExceeded"


def reason_of(answer: requests.Response) -> str:
    """The reason in Google's error body."""
    return str(answer.json()["error"]["errors"][0]["reason"])
