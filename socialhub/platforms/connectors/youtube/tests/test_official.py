"""The official discovery document judges what is sent and what the sandbox answers; the official client uploads
to the sandbox (google-api-python-client).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from email import message_from_bytes
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import googleapiclient
import httplib2
import pytest
from googleapiclient.discovery import build
from googleapiclient.http import MediaFileUpload

from socialhub.platforms import registry
from socialhub.platforms.sandbox.server import SandboxServer
from socialhub.platforms.testing import Listening, connect
from socialhub.platforms.tests.samples import file_of, film, long_film, picture
from socialhub.platforms.transport import Request
from socialhub.platforms.values import Content, Kind

from ..uploads import CHUNK

CONNECTOR = registry.get("youtube")
DOCUMENTS = Path(googleapiclient.__file__).parent / "discovery_cache/documents"
DOCUMENT = json.loads((DOCUMENTS / "youtube.v3.json").read_text())
CHOSEN = {"title": "Fresh roast", "made_for_kids": "no", "tags": ["coffee"]}
ALWAYS = {"uploadType", "upload_id", "alt"}
TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
}


@pytest.fixture
def sandbox() -> Iterator[SandboxServer]:
    """A fresh world."""
    with SandboxServer() as server:
        yield server


def check(value: Any, schema: Mapping[str, Any], where: str, document: Mapping[str, Any] = DOCUMENT) -> None:
    """Fail unless ``value`` has only what the schema names, in its types and enumerations."""
    if "$ref" in schema:
        schema = document["schemas"][schema["$ref"]]
    if schema["type"] == "any":
        return
    if schema["type"] == "object":
        assert isinstance(value, dict), where
        more = schema.get("additionalProperties")
        strange = set(value) - set(schema.get("properties", {}))
        assert more or not strange, f"{where} has no {strange}"
        for name, item in value.items():
            check(item, schema.get("properties", {}).get(name, more), f"{where}.{name}", document)
    elif schema["type"] == "array":
        assert isinstance(value, list), where
        for item in value:
            check(item, schema["items"], f"{where}[]", document)
    else:
        assert isinstance(value, TYPES[schema["type"]]), where
        assert value in schema.get("enum", [value]), f"{where}: {value}"


def method_of(request: Request) -> tuple[Mapping[str, Any], bool] | None:
    """The documented method behind a request, and whether it uploads; ``None`` for Google's sign-in."""
    parts = urlsplit(request.url)
    if parts.hostname != "www.googleapis.com":
        return None
    path = parts.path.removeprefix("/upload").lstrip("/")
    uploads = parts.path.startswith("/upload/")
    verb = "POST" if uploads else request.method  # the bytes of an upload follow by PUT
    for resource in DOCUMENT["resources"].values():
        for method in resource.get("methods", {}).values():
            if (method["path"], method["httpMethod"]) == (path, verb):
                return method, uploads
    raise AssertionError(f"no method {request.method} {parts.path}")


def said_by(request: Request) -> Any:
    """The resource in a request: its JSON body, or the first part of a body with a file."""
    if request.body is None:
        return None
    sent = request.body.open()
    data = sent if isinstance(sent, bytes) else b"".join(iter(lambda: sent.read(1 << 16), b""))
    if request.body.content_type.startswith("multipart/related"):
        head = f"Content-Type: {request.body.content_type}\r\n\r\n".encode()
        _, first, _ = message_from_bytes(head + data).walk()
        return json.loads(str(first.get_payload()))
    return json.loads(data) if request.body.content_type.startswith("application/json") else None


def test_all_that_is_sent_and_answered_is_in_the_discovery_document(sandbox: SandboxServer) -> None:
    transport = Listening(sandbox.url)
    desk = connect(CONNECTOR, CONNECTOR.logins[0], sandbox, transport=transport)
    video = file_of(film(), "video/mp4")
    content = Content(Kind.VIDEO, "From the harbour", media=(video,))
    added = {
        "playlist": desk.account.extra["playlists"][0]["id"],
        "captions": file_of(b"WEBVTT\n\n00:00.000 --> 00:01.000\nHello\n", "text/vtt"),
        "thumbnail": file_of(picture(), "image/jpeg"),
    }
    row = desk.publish(content, {**CHOSEN, **added})
    assert CONNECTOR.publishing is not None
    assert CONNECTOR.publishing.delete is not None
    assert CONNECTOR.publishing.edit is not None
    CONNECTOR.publishing.edit(desk.api(), desk.account, row.post_id, content, {"title": "Fresher roast"})
    # A session that is gone, so that the lists are asked too.
    row.facts["session"] += "x"
    row.step, row.in_doubt = "send_chunks", True
    desk.turn(row, content, CHOSEN)
    CONNECTOR.publishing.delete(desk.api(), desk.account, row.post_id)
    seen = set()
    for request, response in transport.heard:
        found = method_of(request)
        if found is None:
            continue
        method, _ = found
        seen.add(method["id"])
        query = parse_qs(urlsplit(request.url).query)
        assert set(query) <= set(method["parameters"]) | ALWAYS
        assert set(method.get("parameterOrder", ())) <= set(query)
        assert set(CONNECTOR.logins[0].scopes_for(CONNECTOR.capabilities)) & set(method["scopes"])
        said = said_by(request)
        if said is not None:
            check(said, method["request"], "request")
        if response.status < 300 and response.content:
            check(json.loads(response.content), method["response"], "response")
    assert seen == {
        "youtube.channels.list",
        "youtube.videos.insert",
        "youtube.videos.list",
        "youtube.playlistItems.list",
        "youtube.playlistItems.insert",
        "youtube.playlists.list",
        "youtube.captions.insert",
        "youtube.thumbnails.set",
        "youtube.videos.update",
        "youtube.videos.delete",
    }


