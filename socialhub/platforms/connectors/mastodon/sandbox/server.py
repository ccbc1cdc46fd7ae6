"""The servers: who answers on a host, with which version, limits and habits, and how all of them refuse."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from socialhub.platforms.sandbox.cast import NORA, RAVI
from socialhub.platforms.sandbox.clock import iso
from socialhub.platforms.sandbox.records import Account, App, Post, Token
from socialhub.platforms.sandbox.shapes import MisfitError
from socialhub.platforms.sandbox.simulator import Call, Limit, RefusalError, Simulator
from socialhub.platforms.sandbox.world import World

from .visitors import answer, write_earlier

IMAGES = ["image/jpeg", "image/png", "image/gif", "image/webp", "image/avif", "image/heic", "image/heif"]
MOVING = [f"video/{name}" for name in ("webm", "mp4", "quicktime", "ogg")]
MOVING += [f"audio/{name}" for name in ("mpeg", "ogg", "wav", "flac", "aac")]
GENERAL = Limit("general", 300, 300)
SCOPES = [
    "read",
    "read:accounts",
    "read:statuses",
    "read:notifications",
    "read:search",
    "write",
    "write:accounts",
    "write:statuses",
    "write:media",
    "write:favourites",
    "write:conversations",
    "write:notifications",
    "follow",
    "push",
    "profile",
]
GRANULAR = [scope for scope in SCOPES if ":" in scope or scope == "profile"]

ERRORS = {
    401: "The access token is invalid",
    403: "This action is not allowed",
    404: "Record not found",
    410: "Gone",
    422: "Validation failed",
    429: "Too many requests",
    500: "Something went wrong on our end",
    503: "There was a temporary problem serving your request, please try again",
}


@dataclass
class Server:
    """One host. The defaults are a current Mastodon; the switches make it an older or another software.

    `has_html_login`: a missing or dead token gets a redirect to a login page, as Pixelfed does.
    `idempotency`: on, off, or error_on_repeat (the fault of some 4.5/4.6 releases: HTTP 500 although the
    first post exists). `drops_silently`: posts are answered as if they stood and are not there (Antispam).
    """

    host: str
    title: str = ""
    version: str = "4.6.6"
    api_version: int = 10
    has_metadata: bool = True
    has_pkce: bool = True
    has_granular_scopes: bool = True
    has_v2_media: bool = True
    has_v2_instance: bool = True
    has_html_login: bool = False
    idempotency: str = "on"
    drops_silently: bool = False
    needs_media: bool = False
    processing_seconds: float = 2.0
    max_characters: int = 500
    max_media_attachments: int = 4
    image_size_limit: int = 16_777_216
    video_size_limit: int = 103_809_024
    description_limit: int = 1500
    poll: dict[str, int] = field(
        default_factory=lambda: {
            "max_options": 4,
            "max_characters_per_option": 50,
            "min_expiration": 300,
            "max_expiration": 2_629_746,
        }
    )

    @property
    def scopes(self) -> list[str]:
        """What an app may ask for here."""
        return SCOPES if self.has_granular_scopes else [scope for scope in SCOPES if scope not in GRANULAR]


class Mastodon(Simulator):
    """All the servers of the sandbox."""

    key = "mastodon"
    name = "Mastodon"

    def servers(self, world: World) -> Any:
        """The table of hosts."""
        return world.table("mastodon.servers", Server, "host")

    def server(self, call: Call) -> Server:
        """The server that was called."""
        server: Server = self.servers(call.world).get(call.host)
        return server

    def claims(self, world: World, host: str) -> bool:
        """Every host in the table of servers."""
        return self.servers(world).get(host) is not None

    def prepare(self, world: World) -> None:
        """Two servers and three accounts to begin with."""
        servers = self.servers(world)
        if world.is_loaded:
            return
        servers.add(Server("social.example", title="Social Example"))
        servers.add(Server("mastodon.example", title="Mastodon Example"))
        cast = (
            (NORA, "northwind", "Northwind Coffee", "social.example", "Small-batch coffee from the harbour."),
            (NORA, "nora", "Nora Lindqvist", "mastodon.example", "Roaster, walker, early riser."),
            (RAVI, "harborbooks", "Harbor Books", "mastodon.example", "New and used books by the water."),
        )
        for person, handle, name, host, bio in cast:
            self.create_account(
                world, {"person": person, "handle": handle, "name": name, "host": host, "bio": bio}
            )

    def create_account(self, world: World, spec: dict[str, Any]) -> Account:
        """An account on one of the servers: needs `host`."""
        if not self.claims(world, spec["host"]):
            raise ValueError(f"no server on {spec['host']}")
        return world.accounts.add(
            Account(
                id=world.snowflake(),
                platform=self.key,
                person=spec["person"],
                handle="@" + spec["handle"].lstrip("@"),
                name=spec["name"],
                host=spec["host"],
                bio=spec.get("bio", ""),
                created_at=world.clock.now(),
            )
        )

    def create_app(self, world: World, spec: dict[str, Any]) -> App:
        """Apps register themselves on each host."""
        raise ValueError("an app registers itself with POST /api/v1/apps on each host")

    def profile_url(self, account: Account) -> str:
        """`https://<host>/@<user>`."""
        return f"https://{account.host}/{account.handle}"

    def describe_post(self, world: World, post_id: str) -> dict[str, Any]:
        """Visibility, content warning, language, poll."""
        post = world.posts.get(post_id)
        return dict(post.extra) if post else {}

    def say(self, world: World, *, post: str, person: str, text: str, parent: str = "") -> str:
        """Somebody answers a post, or an answer below it."""
        above = self.live_post(world, parent or post)
        if above is None:
            raise LookupError("there is no such post")
        return answer(self, world, above, person, text)

    def past_post(self, world: World, account: Account, text: str, at: float) -> Post:
        """A public status of that time."""
        return write_earlier(self, world, account, text, at)

    def authenticate(self, call: Call, scopes: tuple[str, ...]) -> Token:
        """A live token of this very host that carries one of `scopes`, or the broader scope above it."""
        token = call.known_token(call.bearer())
        if (
            token is None
            or token.platform != self.key
            or not token.is_live(call.now)
            or self.host_of(call.world, token) != call.host
        ):
            if self.server(call).has_html_login:
                raise RefusalError(302, "<p>Please log in.</p>", {"Location": f"https://{call.host}/login"})
            raise refuse(401)
        broad = {scope.partition(":")[0] for scope in scopes}
        if scopes and not {*scopes, *broad} & set(token.scopes):
            raise refuse(403, "This action is outside the authorized scopes")
        return token

    def host_of(self, world: World, token: Token) -> str:
        """The only host where a token opens anything."""
        app = world.apps.get(token.client_id)
        return app.host if app else ""

    def misfit(self, call: Call, misfit: MisfitError) -> RefusalError:
        """A missing field reads as Rails words it; the real server ignores unknown fields, the sandbox does
        not.
        """
        if misfit.reason == "missing":
            return RefusalError(400, {"error": f"param is missing or the value is empty: {misfit.field}"})
        what = "not known" if misfit.reason == "unknown" else "invalid"
        return refuse(422, f"Validation failed: {misfit.field} is {what}")

    def failure(self, call: Call, status: int, code: str) -> RefusalError:
        """The text that belongs to an HTTP status; `code` may give another text."""
        status = status or 500
        headers = rate_headers(GENERAL, 0, call.now + 60) if status == 429 else {}
        return RefusalError(status, {"error": code or ERRORS.get(status, "Unknown error")}, headers)

    def limited(self, call: Call, limit: Limit, resets_at: float) -> RefusalError:
        """429; the reset time stands in the headers, there is no Retry-After."""
        return RefusalError(429, {"error": ERRORS[429]}, rate_headers(limit, 0, resets_at))

    def limit_headers(self, call: Call, limit: Limit, left: int, resets_at: float) -> dict[str, str]:
        """X-RateLimit-*, with the reset as ISO 8601."""
        return rate_headers(limit, left, resets_at)


def rate_headers(limit: Limit, left: int, resets_at: float) -> dict[str, str]:
    """The headers on every API answer."""
    return {
        "X-RateLimit-Limit": str(limit.count),
        "X-RateLimit-Remaining": str(left),
        "X-RateLimit-Reset": iso(resets_at, "microseconds"),
    }


def refuse(status: int, text: str = "") -> RefusalError:
    """An error in Mastodon's shape."""
    return RefusalError(status, {"error": text or ERRORS[status]})


simulator = Mastodon()


@simulator.control("POST", "servers")
def set_server(world: World, wish: dict[str, Any]) -> dict[str, Any]:
    """Add a server, or change one: `host` and any field of `Server`."""
    servers = simulator.servers(world)
    old = servers.get(wish["host"])
    server = servers.add(Server(**{**(vars(old) if old else {}), **wish}))
    return dict(vars(server))


@simulator.control("GET", "servers")
def list_servers(world: World, wish: dict[str, Any]) -> list[dict[str, Any]]:
    """All servers with their switches."""
    return [dict(vars(server)) for server in simulator.servers(world)]
