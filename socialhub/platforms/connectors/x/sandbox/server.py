"""X as a whole: its hosts, its cast, and how it refuses (https://docs.x.com/x-api/fundamentals/response-
codes-and-errors).
"""

from __future__ import annotations

import secrets
from typing import Any

from socialhub.platforms.sandbox.cast import NORA, RAVI
from socialhub.platforms.sandbox.records import Account, App, Post, Token
from socialhub.platforms.sandbox.shapes import MisfitError
from socialhub.platforms.sandbox.simulator import Call, Limit, RefusalError, Simulator
from socialhub.platforms.sandbox.world import World

from .visitors import PLAIN, write

API = "api.x.com"
SITE = "x.com"
PROBLEMS = "https://api.x.com/2/problems"
INVALID = "One or more parameters to your request was invalid."
TITLES = {
    400: "Invalid Request",
    401: "Unauthorized",
    402: "CreditsDepleted",
    403: "Forbidden",
    404: "Not Found Error",
    409: "Conflict",
    429: "Too Many Requests",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}
DETAILS = {
    402: "Your enrolled account has no credits left to fulfil this request.",
    403: "You are not permitted to perform this action.",
}
TYPES = {402: f"{PROBLEMS}/credits", 404: f"{PROBLEMS}/resource-not-found"}
NOT_ENGAGED = (
    "Reply to this conversation is not allowed because you have not been mentioned or otherwise engaged"
    " by the"
    " author."
)
NAMED = {
    "duplicate": (403, "You are not allowed to create a Tweet with duplicate content.", "about:blank"),
    "reply": (403, NOT_ENGAGED, "about:blank"),
    "suspended": (403, "User is suspended.", "about:blank"),
    "locked": (403, "Your account is temporarily locked.", "about:blank"),
    "shorter": (403, "Tweet needs to be a bit shorter.", "about:blank"),
    "video": (403, "This user is not allowed to post a video longer than 2 minutes.", "about:blank"),
    "media": (400, "Your media IDs are invalid.", f"{PROBLEMS}/invalid-request"),
    "usage-capped": (429, "Usage cap exceeded: monthly product cap", f"{PROBLEMS}/usage-capped"),
    "credits": (402, DETAILS[402], f"{PROBLEMS}/credits"),
    "credits-depleted": (402, DETAILS[402], f"{PROBLEMS}/credits-depleted"),
    "client-forbidden": (403, "Client is not enrolled in the required project.", f"{PROBLEMS}/client-forbidden"),
    "oauth1-permissions": (403, "Your client app is not configured.", f"{PROBLEMS}/oauth1-permissions"),
    "unsupported-authentication": (
        403, "Authenticating with this is forbidden.", f"{PROBLEMS}/unsupported-authentication",
    ),
    "resource-not-found": (404, "Could not find the resource.", f"{PROBLEMS}/resource-not-found"),
}  # fmt: skip
OLDER = {
    "88": (429, "Rate limit exceeded"),
    "64": (403, "Your account is suspended and is not permitted to access this feature"),
    "326": (403, "To protect our users from spam, this account is temporarily locked."),
    "186": (403, "Tweet needs to be a bit shorter."),
}
"""Errors in the form of the first API, which still come."""


