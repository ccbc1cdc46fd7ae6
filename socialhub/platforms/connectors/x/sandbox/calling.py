"""Webhooks of an app and subscriptions to activity: the address is checked by a sealed token, events are sealed with
the consumer secret (https://docs.x.com/x-api/webhooks/introduction, https://docs.x.com/x-api/activity).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass
from typing import Any

from werkzeug.wrappers import Response

from socialhub.platforms.sandbox.clock import iso
from socialhub.platforms.sandbox.records import App
from socialhub.platforms.sandbox.shapes import Field
from socialhub.platforms.sandbox.simulator import Call, reply
from socialhub.platforms.sandbox.telling import ask
from socialhub.platforms.sandbox.world import Table, World

from .server import API, invalid, problem, simulator

MOST = 1500
EVENTS = (
    "post.create", "post.delete", "post.mention.create", "post.reply.create", "post.quote.create", "dm.received",
)  # fmt: skip


@dataclass
class Webhook:
    """An address of an app."""

    id: str
    client_id: str
    url: str
    created_at: float
    valid: bool = True


@dataclass
class Subscription:
    """One event of one account that an app hears of."""

    id: str
    client_id: str
    webhook: str
    account: str
    event: str
    created_at: float


def webhooks(world: World) -> Table[Webhook]:
    """All webhooks."""
    return world.table("x.webhooks", Webhook)


def subscriptions(world: World) -> Table[Subscription]:
    """All subscriptions."""
    return world.table("x.subscriptions", Subscription)


@simulator.route("POST", "/oauth2/token", host=API)
def app_token(call: Call) -> Response:
    """API key and secret against a token of the app alone."""
    call.form({"grant_type": Field(required=True, choices=("client_credentials",))})
    given = call.basic()
    for app in call.world.apps.where(platform=simulator.key):
        if given == (consumer_key(app), consumer_secret(app)):
            value = app.extra.setdefault("bearer", secrets.token_urlsafe(60))
            call.world.issue(simulator.key, "app_token", value)
            return reply({"token_type": "bearer", "access_token": value})
    raise problem(403, "Unable to verify your credentials")


# The address is checked while no lock is held: the hub may ask us something meanwhile.
@simulator.route("POST", "/2/webhooks", host=API, streams=True)
def make_webhook(call: Call) -> Response:
    """An address of the app; it has to answer the check."""
    app, wish = _app(call), call.json({"url": Field(required=True)})
    if any(hook.url == wish["url"] for hook in webhooks(call.world).where(client_id=app.client_id)):
        raise invalid("DuplicateUrlFailed: the URL is registered already", "url")
    if not is_answered(app, wish["url"]):
        raise invalid("CrcValidationFailed: the response_token is wrong", "url")
    hook = webhooks(call.world).add(Webhook(call.world.snowflake(22), app.client_id, wish["url"], call.now))
    return reply({"data": _hook_json(hook)})


@simulator.route("GET", "/2/webhooks", host=API)
def list_webhooks(call: Call) -> Response:
    """The addresses of the app."""
    app = _app(call)
    lines = [_hook_json(hook) for hook in webhooks(call.world).where(client_id=app.client_id)]
    return reply({"data": lines, "meta": {"result_count": len(lines)}})


@simulator.route("PUT", "/2/webhooks/<id>", host=API, streams=True)
def check_webhook(call: Call) -> Response:
    """Check an address anew."""
    app, hook = _app(call), webhooks(call.world).get(call.args["id"])
    if hook is None or hook.client_id != app.client_id:
        raise problem(404)
    hook.valid = is_answered(app, hook.url)
    return reply({"data": {"valid": hook.valid}})


@simulator.route("POST", "/2/activity/subscriptions", host=API, scopes=("tweet.read",))
def subscribe(call: Call) -> Response:
    """Hear of one event of the account of the token."""
    wish = call.json(
        {
            "event_type": Field(required=True, choices=EVENTS),
            "filter": Field("object", required=True, fields={"user_id": Field(required=True)}),
            "webhook_id": Field(required=True),
            "tag": Field(),
        }
    )
    hook, client = webhooks(call.world).get(wish["webhook_id"]), call.token.client_id
    if wish["filter"]["user_id"] != call.token.account:
        raise problem(403)
    if hook is None or hook.client_id != client:
        raise invalid("WebhookIdInvalid", "webhook_id")
    known = subscriptions(call.world).where(
        client_id=client, account=call.token.account, event=wish["event_type"]
    )
    if known:
        raise problem(409, "DuplicateSubscription")
    if len(subscriptions(call.world).where(client_id=client)) >= MOST:
        raise problem(403, "SubscriptionLimitExceeded")
    made = Subscription(
        call.world.snowflake(22), client, hook.id, call.token.account, wish["event_type"], call.now
    )
    return reply({"data": _line(subscriptions(call.world).add(made))}, 201)


@simulator.route("GET", "/2/activity/subscriptions", host=API)
def list_subscriptions(call: Call) -> Response:
    """What the app hears of."""
    app = _app(call)
    lines = [_line(one) for one in subscriptions(call.world).where(client_id=app.client_id)]
    return reply({"data": lines, "meta": {"total_subscriptions": len(lines)}})


@simulator.route("DELETE", "/2/activity/subscriptions/<id>", host=API)
def unsubscribe(call: Call) -> Response:
    """Hear of it no more."""
    app, one = _app(call), subscriptions(call.world).get(call.args["id"])
    if one is None or one.client_id != app.client_id:
        raise problem(404)
    subscriptions(call.world).remove(one.id)
    return reply({"data": {"deleted": True}})


def tell(world: World, account: str, event: str, payload: dict[str, Any]) -> int:
    """Tell every app that listens to an event of an account; gives how many."""
    count = 0
    for one in subscriptions(world).where(account=account, event=event):
        app, hook = world.apps.get(one.client_id), webhooks(world).get(one.webhook)
        if app is None or hook is None or not hook.valid:
            continue
        data = {"event_uuid": str(world.serial() - 2**40), "event_type": event, "payload": payload}
        body = json.dumps({"data": {**data, "filter": {"user_id": account}}}).encode()
        headers = {"Content-Type": "application/json", "x-twitter-webhooks-signature": _sealed(app, body)}
        world.teller.tell(simulator.key, hook.url, body, headers)
        count += 1
    return count


def is_answered(app: App, url: str) -> bool:
    """Whether an address seals the token that it is given."""
    token = secrets.token_urlsafe(20)
    answer = ask(url, {"crc_token": token})
    if answer is None or answer.status_code != 200:
        return False
    try:
        return bool(answer.json()["response_token"] == _sealed(app, token.encode()))
    except (ValueError, KeyError, TypeError):
        return False


def consumer_key(app: App) -> str:
    """The API key of an app."""
    return str(app.extra.get("entered", {}).get("consumer_key", ""))


def consumer_secret(app: App) -> str:
    """The secret of its API key."""
    return str(app.extra.get("entered", {}).get("consumer_secret", ""))


def _sealed(app: App, message: bytes) -> str:
    seal = hmac.new(consumer_secret(app).encode(), message, hashlib.sha256).digest()
    return f"sha256={base64.b64encode(seal).decode()}"


def _app(call: Call) -> App:
    value = call.bearer()
    for app in call.world.apps.where(platform=simulator.key):
        if value and app.extra.get("bearer") == value:
            return app
    raise problem(401)


def _hook_json(hook: Webhook) -> dict[str, Any]:
    return {"id": hook.id, "url": hook.url, "valid": hook.valid, "created_at": iso(hook.created_at)}


def _line(one: Subscription) -> dict[str, Any]:
    return {
        "subscription_id": one.id, "event_type": one.event, "filter": {"user_id": one.account},
        "webhook_id": one.webhook, "created_at": iso(one.created_at), "updated_at": iso(one.created_at),
    }  # fmt: skip
