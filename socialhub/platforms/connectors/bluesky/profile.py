"""Who an account is, once a server has given us tokens for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from socialhub.platforms.api import Api
from socialhub.platforms.errors import Fault, LoginError, PlatformError
from socialhub.platforms.values import Account, Tokens

from .identity import NO_HANDLE, Identity

PROFILE = "https://bsky.app/profile/"


def describe(api: Api, identity: Identity, tokens: Tokens, login: str) -> Account:
    """The account, proven: the server in its DID document accepts the tokens as this DID's. Else ``LoginError``."""
    bare = Account(external_id=identity.did, handle="", login=login, tokens=tokens)
    mine = api.speaking_for(bare)
    session = mine.get(f"{identity.pds}/xrpc/com.atproto.server.getSession")
    if session.text("did") != identity.did:
        raise LoginError(Fault.INVALID_TOKEN, code="other_account")
    handle = identity.handle if _leads_back(api, identity) else NO_HANDLE
    profile = _profile(mine, identity)
    return replace(
        bare,
        handle=f"@{handle}",
        name=str(profile.get("displayName") or handle),
        kind="person",
        url=f"{PROFILE}{identity.did}",
        avatar_url=str(profile.get("avatar") or ""),
        person_id=identity.did,
    )


def _leads_back(api: Api, identity: Identity) -> bool:
    """Whether the handle, too, says that it belongs to this DID (https://atproto.com/specs/handle)."""
    path = f"{identity.pds}/xrpc/com.atproto.identity.resolveHandle"
    try:
        return api.get(path, params={"handle": identity.handle}, auth=False).text("did") == identity.did
    except PlatformError:
        return False


def _profile(mine: Api, identity: Identity) -> Mapping[str, Any]:
    """Name and picture, which come from the network's own index: a server may know none."""
    path = f"{identity.pds}/xrpc/app.bsky.actor.getProfile"
    try:
        body = mine.get(path, params={"actor": identity.did}).body
    except PlatformError:
        return {}
    return body if isinstance(body, Mapping) else {}
