"""From what a person types to the authorization server that may speak for the account, and back again
(https://atproto.com/specs/oauth, read 2026-11).

Every host here was chosen by a stranger: all requests go through the guard, none follows a redirect.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from socialhub.platforms.api import Api
from socialhub.platforms.authserver import AuthServer
from socialhub.platforms.errors import Fault, LoginError, PlatformError
from socialhub.platforms.login import LoginContext
from socialhub.platforms.values import Account

from .identity import SERVICE, look_up, origin, resolve

ISSUER = "issuer"
"""Where in ``Account.extra`` the server stands that gave the tokens."""
WANTED = (
    ("require_pushed_authorization_requests", True),
    ("authorization_response_iss_parameter_supported", True),
    ("client_id_metadata_document_supported", True),
    ("scopes_supported", "atproto"),
    ("dpop_signing_alg_values_supported", "ES256"),
    ("code_challenge_methods_supported", "S256"),
)
"""What the profile demands of a server: a flag, or a list with this in it."""
MOVED = "This account has moved to another server, where our connection does not hold. Connect it again."
UNFIT = "This server does not offer the way to connect that we need. Use an app password instead."


def find_server(context: LoginContext, named: str) -> AuthServer:
    """The server behind a handle, a DID or a server's name; ``LoginError`` where none fits.

    For tokens that exist it must still be the server that gave them: accounts move.
    """
    api = context.api
    did = named if named.startswith("did:") else _owner(api, named)
    if not did:
        return _describe(api, _issuer_at(api, named), hint="", subject="")
    identity = resolve(api, did)
    if did != named and identity.handle != named:
        raise _refusal(
            "handle_mismatch", f"The account behind @{named} does not call itself so. Check the handle."
        )
    issuer = issuer_of(api, identity.pds)
    if context.account is not None:
        check_still_there(context.account, issuer)
    return _describe(api, issuer, hint=named, subject=did)


def issuer_of(api: Api, pds: str) -> str:
    """The one authorization server that a personal data server names (RFC 9728)."""
    told = _metadata(api, f"{pds}/.well-known/oauth-protected-resource")
    servers = told.get("authorization_servers")
    if told.get("resource") != pds or not isinstance(servers, list) or len(servers) != 1:
        raise _refusal("bad_resource", UNFIT)
    return origin(str(servers[0]))


def check_still_there(account: Account, issuer: str) -> None:
    """Refuse to show a server the tokens of another one."""
    known = str(account.extra.get(ISSUER) or issuer)
    if known != issuer:
        raise LoginError(Fault.REVOKED, code="moved", user_message=MOVED)


def _owner(api: Api, named: str) -> str:
    return "" if named == SERVICE else look_up(api, named)


def _issuer_at(api: Api, host: str) -> str:
    """A server that was named: where accounts live, or itself what lets people in."""
    try:
        return issuer_of(api, f"https://{host}")
    except PlatformError as error:
        if error.kind is not Fault.NOT_FOUND:
            raise
        return f"https://{host}"


def _describe(api: Api, issuer: str, *, hint: str, subject: str) -> AuthServer:
    told = _metadata(api, f"{issuer}/.well-known/oauth-authorization-server")
    if told.get("issuer") != issuer or not all(_offers(told.get(name), wish) for name, wish in WANTED):
        raise _refusal("bad_issuer", UNFIT)
    return AuthServer(
        issuer=issuer,
        authorize_url=_endpoint(told, "authorization_endpoint"),
        token_url=_endpoint(told, "token_endpoint"),
        push_url=_endpoint(told, "pushed_authorization_request_endpoint"),
        revoke_url=_endpoint(told, "revocation_endpoint") if told.get("revocation_endpoint") else "",
        hint=hint,
        subject=subject,
    )


def _offers(told: Any, wish: bool | str) -> bool:
    return told is True if wish is True else isinstance(told, list) and wish in told


def _endpoint(told: Mapping[str, Any], name: str) -> str:
    """An https address on a public host. ``origin`` looks at its beginning, the guard once more when it is used."""
    address = str(told.get(name) or "")
    host, slash, _ = address.removeprefix("https://").partition("/")
    origin(f"https://{host}")
    if not address.startswith("https://") or not slash:
        raise _refusal("bad_endpoint", UNFIT)
    return address


def _metadata(api: Api, url: str) -> Mapping[str, Any]:
    answer = api.get(url, auth=False)
    kind = answer.headers.get("content-type", "").partition(";")[0].strip()
    if answer.status != 200 or kind != "application/json" or not isinstance(answer.body, Mapping):
        raise _refusal("bad_metadata", UNFIT)
    return answer.body


def _refusal(code: str, message: str) -> LoginError:
    return LoginError(Fault.INVALID_REQUEST, code=code, user_message=message)
