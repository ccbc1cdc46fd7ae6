"""The client that most Python programs use (Mastodon.py) logs in, posts, edits and deletes on the sandbox: what it
sends and expects was made against real servers.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from mastodon import Mastodon, MastodonNotFoundError

from socialhub.platforms.sandbox.server import SandboxServer
from socialhub.platforms.tests.samples import film, picture

HOST = "social.example"
BACK = "http://127.0.0.1:8000/callback"
SCOPES = ["read", "write"]


@pytest.fixture
def sandbox() -> Iterator[SandboxServer]:
    """A fresh world."""
    with SandboxServer() as server:
        yield server


class Through(requests.Session):
    """Sends what is meant for the server to the sandbox."""

    def __init__(self, sandbox_url: str) -> None:
        super().__init__()
        self._sandbox_url = sandbox_url

    def request(self, method: Any, url: Any, *args: Any, **more: Any) -> requests.Response:
        """The same request on this machine. The client sends by mistake along with the code what it read before;
        real servers overlook what they do not know, the sandbox does not.
        """
        if isinstance(form := more.get("data"), dict):
            more["data"] = {name: value for name, value in form.items() if not name.startswith("oauth_info")}
        return super().request(method, str(url).replace("https:/", self._sandbox_url, 1), *args, **more)


@pytest.fixture
def client(sandbox: SandboxServer) -> Mastodon:
    """The client, registered and logged in over the consent page."""
    place: dict[str, Any] = {"api_base_url": f"https://{HOST}", "session": Through(sandbox.url)}
    app = Mastodon.create_app("SocialHub", scopes=SCOPES, redirect_uris=BACK, **place)
    client = Mastodon(client_id=app[0], client_secret=app[1], version_check_mode="none", **place)
    back = sandbox.control.consent(client.auth_request_url(redirect_uris=BACK, scopes=SCOPES), "nora")
    code = parse_qs(urlsplit(back).query)["code"][0]
    client.log_in(code=code, redirect_uri=BACK, scopes=SCOPES)
    return client


def live(sandbox: SandboxServer) -> list[dict[str, Any]]:
    """What is live, oldest first."""
    return sandbox.control.posts(platform="mastodon", host=HOST)


def test_it_knows_who_it_is_and_what_the_server_allows(client: Mastodon) -> None:
    assert client.me().acct == "northwind"
    assert client.instance().configuration.statuses.max_characters == 500


def test_it_posts_files_with_words_for_them(client: Mastodon, sandbox: SandboxServer) -> None:
    still = client.media_post(picture(), "image/jpeg", description="A cup", focus=(0.0, 1.0))
    status = client.status_post(
        "Fresh roast", media_ids=[still], visibility="unlisted", spoiler_text="Coffee"
    )
    assert (status.media_attachments[0].description, status.spoiler_text) == ("A cup", "Coffee")
    assert [post["id"] for post in live(sandbox)] == [status.id]


def test_a_video_is_processed_for_a_while_and_has_a_picture(client: Mastodon, sandbox: SandboxServer) -> None:
    video = client.media_post(film(), "video/mp4", thumbnail=picture(), thumbnail_mime_type="image/jpeg")
    assert video.url is None
    sandbox.control.advance(10)
    ready = client.media(video)
    assert ready.preview_url != ready.url
    assert client.status_post("A film", media_ids=[ready]).media_attachments[0].id == video.id


def test_the_same_key_gives_the_same_status(client: Mastodon, sandbox: SandboxServer) -> None:
    first = client.status_post("Once", idempotency_key="k1")
    assert client.status_post("Once", idempotency_key="k1").id == first.id
    assert len(live(sandbox)) == 1


def test_a_thread_hangs_together_and_polls_have_answers(client: Mastodon) -> None:
    first = client.status_post("One")
    poll = client.make_poll(["Filter", "Espresso"], expires_in=3600)
    second = client.status_post("Two", in_reply_to_id=first, poll=poll)
    assert [status.id for status in client.status_context(first).descendants] == [second.id]
    assert [option.title for option in second.poll.options] == ["Filter", "Espresso"]


def test_an_edit_keeps_what_is_sent_again(client: Mastodon) -> None:
    still = client.media_post(picture(), "image/jpeg")
    status = client.status_post("Fresh rost", media_ids=[still])
    edited = client.status_update(status, "Fresh roast", media_ids=[still])
    assert (edited.id, len(edited.media_attachments)) == (status.id, 1)
    assert edited.edited_at is not None
    assert client.status_source(status).text == "Fresh roast"
    assert client.status_update(status, "Fresh roast").media_attachments == []


def test_what_is_deleted_is_gone(client: Mastodon, sandbox: SandboxServer) -> None:
    status = client.status_post("Gone soon")
    assert client.status_delete(status).text == "Gone soon"
    with pytest.raises(MastodonNotFoundError):
        client.status(status)
    assert live(sandbox) == []
