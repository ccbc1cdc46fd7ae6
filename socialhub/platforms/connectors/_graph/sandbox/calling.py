"""Calls to apps: the address is checked when it is named, events are sealed with the app's secret, and people who
take their consent back are told of (https://developers.facebook.com/docs/graph-api/webhooks/getting-started,
https://developers.facebook.com/docs/development/create-an-app/app-dashboard/data-deletion-callback).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any
from urllib.parse import urlencode

import requests
from werkzeug.wrappers import Response

from socialhub.platforms.sandbox import oauth
from socialhub.platforms.sandbox.records import Account, App
from socialhub.platforms.sandbox.shapes import Field
from socialhub.platforms.sandbox.simulator import Call, NotMineError, Simulator, reply
from socialhub.platforms.sandbox.telling import ask
from socialhub.platforms.sandbox.world import World

from .errors import graph_error
from .pages import user_id
from .simulator import GRAPH, PAGE_DOOR, GraphSimulator, find_app, read, token_value

CHALLENGE = "1158201444"


class Calling:
    """Installs subscriptions on a simulator of Facebook Login: ``topic`` is the object of its events."""

    page_topic = ""
    """The object whose fields a Page's own subscription names, where it is another one."""

    def __init__(self, simulator: GraphSimulator, topic: str, fields: frozenset[str]) -> None:
        self.simulator, self.topic, self.fields = simulator, topic, fields
        # The address is checked while no lock is held: the hub may ask us something meanwhile.
        simulator.route("POST", "/<app>/subscriptions", host=GRAPH, streams=True)(self.name_address)
        simulator.route("GET", "/<app>/subscriptions", host=GRAPH)(self.addresses)
        simulator.route("POST", "/<node>/subscribed_apps", host=GRAPH, scopes=("manage",))(self.subscribe)
        simulator.route("GET", "/<node>/subscribed_apps", host=GRAPH, scopes=("manage",))(self.subscribed)
        simulator.route("DELETE", "/<node>/subscribed_apps", host=GRAPH, scopes=("manage",))(self.unsubscribe)

    def name_address(self, call: Call) -> Response:
        """An app says where it wants to be called for an object; the address has to answer."""
        app = _own_app(call)
        wish = read(
            call,
            {
                "object": Field(required=True),
                "callback_url": Field(required=True),
                "verify_token": Field(required=True),
                "fields": Field(required=True),
            },
        )
        if wish["object"] != self.topic:
            raise NotMineError
        if not shakes_hands(wish["callback_url"], wish["verify_token"]):
            raise graph_error("2200", "(#2200) callback verification failed")
        asked = [name for name in wish["fields"].split(",") if name in self.fields]
        known = {"callback_url": wish["callback_url"], "fields": asked}
        app.extra = {
            **app.extra,
            "subscriptions": {**app.extra.get("subscriptions", {}), self.topic: known},
        }
        return reply({"success": True})

    def addresses(self, call: Call) -> Response:
        """Where the app is called."""
        app = _own_app(call)
        read(call, {})
        lines = app.extra.get("subscriptions", {})
        return reply({"data": [{"object": name, "active": True, **line} for name, line in lines.items()]})

    def subscribe(self, call: Call) -> Response:
        """A Page lets the app hear of it. Fields that the app has not subscribed to are dropped without a word."""
        wish = read(call, {"subscribed_fields": Field(required=True)})
        page, app = call.account, call.world.apps.get(call.token.client_id)
        topic = self.page_topic or self.topic
        line = app.extra.get("subscriptions", {}).get(topic, {}) if app else {}
        kept = [name for name in wish["subscribed_fields"].split(",") if name in line.get("fields", ())]
        listen(page, call.token.client_id, kept)
        return reply({"success": True})

    def subscribed(self, call: Call) -> Response:
        """The apps that hear of the Page."""
        read(call, {})
        lines = []
        for client, fields in listeners(call.account).items():
            app = call.world.apps.get(client)
            if app is not None:
                lines.append({"id": client, "name": app.name, "subscribed_fields": fields})
        return reply({"data": lines})

    def unsubscribe(self, call: Call) -> Response:
        """The app hears no more of the Page."""
        read(call, {})
        listen(call.account, call.token.client_id, None)
        return reply({"success": True})

    def tell(self, world: World, account: str, field: str, entry: dict[str, Any]) -> int:
        """Tell every app that listens to ``field`` of an account; gives how many."""
        count = 0
        for client, fields in listeners(world.accounts.get(account)).items():
            app = world.apps.get(client)
            line = app.extra.get("subscriptions", {}).get(self.topic) if app else None
            if app is None or line is None or field not in fields:
                continue
            body = {
                "object": self.topic,
                "entry": [{"id": account, "time": int(world.clock.now()), **entry}],
            }
            send_event(world, self.simulator, app, line["callback_url"], body)
            count += 1
        return count


