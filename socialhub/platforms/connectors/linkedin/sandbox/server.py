"""LinkedIn as a whole: its hosts, its cast, and how it refuses
(https://learn.microsoft.com/en-us/linkedin/shared/api-guide/concepts/error-handling).
"""

from __future__ import annotations

import re
import secrets
from typing import Any

from socialhub.platforms.sandbox.cast import NORA, RAVI
from socialhub.platforms.sandbox.records import Account, App, Post, Token
from socialhub.platforms.sandbox.shapes import MisfitError
from socialhub.platforms.sandbox.simulator import Call, Limit, RefusalError, Simulator
from socialhub.platforms.sandbox.world import World

from .refusing import NAMED, OF_STATUS, named, wrong
from .store import comments, past, say

API = "api.linkedin.com"
SITE = "www.linkedin.com"
OLDEST, NEWEST = 202512, 202610
DAY = 86_400.0
MEMBER_DAY, APP_DAY = 150, 100_000
PRODUCTS = {
    "member": ("openid", "profile", "email", "w_member_social"),
    "organization": (
        "w_organization_social",
        "r_organization_social",
        "r_organization_admin",
        "rw_organization_admin",
    ),
    "analytics": ("r_member_postAnalytics", "r_member_profileAnalytics"),
}
POSTING = ("ADMINISTRATOR", "CONTENT_ADMIN", "DIRECT_SPONSORED_CONTENT_POSTER")
ORGANIZATION, MEMBER = "organization", "person"


