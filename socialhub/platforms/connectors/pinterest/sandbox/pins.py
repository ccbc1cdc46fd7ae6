"""Making, listing, changing and deleting pins (https://developers.pinterest.com/docs/api/v5/pins-create). Nothing
here keeps a client from pinning twice: there is no key and no duplicate check.
"""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Response

from socialhub.platforms.sandbox.clock import iso
from socialhub.platforms.sandbox.records import Media, Post
from socialhub.platforms.sandbox.shapes import Field, MisfitError, check
from socialhub.platforms.sandbox.simulator import Call, reply

from .boards import PAGE, open_board, paged
from .figures import carried
from .server import API, READ, SITE, WRITE, refusal, simulator, wrong
from .sources import files_of

SCOPES = ("boards:read", "boards:write", "pins:read", "pins:write")
LONGEST = {"title": 100, "description": 800, "link": 2048, "alt_text": 500}
CHANGES = {
    "board_id": "board",
    "board_section_id": "section",
    "title": "title",
    "description": "",
    "link": "link",
    "alt_text": "alt_text",
}
"""What can be changed, and where it stands in the post's ``extra``."""
LISTED = {"ad_account_id": Field(), "creative_types": Field(), "pin_metrics": Field("bool")}
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
    wish = {name: value for name, value in _read(call, PIN).items() if value is not None}
    if simulator.is_trial(call.world, call.token):
        raise refusal("trial")
    _check_words(call, wish)
    kind, files, cover = files_of(call, wish["media_source"])
    return reply(_json(call, _store(call, wish, kind, files, cover)), 201)


def _check_words(call: Call, wish: dict[str, Any]) -> None:
    board = open_board(call, wish["board_id"])
    if wish.get("board_section_id") and wish["board_section_id"] not in [key for key, _ in board.sections]:
        raise refusal("2031")
    for name, most in LONGEST.items():
        if len(wish.get(name) or "") > most:
            raise wrong(f"'{name}' is longer than {most} characters.")
    if wish.get("link") and not wish["link"].startswith(("http://", "https://")):
        raise wrong("invalid URL for link")


@simulator.route("PATCH", "/v5/pins/<pin>", host=API, scopes=SCOPES, limit=WRITE)
def change(call: Call) -> Response:
    """Words, link and place; null takes one away. Not every app may."""
    wish = _read(call, dict.fromkeys(CHANGES, Field()))
    pin = _own(call)
    app = call.world.apps.get(call.token.client_id)
    if app is not None and not app.extra["edits"]:
        raise refusal("29")
    board = {"board_id": pin.extra["board"], "board_section_id": pin.extra["section"]}
    _check_words(call, {**board, **wish})
    for name, value in wish.items():
        if name == "description":
            pin.text = value or ""
        else:
            pin.extra[CHANGES[name]] = value or ""
    return reply(_json(call, pin))


def _read(call: Call, fields: dict[str, Field]) -> dict[str, Any]:
    """The body, checked; null is as good as absent, for Pinterest's own client sends it."""
    given = call.json({name: Field("any", required=field.required) for name, field in fields.items()})
    there = {name: value for name, value in given.items() if value is not None}
    try:
        return {**given, **check(there, fields, from_text=False)}
    except MisfitError as misfit:
        raise simulator.misfit(call, misfit) from None


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
        "cover_image": call.world.blobs.sha256(files[0].extra["cover"]) if "cover" in files[0].extra else "",
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


def _json(call: Call, pin: Post, *, has_metrics: bool = False) -> dict[str, Any]:
    extra = pin.extra
    metrics = {"pin_metrics": carried(call.world, pin)} if has_metrics else {}
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
        **metrics,
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
    wish = call.query({**PAGE, **LISTED})
    board, section = open_board(call, call.args["board"]), call.args.get("section", "")
    lag = call.fault("lagging_listing")
    youngest = call.now - float(lag.details.get("seconds", 60)) if lag else call.now
    pins = [
        pin
        for pin in _newest_first(call, board.account)
        if pin.extra["board"] == board.id
        and section in ("", pin.extra["section"])
        and pin.created_at <= youngest
    ]
    has_metrics = bool(wish.get("pin_metrics"))
    return reply(paged([_json(call, pin, has_metrics=has_metrics) for pin in pins], wish))


def _newest_first(call: Call, account: str) -> list[Post]:
    pins = call.world.live_posts(account=account, platform=simulator.key)
    return sorted(pins, key=lambda pin: pin.created_at, reverse=True)


@simulator.route("GET", "/v5/pins", host=API, scopes=("boards:read", "pins:read"), limit=READ)
def list_own(call: Call) -> Response:
    """All pins of the account but those on secret boards, newest first."""
    filters = ("exclude_native", "exclude_repins", "has_been_promoted")
    wish = call.query({**PAGE, **LISTED, "pin_filter": Field(choices=filters)})
    secret = {board.id for board in simulator.boards(call.world) if board.privacy == "SECRET"}
    pins = [pin for pin in _newest_first(call, call.token.account) if pin.extra["board"] not in secret]
    has_metrics = bool(wish.get("pin_metrics"))
    return reply(paged([_json(call, pin, has_metrics=has_metrics) for pin in pins], wish))


@simulator.route("GET", "/v5/pins/<pin>", host=API, scopes=("boards:read", "pins:read"), limit=READ)
def read_pin(call: Call) -> Response:
    """One pin."""
    wish = call.query({"ad_account_id": Field(), "pin_metrics": Field("bool")})
    return reply(_json(call, _own(call), has_metrics=bool(wish.get("pin_metrics"))))


@simulator.route("DELETE", "/v5/pins/<pin>", host=API, scopes=SCOPES, limit=WRITE)
def delete(call: Call) -> Response:
    """Gone; a second time is 404."""
    _own(call).deleted_at = call.now
    return Response("", 204)


def _own(call: Call) -> Post:
    pin = simulator.live_post(call.world, call.args["pin"])
    if pin is None:
        raise refusal("50")
    if pin.account != call.token.account:
        raise refusal("29")
    return pin
