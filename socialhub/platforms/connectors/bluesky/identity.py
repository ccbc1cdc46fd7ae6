"""From a DID to the server that keeps the account (https://atproto.com/specs/did, read 2026-11).

Accounts move between servers and change their handles: only the DID stays. Every address in a DID document is one
that a stranger chose, so all requests of this connector go through the guard.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from socialhub.platforms.api import Api
from socialhub.platforms.errors import Fault, PlatformError
from socialhub.platforms.guard import ForbiddenHost, check_url, clean_host

SERVICE = "bsky.social"
"""Bluesky's own front door, which also looks up every handle of the network."""
DIRECTORY = "https://plc.directory"
PLC = re.compile(r"did:plc:[a-z2-7]{24}")
WEB = "did:web:"
SERVER_ID, SERVER_TYPE = "#atproto_pds", "AtprotoPersonalDataServer"
NO_HANDLE = "handle.invalid"
"""What the specification wants shown where a handle and its DID do not name each other."""


@dataclass(frozen=True)
class Identity:
    """Who an account is: ``pds`` is the origin of its server, ``handle`` the one that its document claims."""

    did: str
    pds: str
    handle: str


def resolve(api: Api, did: str) -> Identity:
    """Read the DID document. ``PlatformError`` where there is none, or it names no server we may speak to."""
    document = api.get(_document_url(did), auth=False).body
    if not isinstance(document, Mapping) or document.get("id") != did:
        raise _unusable("bad_did_document")
    return Identity(did, _server(document), _claimed_handle(document))


def look_up(api: Api, handle: str) -> str:
    """The DID that a handle claims; empty where nobody has it."""
    path = f"https://{SERVICE}/xrpc/com.atproto.identity.resolveHandle"
    try:
        return api.get(path, params={"handle": handle}, auth=False).text("did")
    except PlatformError as error:
        if error.kind not in {Fault.NOT_FOUND, Fault.INVALID_REQUEST}:
            raise
        return ""


def _document_url(did: str) -> str:
    if PLC.fullmatch(did):
        return f"{DIRECTORY}/{did}"
    host = did.removeprefix(WEB)
    try:
        if did.startswith(WEB) and host == clean_host(host):
            return f"https://{host}/.well-known/did.json"
    except ForbiddenHost:
        pass
    raise _unusable("bad_did")


def _server(document: Mapping[str, Any]) -> str:
    """The origin of the first service that is a personal data server."""
    services = document.get("service")
    for service in services if isinstance(services, list) else []:
        if not isinstance(service, Mapping) or service.get("type") != SERVER_TYPE:
            continue
        if str(service.get("id")).endswith(SERVER_ID):
            return origin(str(service.get("serviceEndpoint")))
    raise _unusable("no_server")


def origin(address: str) -> str:
    """``https://host``, and nothing but that."""
    try:
        check_url(address)
        parts = urlsplit(address)
    except (ForbiddenHost, ValueError):
        raise _unusable("bad_server") from None
    if parts.path not in {"", "/"} or parts.query or parts.fragment:
        raise _unusable("bad_server")
    return f"https://{parts.hostname}"


def _claimed_handle(document: Mapping[str, Any]) -> str:
    names = document.get("alsoKnownAs")
    for name in names if isinstance(names, list) else []:
        if isinstance(name, str) and name.startswith("at://"):
            return name.removeprefix("at://").lower()
    return NO_HANDLE


def _unusable(code: str) -> PlatformError:
    return PlatformError(
        Fault.INVALID_REQUEST,
        code=code,
        user_message="The network does not say where this account lives. Check it in the Bluesky app.",
    )
