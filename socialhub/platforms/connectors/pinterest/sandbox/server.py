"""Pinterest as a whole: its hosts, its cast, and how it refuses (https://developers.pinterest.com/docs/api/v5/)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from werkzeug.wrappers import Response

from socialhub.platforms.sandbox.cast import NORA, RAVI
from socialhub.platforms.sandbox.records import Account, App, Post, Token
from socialhub.platforms.sandbox.shapes import MisfitError
from socialhub.platforms.sandbox.simulator import Call, Limit, RefusalError, Simulator
from socialhub.platforms.sandbox.world import Table, World

API = "api.pinterest.com"
SITE = "www.pinterest.com"
UPLOADS = "pinterest-media-upload.s3-accelerate.amazonaws.com"
TRIAL_DAY = 1000
ACCESS = ("standard", "trial")
READ = Limit("org_read", 1000, 60)
WRITE = Limit("org_write", 100, 60)
TRIAL = (
    "Apps with Trial access may not create Pins in production. You can use API Sandbox to create Pins, and can"
    " request an upgrade to Standard access."
)
NAMED: dict[str, tuple[int, int, str]] = {
    "invalid": (400, 1, "Parameter is invalid."),
    "image": (400, 1, "Sorry, we could not read the image you uploaded."),
    "link": (400, 1, "The link is blocked because it may be spam."),
    "2": (401, 2, "Authentication failed."),
    "1104": (401, 1104, "Access token is expired or not valid."),
    "3": (401, 3, "Authorization failed: the token lacks a scope."),
    "7": (401, 7, "You are not permitted to access that resource."),
    "trial": (403, 29, TRIAL),
    "29": (403, 29, "You are not permitted to access that resource."),
    "no_analytics": (403, 29, "Not authorized to access the user account analytics."),
    "2625": (403, 2625, "Your account has been disapproved."),
    "2626": (403, 2626, "Your account is under review."),
    "40": (404, 40, "Board not found."),
    "50": (404, 50, "Pin not found."),
    "2031": (404, 2031, "Board section not found."),
    "409": (409, 409, "The section was changed meanwhile."),
    "8": (429, 8, "This request exceeded a rate limit. This can happen if the client exceeds a limit."),
    "day": (429, 8, "This request exceeded a rate limit: the daily limit of apps with Trial access."),
    "4197": (503, 4197, "This feature is ramped down."),
}
OF_STATUS = {400: "invalid", 401: "2", 403: "29", 404: "50", 409: "409", 429: "8", 503: "4197"}


@dataclass
class Board:
    """A board and its sections, as pairs of id and name."""

    id: str
    account: str
    name: str
    privacy: str
    sections: list[list[str]]
    created_at: float


class PinterestSimulator(Simulator):
    """The API, the address for uploads and the site."""

    key = "pinterest"
    name = "Pinterest"

    def claims(self, world: World, host: str) -> bool:
        """All three hosts."""
        return host in (API, SITE, UPLOADS)

    def prepare(self, world: World) -> None:
        """Two accounts, each with boards; Northwind Coffee has sections."""
        boards = self.boards(world)
        if world.is_loaded:
            return
        shop = {"person": NORA, "handle": "northwindcoffee", "name": "Northwind Coffee", "kind": "BUSINESS"}
        books = {"person": RAVI, "handle": "harborbooks", "name": "Harbor Books", "kind": "PINNER"}
        shop_id = self.create_account(world, {**shop, "bio": "Small-batch coffee."}).id
        books_id = self.create_account(world, {**books, "bio": "Books by the water."}).id
        for account, name, privacy, sections in (
            (shop_id, "Brewing", "PUBLIC", ["Filter", "Espresso"]),
            (shop_id, "The roastery", "PUBLIC", []),
            (shop_id, "Plans for spring", "SECRET", []),
            (books_id, "Shelves", "PUBLIC", []),
        ):
            pairs = [[self.new_id(world), section] for section in sections]
            boards.add(Board(self.new_id(world), account, name, privacy, pairs, world.clock.now()))

    def boards(self, world: World) -> Table[Board]:
        """All boards."""
        return world.table("pinterest.boards", Board)

    def new_id(self, world: World) -> str:
        """Eighteen digits: more than a float can hold."""
        return str(549_000_000_000_000_000 + world.serial() * 7_919_000_003)

    def create_account(self, world: World, spec: dict[str, Any]) -> Account:
        """`kind` is PINNER or BUSINESS."""
        account = Account(
            id=self.new_id(world),
            platform=self.key,
            person=spec["person"],
            handle="@" + spec["handle"].lstrip("@"),
            name=spec["name"],
            host=SITE,
            kind=spec.get("kind", "BUSINESS"),
            bio=spec.get("bio", ""),
            created_at=world.clock.now(),
        )
        return world.accounts.add(account)

    def create_app(self, world: World, spec: dict[str, Any]) -> App:
        """`access`: standard (the default) or trial; `edits`: whether it may change pins, `many`: whether it may ask
        for the figures of many pins at once (both by default).
        """
        if spec.get("access", ACCESS[0]) not in ACCESS:
            raise ValueError(f"access must be one of {', '.join(ACCESS)}")
        return world.apps.add(
            App(
                client_id=str(1_480_000 + world.serial()),
                client_secret=secrets.token_hex(20),
                platform=self.key,
                name=spec.get("name", "SocialHub"),
                redirect_uris=list(spec["redirect_uris"]),
                extra={
                    "access": spec.get("access", ACCESS[0]),
                    "edits": bool(spec.get("edits", True)),
                    "many": bool(spec.get("many", True)),
                },
            )
        )

    def profile_url(self, account: Account) -> str:
        """`https://www.pinterest.com/<username>/`."""
        return f"https://{SITE}/{account.handle[1:]}/"

    def describe_post(self, world: World, post_id: str) -> dict[str, Any]:
        """Title, link, board and section, kind, cover."""
        post = world.posts.get(post_id)
        return dict(post.extra) if post else {}

    def past_post(self, world: World, account: Account, text: str, at: float) -> Post:
        """A still pin on the account's first board; its title is the text."""
        pin_id, board = self.new_id(world), self.boards(world).where(account=account.id)[0]
        extra: dict[str, Any] = {
            "board": board.id,
            "section": "",
            "title": text[:100],
            "link": "",
            "alt_text": "",
        }
        extra |= {"kind": "image", "cover": 0, "cover_image": ""}
        url = f"https://{SITE}/pin/{pin_id}/"
        return world.posts.add(Post(pin_id, self.key, account.id, "", at, SITE, url, extra=extra))

    def authenticate(self, call: Call, scopes: tuple[str, ...]) -> Token:
        """A live access token that carries all of `scopes`; on Trial, a day's limit for the whole app."""
        token = call.known_token(call.bearer())
        if token is None or token.platform != self.key or token.kind != "access_token" or token.revoked:
            raise refusal("2")
        if not token.is_live(call.now):
            raise refusal("1104")
        if not set(scopes) <= set(token.scopes):
            raise refusal("3")
        self._count_trial_day(call, token)
        return token

    def _count_trial_day(self, call: Call, token: Token) -> None:
        if not self.is_trial(call.world, token):
            return
        day = (self.key, "trial day", token.client_id)
        allowed, _, resets_at = call.world.take_turn(day, TRIAL_DAY, 86_400)
        if not allowed:
            raise refusal("day", limit_headers(TRIAL_DAY, 0, resets_at - call.now))

    def is_trial(self, world: World, token: Token) -> bool:
        """Whether the token's app has Trial access only."""
        app = world.apps.get(token.client_id)
        return app is not None and app.extra["access"] == "trial"

    def misfit(self, call: Call, misfit: MisfitError) -> RefusalError:
        """Code 1 with the name of the field; the upload address speaks XML."""
        if call.host == UPLOADS:
            return xml_refusal(403, "AccessDenied", f"Invalid according to Policy: {misfit.field}")
        return wrong(f"Invalid request: '{misfit.field}' is {misfit.reason}.")

    def failure(self, call: Call, status: int, code: str) -> RefusalError:
        """`code` is a name of `NAMED`: image, link, trial, day, 2, 3, 7, 8, 29, 40, 50, 1104, 2031, 2625, 4197 …"""
        if call.host == UPLOADS:
            return xml_refusal(status or 403, "AccessDenied", "Invalid according to Policy: Policy expired.")
        name = code if code in NAMED else OF_STATUS.get(status, "")
        if not name:
            return RefusalError(status or 500, {"code": 0, "message": "Something went wrong on our end."})
        # A day's limit without headers: the worst that the documentation leaves open.
        return refusal(name, limit_headers(1000, 0, 30) if name == "8" else None)

    def limited(self, call: Call, limit: Limit, resets_at: float) -> RefusalError:
        """429 with code 8; the reset in seconds left."""
        return refusal("8", limit_headers(limit.count, 0, resets_at - call.now))

    def limit_headers(self, call: Call, limit: Limit, left: int, resets_at: float) -> dict[str, str]:
        """x-ratelimit-*, on every answer."""
        return limit_headers(limit.count, left, resets_at - call.now)


def limit_headers(count: int, left: int, seconds: float) -> dict[str, str]:
    """The three headers; the limit as a list with its window."""
    return {
        "x-ratelimit-limit": f"{count}, {count};w=60",
        "x-ratelimit-remaining": str(left),
        "x-ratelimit-reset": str(int(seconds) + 1),
    }


def refusal(name: str, headers: dict[str, str] | None = None) -> RefusalError:
    """One of the named errors."""
    status, code, message = NAMED[name]
    return RefusalError(status, {"code": code, "message": message}, headers)


def wrong(message: str, code: int = 1) -> RefusalError:
    """400 with that text."""
    return RefusalError(400, {"code": code, "message": message})


def xml_refusal(status: int, code: str, message: str) -> RefusalError:
    """An error of the storage that takes uploads."""
    xml = f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{code}</Code><Message>{message}</Message></Error>'
    return RefusalError(status, Response(xml, status, mimetype="application/xml"))


simulator = PinterestSimulator()
