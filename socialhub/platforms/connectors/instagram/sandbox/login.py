"""Instagram Login, and what a Page says of the account linked to it
(https://developers.facebook.com/documentation/instagram-platform/instagram-api-with-instagram-login/business-login).
"""

from __future__ import annotations

import secrets

from werkzeug.wrappers import Response

from socialhub.platforms.connectors._graph.sandbox.errors import graph_error
from socialhub.platforms.connectors._graph.sandbox.fields import Reader, Wanted, parse_fields, pick
from socialhub.platforms.connectors._graph.sandbox.simulator import find_app, read
from socialhub.platforms.sandbox import oauth
from socialhub.platforms.sandbox.consent import Ask, decide
from socialhub.platforms.sandbox.pages import message_page
from socialhub.platforms.sandbox.records import Account, Token
from socialhub.platforms.sandbox.shapes import Field
from socialhub.platforms.sandbox.simulator import Call, RefusalError, reply

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

DOOR = "instagram"
CODE_LIFETIME = 3600
SHORT_LIFETIME = 3600
LONG_LIFETIME = 5_183_944
YOUNGEST_REFRESH = 86_400
EXCHANGE = {
    name: Field(required=True)
    for name in ("client_id", "client_secret", "grant_type", "redirect_uri", "code")
}


@simulator.route("GET", "/oauth/authorize", host=SITES[0])
@simulator.route("POST", "/oauth/authorize", host=SITES[0])
def authorize(call: Call) -> Response:
    """The consent page: one professional account, permissions that can be declined."""
    query = call.request.args
    back = query.get("redirect_uri", "")
    try:
        app = find_app(call, query.get("client_id", ""), DOOR)
    except RefusalError:
        return message_page("Invalid Request", "Request parameters are invalid: Invalid platform app", 400)
    scopes = query.get("scope", "").replace(",", " ").split()
    if back not in app.redirect_uris:
        return message_page("Invalid Request", "Request parameters are invalid: Invalid redirect_uri", 400)
    if not scopes or not set(scopes) <= set(INSTAGRAM_SCOPES) or query.get("response_type") != "code":
        return message_page(
            "Invalid Request", "Request parameters are invalid: Invalid scope or response_type", 400
        )

    def accounts_of(person: str) -> list[Account]:
        own = call.world.accounts.where(platform=simulator.key, person=person)
        return [account for account in own if account.kind != "page"]

    lines = tuple((scope, INSTAGRAM_SCOPES[scope]) for scope in scopes)
    answer = decide(call, Ask(app, lines, accounts_of, may_decline=True))
    if isinstance(answer, Response):
        return answer
    state = {"state": query["state"]} if "state" in query else {}
    if not answer.allowed:
        denial = {
            "error": "access_denied",
            "error_reason": "user_denied",
            "error_description": "The user denied your request",
        }
        return oauth.redirect(back, {**denial, **state})
    code = oauth.issue_code(call, app, answer, back, CODE_LIFETIME)
    return oauth.redirect(back, {"code": code.value, **state}, "#_")


@simulator.route("POST", "/oauth/access_token", host=IG_API)
def exchange(call: Call) -> Response:
    """A code against a token of an hour. Errors have the old flat form here."""
    try:
        form = call.form(EXCHANGE)
        app = find_app(call, form["client_id"], DOOR)
    except RefusalError:
        raise _flat("Invalid platform app") from None
    if form["grant_type"] != "authorization_code" or not oauth.secret_matches(app, form["client_secret"]):
        raise _flat("Error validating client secret or grant type")
    try:
        code = oauth.spend_code(call, app, form["code"], form["redirect_uri"], None)
    except oauth.BadGrantError as error:
        text = "Error validating verification code. Please make sure your redirect_uri is identical"
        raise _flat(
            text if error.reason == "redirect" else "Matching code was not found or was already used"
        ) from None
    token = _issue(call, app.client_id, code.person, code.accounts[0], code.scopes, SHORT_LIFETIME)
    account = call.world.accounts.get(token.account)
    user = int(account.extra["app_scoped_id"]) if account else 0
    line = {"access_token": token.value, "user_id": user, "permissions": ",".join(code.scopes)}
    return reply({"data": [line]})


def _flat(message: str) -> RefusalError:
    return RefusalError(400, {"error_type": "OAuthException", "code": 400, "error_message": message})


def _issue(
    call: Call, client_id: str, person: str, account: str, scopes: list[str], lifetime: float
) -> Token:
    token = Token(
        value="IGAA" + secrets.token_urlsafe(90),
        platform=simulator.key,
        kind="short_instagram_token" if lifetime == SHORT_LIFETIME else "instagram_token",
        client_id=client_id,
        person=person,
        scopes=list(scopes),
        issued_at=call.now,
        expires_at=call.now + lifetime,
        account=account,
        family=f"{client_id} {account}",
    )
    return oauth.issue_token(call.world, token)


@simulator.route("GET", "/access_token", host=IG_GRAPH, scopes=())
def lengthen(call: Call) -> Response:
    """A token of an hour against one of 60 days. The secret stays on the server side."""
    wish = read(
        call,
        {
            "grant_type": Field(required=True, choices=("ig_exchange_token",)),
            "client_secret": Field(required=True),
        },
    )
    app = call.world.apps.get(call.token.client_id)
    if app is None or not oauth.secret_matches(app, wish["client_secret"]):
        raise graph_error("1", "Error validating client secret.")
    if call.token.kind != "short_instagram_token":
        raise graph_error(
            "452", "Session key invalid. This could be because the session key has an incorrect format"
        )
    return _long_lived(call)


@simulator.route("GET", "/refresh_access_token", host=IG_GRAPH, scopes=("basic",))
def refresh(call: Call) -> Response:
    """Another 60 days for a long-lived token that is at least a day old."""
    read(call, {"grant_type": Field(required=True, choices=("ig_refresh_token",))})
    if call.token.kind != "instagram_token":
        raise graph_error("190", status=400)
    if call.now < call.token.issued_at + YOUNGEST_REFRESH:
        raise graph_error("100", "(#100) The access token must be at least 24 hours old to be refreshed")
    return _long_lived(call)


def _long_lived(call: Call) -> Response:
    old = call.token
    token = _issue(call, old.client_id, old.person, old.account, old.scopes, LONG_LIFETIME)
    permissions = ",".join(token.scopes)
    return reply(
        {
            "access_token": token.value,
            "token_type": "bearer",
            "expires_in": LONG_LIFETIME,
            "permissions": permissions,
        }
    )


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
    posts = call.world.live_posts(account=account.id)
    return {
        "id": lambda inner: account.id,
        "ig_id": lambda inner: account.extra["app_scoped_id"],
        "username": lambda inner: account.handle[1:],
        "name": lambda inner: account.name,
        "biography": lambda inner: account.bio,
        "profile_picture_url": lambda inner: f"https://{SITES[0]}/images/{account.id}.jpg",
        "followers_count": lambda inner: 0,
        "follows_count": lambda inner: 0,
        "media_count": lambda inner: len([post for post in posts if post.extra["product"] != "STORY"]),
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
