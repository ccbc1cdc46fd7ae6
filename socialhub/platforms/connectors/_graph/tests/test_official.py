"""Meta's own SDK judges what is sent and works with the sandbox (facebook-business); another client speaks Threads
with it (python-facebook-api).
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from facebook_business.adobjects.advideo import AdVideo
from facebook_business.adobjects.igmedia import IGMedia
from facebook_business.adobjects.iguser import IGUser
from facebook_business.adobjects.page import Page
from facebook_business.adobjects.pagepost import PagePost
from facebook_business.adobjects.user import User
from facebook_business.api import FacebookAdsApi
from facebook_business.session import FacebookSession
from pyfacebook import ThreadsGraphAPI
from werkzeug.formparser import parse_form_data

from socialhub.platforms import login as oauth, registry
from socialhub.platforms.api import Api
from socialhub.platforms.connector import Connector
from socialhub.platforms.login import Login, LoginContext
from socialhub.platforms.sandbox.server import SandboxServer
from socialhub.platforms.testing import CALLBACK, Desk, Listening, connect
from socialhub.platforms.tests.samples import PutFile, file_host, file_of, film, picture, sample
from socialhub.platforms.transport import Request
from socialhub.platforms.values import Content, Kind

FACEBOOK, INSTAGRAM, THREADS = (registry.get(key) for key in ("facebook", "instagram", "threads"))
BY_FACEBOOK = [
    (connector, login, kind)
    for connector in (FACEBOOK, INSTAGRAM)
    for login in connector.logins
    if login.key == "page"
    for kind in connector.kinds
]
SDK: dict[tuple[str, str, str], tuple[type[Any], str]] = {
    ("facebook", "POST", "feed"): (Page, "create_feed"),
    ("facebook", "POST", "photos"): (Page, "create_photo"),
    ("facebook", "POST", "videos"): (Page, "create_video"),
    ("facebook", "POST", "video_reels"): (Page, "create_video_reel"),
    ("facebook", "POST", "video_stories"): (Page, "create_video_story"),
    ("facebook", "POST", "photo_stories"): (Page, "create_photo_story"),
    ("facebook", "POST", "thumbnails"): (AdVideo, "create_thumbnail"),
    ("facebook", "POST", "comments"): (PagePost, "create_comment"),
    ("facebook", "POST", "post"): (PagePost, "api_update"),
    ("facebook", "POST", "video"): (AdVideo, "api_update"),
    ("facebook", "GET", "published_posts"): (Page, "get_published_posts"),
    ("facebook", "GET", "stories"): (Page, "get_stories"),
    ("facebook", "DELETE", "permissions"): (User, "delete_permissions"),
    ("instagram", "POST", "media"): (IGUser, "create_media"),
    ("instagram", "POST", "media_publish"): (IGUser, "create_media_publish"),
    ("instagram", "POST", "comments"): (IGMedia, "create_comment"),
    ("instagram", "GET", "media"): (IGUser, "get_media"),
    ("instagram", "GET", "content_publishing_limit"): (IGUser, "get_content_publishing_limit"),
    ("instagram", "DELETE", "permissions"): (User, "delete_permissions"),
}
ALWAYS = {"access_token", "appsecret_proof", "fields", "limit"}
# What the SDK sends without listing it, or lists elsewhere.
APART = {
    # Bytes of a photo: https://developers.facebook.com/docs/graph-api/reference/page/photos (read 2026-06).
    "photos": {"source"},
    # Paging by time holds for every list of posts: https://developers.facebook.com/docs/graph-api/results (2026-06).
    "published_posts": {"since"},
}


@pytest.fixture
def sandbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[SandboxServer]:
    """A fresh world, to which the SDK speaks too."""
    with SandboxServer() as server:
        monkeypatch.setattr(FacebookSession, "GRAPH", f"{server.url}/graph.facebook.com")
        yield server


@pytest.fixture
def put() -> Iterator[PutFile]:
    """A place for files that platforms fetch."""
    with file_host() as put_file:
        yield put_file


def sdk(desk: Desk) -> FacebookAdsApi:
    """The SDK with the account's own token, and the app's proof."""
    assert desk.account.tokens is not None
    assert desk.app.client_secret is not None
    token, secret = desk.account.tokens.access.reveal(), desk.app.client_secret.reveal()
    return FacebookAdsApi(FacebookSession(desk.app.client_id, secret, token), api_version="v26.0")


def context_of(desk: Desk) -> LoginContext:
    """What a login works with."""
    api = Api(desk.connector.key, desk.connector.service, desk.transport, app=desk.app)
    return LoginContext(api, desk.app, CALLBACK, desk.server.clock.moment())


def named(request: Request) -> set[str]:
    """The names of all parameters of a request; a list by its head."""
    names = set(parse_qs(urlsplit(request.url).query))
    if request.body is None or request.body.content_type == "application/octet-stream":
        return names
    opened = request.body.open()
    sent = opened if isinstance(opened, bytes) else b"".join(iter(opened.read, b""))
    environ = {
        "REQUEST_METHOD": "POST",
        "CONTENT_TYPE": request.body.content_type,
        "CONTENT_LENGTH": str(len(sent)),
        "wsgi.input": io.BytesIO(sent),
    }
    _, form, files = parse_form_data(environ)
    for file in files.values():
        file.close()
    return names | {name.partition("[")[0] for name in (*form, *files)}


def node_or_edge(connector: Connector, path: str, names: set[str]) -> str:
    """The edge of a path, or what the node is."""
    parts = re.sub(r"^/v\d+\.\d+/", "", path).split("/")
    if len(parts) > 1:
        return parts[1]
    return "post" if "message" in names else "video"


@pytest.mark.parametrize(("connector", "login", "kind"), BY_FACEBOOK, ids=lambda v: getattr(v, "key", str(v)))
def test_every_parameter_that_is_sent_stands_in_the_tables_of_the_sdk(
    connector: Connector, login: Login, kind: Kind, sandbox: SandboxServer, put: PutFile
) -> None:
    transport = Listening(sandbox.url)
    desk = connect(connector, login, sandbox, transport=transport)
    cover = file_of(picture("brown"), "image/jpeg", put(picture("brown"), "image/jpeg"))
    chosen = {"title": "Roasting", "cover": cover, "collaborators": ["harborbooks"], "is_ai_generated": True}
    content = sample(kind, put)
    if kind is not Kind.STORY:
        content = Content(content.kind, content.text, content.link, content.media, first_comment="First!")
    # The answer to the post is lost, so that the lists are asked too.
    sandbox.control.fault("reset_after", match={"path": "(/feed|/media_publish|/photo_stories)$"})
    row = desk.publish(content, chosen)
    assert connector.publishing is not None
    if connector.publishing.edit is not None and kind is not Kind.STORY:
        connector.publishing.edit(desk.api(), desk.account, row.post_id, content, chosen)
    oauth.revoke(login, context_of(desk), desk.account)
    seen = set()
    for request, response in transport.heard:
        parts = urlsplit(request.url)
        names = named(request)
        edge = node_or_edge(connector, parts.path, names)
        found = SDK.get((connector.key, request.method, edge))
        if parts.hostname != "graph.facebook.com" or found is None:
            continue
        seen.add(edge)
        adobject, method = found
        checker = getattr(adobject("1"), method)(pending=True)._param_checker
        strange = {name for name in names - ALWAYS - APART.get(edge, set()) if checker.get_type(name) is None}
        assert strange == set(), f"{request.method} {edge}: {response.status}"
    assert len(seen) >= 3


def test_the_sdk_posts_reads_and_deletes_on_a_page(sandbox: SandboxServer, put: PutFile) -> None:
    desk = connect(FACEBOOK, FACEBOOK.logins[0], sandbox, app={"requires_proof": True})
    api = sdk(desk)
    page = Page(desk.account.external_id, api=api)
    post = page.create_feed(params={"message": "Open until nine", "link": "https://northwind.coffee/a"})
    address = put(picture(), "image/jpeg")(timedelta(hours=1))
    photo = page.create_photo(params={"url": address, "published": False, "alt_text_custom": "A cup"})
    attached = [{"media_fbid": photo["id"]}]
    album = page.create_feed(params={"message": "With a photo", "attached_media": attached})
    shown = PagePost(album["id"], api=api).api_get(fields=["message", "permalink_url"])
    assert shown["message"] == "With a photo"
    # Documented, and unknown to the SDK's list of fields.
    files = api.call("GET", (album["id"],), {"fields": "attachments"}).json()["attachments"]["data"]
    assert files[0]["target"]["id"] == photo["id"]
    PagePost(post["id"], api=api).api_update(params={"message": "Open until ten"})
    PagePost(album["id"], api=api).api_delete()
    listed = page.get_published_posts(fields=["id", "message"])
    assert [(line["id"], line["message"]) for line in listed] == [(post["id"], "Open until ten")]


def test_the_sdk_publishes_a_video_with_a_cover(sandbox: SandboxServer, put: PutFile) -> None:
    desk = connect(FACEBOOK, FACEBOOK.logins[0], sandbox)
    api = sdk(desk)
    address = put(film(), "video/mp4")(timedelta(hours=1))
    video = Page(desk.account.external_id, api=api).create_video(
        params={"file_url": address, "description": "A film", "title": "Roasting"}
    )
    # Its own file parameter has a name that no page documents, so the bytes go through the SDK's plain call.
    call = api.call("POST", (video["id"], "thumbnails"), {"is_preferred": True}, files={"source": picture()})
    assert call.json() == {"success": True}
    sandbox.control.advance(60)
    read = api.call("GET", (video["id"],), {"fields": "status,permalink_url"}).json()
    assert read["status"]["publishing_phase"]["publish_status"] == "published"
    live = sandbox.control.posts(platform="facebook")
    assert [(post["text"], post["title"], bool(post["cover"])) for post in live] == [
        ("A film", "Roasting", True)
    ]


def test_the_sdk_makes_and_publishes_a_container(sandbox: SandboxServer, put: PutFile) -> None:
    desk = connect(INSTAGRAM, INSTAGRAM.login("page"), sandbox)
    user = IGUser(desk.account.external_id, api=sdk(desk))
    before = user.get_content_publishing_limit(fields=["quota_usage", "config"])[0]
    address = put(picture(), "image/jpeg")(timedelta(hours=1))
    container = user.create_media(params={"image_url": address, "caption": "Northwind", "alt_text": "A cup"})
    media = user.create_media_publish(params={"creation_id": container["id"]})
    shown = IGMedia(media["id"], api=sdk(desk)).api_get(fields=["caption", "permalink", "media_product_type"])
    assert (shown["caption"], shown["media_product_type"]) == ("Northwind", "FEED")
    after = user.get_content_publishing_limit(fields=["quota_usage", "config"])[0]
    assert (before["quota_usage"], after["quota_usage"]) == (0, 1)
    assert after["config"]["quota_total"] == 50
    IGMedia(media["id"], api=sdk(desk)).api_delete()
    assert sandbox.control.posts(platform="instagram") == []


def test_another_client_publishes_and_deletes_on_threads(sandbox: SandboxServer, put: PutFile) -> None:
    desk = connect(THREADS, THREADS.logins[0], sandbox)
    assert desk.account.tokens is not None
    client = ThreadsGraphAPI(
        app_id=desk.app.client_id,
        access_token=desk.account.tokens.access.reveal(),
        base_url=f"{sandbox.url}/graph.threads.net/",
    )
    me = client.get_object("me", fields="id,username")
    address = put(picture(), "image/jpeg")(timedelta(hours=1))
    wish = {"media_type": "IMAGE", "image_url": address, "text": "Northwind"}
    container = client.post_object("me", connection="threads", data=wish)
    sandbox.control.advance(30)
    assert client.get_object(container["id"], fields="status")["status"] == "FINISHED"
    post = client.post_object("me", connection="threads_publish", data={"creation_id": container["id"]})
    assert [line["text"] for line in client.get_connection("me", "threads", fields="id,text")["data"]] == [
        "Northwind"
    ]
    assert (me["id"], post["id"]) == (
        desk.account.external_id,
        sandbox.control.posts(platform="threads")[0]["id"],
    )
    assert client.delete_object(post["id"])["success"] is True
    assert sandbox.control.posts(platform="threads") == []
