"""Being told of an account: a webhook of the app, and one subscription an event and account
(https://docs.x.com/x-api/webhooks/introduction, https://docs.x.com/x-api/activity, read 2026-07).

The webhook belongs to the app and is made with its own token, the subscriptions with the account's: the events of
replies and mentions are private.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from socialhub.platforms.api import Api
from socialhub.platforms.errors import Fault, PlatformError, Reach
from socialhub.platforms.events import Ask, Subscribed, Subscribing, mappings
from socialhub.platforms.values import Account, App, Secret

WANTED = frozenset({"post.reply.create", "post.mention.create", "post.quote.create", "post.delete"})
APP_TOKEN = "https://api.x.com/oauth2/token"
NO_KEYS = "X calls the hub once the API key and its secret are entered on the set-up page."


def subscribe(api: Api, account: Account, ask: Ask) -> Subscribed:
    """Make what is not there: webhook first. An address that X holds for broken is checked by it anew."""
    bearer = _bearer(api, ask.app)
    webhook = (
        _webhook(api, ask, bearer) or api.post("2/webhooks", json_body={"url": ask.callback}, **bearer).body
    )
    hook = _data(webhook)
    number = str(hook.get("id") or "")
    if not hook.get("valid", True):
        api.put(f"2/webhooks/{number}", **bearer)
    have = _subscriptions(api, account, number, bearer)
    refused = set()
    for event in sorted(WANTED - set(have)):
        body = {"event_type": event, "filter": {"user_id": account.external_id}, "webhook_id": number}
        try:
            api.post("2/activity/subscriptions", json_body=body)
        except PlatformError as error:
            if error.kind not in {Fault.PERMISSION, Fault.QUOTA_EXCEEDED, Fault.INVALID_REQUEST}:
                raise
            refused.add(event)  # one that the app's plan does not have never keeps the others away
    return Subscribed(WANTED - refused, missing=frozenset(refused), kept={"webhook": number})


def check(api: Api, account: Account, ask: Ask) -> Subscribed | None:
    """What there is; nothing where the webhook is gone or held for broken."""
    bearer = _bearer(api, ask.app)
    hook = _data(_webhook(api, ask, bearer))
    number = str(hook.get("id") or "")
    if not number or not hook.get("valid", True):
        return None
    have = frozenset(_subscriptions(api, account, number, bearer))
    return Subscribed(have, missing=WANTED - have, kept={"webhook": number})


def unsubscribe(api: Api, account: Account, ask: Ask) -> None:
    """End the subscriptions of this account; the webhook serves others."""
    bearer = _bearer(api, ask.app)
    number = str(ask.kept.get("webhook") or "")
    for subscription in _subscriptions(api, account, number, bearer).values():
        try:
            api.delete(f"2/activity/subscriptions/{subscription}", **bearer)
        except PlatformError as error:
            if error.kind is not Fault.NOT_FOUND:
                raise


def _bearer(api: Api, app: App) -> dict[str, Any]:
    """The app's own token, as options of a call."""
    key, secret = app.extra.get("consumer_key", ""), app.extra.get("consumer_secret", "")
    if not key or not secret:
        raise PlatformError(
            Fault.INVALID_REQUEST, platform=api.platform, reach=Reach.NOT_SENT, code="no_api_key",
            user_message=NO_KEYS,
        )  # fmt: skip
    form = {"grant_type": "client_credentials"}
    token = api.post(APP_TOKEN, form=form, basic=(key, Secret(secret)), auth=False).text("access_token")
    return {"auth": False, "headers": {"Authorization": f"Bearer {token}"}}


def _webhook(api: Api, ask: Ask, bearer: Mapping[str, Any]) -> Mapping[str, Any] | None:
    body = api.get("2/webhooks", **bearer).body
    lines = mappings(body.get("data")) if isinstance(body, Mapping) else ()
    ours = [line for line in lines if line.get("url") == ask.callback]
    return {"data": ours[0]} if ours else None


def _subscriptions(api: Api, account: Account, webhook: str, bearer: Mapping[str, Any]) -> dict[str, str]:
    """Id by event of what this account has at our webhook."""
    body = api.get("2/activity/subscriptions", **bearer).body
    found = {}
    for line in mappings(body.get("data")) if isinstance(body, Mapping) else ():
        about = line.get("filter")
        is_ours = isinstance(about, Mapping) and str(about.get("user_id")) == account.external_id
        if is_ours and str(line.get("webhook_id", webhook)) == webhook:
            found[str(line.get("event_type"))] = str(line.get("subscription_id") or line.get("id") or "")
    return {event: number for event, number in found.items() if event in WANTED}


def _data(body: Any) -> Mapping[str, Any]:
    data = body.get("data") if isinstance(body, Mapping) else None
    return data if isinstance(data, Mapping) else {}


subscribing = Subscribing(subscribe, check, unsubscribe)