class XSimulator(Simulator):
    """The one platform behind api.x.com and x.com."""

    key = "x"
    name = "X"

    def claims(self, world: World, host: str) -> bool:
        """The API and the site."""
        return host in (API, SITE)

    def prepare(self, world: World) -> None:
        """Two accounts; Harbor Books pays for long posts."""
        if world.is_loaded:
            return
        self.create_account(
            world,
            {
                "person": NORA,
                "handle": "northwindcoffee",
                "name": "Northwind Coffee",
                "bio": "Small-batch coffee.",
            },
        )
        self.create_account(
            world,
            {
                "person": RAVI,
                "handle": "harborbooks",
                "name": "Harbor Books",
                "bio": "Books by the water.",
                "kind": "Premium",
            },
        )

    def create_account(self, world: World, spec: dict[str, Any]) -> Account:
        """`kind` is the subscription: None, Basic, Premium, PremiumPlus."""
        return world.accounts.add(
            Account(
                id=world.snowflake(22),
                platform=self.key,
                person=spec["person"],
                handle="@" + spec["handle"].lstrip("@"),
                name=spec["name"],
                host=SITE,
                kind=spec.get("kind", "None"),
                bio=spec.get("bio", ""),
                created_at=world.clock.now(),
            )
        )

    def create_app(self, world: World, spec: dict[str, Any]) -> App:
        """`confidential` false makes a public client, which has no secret to send. API key and secret come along."""
        key, secret = secrets.token_urlsafe(18), secrets.token_urlsafe(37)
        world.issue(self.key, "consumer_secret", secret)
        return world.apps.add(
            App(
                client_id=secrets.token_urlsafe(25),
                client_secret=secrets.token_urlsafe(37),
                platform=self.key,
                name=spec.get("name", "SocialHub"),
                redirect_uris=list(spec["redirect_uris"]),
                confidential=bool(spec.get("confidential", True)),
                extra={"entered": {"consumer_key": key, "consumer_secret": secret}},
            )
        )

    def profile_url(self, account: Account) -> str:
        """`https://x.com/<username>`."""
        return f"https://{SITE}/{account.handle[1:]}"

    def describe_post(self, world: World, post_id: str) -> dict[str, Any]:
        """Who may reply, poll, conversation."""
        post = world.posts.get(post_id)
        return dict(post.extra) if post else {}

    def say(self, world: World, *, post: str, person: str, text: str, parent: str = "") -> str:
        """Somebody answers a post, or an answer below it."""
        above = self.live_post(world, parent or post)
        if above is None:
            raise LookupError("there is no such post")
        return write(self, world, person, text, above)

    def past_post(self, world: World, account: Account, text: str, at: float) -> Post:
        """A post of that time. Ids grow with time, as those of X do."""
        key = str((int(at * 1000) << 22) + world.serial() % (1 << 22))
        return world.posts.add(
            Post(
                id=key, platform=self.key, account=account.id, text=text, created_at=at, host=account.host,
                url=f"{self.profile_url(account)}/status/{key}", extra={**PLAIN, "conversation_id": key},
            )
        )  # fmt: skip

    def authenticate(self, call: Call, scopes: tuple[str, ...]) -> Token:
        """A live user token that carries all of `scopes`."""
        token = self.access_token(call)
        if token is None:
            raise problem(401)
        if not set(scopes) <= set(token.scopes):
            raise problem(403)
        return token

    def misfit(self, call: Call, misfit: MisfitError) -> RefusalError:
        """The answer of a JSON schema."""
        texts = {
            "unknown": f"$.{misfit.field}: is not defined in the schema and the schema does not allow"
            " additional properties",
            "missing": f"$.{misfit.field}: is missing but it is required",
            "choice": f"$.{misfit.field}: does not have a value in the enumeration",
            "json": "The request body is not valid JSON",
        }
        return invalid(texts.get(misfit.reason, f"$.{misfit.field}: has the wrong type"), misfit.field)

    def failure(self, call: Call, status: int, code: str) -> RefusalError:
        """`code`: a key of `NAMED`, a number of the older form, or `oauth/…` at the token endpoint."""
        if code.startswith("oauth/"):
            said = {"error": code.removeprefix("oauth/"), "error_description": "Value passed was invalid."}
            return RefusalError(400, said)
        if code in OLDER:
            number = {"code": int(code), "message": OLDER[code][1]}
            headers = limit_headers(900, 0, call.now + 900) if OLDER[code][0] == 429 else None
            return RefusalError(OLDER[code][0], {"errors": [number]}, headers)
        if code in NAMED:
            return problem(*NAMED[code])
        headers = limit_headers(900, 0, call.now + 900) if status == 429 else None
        return problem(status or 500, headers=headers)

    def limited(self, call: Call, limit: Limit, resets_at: float) -> RefusalError:
        """429 with the reset in the headers."""
        return problem(429, headers=limit_headers(limit.count, 0, resets_at))

    def limit_headers(self, call: Call, limit: Limit, left: int, resets_at: float) -> dict[str, str]:
        """x-rate-limit-*, with the reset in epoch seconds."""
        return limit_headers(limit.count, left, resets_at)


def limit_headers(count: int, left: int, resets_at: float) -> dict[str, str]:
    """The three headers on every answer."""
    return {
        "x-rate-limit-limit": str(count),
        "x-rate-limit-remaining": str(left),
        "x-rate-limit-reset": str(int(resets_at) + 1),
    }


def problem(
    status: int, detail: str = "", kind: str = "", headers: dict[str, str] | None = None
) -> RefusalError:
    """An error in problem JSON."""
    title = TITLES.get(status, "Error")
    body = {
        "title": title,
        "detail": detail or DETAILS.get(status, title),
        "type": kind or TYPES.get(status, "about:blank"),
        "status": status,
    }
    return RefusalError(status, body, headers)


def invalid(message: str, parameter: str = "") -> RefusalError:
    """400 with the list of what is wrong."""
    error = {"message": message, "parameters": {parameter: []} if parameter else {}}
    return RefusalError(
        400,
        {"errors": [error], "title": TITLES[400], "detail": INVALID, "type": f"{PROBLEMS}/invalid-request"},
    )


simulator = XSimulator()
