"""YouTube as a whole: its hosts, its cast, and how it refuses
(https://developers.google.com/youtube/v3/docs/errors).
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import Any

from socialhub.platforms.sandbox.cast import NORA, RAVI
from socialhub.platforms.sandbox.records import Account, App, Token
from socialhub.platforms.sandbox.shapes import MisfitError
from socialhub.platforms.sandbox.simulator import Call, Limit, RefusalError, Simulator
from socialhub.platforms.sandbox.world import Table, World

API = "www.googleapis.com"
API_TOO = "youtube.googleapis.com"
CONSENT = "accounts.google.com"
TOKENS = "oauth2.googleapis.com"
IDENTITY = "openidconnect.googleapis.com"
SITE = "www.youtube.com"
HOSTS = (API, API_TOO, CONSENT, TOKENS, IDENTITY, SITE)
SCOPE = "https://www.googleapis.com/auth/"
UNITS = Limit("units", 10_000, 86_400)
UPLOADS = Limit("video uploads", 100, 86_400)

NAMED: dict[str, tuple[int, str, str]] = {
    "authError": (401, "global", "Invalid Credentials"),
    "authorizationRequired": (401, "youtube.common", "The request uses the mine parameter but is not authorized."),
    "youtubeSignupRequired": (401, "youtube.header", "Unauthorized"),
    "insufficientPermissions": (403, "global", "Request had insufficient authentication scopes."),
    "quotaExceeded": (403, "youtube.quota", "The request cannot be completed because you have exceeded your quota."),
    "dailyLimitExceeded": (403, "usageLimits", "Daily Limit Exceeded"),
    "rateLimitExceeded": (403, "usageLimits", "Rate Limit Exceeded"),
    "userRateLimitExceeded": (403, "usageLimits", "User Rate Limit Exceeded"),
    "uploadRateLimitExceeded": (429, "youtube.thumbnail", "The channel has uploaded too many thumbnails recently."),
    "uploadLimitExceeded": (400, "youtube.video", "The user has exceeded the number of videos they may upload."),
    "accessNotConfigured": (403, "usageLimits", "YouTube Data API v3 is disabled in this project."),
    "authenticatedUserAccountClosed": (403, "youtube.common", "The user's account is closed."),
    "authenticatedUserAccountSuspended": (403, "youtube.common", "The user's account is suspended."),
    "channelClosed": (403, "youtube.channel", "The channel has been closed."),
    "channelSuspended": (403, "youtube.channel", "The channel has been suspended."),
    "authenticatedUserNotChannel": (403, "youtube.common", "The authenticated user's account has no channel."),
    "accountDelegationForbidden": (403, "global", "The authenticated user cannot act on behalf of this owner."),
    "forbidden": (403, "youtube.common", "The request might not be properly authorized."),
    "forbiddenPrivacySetting": (403, "youtube.video", "The privacy setting is not allowed."),
    "forbiddenLicenseSetting": (403, "youtube.video", "The license is not allowed."),
    "forbiddenEmbedSetting": (403, "youtube.video", "The embed setting is not allowed."),
    "invalidTitle": (400, "youtube.video", "The request metadata specifies an invalid or empty video title."),
    "invalidDescription": (400, "youtube.video", "The request metadata specifies an invalid video description."),
    "invalidTags": (400, "youtube.video", "The request metadata specifies invalid video keywords."),
    "invalidCategoryId": (400, "youtube.video", "The snippet.categoryId property is invalid."),
    "invalidPublishAt": (400, "youtube.video", "The request metadata specifies an invalid time."),
    "invalidVideoMetadata": (400, "youtube.video", "The request metadata is invalid."),
    "invalidFilename": (400, "youtube.video", "The video filename specified in the Slug header is invalid."),
    "mediaBodyRequired": (400, "youtube.video", "The request does not include the video content."),
    "videoNotFound": (404, "youtube.video", "The video cannot be found."),
    "channelNotFound": (404, "youtube.channel", "The channel cannot be found."),
    "playlistNotFound": (404, "youtube.playlistItem", "The playlist cannot be found."),
    "backendError": (503, "global", "Backend Error"),
    "internalError": (500, "global", "Internal error encountered."),
}  # fmt: skip


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
class Offline:
    """A code, by its value, that will give a refresh token too."""

    id: str


class YouTubeSimulator(Simulator):
    """The one platform behind Google's hosts."""

    key = "youtube"
    name = "YouTube"

    def claims(self, world: World, host: str) -> bool:
        """The API, the sign-in and the site."""
        return host in HOSTS

    def uploads(self, world: World) -> Table[Upload]:
        """Sessions by their id."""
        return world.table(f"{self.key}.uploads", Upload)

    def offline(self, world: World) -> Table[Offline]:
        """Codes that were asked for with offline access."""
        return world.table(f"{self.key}.offline", Offline)

    def prepare(self, world: World) -> None:
        """Two channels; Harbor Books has not verified its telephone and may upload 15 minutes at most."""
        self.uploads(world), self.offline(world)
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
            self.create_account(world, spec)

    def create_account(self, world: World, spec: dict[str, Any]) -> Account:
        """`long_uploads` is allowed, eligible or disallowed."""
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
                extra={"long_uploads": spec.get("long_uploads", "allowed")},
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

    def authenticate(self, call: Call, scopes: tuple[str, ...]) -> Token:
        """A live token that has any one of `scopes`, as the discovery document means its lists."""
        token = call.known_token(call.bearer())
        if (
            token is None
            or token.platform != self.key
            or token.kind != "access_token"
            or not token.is_live(call.now)
        ):
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
        if code in NAMED:
            return refusal(code)
        if status == 404 or not status:
            return error(404, "notFound", "Not Found")
        return error(
            status, {403: "forbidden", 429: "rateLimitExceeded"}.get(status, "backendError"), "Error"
        )

    def limited(self, call: Call, limit: Limit, resets_at: float) -> RefusalError:
        """403 without a word on when it resets."""
        return refusal("quotaExceeded")


def error(
    status: int, reason: str, message: str, domain: str = "global", headers: dict[str, str] | None = None
) -> RefusalError:
    """Google's error body."""
    detail = {"message": message, "domain": domain, "reason": reason}
    return RefusalError(status, {"error": {"code": status, "message": message, "errors": [detail]}}, headers)


def refusal(reason: str, headers: dict[str, str] | None = None) -> RefusalError:
    """A recorded error by its reason."""
    status, domain, message = NAMED[reason]
    return error(status, reason, message, domain, headers)


simulator = YouTubeSimulator()
