"""Uploads, posts, threads and reading back on the simulated X."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from socialhub.platforms.connectors.x.sandbox.text import weight
from socialhub.platforms.sandbox.server import SandboxServer

from .sandbox_client import Hub, film, picture


@pytest.fixture
def hub() -> Iterator[Hub]:
    """A client with a token for everything, in a fresh world."""
    with SandboxServer() as sandbox:
        yield Hub(sandbox).sign_in()


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("Hi http://test.co", 26),
        ("example.com", 23),
        ("日本", 4),
        ("👨‍👩‍👧‍👦", 2),
        ("🙋🏽👨‍🎤", 4),
        ("é", 1),
        ("e\u0301", 1),
        ("a.b", 3),
    ],
)
def test_text_is_weighed_by_the_third_configuration(text: str, length: int) -> None:
    assert weight(text) == length


@pytest.mark.parametrize(
    ("body", "status", "text"),
    [
        ({"text": "a", "schedule": 5}, 400, "not defined in the schema"),
        ({"text": 5}, 400, "wrong type"),
        ({}, 400, "must not be empty"),
        ({"text": "x" * 281}, 403, "a bit shorter"),
        ({"text": "日" * 141}, 403, "a bit shorter"),
        ({"text": "a", "poll": {"options": ["x"], "duration_minutes": 5}}, 400, "2 to 4 items"),
        ({"text": "a", "reply": {"in_reply_to_tweet_id": "1"}}, 403, "deleted or not visible"),
        ({"text": "a", "media": {"media_ids": ["1"]}}, 400, "Your media IDs are invalid."),
        ({"text": "a", "reply_settings": "friends"}, 400, "enumeration"),
    ],
)
def test_a_wrong_post_is_refused_with_the_platforms_error(
    hub: Hub, body: dict[str, Any], status: int, text: str
) -> None:
    answer = hub.send("POST", "/2/tweets", json=body)
    assert answer.status_code == status
    assert text in answer.text
    assert hub.sandbox.control.posts() == []


def test_a_post_tells_its_id_and_the_same_text_is_refused_for_a_day(hub: Hub) -> None:
    answer = hub.post("Fresh roast")
    assert answer.status_code == 201
    assert answer.json()["data"]["edit_history_tweet_ids"] == [answer.json()["data"]["id"]]
    again = hub.post("Fresh roast")
    assert again.status_code == 403
    assert again.json()["detail"] == "You are not allowed to create a Tweet with duplicate content."
    hub.sandbox.control.advance(86_401)
    hub.token = hub.refresh(hub.token["refresh_token"]).json()
    assert hub.post("Fresh roast").ok


def test_a_thread_is_a_chain_in_one_conversation(hub: Hub) -> None:
    root = hub.post("One").json()["data"]["id"]
    second = hub.post("Two", reply={"in_reply_to_tweet_id": root}).json()["data"]["id"]
    path = f"/2/tweets/{second}?tweet.fields=conversation_id,referenced_tweets"
    data = hub.send("GET", path).json()["data"]
    assert data["conversation_id"] == root
    assert data["referenced_tweets"] == [{"type": "replied_to", "id": root}]


def test_a_stranger_may_reply_only_when_mentioned(hub: Hub) -> None:
    quiet = hub.post("Nobody in mind").json()["data"]["id"]
    inviting = hub.post("What does @harborbooks say?").json()["data"]["id"]
    other = Hub(hub.sandbox).sign_in("ravi")
    assert (
        "mentioned or otherwise engaged"
        in other.post("Me!", reply={"in_reply_to_tweet_id": quiet}).json()["detail"]
    )
    assert other.post("Well", reply={"in_reply_to_tweet_id": inviting}).ok


def test_an_image_needs_no_processing_and_carries_its_alt_text(hub: Hub) -> None:
    media_id = hub.initialize(len(picture()), "image/jpeg", "tweet_image")["id"]
    hub.append(media_id, 0, picture())
    assert "processing_info" not in hub.finalize(media_id).json()["data"]
    wish = {"id": media_id, "metadata": {"alt_text": {"text": "A cup"}}}
    assert hub.send("POST", "/2/media/metadata", json=wish).ok
    assert hub.post("", media={"media_ids": [media_id]}).status_code == 201
    assert hub.sandbox.control.posts()[0]["media"][0]["alt"] == "A cup"


def test_a_video_is_processed_and_only_then_of_use(hub: Hub) -> None:
    media_id = hub.upload(film(), "video/mp4", "tweet_video")
    assert hub.state(media_id) == {"state": "pending", "check_after_secs": 1}
    assert "Your media IDs are invalid." in hub.post("Early", media={"media_ids": [media_id]}).text
    hub.sandbox.control.advance(1.5)
    assert hub.state(media_id)["state"] == "in_progress"
    hub.sandbox.control.advance(2)
    assert hub.state(media_id)["state"] == "succeeded"
    assert hub.post("Film", media={"media_ids": [media_id]}).ok


def test_a_broken_or_rejected_video_fails_in_processing(hub: Hub) -> None:
    broken = hub.upload(film()[:-10], "video/mp4", "tweet_video")
    hub.sandbox.control.fault("rejected_media", match={"path": "finalize"})
    rejected = hub.upload(film(), "video/mp4", "tweet_video")
    hub.sandbox.control.advance(4)
    assert [hub.state(media_id)["state"] for media_id in (broken, rejected)] == ["failed", "failed"]


def test_a_video_without_its_category_is_of_no_use(hub: Hub) -> None:
    media_id = hub.upload(film(), "video/mp4", "tweet_image")
    hub.sandbox.control.advance(5)
    assert "Your media IDs are invalid." in hub.post("Film", media={"media_ids": [media_id]}).text


def test_segments_may_come_again_but_must_add_up(hub: Hub) -> None:
    media_id = hub.initialize(6, "image/png", "tweet_image")["id"]
    hub.append(media_id, 0, b"xxxx")
    hub.append(media_id, 2, b"yy")
    assert hub.finalize(media_id).status_code == 400
    hub.append(media_id, 1, b"yy")
    assert hub.finalize(media_id).status_code == 400
    media_id = hub.initialize(4, "image/png", "tweet_image")["id"]
    hub.append(media_id, 0, b"wrong")
    hub.append(media_id, 0, b"good")
    assert hub.finalize(media_id).json()["data"]["size"] == 4


def test_a_media_id_lives_a_day_and_belongs_to_its_account(hub: Hub) -> None:
    media_id = hub.upload(picture(), "image/jpeg", "tweet_image")
    other = Hub(hub.sandbox).sign_in("ravi")
    assert other.post("Mine?", media={"media_ids": [media_id]}).status_code == 400
    hub.sandbox.control.advance(86_500)
    hub.token = hub.refresh(hub.token["refresh_token"]).json()
    assert hub.post("Old", media={"media_ids": [media_id]}).status_code == 400


def test_the_timeline_gives_short_links_escapes_and_media_keys(hub: Hub) -> None:
    media_id = hub.upload(picture(), "image/jpeg", "tweet_image")
    text = "Beans & <more> at https://shop.example/beans?a=1 now"
    hub.post(text, media={"media_ids": [media_id]})
    path = f"/2/users/{hub.me()}/tweets?max_results=5&tweet.fields=entities,attachments,created_at"
    body = hub.send("GET", path).json()
    post = body["data"][0]
    assert body["meta"]["result_count"] == 1
    assert post["text"].startswith("Beans &amp; &lt;more&gt; at https://t.co/")
    assert post["attachments"]["media_keys"] == [f"3_{media_id}"]
    urls = post["entities"]["urls"]
    assert urls[0]["expanded_url"] == "https://shop.example/beans?a=1"
    assert all(post["text"][url["start"] : url["end"]] == url["url"] for url in urls)
    assert urls[-1]["media_key"] == f"3_{media_id}"


def test_the_timeline_pages_filters_by_time_and_lags_on_order(hub: Hub) -> None:
    ids = []
    for number in range(7):
        ids.append(hub.post(f"Post {number}").json()["data"]["id"])
        hub.sandbox.control.advance(10)
    path = f"/2/users/{hub.me()}/tweets?max_results=5"
    first = hub.send("GET", path).json()
    second = hub.send("GET", f"{path}&pagination_token={first['meta']['next_token']}").json()
    assert [post["id"] for post in first["data"] + second["data"]] == ids[::-1]
    assert hub.send("GET", path.replace("5", "4")).status_code == 400
    hub.sandbox.control.fault("lagging_listing", match={"path": "/tweets$"}, seconds=25)
    assert hub.send("GET", path).json()["data"][0]["id"] == ids[4]


def test_a_long_post_of_a_paying_account_is_read_back_whole_in_its_note(hub: Hub) -> None:
    other = Hub(hub.sandbox).sign_in("ravi")
    text = "word " * 100 + "https://books.example/end"
    post_id = other.post(text).json()["data"]["id"]
    data = other.send("GET", f"/2/tweets/{post_id}?tweet.fields=note_tweet").json()["data"]
    link = data["note_tweet"]["entities"]["urls"][0]
    assert data["note_tweet"]["text"].replace(link["url"], link["expanded_url"]) == text
    assert len(data["text"]) < len(text)


def test_a_deleted_post_is_gone_and_only_its_author_deletes(hub: Hub) -> None:
    post_id = hub.post("Oops").json()["data"]["id"]
    assert Hub(hub.sandbox).sign_in("ravi").send("DELETE", f"/2/tweets/{post_id}").status_code == 403
    assert hub.send("DELETE", f"/2/tweets/{post_id}").json() == {"data": {"deleted": True}}
    assert hub.send("DELETE", f"/2/tweets/{post_id}").status_code == 404
    assert hub.send("GET", f"/2/tweets/{post_id}").json()["errors"][0]["type"].endswith("resource-not-found")


def test_limits_show_in_headers_and_end_in_429(hub: Hub) -> None:
    answers = [hub.post(f"Post {number}") for number in range(101)]
    assert answers[0].headers["x-rate-limit-remaining"] == "99"
    assert answers[0].headers["x-user-limit-24hour-limit"] == "10000"
    assert answers[-1].status_code == 429
    assert answers[-1].json()["title"] == "Too Many Requests"
    assert int(answers[-1].headers["x-rate-limit-reset"]) > hub.sandbox.clock.now()


def test_the_public_page_shows_the_thread_in_order_with_its_media(hub: Hub) -> None:
    media_id = hub.upload(picture(), "image/jpeg", "tweet_image")
    root = hub.post("First <part>", media={"media_ids": [media_id]}).json()["data"]["id"]
    hub.post("Second part", reply={"in_reply_to_tweet_id": root})
    page = requests.get(f"{hub.sandbox.url}/x.com/northwindcoffee/status/{root}", timeout=5).text
    assert page.index("First &lt;part&gt;") < page.index("Second part")
    image = page.split('<img src="', 1)[1].split('"', 1)[0]
    assert requests.get(hub.sandbox.url + image, timeout=5).content == picture()
    assert "Second part" in requests.get(f"{hub.sandbox.url}/x.com/NorthwindCoffee", timeout=5).text
