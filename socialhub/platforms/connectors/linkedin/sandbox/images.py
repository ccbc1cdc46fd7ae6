"""Pictures and documents: initialise, PUT, wait
(https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/images-api and …/documents-api).
"""

from __future__ import annotations

import io
import secrets
from typing import Any

import pypdfium2
from werkzeug.wrappers import Response

from socialhub.platforms.sandbox.probe import probe
from socialhub.platforms.sandbox.records import Media
from socialhub.platforms.sandbox.shapes import Field
from socialhub.platforms.sandbox.simulator import Call, RefusalError, reply

from .refusing import named, wrong
from .server import API, SITE, acting, member_urn, simulator

WRITE = ("w_member_social", "w_organization_social")
READ = ("r_member_social", "r_organization_social")
URL_LIFETIME = 86_400.0
PROCESSING = {"image": 2.0, "video": 6.0, "document": 4.0}
LARGEST = 36_152_320
PDF, LARGEST_DOCUMENT, MOST_PAGES = "application/pdf", 100 * 1024 * 1024, 300
TYPES = ("image/jpeg", "image/png", "image/gif")


@simulator.route("POST", "/rest/<any(images, documents):kinds>", host=API, scopes=WRITE)
def initialize(call: Call) -> Response:
    """An address for one picture or document of its owner."""
    if call.request.args.get("action") != "initializeUpload":
        raise wrong("PARAM_INVALID", "action", "is not known")
    owner = Field("object", required=True, fields={"owner": Field(required=True)})
    wish = call.json({"initializeUploadRequest": owner})["initializeUploadRequest"]
    kind = call.args["kinds"].removesuffix("s")
    media = open_upload(call, kind, wish["owner"], "initializeUploadRequest/owner")
    until = int((call.now + URL_LIFETIME) * 1000)
    url = upload_url(call, media, 0)
    return reply({"value": {"uploadUrlExpiresAt": until, "uploadUrl": url, kind: media.id}})


def open_upload(call: Call, kind: str, owner: str, field: str) -> Media:
    """A new asset that waits for its bytes."""
    account = acting(call, owner, field)
    urn = f"urn:li:{kind}:C4E{secrets.token_urlsafe(12)}"
    media = Media(urn, simulator.key, account.id, "", "", 0, call.now)
    media.extra = {"kind": kind, "owner": member_urn(account), "is_sent": False, "parts": {}}
    media.extra["keys"] = []
    return call.world.media.add(media)


def upload_url(call: Call, media: Media, index: int) -> str:
    """An address that is itself the key to it."""
    key = call.world.issue(simulator.key, "upload_address", secrets.token_urlsafe(24))
    media.extra["keys"].append(key)
    name = media.id.rsplit(":", 1)[1]
    kind = media.extra["kind"]
    return f"https://{SITE}/dms-uploads/{name}/uploaded-{kind}/{index}?app=1&m={index}&ut={key}"


def opened(call: Call, kind: str) -> Media:
    """The asset of an upload address."""
    media = call.world.media.get(f"urn:li:{kind}:{call.args['name']}")
    key = call.request.args.get("ut", "")
    if media is None or key not in media.extra["keys"][int(call.args["index"]) :][:1]:
        raise RefusalError(403, {"status": 403, "message": "The upload address is not valid"})
    if call.now > media.created_at + URL_LIFETIME:
        raise wrong("EXPIRED_UPLOAD_URL", "", "The upload address has expired")
    if call.request.mimetype != "application/octet-stream":
        raise RefusalError(415, {"status": 415, "message": "Unsupported Media Type"})
    return media


@simulator.route("PUT", "/dms-uploads/<name>/uploaded-image/<int:index>", host=SITE, scopes=())
def receive(call: Call) -> Response:
    """The bytes of a picture, with the token."""
    media = opened(call, "image")
    media.blob = call.world.blobs.save(io.BytesIO(call.request.get_data()))
    finish(call, media, TYPES)
    return Response("", 201)


def finish(call: Call, media: Media, types: tuple[str, ...]) -> None:
    """Look at what arrived; processing takes a while."""
    seen = probe(call.world.blobs.path(media.blob))
    media.mime, media.size = seen.mime, call.world.blobs.size(media.blob)
    media.width, media.height, media.seconds = seen.width, seen.height, seen.seconds
    settle(call, media, seen.mime in types and seen.is_whole and seen.width * seen.height < LARGEST)


def settle(call: Call, media: Media, good: bool) -> None:
    """Processing begins; what it will say is known already."""
    media.failure = "" if good and not call.fault("rejected_media") else "PROCESSING_FAILED"
    media.extra["is_sent"] = True
    media.ready_at = call.now + PROCESSING[media.extra["kind"]]


@simulator.route("PUT", "/dms-uploads/<name>/uploaded-document/<int:index>", host=SITE, scopes=())
def receive_document(call: Call) -> Response:
    """The bytes of a document, with the token. Word and PowerPoint files are not looked into here."""
    media = opened(call, "document")
    media.blob = call.world.blobs.save(io.BytesIO(call.request.get_data()))
    media.mime, media.size = PDF, call.world.blobs.size(media.blob)
    settle(call, media, media.size <= LARGEST_DOCUMENT and 0 < _pages(call, media) <= MOST_PAGES)
    return Response("", 201)


def _pages(call: Call, media: Media) -> int:
    try:
        with pypdfium2.PdfDocument(call.world.blobs.path(media.blob)) as document:
            return len(document)
    except pypdfium2.PdfiumError:
        return 0


def state_of(call: Call, media: Media) -> str:
    """WAITING_UPLOAD, PROCESSING, AVAILABLE or PROCESSING_FAILED."""
    if not media.extra["is_sent"]:
        return "WAITING_UPLOAD"
    if call.now < media.ready_at:
        return "PROCESSING"
    return media.failure or "AVAILABLE"


@simulator.route("GET", "/rest/<any(images, videos, documents):kinds>/<urn>", host=API, scopes=READ)
def read_asset(call: Call) -> Response:
    """How far an asset is; members' apps usually lack the scope for it."""
    media = call.world.media.get(call.args["urn"])
    if media is None or media.platform != simulator.key or call.args["kinds"] != media.extra["kind"] + "s":
        raise named("NOT_FOUND")
    acting(call, media.extra["owner"], "owner")
    body: dict[str, Any] = {"id": media.id, "owner": media.extra["owner"], "status": state_of(call, media)}
    if media.extra["kind"] == "video" and media.failure and call.now >= media.ready_at:
        body["processingFailureReason"] = "The video could not be transcoded"
    return reply(body)
