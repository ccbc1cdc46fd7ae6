"""Signing in (https://developers.facebook.com/docs/threads/get-started/long-lived-tokens)."""

from __future__ import annotations

from typing import Any

from socialhub.platforms.connectors._graph.sandbox.own_login import OwnLogin
from socialhub.platforms.sandbox.records import Token
from socialhub.platforms.sandbox.simulator import Call

from .server import DOOR, HOSTS, SCOPES, SITES, simulator


def short_answer(call: Call, token: Token) -> dict[str, Any]:
    """Tells no lifetime and no permissions. The id is a number past 2^53."""
    return {"access_token": token.value, "user_id": int(token.account)}


OwnLogin(
    simulator,
    door=DOOR,
    grant="th",
    prefix="THAA",
    scopes=SCOPES,
    sites=SITES,
    code_hosts=HOSTS,
    hosts=HOSTS,
    short_answer=short_answer,
    needed=("threads_basic",),
).install()
