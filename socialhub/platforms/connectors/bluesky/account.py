"""What an account's server allows, kept in ``Account.extra``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from socialhub.platforms.api import Api
from socialhub.platforms.values import Account

from .identity import resolve

PDS, BLOB_LIMIT = "pds", "blob_limit"


def learn(api: Api, account: Account) -> dict[str, Any]:
    """Where the account lives now, and the largest file that its server takes (bytes; 0: it does not say)."""
    pds = resolve(api, account.external_id).pds
    told = api.get(f"{pds}/xrpc/com.atproto.server.describeServer", auth=False).body
    limit = told.get("blobUploadLimit") if isinstance(told, Mapping) else None
    return {PDS: pds, BLOB_LIMIT: limit if isinstance(limit, int) and limit > 0 else 0}


def server_of(account: Account) -> str:
    """The origin of the server as it was learned; empty before."""
    return str(account.extra.get(PDS) or "")


def blob_limit_of(account: Account) -> int:
    """The largest file in bytes as it was learned; 0 where nobody told."""
    return int(account.extra.get(BLOB_LIMIT) or 0)
