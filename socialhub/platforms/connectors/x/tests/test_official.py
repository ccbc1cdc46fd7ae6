"""The official client of X (xdk) completes its usual calls against the sandbox, and its models know what we send."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from xdk import Client
from xdk.media.models import InitializeUploadRequest
from xdk.posts.models import CreateRequest

from socialhub.platforms import registry
from socialhub.platforms.flow import Job
from socialhub.platforms.sandbox.server import SandboxServer
from socialhub.platforms.testing import Desk, connect
from socialhub.platforms.tests.samples import file_of, film, long_film
from socialhub.platforms.values import Content, Kind

from ..media import CHUNK
from ..publish import body_of

CONNECTOR = registry.get("x")


@pytest.fixture
def desk() -> Iterator[Desk]:
    """The account of Northwind Coffee in a fresh world."""
    with SandboxServer() as server:
        yield connect(CONNECTOR, CONNECTOR.logins[0], server)


@pytest.fixture
def client(desk: Desk) -> Client:
    """The official client with the account's token."""
    assert desk.account.tokens is not None
    url = f"{desk.server.url}/api.x.com"
    return Client(base_url=url, access_token=desk.account.tokens.access.reveal())


def create(client: Client, **body: Any) -> str:
    """A post; its id."""
    return str(client.posts.create(CreateRequest.model_validate(body)).model_dump()["data"]["id"])


def upload(client: Client, data: bytes) -> str:
    """A video in segments, as the client's own samples send it."""
    wish = {"media_type": "video/mp4", "media_category": "tweet_video", "total_bytes": len(data)}
    opened = client.media.initialize_upload(InitializeUploadRequest.model_validate(wish)).model_dump()
    media_id = str(opened["data"]["id"])
    for index, first in enumerate(range(0, len(data), CHUNK)):
        piece = base64.b64encode(data[first : first + CHUNK]).decode()
        client.media.append_upload(media_id, {"segment_index": index, "media": piece})
    closed = client.media.finalize_upload(media_id).model_dump()
    assert closed["data"]["processing_info"]["state"] == "pending"
    return media_id


def test_the_official_client_posts_a_thread_with_a_video_and_deletes_it(desk: Desk, client: Client) -> None:
    me = client.users.get_me(user_fields=["subscription_type", "verified_type"]).model_dump()["data"]
    assert (me["id"], me["username"]) == (desk.account.external_id, "northwindcoffee")
    media_id = upload(client, long_film(2 * CHUNK + 1000))
    desk.server.control.advance(60)
    state = client.media.get_upload_status(media_id, command="STATUS").model_dump()
    assert state["data"]["processing_info"]["state"] == "succeeded"
    first = create(client, text="The first pour", media={"media_ids": [media_id]})
    second = create(client, text="The second", reply={"in_reply_to_tweet_id": first})
    live = {post["id"]: post for post in desk.server.control.posts(platform="x")}
    assert [len(live[first]["media"]), live[second]["conversation_id"]] == [1, first]
    for post_id in (second, first):
        assert client.posts.delete(post_id).model_dump()["data"]["deleted"] is True
    assert desk.server.control.posts(platform="x") == []


def test_the_official_client_is_told_of_a_duplicate(client: Client) -> None:
    create(client, text="Fresh roast")
    with pytest.raises(requests.HTTPError, match="403"):
        create(client, text="Fresh roast")


@pytest.mark.parametrize(
    "options",
    [
        {"reply_settings": "subscribers", "paid_partnership": True, "made_with_ai": True},
        {"community": "1493446837214187523", "share_with_followers": True},
        {"poll_options": ["Beans", "Leaves"], "poll_minutes": "60"},
    ],
)
def test_the_official_models_know_every_field_that_we_send(desk: Desk, options: dict[str, Any]) -> None:
    content = Content(Kind.TEXT, "Fresh roast")
    row = desk.publish(content, options)
    assert desk.server.control.posts(platform="x")[-1]["id"] == row.post_id
    video = Content(Kind.VIDEO, "A film", media=(file_of(film(), "video/mp4"),))
    for each in (content, video):
        sent = body_of(_job(desk, each, options), 0)
        assert CreateRequest.model_validate(sent).model_extra == {}


def _job(desk: Desk, content: Content, options: dict[str, Any]) -> Job:
    resolved = CONNECTOR.options.resolve(content.kind, options)
    return Job("k", desk.account, content, desk.api(), resolved, {"media": {"0.0": {"id": "1"}}})
