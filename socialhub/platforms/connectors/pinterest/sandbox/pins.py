"""Making, listing and deleting pins (https://developers.pinterest.com/docs/api/v5/pins-create). Nothing here keeps a
client from pinning twice: there is no key and no duplicate check.
"""

from __future__ import annotations

import base64
import binascii
import io
from typing import Any

from werkzeug.wrappers import Response

from socialhub.platforms.sandbox.clock import iso
from socialhub.platforms.sandbox.probe import probe
from socialhub.platforms.sandbox.records import Media, Post
from socialhub.platforms.sandbox.shapes import Field, MisfitError, check
from socialhub.platforms.sandbox.simulator import Call, reply

from .boards import PAGE, open_board, paged
from .media import state_of
from .server import API, READ, SITE, WRITE, refusal, simulator, wrong

SCOPES = ("boards:read", "boards:write", "pins:read", "pins:write")
LONGEST = {"title": 100, "description": 800, "link": 2048, "alt_text": 500}
INLINE = ("image/jpeg", "image/png")
LARGEST_IMAGE = 20 * 1024 * 1024
CARD = {
    "content_type": Field(required=True, choices=INLINE),
    "data": Field(required=True),
    "title": Field(),
    "description": Field(),
    "link": Field(),
}
SOURCES: dict[str, dict[str, Field]] = {
    "image_base64": {
        "content_type": Field(required=True, choices=INLINE),
        "data": Field(required=True),
        "is_standard": Field("bool"),
    },
    "multiple_image_base64": {
        "items": Field("list", required=True, items=Field("object", fields=CARD)),
        "index": Field("int"),
    },
    "video_id": {
        "media_id": Field(required=True),
        "cover_image_url": Field(),
        "cover_image_content_type": Field(),
        "cover_image_data": Field(),
        "cover_image_key_frame_time": Field("int"),
    },
}
PIN = {
    "board_id": Field(required=True),
    "board_section_id": Field(),
    "title": Field(),
    "description": Field(),
    "link": Field(),
    "alt_text": Field(),
    "dominant_color": Field(),
    "parent_pin_id": Field(),
    "media_source": Field("any", required=True),
}


@simulator.route("POST", "/v5/pins", host=API, scopes=SCOPES, limit=WRITE)
def create(call: Call) -> Response:
    """Live at once, on Standard access."""
    wish = call.json(PIN)
    if simulator.is_trial(call.world, call.token):
        raise refusal("trial")
    board = open_board(call, wish["board_id"])
    if wish.get("board_section_id") and wish["board_section_id"] not in [key for key, _ in board.sections]:
        raise refusal("2031")
    for name, most in LONGEST.items():
        if len(wish.get(name, "")) > most:
            raise wrong(f"'{name}' is longer than {most} characters.")
    if wish.get("link") and not wish["link"].startswith(("http://", "https://")):
        raise wrong("invalid URL for link")
    kind, files, cover = _files(call, wish["media_source"])
    return reply(_json(call, _store(call, wish, kind, files, cover)), 201)


def _files(call: Call, source: Any) -> tuple[str, list[Media], int]:
    kind = source.get("source_type") if isinstance(source, dict) else None
    if kind not in SOURCES:
        raise wrong("'media_source.source_type' is not one of the known ones.")
    fields = {"source_type": Field(required=True), **SOURCES[kind]}
    try:
        wish = check(source, fields, from_text=False, prefix="media_source.")
    except MisfitError as misfit:
        raise simulator.misfit(call, misfit) from None
    if kind == "video_id":
        return "video", [_video(call, wish)], wish.get("cover_image_key_frame_time", -1)
    if kind == "image_base64":
        return "image", [_image(call, wish)], 0
    if not 2 <= len(wish["items"]) <= 5:
        raise wrong("'media_source.items' must have 2 to 5 items.")
    return "multiple_images", [_image(call, item) for item in wish["items"]], wish.get("index", 0)


def _image(call: Call, wish: dict[str, Any]) -> Media:
    try:
        data = base64.b64decode(wish["data"], validate=True)
    except binascii.Error:
        raise wrong("'data' is not base64.") from None
    blob = call.world.blobs.save(io.BytesIO(data))
    seen = probe(call.world.blobs.path(blob))
    bad = seen.mime != wish["content_type"] or not seen.is_whole or len(data) > LARGEST_IMAGE
    if bad or call.fault("rejected_media"):
        raise refusal("image")
    media_id = simulator.new_id(call.world)
    account = call.token.account
    media = Media(media_id, simulator.key, account, seen.mime, blob, len(data), call.now, call.now)
    media.width, media.height = seen.width, seen.height
    return call.world.media.add(media)


