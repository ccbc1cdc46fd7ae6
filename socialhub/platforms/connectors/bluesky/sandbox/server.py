"""The servers: who lives where, who answers on a host, and how all of them refuse."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from socialhub.platforms.sandbox.cast import NORA, RAVI
from socialhub.platforms.sandbox.records import Account, App, Post, Token
from socialhub.platforms.sandbox.shapes import MisfitError
from socialhub.platforms.sandbox.simulator import Call, Limit, RefusalError, Simulator
from socialhub.platforms.sandbox.world import Table, World

from .visitors import answer, likes, past

ENTRYWAY = "bsky.social"
OWN, OTHER = "oyster.us-east.host.bsky.network", "pds.example"
DIRECTORY, WEB = "plc.directory", "bsky.app"

NAMES = {
    400: ("InvalidRequest", "Bad Request"),
    401: ("AuthMissing", "Authentication Required"),
    403: ("ScopeMissingError", "Missing required scope"),
    404: ("NotFound", "Not Found"),
    413: ("PayloadTooLarge", "request entity too large"),
    429: ("RateLimitExceeded", "Rate Limit Exceeded"),
    500: ("InternalServerError", "Internal Server Error"),
    502: ("UpstreamFailure", "Upstream service unreachable"),
    503: ("NotEnoughResources", "Not Enough Resources"),
    504: ("UpstreamTimeout", "Upstream Timeout"),
}
STATUSES = {"AccountTakedown": 401, "AccountDeactivated": 401, "AuthenticationRequired": 401}
GENERAL = Limit("general", 3000, 300)


@dataclass
class Server:
    """One personal data server. ``is_own``: run by Bluesky, which also answers for it at the entryway.

    ``has_noop``: an identical record put again changes nothing, as on the reference server; otherwise it is refused
    like any other record at a key that is taken. ``has_app_view``: it asks the network's index for its people.
    """

    host: str
    is_own: bool = False
    image_bytes: int = 2_000_000
    blob_bytes: int = 52_428_800
    has_noop: bool = True
    has_app_view: bool = True


class Bluesky(Simulator):
    """The entryway, the servers, the directory of DIDs and the public pages."""

    key = "bluesky"
    name = "Bluesky"
    open_bound: Callable[[Call], Token] | None = None
    """How a token that is bound to a key opens a call."""

    def servers(self, world: World) -> Table[Server]:
        """The table of personal data servers."""
        return world.table("bluesky.servers", Server, "host")

    def server_of(self, world: World, account: Account) -> Server:
        """Where an account lives."""
        server = self.servers(world).get(account.host)
        if server is None:
            raise RuntimeError(f"{account.id} lives nowhere")
        return server

    def issuer(self, world: World, host: str) -> str:
        """Who lets people in to a server: itself, or the entryway for Bluesky's own."""
        server = self.servers(world).get(host)
        return ENTRYWAY if server is None or server.is_own else host

    def answers_for(self, call: Call, account: Account) -> bool:
        """Whether the host that was called speaks for the account."""
        is_own = self.server_of(call.world, account).is_own
        return call.host == account.host or (is_own and call.host == ENTRYWAY)

    def find(self, world: World, name: str) -> Account | None:
        """The account of a DID or a handle."""
        for account in world.accounts.where(platform=self.key):
            if name.lower() in {account.id, account.handle.removeprefix("@")}:
                return account
        return None

    def claims(self, world: World, host: str) -> bool:
        """All hosts of the network, and those that a did:web names."""
        return (
            host in {ENTRYWAY, DIRECTORY, WEB}
            or self.servers(world).get(host) is not None
            or world.accounts.get(f"did:web:{host}") is not None
        )

    def prepare(self, world: World) -> None:
        """One of Bluesky's servers, one of somebody else, and three accounts."""
        servers, _ = self.servers(world), likes(world)
        if world.is_loaded:
            return
        servers.add(Server(OWN, is_own=True))
        servers.add(Server(OTHER, image_bytes=1_000_000, blob_bytes=5_242_880))
        cast = (
            (NORA, "northwind.bsky.social", "Northwind Coffee", OWN, "Small-batch coffee from the harbour."),
            (NORA, "nora.pds.example", "Nora Lindqvist", OTHER, "Roaster, walker, early riser."),
            (RAVI, "harborbooks.bsky.social", "Harbor Books", OWN, "New and used books by the water."),
        )
        for person, handle, name, host, bio in cast:
            spec = {"person": person, "handle": handle, "name": name, "host": host, "bio": bio}
            self.create_account(world, spec)

    def create_account(self, world: World, spec: dict[str, Any]) -> Account:
        """An account; ``host`` is its server (Bluesky's own when left out), ``did`` its DID if not a new one."""
        handle = spec["handle"].lstrip("@").lower()
        host = spec.get("host") or OWN
        if self.servers(world).get(host) is None:
            raise ValueError(f"no server on {host}")
        digest = hashlib.sha256(handle.encode()).digest()
        return world.accounts.add(
            Account(
                id=spec.get("did") or "did:plc:" + base64.b32encode(digest).decode().lower()[:24],
                platform=self.key,
                person=spec["person"],
                handle=f"@{handle}",
                name=spec["name"],
                host=host,
                bio=spec.get("bio", ""),
                created_at=world.clock.now(),
                extra={"app_passwords": [], "status": ""},
            )
        )

    def create_app(self, world: World, spec: dict[str, Any]) -> App:
        """App passwords need no developer app."""
        raise ValueError("people sign in with an app password; no developer app is needed")

    def profile_url(self, account: Account) -> str:
        """``https://bsky.app/profile/<did>``."""
        return f"https://{WEB}/profile/{account.id}"

    def describe_post(self, world: World, post_id: str) -> dict[str, Any]:
        """The record and its CID."""
        post = world.posts.get(post_id)
        return dict(post.extra) if post else {}

    def say(self, world: World, *, post: str, person: str, text: str, parent: str = "") -> str:
        """Somebody answers a post, or an answer below it."""
        above = self.live_post(world, parent or post)
        if above is None:
            raise LookupError("there is no such post")
        return answer(self, world, above, person, text)

    def past_post(self, world: World, account: Account, text: str, at: float) -> Post:
        """A post of that time, under a key of that time."""
        return past(self, world, account, text, at)

    def authenticate(self, call: Call, scopes: tuple[str, ...]) -> Token:
        """A live access token of an account that this host speaks for. A dead one is a 400, a missing one a 401."""
        if self.open_bound is not None and call.bearer("DPoP"):
            token = self.open_bound(call)
        else:
            value = call.bearer()
            if not value:
                raise refuse(401)
            token = self.session_token(call, value, scopes[0] if scopes else "access")
        account = call.world.accounts.get(token.account)
        if account is None or not self.answers_for(call, account):
            raise refuse(400, "InvalidToken", "Token could not be verified")
        status = account.extra["status"]
        if status:
            name = "AccountTakedown" if status == "takendown" else "AccountDeactivated"
            raise refuse(401, name, f"Account has been {status}")
        return token

    def session_token(self, call: Call, value: str, kind: str) -> Token:
        """The record of a token of that kind which is still good."""
        token = call.known_token(value)
        if token is None or token.platform != self.key:
            raise refuse(400, "InvalidToken", "Token could not be verified")
        owner = call.world.accounts.get(token.account)
        if owner is None or token.client_id != self.issuer(call.world, owner.host):
            # Opened where the account lived before, or an OAuth token that is shown without its proof.
            raise refuse(400, "InvalidToken", "Token could not be verified")
        if token.kind != kind:
            raise refuse(400, "InvalidToken", "Bad token scope")
        if not token.is_live(call.now):
            raise refuse(
                400, "ExpiredToken", "Token has been revoked" if token.revoked else "Token has expired"
            )
        return token

    def misfit(self, call: Call, misfit: MisfitError) -> RefusalError:
        """As the lexicon validation words it; the real one lets unknown fields pass, the sandbox does not."""
        words = {"missing": f'must have the property "{misfit.field}"', "unknown": f"has no {misfit.field}"}
        what = words.get(misfit.reason, f"/{misfit.field} is not of the right {misfit.reason}")
        return refuse(400, "InvalidRequest", f"Input {what}")

    def failure(self, call: Call, status: int, code: str) -> RefusalError:
        """The error of an HTTP status; ``code`` names another."""
        status = status or STATUSES.get(code, 400)
        name, message = NAMES.get(status, NAMES[400 if status < 500 else 500])
        headers = limit_headers(GENERAL, 0, call.now + 60) if status == 429 else {}
        return RefusalError(status, {"error": code or name, "message": message}, headers)

    def limited(self, call: Call, limit: Limit, resets_at: float) -> RefusalError:
        """429 with the reset in UNIX seconds, and Retry-After."""
        wait = {"Retry-After": str(max(1, int(resets_at - call.now) + 1))}
        body = {"error": "RateLimitExceeded", "message": "Rate Limit Exceeded"}
        return RefusalError(429, body, {**limit_headers(limit, 0, resets_at), **wait})

    def limit_headers(self, call: Call, limit: Limit, left: int, resets_at: float) -> dict[str, str]:
        """RateLimit-*."""
        return limit_headers(limit, left, resets_at)


def limit_headers(limit: Limit, left: int, resets_at: float) -> dict[str, str]:
    """The four headers on every answer that costs something."""
    return {
        "RateLimit-Limit": str(limit.count),
        "RateLimit-Remaining": str(left),
        "RateLimit-Reset": str(int(resets_at)),
        "RateLimit-Policy": f"{limit.count};w={int(limit.window)}",
    }


def refuse(status: int, name: str = "", message: str = "") -> RefusalError:
    """An error in the protocol's shape."""
    usual = NAMES.get(status, NAMES[500])
    return RefusalError(status, {"error": name or usual[0], "message": message or usual[1]})


simulator = Bluesky()
