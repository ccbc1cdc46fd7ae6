"""The account, its boards and their sections (https://developers.pinterest.com/docs/api/v5/boards-list)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from werkzeug.wrappers import Response

from socialhub.platforms.sandbox.clock import iso
from socialhub.platforms.sandbox.shapes import Field
from socialhub.platforms.sandbox.simulator import Call, reply

from .figures import stands
from .server import API, READ, SITE, Board, refusal, simulator, wrong

MOST = 250
PAGE = {"page_size": Field("int"), "bookmark": Field()}
SECRET = "boards:read_secret"


@simulator.route("GET", "/v5/user_account", host=API, scopes=("user_accounts:read",), limit=READ)
def read_account(call: Call) -> Response:
    """Who the token stands for."""
    call.query({"ad_account_id": Field()})
    account = call.account
    return reply(
        {
            "id": account.id,
            "username": account.handle[1:],
            "account_type": account.kind,
            "profile_image": f"https://i.pinimg.com/{account.id}.jpg",
            "website_url": "",
            "about": account.bio,
            "business_name": account.name if account.kind == "BUSINESS" else None,
            "board_count": len(simulator.boards(call.world).where(account=account.id)),
            **stands(call.world, account),
        }
    )


@simulator.route("GET", "/v5/boards", host=API, scopes=("boards:read",), limit=READ)
def list_boards(call: Call) -> Response:
    """The boards; secret ones only with the scope for them."""
    wish = call.query({**PAGE, "privacy": Field(), "ad_account_id": Field()})
    boards = [
        board
        for board in simulator.boards(call.world).where(account=call.token.account)
        if board.privacy != "SECRET" or SECRET in call.token.scopes
    ]
    return reply(paged([_board_json(call, board) for board in boards], wish))


def _board_json(call: Call, board: Board) -> dict[str, Any]:
    pins = [post for post in call.world.live_posts(account=board.account) if post.extra["board"] == board.id]
    return {
        "id": board.id,
        "name": board.name,
        "description": "",
        "privacy": board.privacy,
        "owner": {"username": call.account.handle[1:]},
        "pin_count": len(pins),
        "follower_count": 0,
        "collaborator_count": 0,
        "created_at": iso(board.created_at)[:-1],
        "board_pins_modified_at": iso(max([board.created_at, *(pin.created_at for pin in pins)]))[:-1],
        "is_ads_only": False,
        "media": {"image_cover_url": f"https://{SITE}/cover.jpg", "pin_thumbnail_urls": []},
    }


@simulator.route("GET", "/v5/boards/<board>/sections", host=API, scopes=("boards:read",), limit=READ)
def list_sections(call: Call) -> Response:
    """The sections of one board."""
    wish = call.query({**PAGE, "ad_account_id": Field()})
    board = open_board(call, call.args["board"])
    return reply(paged([{"id": key, "name": name} for key, name in board.sections], wish))


def open_board(call: Call, board_id: str) -> Board:
    """A board of the account; a secret one is not there without its scope."""
    board = simulator.boards(call.world).get(board_id)
    if board is None or board.account != call.token.account:
        raise refusal("40")
    if board.privacy == "SECRET" and SECRET not in call.token.scopes:
        raise refusal("40")
    return board


def paged(items: Sequence[dict[str, Any]], wish: dict[str, Any]) -> dict[str, Any]:
    """One page of a list with the mark for the next one."""
    size, mark = wish.get("page_size", 25), wish.get("bookmark", "")
    if not 1 <= size <= MOST:
        raise wrong(f"'page_size' must be between 1 and {MOST}.")
    if mark and not mark.isdigit():
        raise wrong("'bookmark' is invalid.")
    start = int(mark or 0)
    more = len(items) > start + size
    return {"items": list(items[start : start + size]), "bookmark": str(start + size) if more else None}


@simulator.control("POST", "boards")
def add_board(world: Any, wish: dict[str, Any]) -> dict[str, Any]:
    """A further board: `account`, `name`, `privacy`, `sections` (names)."""
    pairs = [[simulator.new_id(world), name] for name in wish.get("sections", [])]
    board = Board(
        simulator.new_id(world),
        wish["account"],
        wish["name"],
        wish.get("privacy", "PUBLIC"),
        pairs,
        world.clock.now(),
    )
    return dict(vars(simulator.boards(world).add(board)))
