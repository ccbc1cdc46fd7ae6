"""Orders about servers and accounts: how a server behaves, where an account lives."""

from __future__ import annotations

from typing import Any

from socialhub.platforms.sandbox.world import World

from .server import Server, simulator


@simulator.control("POST", "servers")
def set_server(world: World, wish: dict[str, Any]) -> dict[str, Any]:
    """Add a server, or change one: ``host`` and any field of `Server`."""
    servers = simulator.servers(world)
    old = servers.get(wish["host"])
    return dict(vars(servers.add(Server(**{**(vars(old) if old else {}), **wish}))))


@simulator.control("POST", "accounts")
def change_account(world: World, wish: dict[str, Any]) -> dict[str, Any]:
    """Move ``account`` (DID or handle) to another ``host``, or set its ``status`` (takendown, deactivated)."""
    account = simulator.find(world, str(wish["account"]))
    if account is None:
        raise ValueError(f"no account {wish['account']}")
    account.host = wish.get("host", account.host)
    account.extra["status"] = wish.get("status", account.extra["status"])
    return {"host": account.host, "status": account.extra["status"]}