class LinkedInSimulator(Simulator):
    """The API and the site, uploads included."""

    key = "linkedin"
    name = "LinkedIn"

    def claims(self, world: World, host: str) -> bool:
        """Both hosts."""
        return host in (API, SITE)

    def prepare(self, world: World) -> None:
        """Two members; each runs a page, and Nora may read the numbers of a third one, no more."""
        comments(world)
        if world.is_loaded:
            return
        nora = self._member(world, NORA, "Nora Lindqvist")
        ravi = self._member(world, RAVI, "Ravi Menon")
        for person, name, roles in (
            (NORA, "Northwind Coffee", {nora: "ADMINISTRATOR"}),
            (NORA, "Harbor Market", {nora: "ANALYST"}),
            (RAVI, "Harbor Books", {ravi: "CONTENT_ADMIN"}),
        ):
            handle = name.lower().replace(" ", "")
            spec = {"person": person, "handle": handle, "name": name, "kind": ORGANIZATION, "roles": roles}
            self.create_account(world, spec)

    def _member(self, world: World, person: str, name: str) -> str:
        handle = name.lower().replace(" ", "-")
        return self.create_account(world, {"person": person, "handle": handle, "name": name}).id

    def create_account(self, world: World, spec: dict[str, Any]) -> Account:
        """`kind` person or organization; an organization has `roles`: {member id: role}."""
        kind = spec.get("kind", MEMBER)
        number = str(10_000_000 + world.serial() * 7919)
        return world.accounts.add(
            Account(
                id=number if kind == ORGANIZATION else f"aB_{number}-x",
                platform=self.key,
                person=spec["person"],
                handle="@" + spec["handle"].lstrip("@"),
                name=spec["name"],
                host=SITE,
                kind=kind,
                bio=spec.get("bio", ""),
                created_at=world.clock.now(),
                extra={"roles": dict(spec.get("roles", {}))},
            )
        )

    def create_app(self, world: World, spec: dict[str, Any]) -> App:
        """`products`: what it is approved for, member, analytics (of members), organization (by default what `login`
        needs, or all); `refreshes`: whether it gets refresh tokens (by default with the organization's product).
        """
        usual = {"member": "member analytics"}.get(
            spec.get("login", ""), spec.get("login", " ".join(PRODUCTS))
        )
        wanted = spec.get("products", usual)
        products = [name for name in PRODUCTS if name in wanted]
        if not products:
            raise ValueError(f"products must name one of {', '.join(PRODUCTS)}")
        return world.apps.add(
            App(
                client_id="78" + secrets.token_hex(6),
                client_secret="WPL_AP1." + secrets.token_urlsafe(16),
                platform=self.key,
                name=spec.get("name", "SocialHub"),
                redirect_uris=list(spec["redirect_uris"]),
                scopes=[scope for product in products for scope in PRODUCTS[product]],
                extra={
                    "refreshes": bool(spec.get("refreshes", ORGANIZATION in products)),
                    "entered": {"figures": "yes"} if "analytics" in products else {},
                },
            )
        )

    def profile_url(self, account: Account) -> str:
        """`/in/<name>/` or `/company/<name>/`."""
        folder = "company" if account.kind == ORGANIZATION else "in"
        return f"https://{SITE}/{folder}/{account.handle[1:]}/"

    def describe_post(self, world: World, post_id: str) -> dict[str, Any]:
        """Visibility, content, what was sent, the checksum of a cover."""
        post = world.posts.get(post_id)
        files = [world.media.get(key) for key in post.media] if post else []
        covers = [file.extra["cover"] for file in files if file and "cover" in file.extra]
        return {**post.extra, "cover": world.blobs.sha256(covers[0]) if covers else ""} if post else {}

    def say(self, world: World, *, post: str, person: str, text: str, parent: str = "") -> str:
        """A member comments on a post or answers a comment."""
        return say(self, world, post, person, text, parent)

    def past_post(self, world: World, account: Account, text: str, at: float) -> Post:
        """A public post of that time. Ids begin with the time, as those of LinkedIn do."""
        return past(self, world, account, text, at)

    def authenticate(self, call: Call, scopes: tuple[str, ...]) -> Token:
        """A live token with one of `scopes` (none: any token), headers of the versioned API, the day's limits."""
        if call.path.startswith("/rest/"):
            _check_headers(call)
        token = call.known_token(call.bearer())
        if token is None or token.platform != self.key or token.kind != "access_token":
            raise named("INVALID_ACCESS_TOKEN")
        if token.revoked:
            raise named("REVOKED_ACCESS_TOKEN")
        if not token.is_live(call.now):
            raise named("EXPIRED_ACCESS_TOKEN")
        if scopes and not set(scopes) & set(token.scopes):
            raise named("ACCESS_DENIED")
        for who, value, most in (
            ("member", token.account, MEMBER_DAY),
            ("application", token.client_id, APP_DAY),
        ):
            # Each resource has a limit of its own.
            today, resource = str(int(call.now // DAY)), "/".join(call.path.split("/")[1:3])
            if not call.world.take_turn((self.key, who, resource, value, today), most, DAY)[0]:
                raise named(who)
        return token

    def misfit(self, call: Call, misfit: MisfitError) -> RefusalError:
        """The newer error form, with the place of the field."""
        if call.path.startswith("/oauth/"):
            text = f"A required parameter '{misfit.field}' is {misfit.reason}"
            return RefusalError(400, {"error": "invalid_request", "error_description": text})
        codes = {"missing": "MISSING_FIELD", "choice": "INVALID_VALUE_FOR_FIELD"}
        return wrong(
            codes.get(misfit.reason, "ILLEGAL_ARGUMENT"), misfit.field.replace(".", "/"), misfit.reason
        )

    def failure(self, call: Call, status: int, code: str) -> RefusalError:
        """`code`: a name or number of `NAMED`, or one of an input error (DUPLICATE_POST, …); under `/oauth/` an
        OAuth error.
        """
        if call.path.startswith("/oauth/") and code:
            return RefusalError(status or 400, {"error": code, "error_description": "ordered"})
        code = next((name for name, row in NAMED.items() if code and str(row[1]) == code), code)
        if code in NAMED or (not code and status in OF_STATUS):
            return named(code or OF_STATUS[status])
        if code:
            return wrong(code, "", "ordered", status or 400)
        return RefusalError(status or 500, {"status": status or 500, "message": "Internal Server Error"})

    def limited(self, call: Call, limit: Limit, resets_at: float) -> RefusalError:
        """The limits are those of a day; no route has one of its own."""
        return named("member")


def _check_headers(call: Call) -> None:
    version = call.header("LinkedIn-Version") or ""
    if not version:
        raise named("VERSION_MISSING")
    if not re.fullmatch(r"\d{6}", version) or not OLDEST <= int(version) <= NEWEST:
        raise named("NONEXISTENT_VERSION")
    if call.header("X-Restli-Protocol-Version") != "2.0.0":
        raise wrong("PARAM_INVALID", "", "X-Restli-Protocol-Version must be 2.0.0")


simulator = LinkedInSimulator()


def member_urn(account: Account) -> str:
    """`urn:li:person:<id>` or `urn:li:organization:<id>`."""
    return f"urn:li:{account.kind}:{account.id}"


def acting(call: Call, urn: str, field: str) -> Account:
    """The account behind an author or owner, if the token may act for it; else 403."""
    parts = urn.split(":")
    if len(parts) != 4 or parts[:2] != ["urn", "li"] or parts[2] not in (ORGANIZATION, MEMBER):
        raise wrong("INVALID_URN_TYPE", field, "is no URN of a person or an organization")
    account = call.world.accounts.get(parts[3])
    if account is None or account.platform != simulator.key or account.kind != parts[2]:
        raise wrong("INVALID_URN_ID", field, "does not exist")
    own = account.id == call.token.account and "w_member_social" in call.token.scopes
    role = account.extra["roles"].get(call.token.account, "")
    runs = role in POSTING and "w_organization_social" in call.token.scopes
    if not (own or runs):
        raise named("ACCESS_DENIED")
    return account
