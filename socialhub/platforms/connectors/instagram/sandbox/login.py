"""Instagram Login, and what a Page says of the account linked to it
(https://developers.facebook.com/documentation/instagram-platform/instagram-api-with-instagram-login/business-login).
"""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Response

from socialhub.platforms.connectors._graph.sandbox.fields import Reader, Wanted, parse_fields, pick
from socialhub.platforms.connectors._graph.sandbox.own_login import OwnLogin
from socialhub.platforms.connectors._graph.sandbox.simulator import read
from socialhub.platforms.sandbox.growth import bend
from socialhub.platforms.sandbox.records import Account, Token
from socialhub.platforms.sandbox.shapes import Field
from socialhub.platforms.sandbox.simulator import Call, reply

from .figures import standing
from .server import (
    CALLS,
    IG_API,
    IG_GRAPH,
    SITES,
    facebook_login,
    linked_account,
    open_account,
    simulator,
)
from .tables import INSTAGRAM_SCOPES

COUNTERS = ("followers_count", "follows_count", "media_count")


def short_answer(call: Call, token: Token) -> dict[str, Any]:
    """The documented form, a list of one. `user_id` is the app-scoped id here."""
    account = call.world.accounts.get(token.account)
    user = int(account.extra["app_scoped_id"]) if account else 0
    line = {"access_token": token.value, "user_id": user, "permissions": ",".join(token.scopes)}
    return {"data": [line]}


OwnLogin(
    simulator,
    door="instagram",
    grant="ig",
    prefix="IGAA",
    scopes=INSTAGRAM_SCOPES,
    sites=SITES[:1],
    code_hosts=(IG_API,),
    hosts=(IG_GRAPH,),
    short_answer=short_answer,
    may_decline=True,
    has_permissions=True,
).install()


@simulator.route("GET", "/me", host=IG_GRAPH, scopes=("basic",), limit=CALLS)
def read_me(call: Call) -> Response:
    """The account of the token. `id` is the app-scoped id here, `user_id` the professional account."""
    wanted = parse_fields(read(call, {"fields": Field()}).get("fields", "id"))
    account = open_account(call, "me")
    readers = account_readers(call, account)
    readers |= {
        "id": lambda inner: account.extra["app_scoped_id"],
        "user_id": lambda inner: account.id,
        "account_type": lambda inner: account.kind,
    }
    return reply(pick(wanted, readers))


def account_readers(call: Call, account: Account) -> dict[str, Reader]:
    """The fields of a professional account."""
    told = standing(call.world, account)
    figures: dict[str, Reader] = {
        name: lambda inner, name=name: told.get(name)  # type: ignore[misc]
        for name in COUNTERS
        if name not in bend(call.world, simulator.key).unknown
    }
    return {
        **figures,
        "id": lambda inner: account.id,
        "ig_id": lambda inner: account.extra["app_scoped_id"],
        "username": lambda inner: account.handle[1:],
        "name": lambda inner: account.name,
        "biography": lambda inner: account.bio,
        "profile_picture_url": lambda inner: f"https://{SITES[0]}/images/{account.id}.jpg",
    }


def _linked(call: Call, page: Account, inner: Wanted) -> dict[str, str] | None:
    account = linked_account(call, page)
    return pick(inner, account_readers(call, account)) if account else None


facebook_login.pages.readers |= {
    "instagram_business_account": _linked,
    "connected_instagram_account": _linked,
}


def page_or_none(call: Call) -> dict[str, object] | None:
    """The Page that the path names, with its fields, if the token reaches it."""
    page = call.world.accounts.get(call.args["node"])
    if page is None or page.kind != "page" or page.id not in (*call.token.accounts, call.token.account):
        return None
    simulator.demand(call, call.token, "pages")
    wanted = parse_fields(read(call, {"fields": Field()}).get("fields", "id,name"))
    return facebook_login.pages.page_json(call, page, wanted)
