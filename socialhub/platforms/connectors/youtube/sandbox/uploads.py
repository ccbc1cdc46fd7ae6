"""Resumable uploads (https://developers.google.com/youtube/v3/guides/using_resumable_upload_protocol)."""

from __future__ import annotations

import re
import secrets
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from werkzeug.exceptions import ClientDisconnected
from werkzeug.wrappers import Response

from socialhub.platforms.sandbox.probe import probe
from socialhub.platforms.sandbox.records import Media, Post
from socialhub.platforms.sandbox.shapes import Field
from socialhub.platforms.sandbox.simulator import Call, DroppedError, reply

from .hub import tell
from .reading import video_json
from .refusals import error, refusal
from .server import API, API_TOO, SCOPE, UPLOADS, Upload, simulator
from .store import SITE

GRAIN = 262_144
PIECE = 1 << 18
SESSION_LIFETIME = 7 * 86_400
PROCESSING = 20.0
LARGEST = 274_877_906_944
WRITE = (SCOPE + "youtube.upload", SCOPE + "youtube", SCOPE + "youtube.force-ssl")
PARTS = {"snippet", "status", "recordingDetails", "localizations"}
CATEGORIES = {str(n) for n in (1, 2, 10, 15, 17, 19, 20, 22, 23, 24, 25, 26, 27, 28, 29)}
RANGE = re.compile(r"bytes (?:(\d+)-(\d+)|\*)/(\d+)$")
PRIVACY = ("private", "unlisted", "public")
BODY = {
    "snippet": Field(
        "object",
        fields={
            "title": Field(),
            "description": Field(),
            "tags": Field("list"),
            "categoryId": Field(),
            "defaultLanguage": Field(),
        },
    ),
    "status": Field(
        "object",
        fields={
            "privacyStatus": Field(choices=PRIVACY),
            "publishAt": Field(),
            "license": Field(choices=("youtube", "creativeCommon")),
            "embeddable": Field("bool"),
            "publicStatsViewable": Field("bool"),
            "selfDeclaredMadeForKids": Field("bool"),
            "containsSyntheticMedia": Field("bool"),
        },
    ),
    "recordingDetails": Field("object", fields={"recordingDate": Field()}),
}
QUERY = {
    "uploadType": Field(required=True, choices=("resumable",)),
    "part": Field(required=True),
    "notifySubscribers": Field("bool"),
    "alt": Field(choices=("json",)),
}


@simulator.route("POST", "/upload/youtube/v3/videos", host=API, scopes=WRITE, limit=UPLOADS)
@simulator.route("POST", "/upload/youtube/v3/videos", host=API_TOO, scopes=WRITE, limit=UPLOADS)
def open_session(call: Call) -> Response:
    """Check what is said of the video, then hand out the address of a session."""
    query = call.query(QUERY)
    parts = set(query["part"].split(","))
    if not parts <= PARTS:
        raise error(400, "unknownPart", f"'{min(parts - PARTS)}'", "youtube.part")
    wish = {name: value for name, value in call.json(BODY).items() if name in parts}
    mime, size = call.header("X-Upload-Content-Type") or "", call.header("X-Upload-Content-Length") or ""
    if not (mime.startswith("video/") or mime == "application/octet-stream"):
        raise error(400, "badContent", f"Media type '{mime}' is not supported.")
    if not size.isdigit() or not 0 < int(size) <= LARGEST:
        raise refusal("mediaBodyRequired")
    check_words(wish)
    slug = call.header("Slug") or ""
    if len(slug) > 200 or "/" in slug:
        raise refusal("invalidFilename")
    session = Upload(
        secrets.token_urlsafe(48), call.token.account, call.token.client_id, call.world.blobs.create(), int(size),
        mime, call.now, slug or "unknown", wish={**wish, "notify": query.get("notifySubscribers", True)},
    )  # fmt: skip
    call.world.issue(simulator.key, "upload_session", session.id)
    simulator.uploads(call.world).add(session)
    place = urlencode({"uploadType": "resumable", "part": query["part"], "upload_id": session.id})
    return Response(
        "", 200, {"Location": f"https://{call.host}{call.path}?{place}", "X-GUploader-UploadID": "s"}
    )


def check_words(wish: dict[str, Any]) -> None:
    """Title, text, tags, category and time, as they are held to on insert and update."""
    snippet, status = wish.get("snippet", {}), wish.get("status", {})
    title, description = snippet.get("title", ""), snippet.get("description", "")
    if not title.strip() or len(title) > 100 or set(title) & set("<>"):
        raise refusal("invalidTitle")
    if len(description.encode()) > 5000 or set(description) & set("<>"):
        raise refusal("invalidDescription")
    tags = snippet.get("tags", [])
    if len(",".join(f'"{tag}"' if " " in tag else tag for tag in tags)) > 500 or any(
        set(tag) & set("<>") for tag in tags
    ):
        raise refusal("invalidTags")
    if snippet.get("categoryId", "22") not in CATEGORIES:
        raise refusal("invalidCategoryId")
    if "publishAt" in status:
        try:
            datetime.fromisoformat(status["publishAt"])
        except ValueError:
            raise refusal("invalidPublishAt") from None
        if status.get("privacyStatus") != "private":
            raise refusal("invalidPublishAt")


