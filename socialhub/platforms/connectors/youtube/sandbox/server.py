"""YouTube as a whole: its hosts, its cast, and how it refuses
(https://developers.google.com/youtube/v3/docs/errors).
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from socialhub.platforms.sandbox.cast import NORA, RAVI
from socialhub.platforms.sandbox.records import Account, App, Post, Token
from socialhub.platforms.sandbox.shapes import MisfitError
from socialhub.platforms.sandbox.simulator import Call, Limit, RefusalError, Simulator
from socialhub.platforms.sandbox.world import Table, World

from .refusals import NAMED, STATUS_NAMES, error, refusal
from .store import KEY, SITE, Habits, comments, listeners, say, upload_elsewhere

API = "www.googleapis.com"
API_TOO = "youtube.googleapis.com"
ANALYTICS = "youtubeanalytics.googleapis.com"
CONSENT = "accounts.google.com"
TOKENS = "oauth2.googleapis.com"
IDENTITY = "openidconnect.googleapis.com"
HUB = "pubsubhubbub.appspot.com"
HOSTS = (API, API_TOO, ANALYTICS, CONSENT, TOKENS, IDENTITY, SITE, HUB)
SCOPE = "https://www.googleapis.com/auth/"
PACIFIC = ZoneInfo("America/Los_Angeles")
UNITS = Limit("units", 10_000, 86_400)
UPLOADS = Limit("video uploads", 100, 86_400)
STATS = Limit("video stats", 10_000, 86_400)


@dataclass
class Upload:
    """A session of a resumable upload; ``video`` is set once its last byte is there."""

    id: str
    account: str
    client_id: str
    blob: str
    total: int
    mime: str
    created_at: float
    file_name: str = ""
    video: str = ""
    wish: dict[str, Any] = field(default_factory=dict)


@dataclass
class Playlist:
    """A list of videos; `items` are `{"id", "video", "at"}` in order."""

    id: str
    account: str
    title: str
    items: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class Offline:
    """A code, by its value, that will give a refresh token too."""

    id: str


class YouTubeSimulator(Simulator):
    """The one platform behind Google's hosts."""

    key = KEY
    name = "YouTube"

    def claims(self, world: World, host: str) -> bool:
        """The API, the sign-in and the site."""
        return host in HOSTS

    def uploads(self, world: World) -> Table[Upload]:
        """Sessions by their id."""
        return world.table(f"{self.key}.uploads", Upload)

    def playlists(self, world: World) -> Table[Playlist]:
        """Playlists by their id; the list of uploads is none of them."""
        return world.table(f"{self.key}.playlists", Playlist)

    def offline(self, world: World) -> Table[Offline]:
        """Codes that were asked for with offline access."""
        return world.table(f"{self.key}.offline", Offline)

    def prepare(self, world: World) -> None:
        """Two channels with a playlist each; Harbor Books may not upload more than 15 minutes."""
        self.uploads(world), self.offline(world), self.playlists(world), comments(world), listeners(world)
        world.table(f"{KEY}.habits", Habits)
        if world.is_loaded:
            return
        for person, handle, name, bio, long_uploads in (
            (NORA, "northwindcoffee", "Northwind Coffee", "Small-batch coffee.", "allowed"),
            (RAVI, "harborbooks", "Harbor Books", "Books by the water.", "eligible"),
        ):
            spec = {
                "person": person,
                "handle": handle,
                "name": name,
                "bio": bio,
                "long_uploads": long_uploads,
            }
            account = self.create_account(world, spec)
            title = f"All about {name.split()[1].lower()}"
            self.playlists(world).add(Playlist("PL" + secrets.token_urlsafe(24), account.id, title))

    def create_account(self, world: World, spec: dict[str, Any]) -> Account:
        """`long_uploads` is allowed, eligible or disallowed; `telephone` false: no covers of its own."""
        return world.accounts.add(
            Account(
                id="UC" + secrets.token_urlsafe(16),
                platform=self.key,
                person=spec["person"],
                handle="@" + spec["handle"].lstrip("@"),
                name=spec["name"],
                host=SITE,
                bio=spec.get("bio", ""),
                created_at=world.clock.now(),
                extra={
                    "long_uploads": spec.get("long_uploads", "allowed"),
                    "telephone": bool(spec.get("telephone", True)),
                },
            )
        )

    def create_app(self, world: World, spec: dict[str, Any]) -> App:
        """`audited` false: what it uploads is locked private."""
        return world.apps.add(
            App(
                client_id=f"{world.serial()}-{secrets.token_hex(16)}.apps.googleusercontent.com",
                client_secret="GOCSPX-" + secrets.token_urlsafe(21),
                platform=self.key,
                name=spec.get("name", "SocialHub"),
                redirect_uris=list(spec["redirect_uris"]),
                extra={"audited": bool(spec.get("audited", True))},
            )
        )

    def profile_url(self, account: Account) -> str:
        """`https://www.youtube.com/@<handle>`."""
        return f"https://{SITE}/{account.handle}"

    def describe_post(self, world: World, post_id: str) -> dict[str, Any]:
        """Title, privacy and the rest of what was said of the video."""
        post = world.posts.get(post_id)
        return dict(post.extra) if post else {}

    def past_post(self, world: World, account: Account, text: str, at: float) -> Post:
        """A public video of a minute, uploaded in YouTube Studio at that time; its title is the text."""
        return upload_elsewhere(world, account, text, at)

    def say(self, world: World, *, post: str, person: str, text: str, parent: str = "") -> str:
        """A visitor comments on a video or answers a comment."""
        return say(self, world, post, person, text, parent)

    def authenticate(self, call: Call, scopes: tuple[str, ...]) -> Token:
        """A live token that has any one of `scopes`, as the discovery document means its lists."""
        token = self.access_token(call)
        if token is None:
            raise refusal(
                "authError", headers={"WWW-Authenticate": 'Bearer realm="https://accounts.google.com/"'}
            )
        if not set(scopes) & set(token.scopes):
            raise refusal("insufficientPermissions")
        return token

    def misfit(self, call: Call, misfit: MisfitError) -> RefusalError:
        """The answer of Google's JSON front: 400 with the name of the field."""
        if misfit.reason == "unknown":
            return error(400, "badRequest", f'Unknown name "{misfit.field}": Cannot find field.')
        if misfit.reason == "missing":
            return error(400, "missingRequiredParameter", f"Missing required field: {misfit.field}")
        return error(400, "badRequest", f"Invalid value at '{misfit.field}'")

    def failure(self, call: Call, status: int, code: str) -> RefusalError:
        """`code` is any reason of the error table."""
        if call.host == TOKENS:
            plain = "invalid_grant" if status in {0, 400} else "internal_failure"
            said = {"error": code.removeprefix("oauth/") or plain, "error_description": "Bad Request"}
            return RefusalError(status or (401 if "client" in code else 400), said)
        if code in NAMED:
            return refusal(code)
        if code in STATUS_NAMES:
            return RefusalError(
                STATUS_NAMES[code], {"error": {"code": STATUS_NAMES[code], "message": code, "status": code}}
            )
        if status == 404 or not status:
            return error(404, "notFound", "Not Found")
        return error(
            status, {403: "forbidden", 429: "rateLimitExceeded"}.get(status, "backendError"), "Error"
        )

    def sharers(self, call: Call) -> str:
        """A developer project, until midnight in California."""
        day = datetime.fromtimestamp(call.now, PACIFIC).date()
        return f"{call.token.client_id} on {day}"

    def limited(self, call: Call, limit: Limit, resets_at: float) -> RefusalError:
        """403 without a word on when it resets."""
        return refusal("quotaExceeded")


simulator = YouTubeSimulator()