def test_chunks_are_a_multiple_of_256_kib() -> None:
    assert CHUNK % (256 * 1024) == 0


class Through(httplib2.Http):  # type: ignore[misc]
    """Sends what the official client asks for to the sandbox, with the token of an account."""

    def __init__(self, sandbox_url: str, token: str) -> None:
        super().__init__(timeout=10)
        self.redirect_codes = frozenset((300, 301, 302, 303, 307))  # as googleapiclient.http.build_http does
        self._sandbox_url = sandbox_url
        self._token = token

    def request(
        self, uri: str, method: str = "GET", body: Any = None, headers: Any = None, **more: Any
    ) -> Any:
        """The same request on this machine."""
        headers = {**(headers or {}), "authorization": f"Bearer {self._token}"}
        place = uri.replace("https://", f"{self._sandbox_url}/", 1)
        return super().request(place, method, body=body, headers=headers, **more)


def test_the_official_client_uploads_in_chunks_reads_back_and_deletes(
    sandbox: SandboxServer, tmp_path: Path
) -> None:
    desk = connect(CONNECTOR, CONNECTOR.logins[0], sandbox)
    assert desk.account.tokens is not None
    path = tmp_path / "film.mp4"
    path.write_bytes(long_film(1_000_000))
    http = Through(sandbox.url, desk.account.tokens.access.reveal())
    youtube = build("youtube", "v3", http=http, static_discovery=True)
    body = {"snippet": {"title": "Fresh roast"}, "status": {"privacyStatus": "unlisted"}}
    media = MediaFileUpload(str(path), mimetype="video/mp4", chunksize=262_144, resumable=True)
    request = youtube.videos().insert(part="snippet,status", body=body, media_body=media)
    video, chunks = None, 0
    while video is None:
        _, video = request.next_chunk()
        chunks += 1
    listed = youtube.videos().list(part="snippet,status", id=video["id"]).execute()
    assert (chunks, listed["items"][0]["snippet"]["title"]) == (4, "Fresh roast")
    add_what_belongs_to(youtube, video, desk.account.extra["playlists"][0]["id"], tmp_path)
    shown = sandbox.control.posts(platform="youtube")[0]
    assert (shown["title"], shown["captions"][0]["language"], "cover" in shown) == ("Fresher", "en", True)
    youtube.videos().delete(id=video["id"]).execute()
    assert sandbox.control.posts(platform="youtube") == []


def add_what_belongs_to(youtube: Any, video: Mapping[str, Any], playlist: str, folder: Path) -> None:
    """Cover, captions, playlist and other words by the official client."""
    cover, captions = folder / "cover.jpg", folder / "captions.srt"
    cover.write_bytes(picture())
    captions.write_text("1\n00:00:00,000 --> 00:00:01,000\nHello\n")
    youtube.thumbnails().set(videoId=video["id"], media_body=MediaFileUpload(str(cover))).execute()
    track = {"snippet": {"videoId": video["id"], "language": "en", "name": ""}}
    file = MediaFileUpload(str(captions), mimetype="application/octet-stream")
    youtube.captions().insert(part="snippet", body=track, media_body=file).execute()
    resource = {"kind": "youtube#video", "videoId": video["id"]}
    entry = {"snippet": {"playlistId": playlist, "resourceId": resource}}
    youtube.playlistItems().insert(part="snippet", body=entry).execute()
    items = (
        youtube.playlistItems().list(part="id", playlistId=playlist, videoId=video["id"]).execute()["items"]
    )
    assert len(items) == 1
    words = {"id": video["id"], "snippet": {"title": "Fresher", "categoryId": "22"}}
    youtube.videos().update(part="snippet", body=words).execute()
