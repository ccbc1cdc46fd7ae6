"""What authorization servers send back, those that are found and not known beforehand, and who we are to them.

A server that is found describes itself (RFC 8414), takes what we ask for before the person comes (RFC 9126), names
itself in the answer (RFC 9207) and reads who we are from a document that we publish: its address is our client id
(https://datatracker.ietf.org/doc/draft-ietf-oauth-client-id-metadata-document/, read 2026-11).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from socialhub.platforms.errors import Fault, LoginError
from socialhub.platforms.values import Secret


@dataclass(frozen=True)
class AuthServer:
    """One authorization server. ``hint`` is what the person typed, ``subject`` whose consent is expected: empty
    where only a server was named.
    """

    issuer: str
    authorize_url: str
    token_url: str
    push_url: str
    revoke_url: str = ""
    hint: str = ""
    subject: str = ""


DENIALS = frozenset({"access_denied", "user_denied", "user_cancelled_login", "user_cancelled_authorize"})
"""How platforms say that the person did not agree."""


def read_callback(params: Mapping[str, str], server: AuthServer | None = None) -> Secret:
    """The code from the platform's redirect; ``LoginError`` when the person said no or something broke."""
    if server is not None:
        _check_issuer(server, params)
    error = params.get("error") or ""
    if error in DENIALS:
        raise LoginError(
            Fault.PERMISSION,
            code=error,
            user_message=(
                "You did not give access, so nothing was connected. Start again when you are ready."
            ),
        )
    if error:
        raise LoginError(
            Fault.UNKNOWN,
            code=error[:80],
            user_message=(
                f"The platform ended the login with “{error[:80]}”. Check the app's settings there."
            ),
        )
    code = (params.get("code") or "").removesuffix("#_")
    if not code:
        raise LoginError(Fault.UNKNOWN, user_message="The platform came back without a code. Try again.")
    return Secret(code)


def _check_issuer(server: AuthServer, params: Mapping[str, str]) -> None:
    """Refuse an answer that another server gave (RFC 9207 §2.4)."""
    if params.get("iss") != server.issuer:
        raise LoginError(
            Fault.UNKNOWN,
            code="other_issuer",
            user_message="The answer came from another server than the one you were sent to. Start again.",
        )


def client_id(document_url: str, redirect_uri: str, scopes: Iterable[str]) -> str:
    """How we are called: the address of our document, or on the loopback interface a stand-in without one
    (https://atproto.com/specs/oauth#localhost-client-development, read 2026-11).

    ``LoginError`` where the hub's own address fits neither.
    """
    parts = urlsplit(document_url)
    if parts.scheme == "https" and parts.port is None and not _is_ip(parts.hostname or ""):
        return document_url
    if parts.scheme == "http" and _is_loopback_ip(urlsplit(redirect_uri).hostname or ""):
        words = {"redirect_uri": redirect_uri, "scope": " ".join(scopes)}
        return f"http://localhost?{urlencode(words, quote_via=quote)}"
    raise LoginError(
        Fault.INVALID_REQUEST,
        code="hub_not_public",
        user_message=(
            "This login needs the hub at an https address without a port, or at http://127.0.0.1 for trying it out."
        ),
    )


def client_document(
    document_url: str, redirect_uri: str, scopes: Iterable[str], *, name: str, home: str
) -> dict[str, Any]:
    """What a server reads of us. A public client: it holds no key by which the hub itself could be proven."""
    return {
        "client_id": document_url,
        "client_name": name,
        "client_uri": home,
        "application_type": "web",
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "redirect_uris": [redirect_uri],
        "scope": " ".join(scopes),
        "token_endpoint_auth_method": "none",
        "dpop_bound_access_tokens": True,
    }


def _is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _is_loopback_ip(host: str) -> bool:
    return _is_ip(host) and ipaddress.ip_address(host).is_loopback
