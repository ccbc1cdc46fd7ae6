"""Apps: the server's metadata, registration and what a token says about its bearer
(https://docs.joinmastodon.org/methods/apps/ and /methods/oauth/, 2026-07).
"""

from __future__ import annotations

import secrets
from typing import Any
from urllib.parse import urlsplit

from werkzeug.wrappers import Response

from socialhub.platforms.sandbox.records import App
from socialhub.platforms.sandbox.shapes import Field
from socialhub.platforms.sandbox.simulator import Call, reply

from .server import GENERAL, refuse, simulator

OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"
REGISTRATION = {
    "client_name": Field(required=True),
    "redirect_uris": Field("any", required=True),
    "scopes": Field(),
    "website": Field(),
}


@simulator.route("GET", "/.well-known/oauth-authorization-server")
def metadata(call: Call) -> Response:
    """RFC 8414 metadata, since 4.3."""
    server = simulator.server(call)
    if not server.has_metadata:
        raise refuse(404)
    base = f"https://{call.host}"
    body: dict[str, Any] = {
        "issuer": f"{base}/",
        "authorization_endpoint": f"{base}/oauth/authorize",
        "token_endpoint": f"{base}/oauth/token",
        "revocation_endpoint": f"{base}/oauth/revoke",
        "userinfo_endpoint": f"{base}/oauth/userinfo",
        "app_registration_endpoint": f"{base}/api/v1/apps",
        "scopes_supported": server.scopes,
        "response_types_supported": ["code"],
        "response_modes_supported": ["query", "fragment", "form_post"],
        "grant_types_supported": ["authorization_code", "client_credentials"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
    }
    if server.has_pkce:
        body["code_challenge_methods_supported"] = ["S256"]
    return reply(body)


@simulator.route("POST", "/api/v1/apps", limit=GENERAL)
def register(call: Call) -> Response:
    """A client of this host alone."""
    wish = call.body(REGISTRATION)
    uris = (
        wish["redirect_uris"]
        if isinstance(wish["redirect_uris"], list)
        else str(wish["redirect_uris"]).split("\n")
    )
    scopes = wish.get("scopes", "read").split()
    if not wish["client_name"].strip():
        raise refuse(422, "Validation failed: Application name can't be blank")
    if not uris or not all(uri == OUT_OF_BAND or urlsplit(uri).scheme for uri in uris):
        raise refuse(422, "Validation failed: Redirect URI must be an absolute URI.")
    if not set(scopes) <= set(simulator.server(call).scopes):
        raise refuse(422, "Validation failed: Scopes doesn't match configured on the server.")
    app = call.world.apps.add(
        App(
            client_id=secrets.token_urlsafe(32),
            client_secret=call.world.issue(simulator.key, "client_secret", secrets.token_urlsafe(32)),
            platform=simulator.key,
            name=wish["client_name"],
            redirect_uris=uris,
            host=call.host,
            scopes=scopes,
            extra={"id": str(call.world.serial()), "website": wish.get("website")},
        )
    )
    return reply(
        {
            "id": app.extra["id"],
            "name": app.name,
            "website": app.extra["website"],
            "scopes": scopes,
            "redirect_uris": uris,
            "redirect_uri": "\n".join(uris),
            "client_id": app.client_id,
            "client_secret": app.client_secret,
            "client_secret_expires_at": 0,
        }
    )


@simulator.route("GET", "/api/v1/apps/verify_credentials", scopes=(), limit=GENERAL)
def read_app(call: Call) -> Response:
    """The app behind a token."""
    app = call.world.apps.get(call.token.client_id)
    return reply(
        {
            "name": app.name,
            "website": app.extra["website"],
            "scopes": app.scopes,
            "redirect_uris": app.redirect_uris,
        }
        if app
        else {}
    )


@simulator.route("GET", "/oauth/userinfo", scopes=("profile", "read"), limit=GENERAL)
def userinfo(call: Call) -> Response:
    """OpenID style identity, since 4.4."""
    account = call.account
    url = simulator.profile_url(account)
    return reply(
        {
            "iss": f"https://{call.host}/",
            "sub": f"https://{call.host}/users/{account.handle[1:]}",
            "name": account.name,
            "preferred_username": account.handle[1:],
            "profile": url,
            "picture": f"https://{call.host}/avatars/original/missing.png",
        }
    )
