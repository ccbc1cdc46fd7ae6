"""How strict the simulated TikTok is: inits, chunks, photos, limits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from socialhub.platforms import registry
from socialhub.platforms.sandbox.server import SandboxServer
from socialhub.platforms.testing import connect
from socialhub.platforms.tests.samples import file_host, film, picture

INIT = "/v2/post/publish/video/init/"
INFO = {"privacy_level": "SELF_ONLY", "brand_content_toggle": False}


class Hub:
    """A client with a token for everything."""

    def __init__(self, sandbox: SandboxServer) -> None:
        self.sandbox = sandbox
        connector = registry.get("tiktok")
        tokens = connect(connector, connector.logins[0], sandbox).account.tokens
        assert tokens is not None
        self.token = tokens.access.reveal()

    def post(self, path: str, body: Any) -> requests.Response:
        """A call to the API."""
        return requests.post(
            f"{self.sandbox.url}/open.tiktokapis.com{path}",
            json=body,
            headers={"Authorization": f"Bearer {self.token}"},
            timeout=10,
        )

    def begin(self, size: int, chunk: int, count: int, **info: Any) -> requests.Response:
        """Begin a video."""
        source = {
            "source": "FILE_UPLOAD",
            "video_size": size,
            "chunk_size": chunk,
            "total_chunk_count": count,
        }
        return self.post(INIT, {"post_info": {**INFO, **info}, "source_info": source})

    def put(self, url: str, data: bytes, said: str, **headers: str) -> int:
        """Send a chunk; the status of the answer."""
        place = url.replace("https://", f"{self.sandbox.url}/")
        given = {"Content-Type": "video/mp4", "Content-Range": said, **headers}
        return requests.put(place, data=data, headers=given, timeout=10).status_code

    def status(self, publish_id: str) -> dict[str, Any]:
        """How far it is."""
        body = {"publish_id": publish_id}
        data: dict[str, Any] = self.post("/v2/post/publish/status/fetch/", body).json()["data"]
        return data


@pytest.fixture
def hub() -> Iterator[Hub]:
    """A fresh world."""
    with SandboxServer() as sandbox:
        yield Hub(sandbox)


def code_of(answer: requests.Response) -> str:
    """The code in the frame of the answer."""
    return str(answer.json()["error"]["code"])


@pytest.mark.parametrize(
    ("size", "chunk", "count", "code"),
    [
        (1_000_000, 1_000_000, 1, "ok"),
        (1_000_000, 10_000_000, 1, "invalid_param"),
        (50_000_123, 10_000_000, 5, "ok"),
        (50_000_123, 10_000_000, 6, "invalid_param"),
        (9_000_000, 4_500_000, 2, "invalid_param"),
        (70_000_000, 70_000_000, 1, "invalid_param"),
        (5 * 1024**3, 10_000_000, 536, "invalid_param"),
    ],
)
def test_chunks_are_counted_by_the_floor_rule(hub: Hub, size: int, chunk: int, count: int, code: str) -> None:
    assert code_of(hub.begin(size, chunk, count)) == code


@pytest.mark.parametrize(
    ("info", "code"),
    [
        ({"privacy_level": "FOLLOWER_OF_CREATOR"}, "privacy_level_option_mismatch"),
        ({"brand_content_toggle": True}, "invalid_param"),
        ({"title": "😀" * 1101}, "invalid_param"),
        ({"mood": "good"}, "invalid_param"),
    ],
)
def test_a_wrong_init_is_refused(hub: Hub, info: dict[str, Any], code: str) -> None:
    assert code_of(hub.begin(1000, 1000, 1, **info)) == code


def test_chunks_come_in_order_without_a_token_and_within_the_hour(hub: Hub) -> None:
    data = (
        film() + (10_500_000 - len(film())).to_bytes(4, "big") + b"free" + bytes(10_500_000 - len(film()) - 8)
    )
    begun = hub.begin(len(data), 5_000_000, 2).json()["data"]
    url, total = begun["upload_url"], len(data)
    second = (data[5_000_000:], f"bytes 5000000-{total - 1}/{total}")
    assert hub.put(url, *second) == 416
    assert hub.put(url, data[:10], f"bytes 0-9/{total}") == 416
    first = (data[:5_000_000], f"bytes 0-4999999/{total}")
    assert hub.put(url, *first, Authorization=f"Bearer {hub.token}") == 400
    assert hub.put(url + "x", *first) == 404
    assert hub.put(url, *first) == 206
    assert hub.status(begun["publish_id"]) == {"status": "PROCESSING_UPLOAD", "uploaded_bytes": 5_000_000}
    assert hub.put(url, *second) == 201
    hub.sandbox.control.advance(3601)
    assert hub.put(url, *second) == 403


def test_a_photo_that_is_no_jpeg_fails_later_and_a_strange_address_at_once(hub: Hub) -> None:
    def begin(address: str) -> requests.Response:
        source = {"source": "PULL_FROM_URL", "photo_images": [address], "photo_cover_index": 0}
        body = {"media_type": "PHOTO", "post_mode": "DIRECT_POST", "post_info": INFO, "source_info": source}
        return hub.post("/v2/post/publish/content/init/", body)

    with file_host() as put:
        good, bad = put(picture(), "image/jpeg"), put(b"no picture", "image/jpeg")
        begun = [begin(link(None)).json()["data"]["publish_id"] for link in (good, bad)]  # type: ignore[arg-type]
    assert code_of(begin("https://192.0.2.1/a.jpg")) == "url_ownership_unverified"
    hub.sandbox.control.advance(10)
    states = [hub.status(publish_id) for publish_id in begun]
    assert [state["status"] for state in states] == ["PUBLISH_COMPLETE", "FAILED"]
    assert states[1]["fail_reason"] == "file_format_check_failed"


def test_the_seventh_init_of_a_minute_is_refused(hub: Hub) -> None:
    answers = [hub.begin(1000, 1000, 1) for _ in range(7)]
    assert [answer.status_code for answer in answers] == [200] * 6 + [429]
    hub.sandbox.control.advance(61)
    assert hub.begin(1000, 1000, 1).status_code == 200
