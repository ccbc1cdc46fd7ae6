"""Files, statuses, listings and public pages of the simulated servers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from socialhub.platforms.sandbox.server import SandboxServer

from .sandbox_client import Hub, film, picture


@pytest.fixture
def sandbox() -> Iterator[SandboxServer]:
    """A fresh world."""
    with SandboxServer() as server:
        yield server


@pytest.fixture
def hub(sandbox: SandboxServer) -> Hub:
    """A client with a token for everything."""
    return Hub(sandbox).sign_in()


def test_the_same_key_in_the_hour_gives_the_first_status_and_no_second_one(hub: Hub) -> None:
    first = hub.post("Fresh roast", "k1").json()
    assert hub.post("Another text", "k1").json()["id"] == first["id"]
    hub.sandbox.control.advance(3601)
    assert hub.post("Fresh roast", "k1").json()["id"] != first["id"]
    assert [post["text"] for post in hub.sandbox.control.posts()] == ["Fresh roast", "Fresh roast"]


def test_the_faulty_releases_answer_a_repeat_with_500_although_the_post_exists(hub: Hub) -> None:
    hub.sandbox.control.call(
        "POST", "platforms/mastodon/servers", {"host": hub.host, "idempotency": "error_on_repeat"}
    )
    assert hub.post("Once", "k1").ok
    assert hub.post("Once", "k1").status_code == 500
    assert len(hub.sandbox.control.posts(platform="mastodon")) == 1


def test_servers_without_keys_post_twice(hub: Hub) -> None:
    hub.sandbox.control.call("POST", "platforms/mastodon/servers", {"host": hub.host, "idempotency": "off"})
    assert hub.post("Twice", "k1").json()["id"] != hub.post("Twice", "k1").json()["id"]


@pytest.mark.parametrize(
    ("body", "status", "text"),
    [
        ({"status": "x" * 501}, 422, "character limit of 500"),
        ({"status": " "}, 422, "can't be blank"),
        ({"status": "a", "scheduled_at": "2030-01-01"}, 422, "scheduled_at is not known"),
        ({"status": 5}, 422, "status is invalid"),
        ({"status": "a", "visibility": "friends"}, 422, "visibility is invalid"),
        ({"status": "a", "media_ids": ["1"]}, 422, "not found or already attached"),
        ({"status": "a", "in_reply_to_id": "1"}, 404, "does not appear to exist"),
        ({"status": "a", "poll": {"options": ["x"], "expires_in": 600}}, 422, "more than one item"),
        ({"status": "a", "poll": {"options": ["x", "y"], "expires_in": 10}}, 422, "too soon"),
    ],
)
def test_a_wrong_status_is_refused_in_the_words_of_the_platform(
    hub: Hub, body: dict[str, Any], status: int, text: str
) -> None:
    answer = hub.send("POST", "/api/v1/statuses", json=body)
    assert answer.status_code == status
    assert text in answer.json()["error"]
    assert hub.sandbox.control.posts() == []


def test_links_count_23_and_mentions_without_their_domain(hub: Hub) -> None:
    link, mention = "https://shop.example/" + "a" * 300, "@nora@mastodon.example"
    assert hub.post(link + " " + mention + " " + "x" * (500 - 23 - 1 - 5 - 1)).ok
    assert hub.post(link + " " + mention + " " + "x" * (500 - 23 - 1 - 5)).status_code == 422


def test_an_image_is_ready_at_once_and_its_alt_text_can_be_changed_until_it_is_posted(hub: Hub) -> None:
    answer = hub.upload(picture(), description="A cup")
    media = answer.json()
    assert (answer.status_code, media["type"], media["description"]) == (200, "image", "A cup")
    assert requests.get(hub.sandbox.url + media["url"].replace("https:/", ""), timeout=5).content == picture()
    path = f"/api/v1/media/{media['id']}"
    assert hub.send("PUT", path, data={"description": "Two cups"}).json()["description"] == "Two cups"
    assert hub.post("With a picture", media_ids=[media["id"]]).ok
    assert hub.send("GET", path).status_code == 404
    assert hub.sandbox.control.posts()[0]["media"][0]["alt"] == "Two cups"


def test_a_video_is_accepted_then_in_work_then_ready(hub: Hub) -> None:
    answer = hub.upload(film(), "a.mp4")
    media = answer.json()
    path = f"/api/v1/media/{media['id']}"
    assert (answer.status_code, media["url"]) == (202, None)
    assert hub.send("GET", path).status_code == 206
    assert "finished processing" in hub.post("Early", media_ids=[media["id"]]).json()["error"]
    hub.sandbox.control.advance(3)
    assert hub.send("GET", path).status_code == 200
    assert hub.post("Film", media_ids=[media["id"]]).ok


def test_broken_files_are_found_out(hub: Hub) -> None:
    assert hub.upload(b"<html>").status_code == 422
    assert hub.upload(picture()[:60]).status_code == 422
    media = hub.upload(film()[:-10], "a.mp4").json()
    hub.sandbox.control.advance(3)
    assert hub.send("GET", f"/api/v1/media/{media['id']}").status_code == 422


def test_a_file_in_no_post_is_gone_after_a_day(hub: Hub) -> None:
    media = hub.upload(picture()).json()
    hub.sandbox.control.advance(86_401)
    assert hub.send("GET", f"/api/v1/media/{media['id']}").status_code == 404


def test_the_author_lists_all_visibilities_and_strangers_only_the_public_ones(hub: Hub) -> None:
    shown = [
        hub.post(word, visibility=word).json()["id"] for word in ("public", "unlisted", "private", "direct")
    ]
    account = hub.send("GET", "/api/v1/accounts/verify_credentials").json()["id"]
    path = f"/api/v1/accounts/{account}/statuses"
    assert [status["id"] for status in hub.send("GET", path).json()] == shown[::-1]
    assert [status["id"] for status in hub.send("GET", f"{path}?since_id={shown[1]}").json()] == shown[:1:-1]
    page = hub.send("GET", f"{path}?limit=2")
    assert f"max_id={shown[2]}" in page.headers["Link"]
    assert [status["id"] for status in Hub(hub.sandbox).send("GET", path).json()] == shown[1::-1]


def test_source_context_and_delete_tell_the_text_and_the_thread(hub: Hub) -> None:
    root = hub.post("One & only", spoiler_text="coffee").json()
    reply = hub.post("Two", in_reply_to_id=root["id"]).json()
    assert hub.send("GET", f"/api/v1/statuses/{root['id']}/source").json()["text"] == "One & only"
    assert root["content"] == "<p>One &amp; only</p>"
    assert root["sensitive"]
    assert [
        item["id"] for item in hub.send("GET", f"/api/v1/statuses/{root['id']}/context").json()["descendants"]
    ] == [reply["id"]]
    assert hub.send("DELETE", f"/api/v1/statuses/{reply['id']}").json()["text"] == "Two"
    assert hub.send("GET", f"/api/v1/statuses/{reply['id']}").status_code == 404


def test_limits_end_in_429_with_an_iso_reset_and_the_window_reopens(hub: Hub) -> None:
    answers = [hub.upload(picture()) for _ in range(31)]
    assert [answer.status_code for answer in answers[-2:]] == [200, 429]
    assert answers[-1].headers["X-RateLimit-Remaining"] == "0"
    assert answers[-1].headers["X-RateLimit-Reset"].endswith("Z")
    hub.sandbox.control.advance(1801)
    assert hub.upload(picture()).ok


def test_the_public_page_shows_text_picture_and_alt_in_the_order_of_the_thread(hub: Hub) -> None:
    media = hub.upload(picture(), description="A cup of coffee").json()
    root = hub.post("Hello <world>", media_ids=[media["id"]]).json()
    hub.post("Second part", in_reply_to_id=root["id"])
    hidden = hub.post("For nobody", visibility="direct").json()
    profile = hub.send("GET", "/@northwind").text
    thread = requests.get(hub.sandbox.url + root["url"].replace("https:/", ""), timeout=5).text
    assert "Hello &lt;world&gt;" in profile
    assert "For nobody" not in profile
    assert 'alt="A cup of coffee"' in thread
    assert thread.index("Hello &lt;world&gt;") < thread.index("Second part")
    assert requests.get(hub.sandbox.url + hidden["url"].replace("https:/", ""), timeout=5).status_code == 404
