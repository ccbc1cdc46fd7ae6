"""TikTok as a whole: its hosts, its cast, and how it refuses
(https://developers.tiktok.com/doc/tiktok-api-v2-error-handling).
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import Any

from socialhub.platforms.sandbox.cast import NORA, RAVI
from socialhub.platforms.sandbox.records import Account, App, Post, Token
from socialhub.platforms.sandbox.shapes import MisfitError
from socialhub.platforms.sandbox.simulator import Call, Limit, RefusalError, Simulator
from socialhub.platforms.sandbox.world import Table, World

API = "open.tiktokapis.com"
UPLOAD = "open-upload.tiktokapis.com"
SITE = "www.tiktok.com"
PUBLIC_LEVELS = ("PUBLIC_TO_EVERYONE", "MUTUAL_FOLLOW_FRIENDS", "SELF_ONLY")
PRIVATE_LEVELS = ("FOLLOWER_OF_CREATOR", "MUTUAL_FOLLOW_FRIENDS", "SELF_ONLY")
TOGGLES = ("comment_disabled", "duet_disabled", "stitch_disabled")
DAY = 86_400
MOST_POSTS, MOST_DRAFTS = 15, 5
"""In 24 hours: posts of a creator, and drafts that wait in the inbox."""
STATUSES = {
    "access_token_invalid": 401,
    "scope_not_authorized": 401,
    "scope_permission_missed": 401,
    "invalid_params": 400,
    "invalid_param": 400,
    "invalid_file_upload": 400,
    "app_version_check_failed": 400,
    "invalid_publish_id": 400,
    "token_not_authorized_for_specified_publish_id": 400,
    "publish_not_cancellable": 400,
    "spam_risk_too_many_posts": 403,
    "spam_risk_too_many_pending_share": 403,
    "reached_active_user_cap": 403,
    "spam_risk_user_banned_from_posting": 403,
    "spam_risk": 403,
    "spam_risk_text": 403,
    "unaudited_client_can_only_post_to_private_accounts": 403,
    "privacy_level_option_mismatch": 403,
    "url_ownership_unverified": 403,
    "rate_limit_exceeded": 429,
    "internal_error": 500,
}


@dataclass
class Share:
    """What one init began. `post` is set when it went out, `done_at` when its processing ends."""

    id: str
    account: str
    client_id: str
    is_draft: bool
    created_at: float
    wish: dict[str, Any] = field(default_factory=dict)
    is_photo: bool = False
    size: int = 0
    chunk: int = 0
    count: int = 0
    blob: str = ""
    upload_key: str = ""
    done_at: float = 0.0
    failure: str = ""
    post: str = ""


class TikTokSimulator(Simulator):
    """The one platform behind TikTok's hosts."""

    key = "tiktok"
    name = "TikTok"

    def claims(self, world: World, host: str) -> bool:
        """The API, the uploads and the site."""
        return host in (API, UPLOAD, SITE)

    def shares(self, world: World) -> Table[Share]:
        """What was begun, by publish_id."""
        return world.table(f"{self.key}.shares", Share)

    def prepare(self, world: World) -> None:
        """A public account, and a private one that lets nobody duet."""
        self.shares(world)
        if world.is_loaded:
            return
        nora = {
            "person": NORA,
            "handle": "northwindcoffee",
            "name": "Northwind Coffee",
            "bio": "Small-batch.",
        }
        ravi = {"person": RAVI, "handle": "harborbooks", "name": "Harbor Books", "kind": "private"}
        self.create_account(world, nora)
        self.create_account(world, ravi | {"duet_disabled": True, "max_seconds": 180})

    def create_account(self, world: World, spec: dict[str, Any]) -> Account:
        """`kind` is public or private; `comment_disabled`, `duet_disabled`, `stitch_disabled`, `max_seconds`."""
        is_private = spec.get("kind", "public") == "private"
        return world.accounts.add(
            Account(
                id="-000" + secrets.token_urlsafe(24),
                platform=self.key,
                person=spec["person"],
                handle="@" + spec["handle"].lstrip("@"),
                name=spec["name"],
                host=SITE,
                kind="private" if is_private else "public",
                bio=spec.get("bio", ""),
                created_at=world.clock.now(),
                extra={
                    "levels": list(PRIVATE_LEVELS if is_private else PUBLIC_LEVELS),
                    "max_seconds": int(spec.get("max_seconds", 600)),
                    **{name: bool(spec.get(name)) for name in TOGGLES},
                },
            )
        )  # fmt: skip

    def create_app(self, world: World, spec: dict[str, Any]) -> App:
        """`audited` false: only private accounts may post with it."""
        return world.apps.add(
            App(
                client_id="aw" + secrets.token_hex(8),
                client_secret=secrets.token_urlsafe(24),
                platform=self.key,
                name=spec.get("name", "SocialHub"),
                redirect_uris=list(spec["redirect_uris"]),
                extra={"audited": bool(spec.get("audited", True))},
            )
        )

    def profile_url(self, account: Account) -> str:
        """`https://www.tiktok.com/@<username>`."""
        return f"https://{SITE}/{account.handle}"

    def describe_post(self, world: World, post_id: str) -> dict[str, Any]:
        """Privacy, disclosure and what may be done with the post."""
        post = world.posts.get(post_id)
        return dict(post.extra) if post else {}

    def past_post(self, world: World, account: Account, text: str, at: float) -> Post:
        """A public video, made in the app. Ids grow with time."""
        post_id = str((int(at * 1000) << 16) + world.serial() % (1 << 16))
        extra = {"privacy_level": "PUBLIC_TO_EVERYONE"}
        url = f"https://{SITE}/{account.handle}/video/{post_id}"
        return world.posts.add(Post(post_id, self.key, account.id, text, at, SITE, url, extra=extra))

    def authenticate(self, call: Call, scopes: tuple[str, ...]) -> Token:
        """A live token that has any one of `scopes`."""
        token = self.access_token(call)
        if token is None:
            raise refusal("access_token_invalid")
        if not set(scopes) & set(token.scopes):
            raise refusal("scope_not_authorized")
        return token

    def misfit(self, call: Call, misfit: MisfitError) -> RefusalError:
        """400, with the spelling of the Posting API."""
        return refusal("invalid_param", f"{misfit.field}: {misfit.reason}")

    def failure(self, call: Call, status: int, code: str) -> RefusalError:
        """`code` is any code of the error table; an upload host says nothing but its status."""
        if call.host == UPLOAD:
            return RefusalError(status or 400, "")
        if code.startswith("oauth/"):
            said = code.removeprefix("oauth/")
            return RefusalError(status or 400, {"error": said, "error_description": said, "log_id": "202611"})
        if code in STATUSES:
            return refusal(code, status=status)
        by_status = {
            401: "access_token_invalid",
            403: "spam_risk",
            429: "rate_limit_exceeded",
            400: "invalid_param",
        }
        return refusal(by_status.get(status, "internal_error"), status=status or 404)

    def limited(self, call: Call, limit: Limit, resets_at: float) -> RefusalError:
        """429 without a word on when it resets."""
        return refusal("rate_limit_exceeded")


def envelope(data: dict[str, Any], code: str = "ok", message: str = "") -> dict[str, Any]:
    """The frame of all answers."""
    return {
        "data": data,
        "error": {"code": code, "message": message, "log_id": "20261122" + secrets.token_hex(12)},
    }


def check_day(call: Call, *, is_draft: bool) -> None:
    """How much a creator takes within 24 hours, from all apps together."""
    count, most = 0, MOST_DRAFTS if is_draft else MOST_POSTS
    for share in simulator.shares(call.world):
        is_counted = share.done_at and not share.failure and share.created_at > call.now - DAY
        count += bool(is_counted and (share.account, share.is_draft) == (call.token.account, is_draft))
    if count >= most and call.world.limits_enforced:
        raise refusal("spam_risk_too_many_pending_share" if is_draft else "spam_risk_too_many_posts")


def refusal(code: str, message: str = "", status: int = 0) -> RefusalError:
    """A refusal by its code."""
    return RefusalError(status or STATUSES[code], envelope({}, code, message or code.replace("_", " ")))


simulator = TikTokSimulator()
