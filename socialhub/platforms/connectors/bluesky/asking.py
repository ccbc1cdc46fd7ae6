"""Asking an account's own server, which may have moved since it was learned."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from socialhub.platforms.api import Api
from socialhub.platforms.errors import Fault, PlatformError
from socialhub.platforms.values import Account

from .account import server_of
from .identity import resolve
from .publish import NOT_HERE


def ask(api: Api, account: Account, method: str, *, auth: bool = True, **params: Any) -> Mapping[str, Any]:
    """A query of the protocol. What its server does not know itself (``app.bsky.*``), it asks the network's index."""
    pds = server_of(account) or resolve(api, account.external_id).pds
    try:
        body = api.get(f"{pds}/xrpc/{method}", params=params, auth=auth).body
    except PlatformError as error:
        # A server that is asked openly says of an account that left it only that it finds no such repository.
        may_have_moved = error.code in NOT_HERE or error.http_status == 0
        if not may_have_moved and (auth or error.kind is not Fault.INVALID_REQUEST):
            raise
        moved = resolve(api, account.external_id).pds
        if moved == pds:
            raise
        body = api.get(f"{moved}/xrpc/{method}", params=params, auth=auth).body
    return body if isinstance(body, Mapping) else {}