def _video(call: Call, wish: dict[str, Any]) -> Media:
    media = call.world.media.get(wish["media_id"])
    if media is None or media.account != call.token.account or state_of(call, media) != "succeeded":
        raise wrong("The media is not ready or not yours.")
    inline = "cover_image_content_type" in wish and "cover_image_data" in wish
    frame = wish.get("cover_image_key_frame_time")
    if not ("cover_image_url" in wish or inline or frame is not None):
        raise wrong("A cover image is required.")
    if frame is not None and frame < 0:
        raise wrong("'cover_image_key_frame_time' must be 0 or more.")
    return media


def _store(call: Call, wish: dict[str, Any], kind: str, files: list[Media], cover: int) -> Post:
    pin_id = simulator.new_id(call.world)
    for file in files:
        file.post = pin_id
    files[0].alt = wish.get("alt_text", "")
    extra = {
        "board": wish["board_id"],
        "section": wish.get("board_section_id", ""),
        "title": wish.get("title", ""),
        "link": wish.get("link", ""),
        "alt_text": wish.get("alt_text", ""),
        "kind": kind,
        "cover": cover,
    }
    return call.world.posts.add(
        Post(
            id=pin_id,
            platform=simulator.key,
            account=call.token.account,
            text=wish.get("description", ""),
            created_at=call.now,
            host=SITE,
            url=f"https://{SITE}/pin/{pin_id}/",
            media=[file.id for file in files],
            client_id=call.token.client_id,
            extra=extra,
        )
    )


def _json(call: Call, pin: Post) -> dict[str, Any]:
    extra = pin.extra
    kinds = {"image": "REGULAR", "multiple_images": "CAROUSEL", "video": "VIDEO"}
    return {
        "id": pin.id,
        "created_at": iso(pin.created_at, "seconds")[:-1],
        "link": extra["link"] or None,
        "title": extra["title"] or None,
        "description": pin.text or None,
        "alt_text": extra["alt_text"] or None,
        "board_id": extra["board"],
        "board_section_id": extra["section"] or None,
        "board_owner": {"username": call.account.handle[1:]},
        "creative_type": kinds[extra["kind"]],
        "media": {"media_type": extra["kind"]},
        "is_owner": pin.account == call.token.account,
        "parent_pin_id": None,
        "dominant_color": "#6e7874",
    }


@simulator.route("GET", "/v5/boards/<board>/pins", host=API, scopes=("boards:read", "pins:read"), limit=READ)
@simulator.route(
    "GET",
    "/v5/boards/<board>/sections/<section>/pins",
    host=API,
    scopes=("boards:read", "pins:read"),
    limit=READ,
)
def list_pins(call: Call) -> Response:
    """The pins of a board, those in sections too, newest first; or of one section."""
    wish = call.query(
        {**PAGE, "ad_account_id": Field(), "creative_types": Field(), "pin_metrics": Field("bool")}
    )
    board, section = open_board(call, call.args["board"]), call.args.get("section", "")
    lag = call.fault("lagging_listing")
    youngest = call.now - float(lag.details.get("seconds", 60)) if lag else call.now
    pins = [
        pin
        for pin in reversed(call.world.live_posts(account=board.account, platform=simulator.key))
        if pin.extra["board"] == board.id
        and section in ("", pin.extra["section"])
        and pin.created_at <= youngest
    ]
    return reply(paged([_json(call, pin) for pin in pins], wish))


@simulator.route("GET", "/v5/pins/<pin>", host=API, scopes=("boards:read", "pins:read"), limit=READ)
def read_pin(call: Call) -> Response:
    """One pin."""
    call.query({"ad_account_id": Field(), "pin_metrics": Field("bool")})
    return reply(_json(call, _own(call)))


@simulator.route("DELETE", "/v5/pins/<pin>", host=API, scopes=SCOPES, limit=WRITE)
def delete(call: Call) -> Response:
    """Gone; a second time is 404."""
    _own(call).deleted_at = call.now
    return Response("", 204)


def _own(call: Call) -> Post:
    pin = call.world.posts.get(call.args["pin"])
    if pin is None or pin.platform != simulator.key or pin.deleted_at is not None:
        raise refusal("50")
    if pin.account != call.token.account:
        raise refusal("29")
    return pin
