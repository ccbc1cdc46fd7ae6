"""Containers, uploads, publishing and reading back on the simulated Instagram."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from socialhub.platforms.sandbox.server import SandboxServer

from .sandbox_client import Hub, film, picture, serve_files

FILES = {
    "cup.jpg": ("image/jpeg", picture()),
    "wide.jpg": ("image/jpeg", picture((900, 300))),
    "cup.png": ("image/png", picture(kind="PNG")),
    "page.html": ("text/html", b"<html>"),
    "big.jpg": ("image/jpeg", picture() + bytes(8 * 1024 * 1024)),
    "reel.mp4": ("video/mp4", film()),
    "short.mp4": ("video/mp4", film(1)),
    "torn.mp4": ("video/mp4", film()[:-9]),
}


@pytest.fixture(scope="module")
def files() -> Iterator[str]:
    """The address of a web server with the files."""
    with serve_files(FILES) as url:
        yield url


@pytest.fixture
def hub() -> Iterator[Hub]:
    """A client by Facebook Login in a fresh world."""
    with SandboxServer() as sandbox:
        yield Hub(sandbox).sign_in()


def settle(hub: Hub, container: str) -> dict[str, Any]:
    """Let world time pass until the container is no longer in progress."""
    end = time.monotonic() + 10
    state = hub.state(container)
    while state["status_code"] == "IN_PROGRESS" and time.monotonic() < end:
        hub.sandbox.control.advance(2)
        state = hub.state(container)
    return state


@pytest.mark.parametrize("host", ["graph.facebook.com", "graph.instagram.com"])
def test_a_photo_goes_from_container_to_public_page(files: str, host: str) -> None:
    with SandboxServer() as sandbox:
        hub = Hub(sandbox, host).sign_in()
        container = hub.create(
            image_url=f"{files}/cup.jpg", caption="Fresh <roast>", alt_text="A cup"
        ).json()["id"]
        assert hub.state(container)["status_code"] == "FINISHED"
        media = hub.publish(container).json()["id"]
        assert hub.state(container)["status_code"] == "PUBLISHED"
        fields = "permalink,caption,media_type,media_product_type,timestamp,alt_text"
        seen = hub.call("GET", media, fields=fields).json()
        assert (seen["caption"], seen["media_type"], seen["media_product_type"]) == (
            "Fresh <roast>",
            "IMAGE",
            "FEED",
        )
        assert seen["permalink"].startswith("https://www.instagram.com/p/")
        page = hub.get(seen["permalink"].replace("https:/", "")).text
        assert "Fresh &lt;roast&gt;" in page
        assert 'alt="A cup"' in page
        assert "Fresh &lt;roast&gt;" in hub.get("/instagram.com/northwindcoffee/").text


def test_a_reel_is_in_progress_for_a_while(hub: Hub, files: str) -> None:
    container = hub.create(media_type="REELS", video_url=f"{files}/reel.mp4", caption="Film").json()["id"]
    assert hub.state(container)["status_code"] == "IN_PROGRESS"
    assert hub.publish(container).json()["error"]["error_subcode"] == 2207027
    assert settle(hub, container)["status_code"] == "FINISHED"
    media = hub.publish(container).json()["id"]
    assert "/reel/" in hub.call("GET", media, fields="permalink").json()["permalink"]
    assert hub.sandbox.control.posts()[0]["media"][0]["size"] == len(film())


@pytest.mark.parametrize("name", ["short.mp4", "torn.mp4", "cup.jpg", "missing.mp4"])
def test_a_faulty_video_shows_as_error_with_its_number_in_the_text(hub: Hub, files: str, name: str) -> None:
    container = hub.create(media_type="REELS", video_url=f"{files}/{name}").json()["id"]
    state = settle(hub, container)
    assert state["status_code"] == "ERROR"
    assert "22070" in state["status"]
    assert hub.publish(container).status_code == 400


@pytest.mark.parametrize(
    ("name", "code"),
    [("cup.png", 36001), ("wide.jpg", 36003), ("big.jpg", 36000), ("page.html", 9004), ("missing.jpg", 9004)],
)
def test_a_faulty_image_is_refused_at_once(hub: Hub, files: str, name: str, code: int) -> None:
    assert hub.create(image_url=f"{files}/{name}").json()["error"]["code"] == code


def test_an_address_off_this_machine_is_never_fetched(hub: Hub) -> None:
    assert hub.create(image_url="https://192.0.2.1/cup.jpg").json()["error"]["code"] == 9004


@pytest.mark.parametrize(
    ("parameters", "code", "subcode"),
    [
        ({"media_type": "PHOTO", "image_url": "http://127.0.0.1/a"}, 100, 2207023),
        ({"media_type": "VIDEO", "video_url": "http://127.0.0.1/a"}, 100, 2207023),
        ({"caption": "no picture"}, 100, 0),
        ({"image_url": "http://127.0.0.1/a", "caption": "x" * 2201}, 36004, 2207010),
        ({"image_url": "http://127.0.0.1/a", "caption": "#a " * 31}, 36004, 2207010),
        ({"media_type": "STORIES", "image_url": "http://127.0.0.1/a", "caption": "c"}, 100, 0),
        ({"image_url": "http://127.0.0.1/a", "published": "false"}, 100, 0),
        ({"media_type": "CAROUSEL", "children": "1"}, 100, 2207028),
        ({"media_type": "CAROUSEL", "children": "1,2"}, 24, 2207008),
        ({"image_url": "http://127.0.0.1/a", "upload_type": "resumable"}, 100, 0),
    ],
)
def test_wrong_parameters_get_the_platforms_code(
    hub: Hub, parameters: dict[str, str], code: int, subcode: int
) -> None:
    error = hub.create(**parameters).json()["error"]
    assert (error["code"], error.get("error_subcode", 0)) == (code, subcode)


def test_a_carousel_keeps_the_order_of_its_children(hub: Hub, files: str) -> None:
    first = hub.create(image_url=f"{files}/cup.jpg", is_carousel_item="true", alt_text="one").json()["id"]
    second = hub.create(media_type="VIDEO", video_url=f"{files}/reel.mp4", is_carousel_item="true").json()[
        "id"
    ]
    wish = {"media_type": "CAROUSEL", "children": f"{second},{first}", "caption": "Both"}
    assert hub.create(**wish).json()["error"]["error_subcode"] == 2207027
    settle(hub, second)
    media = hub.publish(hub.create(**wish).json()["id"]).json()["id"]
    seen = hub.call("GET", media, fields="media_type,children{media_type}").json()
    assert [child["media_type"] for child in seen["children"]["data"]] == ["VIDEO", "IMAGE"]
    assert seen["media_type"] == "CAROUSEL_ALBUM"
    assert hub.publish(first).status_code == 400


def test_a_story_has_its_own_list_for_a_day_and_no_creator_may_post_one(hub: Hub, files: str) -> None:
    story = {"media_type": "STORIES", "image_url": f"{files}/cup.jpg"}
    media = hub.publish(hub.create(**story).json()["id"]).json()["id"]
    listed = [hub.call("GET", f"{hub.account}/{name}").json()["data"] for name in ("media", "stories")]
    assert listed == [[], [{"id": media}]]
    hub.sandbox.control.advance(86_401)
    assert hub.call("GET", f"{hub.account}/stories").json()["data"] == []
    assert Hub(hub.sandbox).sign_in("ravi").create(**story).json()["error"]["code"] == 10


def test_bytes_are_taken_up_again_where_the_connection_broke(hub: Hub) -> None:
    data = film(size=600_000)
    answer = hub.create(media_type="REELS", upload_type="resumable", caption="Sent").json()
    hub.sandbox.control.fault(
        "reset_midway", match={"host": "rupload.facebook.com", "method": "POST"}, bytes=100_000
    )
    with pytest.raises(requests.ConnectionError):
        hub.send_bytes(answer["uri"], data, 0, len(data))
    headers = {"Authorization": f"OAuth {hub.token}"}
    held = requests.get(
        hub.sandbox.url + answer["uri"].replace("https:/", ""), headers=headers, timeout=5
    ).json()["offset"]
    assert held == 100_000
    wrong = hub.send_bytes(answer["uri"], data, 0, len(data)).json()["debug_info"]
    assert (wrong["type"], wrong["retriable"]) == ("OffsetInvalidError", True)
    assert hub.send_bytes(answer["uri"], data[held:], held, len(data)).json()["success"]
    assert settle(hub, answer["id"])["status_code"] == "FINISHED"
    hub.publish(answer["id"])
    assert hub.sandbox.control.posts()[0]["media"][0]["size"] == len(data)


def test_the_upload_host_wants_the_word_oauth_and_instagram_login_has_no_upload(hub: Hub) -> None:
    uri = hub.create(media_type="REELS", upload_type="resumable").json()["uri"]
    assert hub.send_bytes(uri, film(), 0, len(film()), scheme="Bearer").status_code == 401
    other = Hub(hub.sandbox, "graph.instagram.com").sign_in()
    assert other.create(media_type="REELS", upload_type="resumable").json()["error"]["code"] == 100


def test_a_container_expires_after_a_day_and_is_refused_elsewhere(hub: Hub, files: str) -> None:
    container = hub.create(image_url=f"{files}/cup.jpg").json()["id"]
    other = Hub(hub.sandbox).sign_in("ravi")
    assert other.publish(container).json()["error"]["error_subcode"] == 2207008
    assert other.call("GET", container, fields="status_code").json()["error"]["code"] == 100
    hub.sandbox.control.advance(86_401)
    assert hub.state(container)["status_code"] == "EXPIRED"
    assert hub.publish(container).json()["error"]["error_subcode"] == 2207020


def test_the_quota_counts_a_rolling_day(hub: Hub, files: str) -> None:
    hub.sandbox.control.call("POST", "platforms/instagram/habits", {"quota": 2})
    containers = [hub.create(image_url=f"{files}/cup.jpg").json()["id"] for _ in range(3)]
    assert [hub.publish(container).ok for container in containers] == [True, True, False]
    limit = hub.call("GET", f"{hub.account}/content_publishing_limit", fields="config,quota_usage").json()[
        "data"
    ][0]
    assert limit == {"quota_usage": 2, "config": {"quota_total": 2, "quota_duration": 86400}}
    assert hub.call("GET", f"{hub.account}/content_publishing_limit").json()["data"] == [{"quota_usage": 2}]
    error = hub.publish(containers[2]).json()["error"]
    assert (error["code"], error["error_subcode"]) == (9, 2207042)


def test_publishing_twice_makes_two_posts_unless_the_habit_is_to_refuse(hub: Hub, files: str) -> None:
    container = hub.create(image_url=f"{files}/cup.jpg", caption="Once").json()["id"]
    hub.publish(container)
    hub.publish(container)
    assert len(hub.sandbox.control.posts()) == 2
    hub.sandbox.control.call("POST", "platforms/instagram/habits", {"republish": "refuse"})
    assert hub.publish(container).json()["error"]["code"] == 24
    assert len(hub.sandbox.control.posts()) == 2


def test_the_published_flag_and_the_list_lag_on_order(hub: Hub, files: str) -> None:
    container = hub.create(image_url=f"{files}/cup.jpg", caption="Late").json()["id"]
    hub.sandbox.control.fault("lagging_listing", match={"method": "GET", "times": 0}, seconds=40)
    hub.publish(container)
    assert hub.state(container)["status_code"] == "FINISHED"
    assert hub.call("GET", f"{hub.account}/media").json()["data"] == []
    hub.sandbox.control.advance(41)
    assert hub.state(container)["status_code"] == "PUBLISHED"
    assert len(hub.call("GET", f"{hub.account}/media", fields="id,caption").json()["data"]) == 1


def test_a_first_comment_stands_under_the_post(hub: Hub, files: str) -> None:
    media = hub.publish(hub.create(image_url=f"{files}/cup.jpg").json()["id"]).json()["id"]
    comment = hub.call("POST", f"{media}/comments", message="Beans in bio").json()["id"]
    listed = hub.call("GET", f"{media}/comments", fields="id,text").json()["data"]
    assert listed == [{"id": comment, "text": "Beans in bio"}]
    assert hub.sandbox.control.posts()[0]["comments"] == [{"id": comment, "text": "Beans in bio"}]


def test_an_unknown_field_fails_the_whole_call(hub: Hub) -> None:
    assert hub.call("GET", hub.account, fields="username").json()["username"] == "northwindcoffee"
    error = hub.call("GET", hub.account, fields="username,impressions").json()["error"]
    assert (error["code"], "impressions" in error["message"]) == (100, True)


def test_usage_headers_grow_and_an_ordered_error_has_its_code(hub: Hub) -> None:
    answer = hub.call("GET", hub.account, fields="username")
    assert "call_count" in answer.headers["x-app-usage"]
    assert "estimated_time_to_regain_access" in answer.headers["x-business-use-case-usage"]
    hub.sandbox.control.fault("status", match={"path": "media_publish"}, code="4/2207051")
    error = hub.publish("1").json()["error"]
    assert (error["code"], error["error_subcode"]) == (4, 2207051)
