"""Subscribing a Page to the calls of our app: the app names its address once, each Page allows it
(https://developers.facebook.com/docs/graph-api/webhooks/getting-started/webhooks-for-pages, read 2026-07).

A Page's subscription answers with success although fields that the app itself has not subscribed to are dropped, so
it is read back.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from socialhub.platforms.api import Api
from socialhub.platforms.connectors._graph.facebook_login import GRAPH, proof
from socialhub.platforms.events import Ask, Subscribed, Subscribing, mappings
from socialhub.platforms.values import Account, App, Secret


def page_subscribing(topic: str, fields: tuple[str, ...]) -> Subscribing:
    """For an object (``topic``) of Facebook Login and these of its fields; the account is a Page."""

    def subscribe(api: Api, account: Account, ask: Ask) -> Subscribed:
        name_address(api, ask, topic, fields)
        api.post(f"{account.external_id}/subscribed_apps", form={"subscribed_fields": ",".join(fields)})
        return check(api, account, ask) or Subscribed(frozenset(), missing=frozenset(fields))

    def check(api: Api, account: Account, ask: Ask) -> Subscribed | None:
        have = heard_of(api, account.external_id, ask.app)
        if have is None:
            return None
        return Subscribed(have & set(fields), missing=frozenset(fields) - have)

    def unsubscribe(api: Api, account: Account, ask: Ask) -> None:
        api.delete(f"{account.external_id}/subscribed_apps")

    return Subscribing(subscribe, check, unsubscribe)


def heard_of(api: Api, node: str, app: App) -> frozenset[str] | None:
    """The fields that the app hears of a Page; ``None`` where it hears nothing."""
    lines = subscribers(api, node)
    ours = [line for line in lines if str(line.get("id")) == app.client_id]
    return frozenset(str(name) for name in ours[0].get("subscribed_fields") or ()) if ours else None


def subscribers(api: Api, node: str) -> list[Mapping[str, Any]]:
    """The apps that hear of a Page or an account, as far as the token may see them."""
    body = api.get(f"{node}/subscribed_apps").body
    return list(mappings(body.get("data"))) if isinstance(body, Mapping) else []


def name_address(api: Api, ask: Ask, topic: str, fields: tuple[str, ...]) -> None:
    """Where the app is called: Meta checks the address before it answers. Repeating it changes nothing."""
    secret = ask.app.client_secret
    if secret is None:
        return
    token = Secret(f"{ask.app.client_id}|{secret.reveal()}")
    form: dict[str, Any] = {
        "object": topic,
        "callback_url": ask.callback,
        "verify_token": ask.verify_token,
        "fields": ",".join(fields),
        **proof(token, ask.app),
    }
    api.post(
        f"{GRAPH}/{ask.app.client_id}/subscriptions",
        form=form,
        headers={"Authorization": f"Bearer {token.reveal()}"},
        auth=False,
    )