def listen(account: Account, client_id: str, fields: list[str] | None) -> None:
    """From now on an app hears these fields of a Page or an account; nothing at all with ``None``."""
    others = {client: heard for client, heard in listeners(account).items() if client != client_id}
    account.extra = {
        **account.extra,
        "listeners": others if fields is None else {**others, client_id: fields},
    }


def listeners(account: Account | None) -> dict[str, list[str]]:
    """The apps that hear of a Page or an account, and the fields."""
    return dict(account.extra.get("listeners", {})) if account else {}


def connect_address(simulator: Simulator, app: App) -> str:
    """Check the address for events that an admin entered; what does not answer rightly is not kept."""
    where = app.extra.get("callbacks", {})
    url = str(where.get("webhook", ""))
    if not url or shakes_hands(url, str(where.get("verify_token", ""))):
        return ""
    app.extra = {**app.extra, "callbacks": {**where, "webhook": ""}}
    return "The URL couldn't be validated. Response does not match challenge."


def send_event(world: World, simulator: Simulator, app: App, url: str, body: Any) -> None:
    """One sealed call. Meta writes what is not ASCII as escapes, and seals that."""
    text = json.dumps(body).replace("/", "\\/").encode()
    seal = hmac.new(app.client_secret.encode(), text, hashlib.sha256).hexdigest()
    headers = {"Content-Type": "application/json", "X-Hub-Signature-256": f"sha256={seal}"}
    world.teller.tell(simulator.key, url, text, headers)


def shakes_hands(url: str, verify_token: str) -> bool:
    """Whether an address repeats the challenge, and nothing but it."""
    query = {"hub.mode": "subscribe", "hub.challenge": CHALLENGE, "hub.verify_token": verify_token}
    answer = ask(url, query)
    return answer is not None and answer.status_code == 200 and answer.text == CHALLENGE


def tell_of_person(
    world: World, simulator: Simulator, app: App, person: str, *, erase: bool, known_as: str = ""
) -> int:
    """The signed request that a person's withdrawal, and a wish to erase, makes; gives how many went out.

    ``known_as`` is the id that the app has of the person, where it is not that of Facebook Login.
    """
    secret = str(app.extra.get("privacy_secret") or app.client_secret)
    count = 0
    for kind in ("deauthorise", *(["delete"] if erase else [])):
        url = simulator.callback(app, kind)
        if not url:
            continue
        payload = {
            "algorithm": "HMAC-SHA256",
            "issued_at": int(world.clock.now()),
            "user_id": known_as or user_id(person),
        }
        body = urlencode({"signed_request": signed_request(payload, secret)}).encode()
        world.teller.tell(
            simulator.key,
            url,
            body,
            {"Content-Type": "application/x-www-form-urlencoded"},
            kind=kind,
            answered=lambda answer, kind=kind: _note(app, person, kind, answer),  # type: ignore[misc]
        )
        count += 1
    return count


def signed_request(payload: dict[str, Any], secret: str) -> str:
    """Signature and payload, each in URL-safe base64 without padding, with a dot between them."""
    body = base64.urlsafe_b64encode(json.dumps(payload).encode()).rstrip(b"=")
    seal = hmac.new(secret.encode(), body, hashlib.sha256).digest()
    return f"{base64.urlsafe_b64encode(seal).rstrip(b'=').decode()}.{body.decode()}"


def _note(app: App, person: str, kind: str, answer: requests.Response) -> None:
    """Keep the link to the progress, which Meta shows to the person."""
    if kind != "delete":
        return
    try:
        link = str(answer.json()["url"])
    except (ValueError, KeyError, TypeError):
        return
    app.extra = {**app.extra, "erasures": {**app.extra.get("erasures", {}), person: link}}


def _own_app(call: Call) -> App:
    """The app that the path names, shown by its own token."""
    client_id, _, secret = token_value(call).partition("|")
    app = find_app(call, client_id, PAGE_DOOR)
    if not oauth.secret_matches(app, secret) or call.args["app"] != app.client_id:
        raise graph_error("190", status=401)
    return app
