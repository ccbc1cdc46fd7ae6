"""Pages and their tokens (https://developers.facebook.com/docs/facebook-login/guides/access-tokens)."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from functools import partial
from typing import Any

from werkzeug.wrappers import Response

from socialhub.platforms.sandbox import oauth
from socialhub.platforms.sandbox.records import Account, Token
from socialhub.platforms.sandbox.shapes import Field
from socialhub.platforms.sandbox.simulator import Call, reply

from .fields import Reader, Wanted, parse_fields, pick
from .simulator import GRAPH, GraphSimulator, missing_object, page_of, pages_of, read

DIALOG = "www.facebook.com"
SHORT_LIFETIME = 3600
LISTING = {"fields": Field(), "limit": Field("int"), "after": Field(), "before": Field()}
PageReader = Callable[[Call, Account, Wanted], Any]


class Pages:
    """`/me` and `/me/accounts`. A platform adds fields of a Page to `readers`."""

    def __init__(self, simulator: GraphSimulator) -> None:
        self.simulator = simulator
        self.readers: dict[str, PageReader] = {}
        simulator.route("GET", "/me", host=GRAPH, scopes=())(self.me)
        simulator.route("GET", "/me/accounts", host=GRAPH, scopes=("pages",))(self.accounts)

    def me(self, call: Call) -> Response:
        """The person, or the Page of a Page token."""
        wanted = parse_fields(read(call, {"fields": Field()}).get("fields", "id,name"))
        page = call.world.accounts.get(call.token.account)
        if page is not None:
            return reply(self.page_json(call, page, wanted))
        person = call.world.persons.get(call.token.person)
        readers: dict[str, Reader] = {
            "id": lambda inner: user_id(call.token.person),
            "name": lambda inner: person.name if person else None,
        }
        return reply(pick(wanted, readers))

    def accounts(self, call: Call) -> Response:
        """The Pages that the person left in the consent."""
        wish = read(call, LISTING)
        if call.token.kind != "user_token":
            raise missing_object("me")
        granted = [page for page in pages_of(call, call.token.person) if page.id in call.token.accounts]
        shown, paging = page_of(granted, wish.get("limit", 25), wish.get("after", ""))
        wanted = parse_fields(wish.get("fields", "access_token,category,name,id,tasks"))
        return reply({"data": [self.page_json(call, page, wanted) for page in shown], **paging})

    def page_json(self, call: Call, page: Account, wanted: Wanted) -> dict[str, Any]:
        """A Page with the fields that were asked for."""
        readers: dict[str, Reader] = {
            "id": lambda inner: page.id,
            "name": lambda inner: page.name,
            "username": lambda inner: page.handle.lstrip("@"),
            "category": lambda inner: "Coffee shop",
            "tasks": lambda inner: ["ANALYZE", "MESSAGING", "MODERATE", "CREATE_CONTENT", "MANAGE"],
            "picture": lambda inner: {"data": {"url": f"https://{DIALOG}/images/{page.id}.jpg"}},
            "access_token": lambda inner: (
                self.page_token(call, page) if call.token.kind == "user_token" else call.token.value
            ),
            **{name: partial(reader, call, page) for name, reader in self.readers.items()},
        }
        return pick(wanted, readers)

    def page_token(self, call: Call, page: Account) -> str:
        """The Page's token: without end when the user token is long-lived, else it ends with that one."""
        user = call.token
        is_long = user.expires_at is not None and user.expires_at - user.issued_at > SHORT_LIFETIME
        for known in call.world.tokens.where(
            kind="page_token", account=page.id, family=user.family, revoked=False
        ):
            if (known.expires_at is None) == is_long and known.scopes == user.scopes:
                return known.value
        token = Token(
            value="EAA" + secrets.token_hex(60),
            platform=self.simulator.key,
            kind="page_token",
            client_id=user.client_id,
            person=user.person,
            scopes=list(user.scopes),
            issued_at=call.now,
            expires_at=None if is_long else user.expires_at,
            account=page.id,
            family=user.family,
        )
        return oauth.issue_token(call.world, token).value


def user_id(person: str) -> str:
    """A person's app-scoped id: digits made from the name."""
    return str(10_000_000_000_000 + int.from_bytes(person.encode()[:5], "big"))