@simulator.route("PUT", "/upload/youtube/v3/videos", host=API, scopes=WRITE, streams=True)
@simulator.route("PUT", "/upload/youtube/v3/videos", host=API_TOO, scopes=WRITE, streams=True)
def receive(call: Call) -> Response:
    """The next bytes of a session, or the question how many there are (`bytes */total`)."""
    query = call.query({**QUERY, "upload_id": Field(required=True)})
    session = simulator.uploads(call.world).get(query["upload_id"])
    if (
        session is None
        or session.account != call.token.account
        or call.now > session.created_at + SESSION_LIFETIME
    ):
        raise error(404, "notFound", "Not Found")
    length = int(call.request.headers.get("Content-Length", "0"))
    given = call.header("Content-Range") or f"bytes 0-{session.total - 1}/{session.total}"
    said = RANGE.match(given)
    if said is None or int(said[3]) != session.total:
        raise error(400, "badRequest", "Failed to parse Content-Range header.")
    if session.video or said[1] is None:
        return _state(call, session)
    first, last = int(said[1]), int(said[2])
    is_last = last == session.total - 1
    if length != last - first + 1 or last >= session.total or (not is_last and length % GRAIN):
        raise error(400, "badRequest", f"Chunks are multiples of {GRAIN} bytes, and as long as they say.")
    if first != call.world.blobs.size(session.blob):
        raise error(
            400, "badRequest", "The range neither begins where the upload stopped nor starts it anew."
        )
    _store(call, session)
    with call.world.lock:
        if call.world.blobs.size(session.blob) == session.total:
            _finish(call, session)
    return _state(call, session)


def _state(call: Call, session: Upload) -> Response:
    post = call.world.posts.get(session.video)
    if post is not None:
        return reply(video_json(call, post, {"snippet", "status"}), 201)
    held = call.world.blobs.size(session.blob)
    return Response("", 308, {"Range": f"bytes=0-{held - 1}"} if held else {})


def _store(call: Call, session: Upload) -> None:
    """Append what arrives; of what came before a break only whole grains are kept."""
    cut = call.fault("reset_midway")
    left = int(cut.details.get("bytes", 1)) if cut else None
    with call.world.blobs.path(session.blob).open("ab") as target:
        while True:
            try:
                piece = call.request.stream.read(PIECE if left is None else min(PIECE, left))
            except ClientDisconnected:
                piece, left = b"", 0
            target.write(piece)
            if left is not None:
                left -= len(piece)
                if left <= 0:
                    target.truncate(target.tell() // GRAIN * GRAIN)
                    raise DroppedError
            if not piece:
                return


def _finish(call: Call, session: Upload) -> None:
    seen = probe(call.world.blobs.path(session.blob))
    video_id = secrets.token_urlsafe(8)
    media = Media(
        video_id, simulator.key, session.account, seen.mime, session.blob, session.total, call.now,
        call.now + PROCESSING, width=seen.width, height=seen.height, seconds=seen.seconds, post=video_id,
    )  # fmt: skip
    media.extra["file_name"] = session.file_name
    fault = call.fault("rejected_media")
    if fault:
        media.failure = str(fault.details.get("reason", "codec"))
    elif not seen.mime.startswith("video/") or not seen.is_whole:
        media.failure = "invalidFile"
    elif seen.seconds > 900 and call.account.extra["long_uploads"] != "allowed":
        media.failure = "length"
    call.world.media.add(media)
    snippet, status = session.wish.get("snippet", {}), session.wish.get("status", {})
    app = call.world.apps.get(session.client_id)
    is_audited = app is None or app.extra["audited"]
    is_upright = seen.height >= seen.width > 0 and seen.seconds <= 180
    extra = {
        **snippet,
        **status,
        "privacyStatus": status.get("privacyStatus", "public") if is_audited else "private",
        "notify": session.wish["notify"],
        "is_short": is_upright,
    }
    post = call.world.posts.add(
        Post(
            video_id, simulator.key, session.account, snippet.get("description", ""), call.now, SITE,
            f"https://{SITE}/{f'shorts/{video_id}' if is_upright else f'watch?v={video_id}'}", [video_id],
            client_id=session.client_id, extra=extra,
        )
    )  # fmt: skip
    session.video = video_id
    tell(call.world, post)
